"""Headings of rows and reasons of titles: templates in TOML, one file a language; English where a language has none."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

import numpy as np

from pagegen.arrays import NONE, record
from pagegen.context import Contexts
from pagegen.data.niches import Niche, niche_of
from pagegen.errors import SchemaError
from pagegen.evidence import CODES, Evidence, Reasons, spelt

DEFAULT = "en"


def heading(template: str, evidence: Evidence, contexts: Contexts, request: int) -> str:
    """
    The heading of a row in the request's language.

    Raises:
        SchemaError: a row kind names a template that no language has.
    """
    words = _words(contexts.requests[request].language)
    if template not in words["rows"]:
        message = (
            f"heading template {template!r} is not in headings/{DEFAULT}.toml; add it where its row kind is declared"
        )
        raise SchemaError(message)
    country = _country(words["countries"], contexts, request)
    name = evidence.seed_name
    about = {"title": name, "genre": name, "person": name, "words": name}
    if evidence.seed_type == "niche":
        about = _of_niche(niche_of(evidence.seed_id), words["countries"] | words["from"])
    return words["rows"][template].format(country=country, **about)


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


def reason_columns(reasons: Reasons, contexts: Contexts, request: int) -> ReasonColumns:
    """The reasons of a request's page in words; each is written once, however many titles it is given for."""
    words, catalog = _words(contexts.requests[request].language), contexts.data.catalog
    country = _country(words["countries"], contexts, request)
    distinct, place = reasons.distinct()
    if not distinct:
        return ReasonColumns(codes=(), arguments=(), texts=())
    written = [("", "", "")] * len(distinct)
    for i, (code, about) in enumerate(distinct):
        if code != NONE:
            name = CODES[code]
            argument, said = spelt(name, about, catalog)
            text = words["reasons"][name].format(title=said, person=said, keyword=said, number=said, country=country)
            written[i] = name, argument, text[:1].upper() + text[1:]
    codes, arguments, texts = (tuple(np.array(column, object)[place].tolist()) for column in zip(*written, strict=True))
    return ReasonColumns(codes=codes, arguments=arguments, texts=texts)


def _country(names: Mapping[str, str], contexts: Contexts, request: int) -> str:
    position = int(contexts.country[request])
    code = contexts.requests[request].country or (contexts.data.countries[position] if position != NONE else "")
    return names.get(code, code)


@lru_cache(maxsize=256)  # clients name languages as they like
def _words(language: str) -> Mapping[str, dict[str, str]]:
    folder = resources.files(__package__)
    default = tomllib.loads((folder / f"{DEFAULT}.toml").read_text("utf-8"))
    path = folder / f"{language.split('-')[0].lower()}.toml"
    if not language.isascii() or not language.replace("-", "").isalnum() or not path.is_file():
        return default
    own = tomllib.loads(path.read_text("utf-8"))
    return {table: default[table] | own.get(table, {}) for table in default}
