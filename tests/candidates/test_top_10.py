"""Top 10: the chart of the country's week, said of the country only when it is the country's."""

from tests.contracts import proposal, proposed, source_of
from tests.worlds import Fields, ask, days_ago, member, play, tiny_engine, title, window, world

TITLES = [f"t{n:02d}" for n in range(12)]
CHART = TITLES[:10]


def week(least: int = 1, who: str = "x", number: int = 10) -> list[Fields]:
    """Plays that make t00 first and the last of `number` titles the tenth, with `least` plays."""
    return [
        play(f"{who}{i % 7}", t, days_ago(2))
        for n, t in enumerate(TITLES[:number])
        for i in range(least + number - 1 - n)
    ]


def chart(plays: list[Fields], who: str = "stranger", **fields: list) -> list[tuple[int, list[str]]]:
    people = [member(f"x{n}", country="NO") for n in range(7)]
    films = [title(t, **({"windows": fields["windows"]} if t == "t00" and fields else {})) for t in TITLES]
    settings = {"page": {"source": {"top_10": {"min_plays": 3}}}, "fit": {"trends": {"min_plays": 50.0}}}
    engine = tiny_engine(world(films, plays, people), settings)
    (found,) = proposed(source_of(engine, "top_10"), proposal(engine, [ask(who)]))
    return [(variant, titles) for _, _, variant, titles, _ in found]


def test_the_chart_needs_plays_of_its_tenth_title() -> None:
    """Three plays of the tenth make a chart, two make none."""
    assert [(0, CHART)] == chart(week(least=3))
    assert [] == chart(week(least=2))
    assert [] == chart(week(least=3, number=9))


def test_the_chart_is_the_countrys_when_it_has_enough_plays() -> None:
    """Its own order and heading for who lives there, the world's for all others; with too few, the world's for all."""
    local, elsewhere = week(least=3), [play(f"y{n}", "t09", days_ago(1)) for n in range(40)]

    assert [(1, CHART)] == chart([*local, *elsewhere], "x1")
    assert [(0, ["t09", *TITLES[:9]])] == chart([*local, *elsewhere])
    assert [(0, CHART)] == chart(week(least=3, who="y"), "x1")


def test_the_chart_shows_what_was_watched_but_not_what_is_not_licensed() -> None:
    """A chart without its first title would be a lie to who has seen it; one nobody may watch is left out."""
    seen = play("me", "t00", days_ago(1))

    assert [(0, CHART)] == chart([*week(least=3), seen], "me")
    assert [(0, TITLES[1:11])] == chart(week(least=3, number=11), windows=[window("SE")])


def test_only_the_last_week_makes_the_chart() -> None:
    """A hundred plays eight days ago are history."""
    old = [play("y1", "t11", days_ago(8)) for _ in range(100)]

    assert [(0, CHART)] == chart([*week(least=3), *old])
