"""Headings of rows and reasons of titles: templates in TOML, one file a language; English where a language has none."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

import numpy as np

from pagegen.arrays import NONE, record
from pagegen.context import Contexts
from pagegen.data.catalog import Catalog
from pagegen.data.niches import Niche, niche_of
from pagegen.errors import SchemaError
from pagegen.evidence import CODES, Evidence, Reasons, spelt

DEFAULT = "en"


@record
class Voice:
    """How a request is spoken to."""

    words: Mapping[str, dict[str, str]]  # tables of templates, of its language
    country: str  # its name; "" where nobody knows it


def voice_of(contexts: Contexts, request: int) -> Voice:
    """The request's language, and its country in it."""
    asked, position = contexts.requests[request], int(contexts.country[request])
    words, code = (
        _words(asked.language),
        asked.country or (contexts.data.countries[position] if position != NONE else ""),
    )
    return Voice(words=words, country=words["countries"].get(code, code))


def heading(template: str, evidence: Evidence, voice: Voice) -> str:
    """
    The heading of a row.

    Raises:
        SchemaError: a row kind names a template that no language has.
    """
    words = voice.words
    if template not in words["rows"]:
        message = (
            f"heading template {template!r} is not in headings/{DEFAULT}.toml; add it where its row kind is declared"
        )
        raise SchemaError(message)
    if evidence.seed_type == "niche":
        about = _of_niche(niche_of(evidence.seed_id), words["countries"] | words["from"])
    else:
        about = dict.fromkeys(("title", "genre", "person", "words"), evidence.seed_name)
    return words["rows"][template].format(country=voice.country, **about)


def _of_niche(niche: Niche, countries: dict[str, str]) -> dict[str, str]:
    """A country by its name, a decade by its first year."""
    facet = countries.get(niche.value, niche.value) if niche.facet == "country" else niche.value
    return {"genre": niche.genre, "facet": facet}


@record
class ReasonColumns:
    """The reasons of one page, one a slot; "" where nothing is said."""

    codes: tuple[str, ...]
    arguments: tuple[str, ...]  # title id, person, keyword or number; "" where the code says it all
    texts: tuple[str, ...]  # in the request's language


def reason_columns(reasons: Reasons, catalog: Catalog, voice: Voice) -> ReasonColumns:
    """The reasons of a page in words; each is written once, however many titles it is given for."""
    distinct, place = reasons.distinct()
    if not distinct:
        return ReasonColumns(codes=(), arguments=(), texts=())
    written = [_reason(code, about, catalog, voice) for code, about in distinct]
    codes, arguments, texts = (tuple(np.array(column, object)[place].tolist()) for column in zip(*written, strict=True))
    return ReasonColumns(codes=codes, arguments=arguments, texts=texts)


def _reason(code: int, about: int, catalog: Catalog, voice: Voice) -> tuple[str, str, str]:
    """Code, argument and text."""
    if code == NONE:
        return "", "", ""
    argument, said = spelt(CODES[code], about, catalog)
    template = voice.words["reasons"][CODES[code]]
    text = template.format(title=said, person=said, keyword=said, number=said, country=voice.country)
    return CODES[code], argument, text[:1].upper() + text[1:]


@lru_cache(maxsize=256)  # clients name languages as they like
def _words(language: str) -> Mapping[str, dict[str, str]]:
    folder = resources.files(__package__)
    default = tomllib.loads((folder / f"{DEFAULT}.toml").read_text("utf-8"))
    path = folder / f"{language.split('-')[0].lower()}.toml"
    if not language.isascii() or not language.replace("-", "").isalnum() or not path.is_file():
        return default
    own = tomllib.loads(path.read_text("utf-8"))
    return {table: default[table] | own.get(table, {}) for table in default}
