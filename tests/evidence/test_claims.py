"""Claims: each kind of reason in a small world, where it is right to give it and where it is not."""

from typing import Any

import numpy as np
import pytest

from pagegen.data.dataset import Dataset
from pagegen.errors import ConfigError
from pagegen.evidence import EvidenceConfig
from pagegen.pool import Explainer, as_explainer
from tests.evidence.telling import told
from tests.worlds import DAY, Fields, ask, days_ago, event, member, play, tiny_engine, title, window, world

NEW_YEAR = 1_704_067_200_000  # 2024-01-01
NEW, LEAVING, CHART, PEOPLE, FILM, KEYWORD, MATCH = (
    EvidenceConfig(reasons=(name,)) for name in EvidenceConfig().reasons
)


def test_new_is_released_within_the_week() -> None:
    """Not a moment longer, not before its release, and never where only the year is known."""
    films = {"today": 0.1, "week": 6.99, "older": 7, "later": -1}
    data = world(
        [*(title(name, release_time=days_ago(days)) for name, days in films.items()), title("x", release_time=None)]
    )
    year = world([title("year", release_time=NEW_YEAR), title("exact", release_time=NEW_YEAR + 1)])

    assert dict.fromkeys(("today", "week"), ("", "New this week")) == told(data, ask(), NEW)
    assert ["exact"] == [*told(year, ask(time=NEW_YEAR + 3 * DAY), NEW)]


def test_leaving_soon_is_by_the_licence_of_the_country() -> None:
    """Within a month, there; not where it stays longer, an extension is known, it is gone, or it has no windows."""
    ends = {"soon": 20, "late": 30.1, "gone": -1}
    films = [title(name, windows=[window("NO", None, days_ago(-days))]) for name, days in ends.items()]
    extended = [window("NO", None, days_ago(-20)), window("ZZ", days_ago(-15), days_ago(-90))]
    elsewhere = [window("NO", None, days_ago(-90)), window("SE", None, days_ago(-20))]
    films += [title("extended", windows=extended), title("elsewhere", windows=elsewhere), title("free")]
    data = world(films, members=[member("ola", country="NO")])

    assert {"soon": ("", "Leaving soon")} == told(data, ask("ola"), LEAVING)
    assert ["elsewhere"] == [*told(data, ask("ola", country="SE"), LEAVING)]
    assert ["late", "soon"] == [*told(data, ask("ola"), EvidenceConfig(reasons=("leaving_soon",), leaving_days=31))]


def test_the_rank_is_of_the_level_that_is_used() -> None:
    """By plays of the last week in Norway, if there are enough of them; else by everybody's, and it says which."""
    films = [title(f"t{n:02d}") for n in range(12)]
    there = [play("ola", f"t{n:02d}", days_ago(2)) for n in range(11) for _ in range(21 - n)]
    others = [play("sven", "t11", days_ago(2)) for _ in range(99)]
    old = [play("ola", "t10", days_ago(8)) for _ in range(99)] + [play("ola", "t10", days_ago(0)) for _ in range(99)]
    data = world(films, [*there, *others, *old], [member("ola", country="NO"), member("sven", country="SE")])
    norway = {f"t{n:02d}": (str(n + 1), f"#{n + 1} in Norway") for n in range(10)}
    request = ask("ola", time=days_ago(0) + 1)

    assert norway == told(data, request, CHART)
    everywhere = told(data, request, CHART, min_plays=1_000)
    assert (("1", "#1 overall"), ("2", "#2 overall"), 10) == (everywhere["t11"], everywhere["t00"], len(everywhere))


def test_who_is_played_little_has_no_rank() -> None:
    """A chart of titles with a play each would be a lottery."""
    data = world([title("a"), title("b")], [play("you", t, days_ago(2)) for t in "a" * 10 + "b" * 9])

    assert {"a": ("1", "#1 overall")} == told(data, ask(), CHART)


def test_people_are_those_the_member_follows() -> None:
    """Three finished titles at twice the base rate; of two people in a title, the one followed most."""
    films = [*(title(f"a{n}", cast=["Ann"]) for n in range(4)), *(title(f"b{n}", directors=["Bob"]) for n in range(9))]
    films += [title("both", cast=["Bob", "Ann"]), *(title(f"r{n}") for n in range(20))]
    others = [play("you", film["title_id"], days_ago(9)) for film in films]
    data = world(films, [*others, *(play("me", t, days_ago(8)) for t in ("a0", "a1", "a2", "b0", "b1", "b2"))])
    two = world(films, [*others, *(play("me", t, days_ago(8)) for t in ("a0", "a1", "a1", "b0", "b1"))])
    found = told(data, ask("me"), PEOPLE)

    assert {f"a{n}" for n in range(4)} | {"both"} <= set(found)
    assert ("Ann", "More from Ann") == found["both"] == found["a3"]
    assert {} == told(two, ask("me"), PEOPLE)


SEEN = ["near", "far", "next"]


