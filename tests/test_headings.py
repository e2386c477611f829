"""Headings: a template for every kind, true of its row, in words."""

import string
import tomllib
from importlib import resources
from typing import Any

import pytest

from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset
from pagegen.errors import SchemaError
from pagegen.evidence import CODES, Evidence, row_evidence
from pagegen.headings import heading, voice_of
from pagegen.homepage import HOME
from pagegen.pool import RowKind
from tests.worlds import ask, member, title, world

KINDS = {kind.name: kind for kind in HOME.kinds(tuple(HOME.sources))}
ENGLISH = tomllib.loads((resources.files("pagegen.headings") / "en.toml").read_text("utf-8"))


def data() -> Dataset:
    films = [
        title("a", name="{country} of {title}", genres=["Film-Noir"]),
        title("b", genres=["Drama"], cast=["Liv Ullmann"]),
    ]
    return world(films, members=[member("ola", country="NO"), member("nowhere"), member("odd", country="QQ")])


def said(template: str, who: str, kind: str = "top_10", seed: int = -1, **fields: Any) -> str:
    contexts = read_contexts([ask("nobody"), ask(who, **fields)], data(), TrendWindows())
    return heading(template, row_evidence(KINDS[kind], seed, contexts), voice_of(contexts, 1))


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_template_of_every_kind_exists(kind: RowKind) -> None:
    """In English; and it names only what a row of this kind is about."""
    about = {
        "none": set(),
        "title": {"title"},
        "genre": {"genre"},
        "person": {"person"},
        "niche": {"genre", "facet"},
        "words": {"words"},
    }[kind.seed_type] | {"country"}

    for name in kind.headings:
        assert {field for _, field, _, _ in string.Formatter().parse(ENGLISH["rows"][name]) if field} <= about


def test_every_template_belongs_to_a_kind() -> None:
    """No words without a row to say them of; `popular` is kept for pages of members nobody knows."""
    assert {"popular"} == set(ENGLISH["rows"]) - {name for kind in KINDS.values() for name in kind.headings}


ABOUT = {"people": "person", "because_you_watched": "title", "keyword": "keyword"} | dict.fromkeys(
    ("top_10", "top_10_in_country", "match"), "number"
)


def test_every_reason_has_words() -> None:
    """And no other has; they name what the reason is about, and only the rank in a country names that."""
    fields = {
        code: {field for _, field, _, _ in string.Formatter().parse(text) if field}
        for code, text in ENGLISH["reasons"].items()
    }
    expected = {code: {ABOUT[code]} if code in ABOUT else set() for code in CODES}

    assert expected | {"top_10_in_country": {"number", "country"}} == fields


def test_countries_have_names() -> None:
    """All that ISO 3166 assigns, each once, none empty."""
    names = ENGLISH["countries"]

    assert ("Norway", "Türkiye", 249) == (names["NO"], names["TR"], len(names))
    assert all(len(code) == 2 and code.isupper() and name.strip() == name and name for code, name in names.items())
    assert len(set(names.values())) == len(names)


def test_headings_name_what_the_row_is_about() -> None:
    """The country of the request before the member's; braces in a title's name are only text."""
    assert "Top 10 in Norway" == said("top_10_in_country", "ola")
    assert "Top 10 in Sweden" == said("top_10_in_country", "ola", country="SE")
    assert "Top 10 in QQ" == said("top_10_in_country", "odd")
    assert "Because you watched {country} of {title}" == said("because_you_watched", "ola", "because_you_watched", 0)
    assert "More from Liv Ullmann" == said("people", "ola", "people", 0)
    assert "Film-Noir" == said("genre", "ola", "genre", 1)


@pytest.mark.parametrize(
    ("niche", "words"),
    [
        ("country NO | Drama", "Drama from Norway"),
        ("country US | Drama", "Drama from the United States"),
        ("country United Kingdom | Drama", "Drama from the United Kingdom"),
        ("country Atlantis | Drama", "Drama from Atlantis"),
        ("decade 1990 | Crime", "Crime from the 1990s"),
        ("keyword {heist} | Film-Noir", "Film-Noir: {heist}"),
    ],
)
def test_niches_are_told_in_words(niche: str, words: str) -> None:
    """Countries by their names, with an article where they have one, decades in the plural; braces are only text."""
    contexts = read_contexts([ask()], data(), TrendWindows())
    evidence = Evidence(reason="genre_facet", seed_type="niche", seed_id=niche, seed_name=niche)

    assert words == heading(f"genre_{niche.split()[0]}", evidence, voice_of(contexts, 0))


def test_a_taste_for_two_genres_names_both() -> None:
    """As they stand in the niche."""
    contexts = read_contexts([ask()], data(), TrendWindows())
    evidence = Evidence(reason="taste", seed_type="niche", seed_id="genre Sci-Fi | Action", seed_name="")

    assert "Your taste in Action and Sci-Fi" == heading("taste_genre", evidence, voice_of(contexts, 0))


@pytest.mark.parametrize("language", ["", "en", "en-US", "xx", "." * 2 + "/en", "nb-NO", "\0", "a" * 35, "EN"])
def test_a_language_without_words_gets_english(language: str) -> None:
    """Whatever a client calls its language."""
    assert "Continue watching" == said("continue_watching", "ola", "continue_watching", language=language)


def test_a_template_that_does_not_exist_is_an_error_of_the_program() -> None:
    """It never fails open."""
    contexts = read_contexts([ask()], data(), TrendWindows())
    evidence = Evidence(reason="x", seed_type="none", seed_id="", seed_name="")
    with pytest.raises(SchemaError, match="horoscope"):
        heading("horoscope", evidence, voice_of(contexts, 0))
