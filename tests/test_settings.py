"""Settings: defaults, overrides, and every problem at once."""

from collections.abc import Mapping
from typing import Any

import pytest

from pagegen.bundle.resolve import merged, resolve
from pagegen.errors import ConfigError
from pagegen.homepage import HOME


def problems(*overrides: Mapping[str, Any]) -> str:
    with pytest.raises(ConfigError) as raised:
        resolve(HOME, *overrides)
    return str(raised.value)


def test_tables_merge_and_lists_replace() -> None:
    """Key by key as deep as tables go; a list or a number takes the place of what was there."""
    base = {"a": {"x": 1, "list": [1, 2], "deep": {"p": 1, "q": 2}}, "b": 1}
    over = {"a": {"list": [3], "deep": {"q": 5}, "new": 0}, "b": {"now": "a table"}}

    assert {"a": {"x": 1, "list": [3], "deep": {"p": 1, "q": 5}, "new": 0}, "b": {"now": "a table"}} == merged(
        base, over
    )
    assert {"a": {"x": 1, "list": [1, 2], "deep": {"p": 1, "q": 2}}, "b": 1} == base


def test_defaults_are_spelt_out() -> None:
    """Every part that exists has its settings in the result, whether it is on or not."""
    settings = resolve(HOME)

    assert set(HOME.sources) == set(settings.fit.source) == set(settings.page.source)
    assert (set(HOME.rankers), set(HOME.filters)) == (set(settings.fit.rankers), set(settings.page.filter))
    assert (32, 10) == (settings.fit.source["als"]["embedding_size"], settings.page.source["top_10"]["min_plays"])


def test_the_last_override_wins() -> None:
    """Over the defaults and over each other, without touching what they do not name."""
    one = {"page": {"source": {"facets": {"new_days": 30, "scorer": "trending"}}, "max_pairs": 10}}
    settings = resolve(HOME, one, {"page": {"source": {"facets": {"new_days": 7}}}})

    assert {"new_days": 7, "scorer": "trending", "genres": 24} == settings.page.source["facets"]
    assert (10, resolve(HOME).page.refill) == (settings.page.max_pairs, settings.page.refill)


def test_every_problem_is_reported_at_once() -> None:
    """Unknown keys at any depth, wrong types, parts that do not exist, numbers out of range: one sentence each."""
    found = problems(
        {
            "nope": 1,
            "fit": {
                "ranker": "best",
                "sources": ["als", "psychic"],
                "source": {"als": {"epochs": "many", "alpa": 1.0}, "psychic": {}},
                "trends": {"short_day": 3},
            },
            "page": {
                "max_pairs": 0,
                "refil": 5,
                "orderer": 7,
                "source": {"trending": {"weight": 1}},
                "constraints": {"kinds": {"genre": {"firts": 1}, "top_10": {"lats": 2}}},
                "kinds": {"genre": {"min_title": 1}, "horoscope": {"on": True}},
            },
        }
    )
    sentences = [
        "nope does not exist",
        "fit.ranker names 'best'",
        "fit.sources names 'psychic'",
        "fit.source.als.epochs: Expected `int`, got `str`",
        "fit.source.als.alpa does not exist",
        "fit.source.psychic does not exist",
        "fit.trends.short_day does not exist",
        "page.max_pairs is 0; from 1",
        "page.refil does not exist",
        "page.orderer: Expected `str`, got `int`",
        "page.source.trending.weight does not exist",
        "page.constraints.kinds.genre.firts does not exist",
        "page.constraints.kinds.top_10.lats does not exist",
        "page.kinds.genre.min_title does not exist",
        "page.kinds names 'horoscope'",
    ]

    assert [] == [sentence for sentence in sentences if sentence not in found]


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ({"fit": 3}, "fit is 3, not a table"),
        ({"page": {"source": {"als": 3}}}, "page.source: Expected `object`, got `int` - at `$[...]`"),
        ({"page": {"source": 3}}, "page.source: Expected `object`, got `int`"),
        ({"page": {"max_pairs": "many"}}, "page.max_pairs: Expected `int`, got `str`"),
        (
            {"page": {"constraints": {"kinds": {"genre": {"distance": 0}}}}},
            "page.constraints.kinds.genre.distance: Expected `int` >= 1",
        ),
        (
            {"page": {"constraints": {"kinds": {"genre": {"dedup": "never"}}}}},
            "page.constraints.kinds.genre.dedup is 'never'; one of hard, soft, exempt",
        ),
        ({"page": {"objective": {"diversity": -0.1}}}, "page.objective.diversity: Expected `float` >= 0.0"),
        ({"page": {"objective": {"novelty": 1.0}}}, "page.objective.novelty does not exist; there are diversity, cal"),
        ({"page": {"refill": -1}}, "page.refill is -1; from 0 to 1000"),
        ({"fit": {"examples": {"windows": 1}}}, "fit.examples.windows is 1; from 2 to 100"),
        ({"fit": {"trends": {"short_days": 91.0}}}, "fit.trends.short_days is 91.0; from 0.05 to 90.0"),
        ({"page": {"filters": ["licence", "mood"]}}, "page.filters names 'mood'; there are watched, licence"),
        ({"page": {"attraction": {"horoscope": 2.0}}}, "page.attraction names 'horoscope'; there are because_you"),
        ({"page": {"attraction": {"genre": "high"}}}, "page.attraction: Expected `float`, got `str`"),
        ({"page": {"kinds": {"genre": {"order": 1.5}}}}, "page.kinds.genre.order: Expected `float` <= 1.0"),
        ({"page": {"kinds": {"genre": {"order": "fate"}}}}, "page.kinds.genre.order: Invalid enum value 'fate'"),
        ({"page": {"attraction": {"genre": -0.1}}}, "page.attraction.genre is -0.1; from 0.0 to 100.0"),
        ({"page": {"exploration": {"rows": 1.0}}}, "page.exploration.rows: Expected `float` <= 0.9"),
        ({"page": {"exploration": {"slots": -0.1}}}, "page.exploration.slots: Expected `float` >= 0.0"),
    ],
    ids=range(19),
)
def test_a_wrong_setting_is_named(override: Mapping[str, Any], says: str) -> None:
    """Where it is, what was found, what it may be."""
    assert says in problems(override)


