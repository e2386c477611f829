"""Reasons: why each title is on its page, as codes and positions; in words they are put later."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from pagegen.arrays import NONE, Float64, Int8, Int16, Int32, Int64, groups, record
from pagegen.context import Contexts, enjoyed
from pagegen.data.catalog import Catalog
from pagegen.evidence.choice import Slots, strongest
from pagegen.evidence.claims import CLAIMS, Claim, EvidenceConfig, Shown
from pagegen.ordering import Pages
from pagegen.pool import Explainer

ROW_KIND: Mapping[str, str] = {"top_10_in_country": "top_10"}  # whose heading says the same, if not named like the code


@record
class EvidenceRules:
    """What holds for every page of an engine."""

    config: EvidenceConfig
    kinds: Mapping[str, int]  # position of each row kind
    explainer: Explainer | None
    rare_keywords: Int32  # [RARE, T] as `rarest` tells them
    calibrated: bool  # whether probabilities of a play are any

    def says(self, claims: Sequence[Claim]) -> Int16:
        """[claims] the row kind whose heading says the same; NONE without one."""
        return np.array([self.kinds.get(ROW_KIND.get(claim.code, claim.code), NONE) for claim in claims], np.int16)


@record
class Grounds:
    """What reasons are given from, beside the pages."""

    contexts: Contexts
    failed: Sequence[str]  # sources that could not answer
    usual: Float64  # [B] mean probability of a play of the titles that were scored; NaN without any


@record
class Reasons:
    """Why each title is in its row."""

    code: Int8  # [Q] position in CODES; NONE: nothing is said
    about: Int32  # [Q] position of a title, person or keyword, or a number; 0 where the code says it all

    def of(self, slots: slice) -> "Reasons":
        """Those of some slots."""
        return Reasons(code=self.code[slots], about=self.about[slots])

    def distinct(self) -> tuple[list[tuple[int, int]], Int64]:
        """Every reason once, code and what it is about, and [Q] the place of each slot's among them."""
        cell = self.code.astype(np.int64) << 32 | self.about
        ordered = np.sort(cell)
        once = ordered[np.diff(ordered, prepend=NONE - 1) > 0]
        code, about = (once >> 32).tolist(), once.astype(np.int32).tolist()  # the upper half, and the lower
        return [*zip(code, about, strict=True)], once.searchsorted(cell)


def give_reasons(pages: Pages, grounds: Grounds, rules: EvidenceRules) -> Reasons:
    """The reason of every title shown; a request's depend on no other request."""
    size = len(pages.title)
    reasons = Reasons(code=np.full(size, NONE, np.int8), about=np.full(size, NONE, np.int32))
    for b, (top, bottom) in enumerate(pairwise(pages.row_start.tolist())):
        cells = slice(int(pages.start[top]), int(pages.start[bottom]))
        if rules.config.reasons and cells.start < cells.stop:
            shown = _shown(pages, cells, grounds, rules, b)
            claims = [CLAIMS[kind](shown) for kind in rules.config.reasons]
            row = groups(pages.start[top : bottom + 1] - cells.start)
            slots = Slots(row=row, kind=pages.rows.kind[top:bottom])
            chosen = strongest(claims, slots, rules.says(claims), rules.config.repeats)
            reasons.code[cells], reasons.about[cells] = chosen
    return reasons


def _shown(pages: Pages, cells: slice, grounds: Grounds, rules: EvidenceRules, request: int) -> Shown:
    absent = {*grounds.failed, *grounds.contexts.requests[request].disabled_sources}
    return Shown(
        contexts=grounds.contexts,
        request=request,
        title=pages.title[cells].astype(np.int64),
        match=_match(pages, cells, float(grounds.usual[request]) if rules.calibrated else np.nan),
        enjoyed=enjoyed(grounds.contexts, request),
        explainer=None if rules.explainer is None or rules.explainer.name in absent else rules.explainer,
        rare_keywords=rules.rare_keywords,
        config=rules.config,
    )


def _match(pages: Pages, cells: slice, usual: float) -> Float64:
    """[Q] how much of the probability of a play is above the usual one; NaN where the title was not scored."""
    play = pages.play[cells]
    known = ~np.isnan(pages.score[cells]) & (play > 0)
    return 1.0 - usual / np.where(known, play, np.nan)


def spelt(code: str, about: int, catalog: Catalog) -> tuple[str, str]:
    """What the reason is about, for programs and for people: an id and a name, or twice the same."""
    match code:
        case "new" | "leaving_soon":
            return "", ""
        case "because_you_watched":
            return catalog.ids[about], catalog.name[about]
        case "people" | "keyword":
            name = (catalog.people if code == "people" else catalog.keywords).names[about]
            return name, name
    return str(about), str(about)
