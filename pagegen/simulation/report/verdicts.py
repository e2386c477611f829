"""The verdict: of each cell a plain sentence, what else is higher or lower, and what to be careful with."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from pagegen.arrays import record
from pagegen.metrics.results import ALL, Difference
from pagegen.simulation.report.found import Found, Leak
from pagegen.simulation.report.kinds import Look
from pagegen.simulation.report.svg import Scale, scale, whisker
from pagegen.simulation.report.wording import chance, change, counts, listed, places, plain, signed, spread

TRUTH = "true_plays"


@record
class Said:
    """A measure, and whether it is higher or lower."""

    name: str
    word: str


@record
class Verdict:
    """What is said of one cell."""

    cell: str
    word: str  # higher, lower, n.s., equal, failed, no data
    look: Look
    change: str  # in percent of the baseline, "" where there is none
    sentence: str
    evidence: str  # counts and p
    truth: str  # a sentence on true plays, where there are any besides the headline
    said: Mapping[Look, Sequence[Said]]  # the measures that are better, worse, changed, the same
    plot: Markup


def verdicts(found: Found) -> Sequence[Verdict]:
    """One for every cell but the baseline."""
    heads = [head for cell in found.others if (head := head_of(found, cell))]
    on = scale([end for head in heads for end in (head.low, head.high, head.difference)], zero=True)
    return [_verdict(found, cell, on, places([(head.high - head.low) / 2 for head in heads])) for cell in found.others]


def head_of(found: Found, cell: str) -> Difference | None:
    return found.differences.get((ALL, found.headline.name, cell)) if found.headline else None


def _verdict(found: Found, cell: str, on: Scale, digits: int) -> Verdict:
    head = head_of(found, cell)
    word, look = _word(found, cell, head)
    if head is None or word in ("failed", "no data"):
        nothing: Mapping[Look, Sequence[Said]] = {}
        return Verdict(
            cell=cell,
            word=word,
            look=look,
            change="",
            sentence=failure(found, cell),
            evidence="",
            truth="",
            said=nothing,
            plot=Markup(),
        )
    return Verdict(
        cell=cell,
        word=word,
        look=look,
        change=change(head.difference, head.baseline_mean),
        sentence=_sentence(head, digits),
        evidence=_evidence(head),
        truth=_truth(found, cell),
        said=_said(found, cell),
        plot=whisker(on, head.low, head.difference, head.high, zero=True),
    )


def summary(found: Found) -> str:
    """All cells in a sentence, and by the world's truth in another; empty without any to compare."""
    if not found.headline or not found.others:
        return ""
    truths = {cell: found.differences.get((ALL, TRUTH, cell)) for cell in found.others}
    heads = {cell: head_of(found, cell) for cell in found.others}
    said = f"On {found.headline.name}, {_together(found, heads)}."
    if found.headline.name == TRUTH or not any(truths.values()):
        return said
    return f"{said} In true plays a page, which the simulated world knows, {_together(found, truths)}."


def _together(found: Found, heads: Mapping[str, Difference | None]) -> str:
    words = {cell: _word(found, cell, head)[0] for cell, head in heads.items()}
    cells = {word: [cell for cell in found.others if words[cell] == word] for word in words.values()}
    its, plural = found.baseline, {word: len(names) > 1 for word, names in cells.items()}
    endings = {
        "higher": f"{'are' if plural.get('higher') else 'is'} higher than {its}",
        "lower": f"{'are' if plural.get('lower') else 'is'} lower than {its}",
        "equal": f"{'are' if plural.get('equal') else 'is'} exactly equal to {its}",
        "n.s.": f"cannot be told apart from {its}",
        "no data": f"cannot be compared with {its}",
        "failed": "failed the leakage check: no comparison stands"
        if found.stands(its)
        else "cannot be judged, for the baseline leaks",
    }
    parts = [f"{listed(cells[word])} {ending}" for word, ending in endings.items() if word in cells]
    return "; ".join(parts)


def _word(found: Found, cell: str, head: Difference | None) -> tuple[str, Look]:
    if not found.stands(cell):
        return "failed", "failed"
    if not head or not head.pages or not found.headline:
        return "no data", "none"
    if head.low == head.high == head.difference == 0:
        return "equal", "same"
    return head.verdict, found.headline.look(head.verdict)


def failure(found: Found, cell: str) -> str:
    """Why there is no comparison."""
    if found.leaking(cell):
        return f"{cell} failed the leakage check: {leak_text(found.leaks[cell])}. Do not use its figures."
    if found.leaking(found.baseline):
        return f"The baseline {found.baseline} failed the leakage check, so nothing can be said of {cell} against it."
    return f"There is no page on which {cell} and {found.baseline} can be compared."


def leak_text(leak: Leak) -> str:
    """
    What was seen of the future.

    Examples:
        >>> leak_text(Leak(pages=50, leaks=12, stage="pool", detail=""))
        '12 of 50 pages came out differently when everything after the request was replaced, first at the stage pool'
        >>> leak_text(Leak(pages=50, leaks=50, stage="training", detail="the models have seen 2 days of it"))
        '50 of 50 pages knew what came after the request: the models have seen 2 days of it'
    """
    if leak.stage == "training":
        return f"{leak.leaks} of {leak.pages} pages knew what came after the request: {leak.detail}"
    where = f", first at the stage {leak.stage}" if leak.stage else ""
    what = f" ({leak.detail})" if leak.detail else ""
    return (
        f"{leak.leaks} of {leak.pages} pages came out differently when everything after the request was replaced"
        f"{where}{what}"
    )


def _sentence(head: Difference, digits: int) -> str:
    numbers = f"{plain(head.mean, digits)} against {plain(head.baseline_mean, digits)}"
    if head.low == head.high == head.difference == 0:
        return f"{head.cell} and {head.baseline} are exactly equal on {head.metric}: {plain(head.mean, digits)}."
    moved = f"a difference of {signed(head.difference, digits)} (95 % interval {spread(head.low, head.high, digits)})"
    if head.verdict == "n.s.":
        return (
            f"{head.cell} cannot be told apart from {head.baseline} on {head.metric}: {numbers}, {moved}, "
            "which is not significant (n.s.)."
        )
    return f"{head.cell} is {head.verdict} than {head.baseline} on {head.metric}: {numbers}, {moved}."


def _evidence(head: Difference) -> str:
    said = chance(head.p_holm)
    return counts(head.members, head.pages) + (f", {said} after Holm's correction" if said else "")


def _truth(found: Found, cell: str) -> str:
    truth = found.differences.get((ALL, TRUTH, cell))
    if not truth or not truth.pages or (found.headline and found.headline.name == TRUTH):
        return ""
    digits = places([(truth.high - truth.low) / 2])
    return (
        f"True plays a page: {plain(truth.mean, digits)} against {plain(truth.baseline_mean, digits)}, "
        f"{signed(truth.difference, digits)} ({spread(truth.low, truth.high, digits)}), {truth.verdict}"
    )


def _said(found: Found, cell: str) -> Mapping[Look, Sequence[Said]]:
    """The measures of the cell by how they came out."""
    compared = [(kind, found.differences.get((ALL, kind.name, cell))) for kind in found.kinds]
    known = [(kind.look(each.verdict), each) for kind, each in compared if each and each.pages]
    looks: tuple[Look, ...] = ("better", "worse", "changed", "same")
    said = {look: [Said(name=each.metric, word=each.verdict) for its, each in known if its == look] for look in looks}
    return {look: names for look, names in said.items() if names}