def company(*more: Fields) -> tuple[Dataset, Explainer]:
    """`near` was played with `next` by six, `far` by three; and what `me` did."""
    films = [title(name) for name in (*SEEN, "alone")]
    together = [play(f"n{n}", t, days_ago(40 - n)) for n in range(6) for t in ("near", "next")]
    together += [play(f"f{n}", t, days_ago(30 - n)) for n in range(3) for t in ("far", "next")]
    data = world(films, [*together, *more])
    before = world(films, together)
    source = next(s for s in tiny_engine(before).sources if s.name == "because_you_watched")
    explainer = as_explainer(source)
    assert explainer
    return data, explainer


def because(*more: Fields, **fields: Any) -> dict[str, str]:
    data, explainer = company(*more)
    return {name: text for name, (_, text) in told(data, ask("me", **fields), FILM, explainer=explainer).items()}


def test_the_watched_title_that_speaks_most_is_named() -> None:
    """Not the last; an id for programs, its name for people; nothing of a title that nobody played with them."""
    data, explainer = company(play("me", "near", days_ago(2)), play("me", "far", days_ago(1)))

    assert {"next": ("near", "Because you watched The near")} == told(data, ask("me"), FILM, explainer=explainer)
    assert {} == told(data, ask("a stranger"), FILM, explainer=explainer)


@pytest.mark.parametrize(
    "word",
    [
        play("me", "near", days_ago(2), 0.89),
        play("me", "near", days_ago(2), None),
        event("me", "near", "thumbs_down", days_ago(1)),
        event("me", "near", "not_interested", days_ago(1)),
        play("me", "near", days_ago(1), 1.0, grade=1.0),
    ],
    ids=["unfinished", "fraction not known", "thumb down", "not interested", "graded low"],
)
def test_what_was_not_enjoyed_is_not_named(word: Fields) -> None:
    """The next best is."""
    first = [play("me", "near", days_ago(3))] if word.get("fraction", 1.0) == 1.0 else []
    liked = play("me", "far", days_ago(2.5), 1.0, grade=5.0)

    assert {"next": "Because you watched The far"} == because(*first, liked, word)


def test_a_source_that_is_left_out_explains_nothing() -> None:
    """The request leaves it out; that a source which failed leaves the same page is asked in `test_one_engine.py`."""
    assert {"next"} == set(because(play("me", "near")))
    assert {} == because(play("me", "near"), disabled_sources=("because_you_watched",))


def test_who_cannot_explain_is_refused() -> None:
    """With those who can; and a name that does not exist."""
    data = world([title("a")])
    with pytest.raises(ConfigError, match=r"explainer is 'als'.*because_you_watched can explain"):
        tiny_engine(data, {"page": {"evidence": {"explainer": "als"}}})
    with pytest.raises(ConfigError, match=r"page.evidence.explainer names 'oracle'"):
        tiny_engine(data, {"page": {"evidence": {"explainer": "oracle"}}})


def test_the_rarest_keyword_that_is_shared_is_named() -> None:
    """With a title that was enjoyed, and not with itself; only the three rarest of a title tell something of it."""
    words = {
        "seen": ["heist", "night", "rain"],
        "both": ["heist", "night"],
        "night": ["night"],
        "other": ["desert"],
        "many": ["rain", "a", "b", "c"],
        "none": None,
        "rainy": ["rain"],
        "night 2": ["night"],
    }
    data = world([title(name, keywords=said) for name, said in words.items()], [play("me", "seen")])

    assert {
        "both": ("heist", "Heist"),
        "night": ("night", "Night"),
        "night 2": ("night", "Night"),
        "rainy": ("rain", "Rain"),
    } == told(data, ask("me"), KEYWORD)
    assert {} == told(data, ask("you"), KEYWORD)


def test_a_keyword_of_something_disliked_is_no_reason() -> None:
    """Nor of what was left in the middle."""
    films = [title("seen", keywords=["heist"]), title("next", keywords=["heist"])]
    logs = [[play("me", "seen"), event("me", "seen", "thumbs_down", days_ago(0.5))], [play("me", "seen", fraction=0.5)]]

    assert [{}, {}] == [told(world(films, log), ask("me"), KEYWORD) for log in logs]


def test_match_is_the_part_of_the_probability_above_the_usual() -> None:
    """Five times the mean is 80 %; of titles that were scored, by a ranker that was calibrated."""
    data = world([title(name) for name in "abcdefghij"])
    chance = [0.6, 0.25, *[0.05] * 7, np.nan]

    assert {"a": ("77", "77 % match")} == told(
        data, ask(), EvidenceConfig(reasons=("match",), min_match=0.7), play=chance
    )
    assert {} == told(data, ask(), MATCH, play=chance)
    assert {} == told(data, ask(), EvidenceConfig(reasons=("match",), min_match=0.0))


def test_an_order_without_a_reason_never_gives_it() -> None:
    """And the order says which is the strongest."""
    data = world([title("a", release_time=days_ago(1), windows=[window("ZZ", None, days_ago(-9))])])
    said = [
        told(data, ask(country="NO"), EvidenceConfig(reasons=order)).get("a")
        for order in (("new", "leaving_soon"), ("leaving_soon", "new"), ("match",), ())
    ]

    assert [("", "New this week"), ("", "Leaving soon"), None, None] == said