def test_a_copy_has_its_own_settings_over_its_originals_defaults() -> None:
    """It counts among the sources that may be on, and that others read."""
    fit = {"copies": {"wide": "als"}, "sources": ["wide", "top_picks"], "source": {"wide": {"embedding_size": 64}}}
    settings = resolve(HOME, {"fit": fit, "page": {"source": {"top_picks": {"quotas": {"wide": 5}}}}})

    assert (64, 32) == tuple(settings.fit.source[name]["embedding_size"] for name in ("wide", "als"))
    assert settings.fit.source["als"]["reg"] == settings.fit.source["wide"]["reg"]


@pytest.mark.parametrize(
    ("copies", "says"),
    [
        ({"wide": "psychic"}, "fit.copies.wide is a copy of 'psychic'; there are als, ease, edlae"),
        ({"more": "because_you_watched"}, "fit.copies.more is a copy of 'because_you_watched'; there are als, ease"),
        ({"als": "edlae"}, "fit.copies.als must be a name of letters, digits and _ that no source has"),
        ({"a/b": "als"}, "fit.copies.a/b must be a name of letters, digits and _ that no source has"),
    ],
)
def test_an_impossible_copy_is_named(copies: Mapping[str, str], says: str) -> None:
    """Of what does not exist, or has rows, whose kinds would be there twice; or under a name that cannot be."""
    assert says in problems({"fit": {"copies": copies}})


def test_the_digest_is_of_the_resolved_whole() -> None:
    """It changes with any number, and does not with the way to spell it."""
    plain = resolve(HOME).digest
    changes: list[dict[str, Any]] = [
        {"fit": {"source": {"als": {"epochs": 13}}}},
        {"page": {"source": {"facets": {"new_days": 364}}}},
        {"page": {"kinds": {"genre": {"on": False}}}},
        {"page": {"kinds": {"genre": {"order": 0.5}}}},
        {"page": {"constraints": {"hard_rows": 7}}},
        {"fit": {"sources": ["trending", "als"]}},
        {"fit": {"trends": {"min_plays": 99.0}}},
    ]

    assert plain == resolve(HOME, {"fit": {"source": {"als": {"epochs": 12}}}}, {}).digest
    assert 1 + len(changes) == len({plain, *(resolve(HOME, change).digest for change in changes)})
