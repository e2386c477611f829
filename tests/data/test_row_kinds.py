"""Which row kinds a data folder can support, from its facts."""

import msgspec
import pytest

from pagegen.data.facts import Facts, supports
from pagegen.homepage import HOME

RICH = Facts(
    titles=100,
    series=0,
    titles_with_genres=100,
    titles_with_people=100,
    titles_with_maturity=0,
    titles_with_windows=0,
    titles_leaving=10,
    titles_released=100,
    exact_releases=0,
    releases_in_range=50,
    members=9,
    members_described=0,
    kids_members=0,
    countries=(),
    events=900,
    events_by_kind={"play": 880, "list_add": 10, "thumbs_up": 10},
    first_event_ms=0,
    last_event_ms=40 * 86_400_000,
    longest_history=100,
    members_with_two_titles=9,
    titles_played=100,
    unfinished_plays=30,
    unfinished_share=1 / 30,
    graded_events=0,
    episodes=0,
    pages=0,
)


def test_rich_data_support_every_kind() -> None:
    """Nothing is missing."""
    assert set(supports(RICH).values()) == {None}


def test_every_kind_there_is_is_spoken_of() -> None:
    """Also those that are off by default."""
    assert {kind.name for kind in HOME.kinds(tuple(HOME.sources))} == set(supports(RICH))


@pytest.mark.parametrize(
    ("lack", "kinds"),
    [
        ({"unfinished_plays": 0}, {"continue_watching"}),
        ({"events_by_kind": {"play": 880, "thumbs_up": 10}}, {"my_list"}),
        ({"events_by_kind": {"play": 880, "list_add": 10}}, {"watch_again"}),
        ({"last_event_ms": 29 * 86_400_000}, {"watch_again"}),
        (
            {"members_with_two_titles": 0},
            {"top_picks", "because_you_watched", "hidden_gems", "genre_facet", "taste", "explore"},
        ),
        ({"last_event_ms": 3_600_000}, {"trending_now", "watch_again"}),
        ({"titles_played": 49}, {"hidden_gems"}),
        ({"titles_played": 9}, {"top_10", "hidden_gems"}),
        ({"titles_with_genres": 9}, {"genre", "genre_facet", "taste", "explore"}),
        ({"titles_with_people": 9}, {"people"}),
        ({"titles_leaving": 9}, {"leaving_soon"}),
        ({"releases_in_range": 9}, {"new_releases"}),
    ],
)
def test_what_a_lack_costs(lack: dict[str, int], kinds: set[str]) -> None:
    """Each kind is off exactly when what it needs is not there."""
    facts = msgspec.structs.replace(RICH, **lack)

    assert {kind for kind, reason in supports(facts).items() if reason is not None} == kinds
