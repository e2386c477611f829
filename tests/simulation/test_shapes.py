"""The shape of a world's log lies in bands that real services and data sets show."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from pagegen.arrays import groups, within
from pagegen.simulation.row_cascade import RowCascade
from pagegen.simulation.world import World
from pagegen.simulation.world.rhythm import COUNTRIES, DAY_MS, EPOCH_MS, HOUR_MS

DAYS = 40


@pytest.fixture(scope="module")
def plays(shaped: World) -> pl.DataFrame:
    return shaped.tables["events"].filter(pl.col("kind") == "play")


def gini(count: Any) -> float:
    ordered = np.sort(count)
    return float(1 - 2 * np.sum(np.cumsum(ordered) / ordered.sum()) / len(ordered) + 1 / len(ordered))


def test_popularity_is_skewed(shaped: World, plays: pl.DataFrame) -> None:
    """Gini of titles by members who played them: .5 to .85 (MovieLens 1M: .63; 20M: .90)."""
    count = plays.unique(["member_id", "title_id"]).group_by("title_id").len()["len"].to_numpy()
    count = np.concatenate([count, np.zeros(len(shaped.titles) - len(count))])

    assert 0.5 < gini(count) < 0.85


def test_members_come_several_times_a_week(shaped: World) -> None:
    """4 to 10 visits with a page a week, and a few members many more than the median."""
    pages = shaped.tables["pages"].group_by("member_id").len()["len"].to_numpy()
    weeks = (
        np.maximum(DAYS * DAY_MS - np.maximum(shaped.truth.members.joined_ms - EPOCH_MS, 0), DAY_MS).sum() / DAY_MS / 7
    )

    assert 4 < pages.sum() / weeks < 10
    assert np.quantile(pages, 0.95) > 2.2 * np.median(pages)


def test_a_visit_leads_to_less_than_one_sitting(shaped: World, plays: pl.DataFrame) -> None:
    """.45 to .95 titles begun or continued a visit; visits without a page are a fifth."""
    run = plays.sort("member_id", "time", maintain_order=True).with_columns(
        new=(pl.col("time").diff().over("member_id") > pl.duration(hours=4)).fill_null(value=True)
        | (pl.col("title_id") != pl.col("title_id").shift(1).over("member_id")).fill_null(value=True)
    )
    visits = shaped.tables["pages"].height / 0.8

    assert 0.45 < run["new"].to_numpy().sum() / visits < 0.95


def test_most_but_not_all_plays_are_finished(plays: pl.DataFrame) -> None:
    """55 to 80 % of movie sittings reach the end, 3 to 20 % are given up within the first tenth."""
    movies = plays.filter(pl.col("season").is_null())["fraction"].to_numpy()

    assert 0.55 < (movies >= 0.9).mean() < 0.8
    assert 0.03 < (movies < 0.1).mean() < 0.2


def test_there_are_unfinished_titles_at_the_end(shaped: World, plays: pl.DataFrame) -> None:
    """Continue watching has something to show: half the members have an unfinished title."""
    last = plays.group_by("member_id", "title_id").agg(pl.col("fraction", "season", "episode").last())
    series = shaped.tables["catalog"].filter(pl.col("kind") == "series")["title_id"]
    broken = last.filter(
        (pl.col("fraction") < 0.9) & (pl.col("fraction") > 0.1) | pl.col("title_id").is_in(series.implode())
    )

    assert broken["member_id"].n_unique() > 0.5 * shaped.config.members


def test_all_kinds_of_events_happen(shaped: World) -> None:
    """Per page: .3 to 1.5 clicks; thumbs, list adds and dislikes are rare but there."""
    count = dict(shaped.tables["events"]["kind"].value_counts().iter_rows())
    pages = shaped.tables["pages"].height

    assert {"play", "click", "list_add", "list_remove", "thumbs_up", "thumbs_down", "not_interested"} == set(count)
    assert 0.3 < count["click"] / pages < 1.5
    assert count["thumbs_up"] > count["thumbs_down"] > count["list_remove"] / 10
    assert 0.002 < count["not_interested"] / pages < 0.05


def test_evenings_and_weekends_are_busy(shaped: World) -> None:
    """Local time: 18 to 22 o'clock has three times the small hours' visits, Saturday a tenth more than Tuesday."""
    offset = {country.code: country.utc_offset_hours * HOUR_MS for country in COUNTRIES}
    local = (
        shaped.tables["pages"]
        .select(
            hours=(
                pl.col("time").cast(pl.Int64)
                - EPOCH_MS
                + pl.col("country").replace_strict(offset, return_dtype=pl.Int64)
            )
            // HOUR_MS
        )["hours"]
        .to_numpy()
    )
    hour, day = local % 24, local // 24 % 7

    assert np.isin(hour, [18, 19, 20, 21]).sum() > 3 * np.isin(hour, [1, 2, 3, 4]).sum()
    weeks = np.bincount(np.unique(local // 24) % 7)

    assert (day == 5).sum() / weeks[5] > 1.1 * (day == 1).sum() / weeks[1]


def test_three_devices_are_used(shaped: World) -> None:
    """Each of tv, web and phone by a tenth of the visits at least."""
    share = dict(shaped.tables["pages"]["device"].value_counts(normalize=True).iter_rows())

    assert {"tv", "web", "phone"} == set(share)
    assert min(share.values()) > 0.1


def test_members_look_at_ten_to_twenty_titles(shaped: World) -> None:
    """Pages left without a play: 8 to 22 examined (a member gives up after 10 to 20: Netflix, TMIS 2015)."""
    truth, looked = shaped.truth, []
    for part in shaped.pages[40:80:10]:
        pages = part.logged.shown
        responses = RowCascade().respond(truth, pages, np.random.default_rng(0))
        page = groups(pages.row_start)[groups(pages.start)]
        examined = np.bincount(page, responses.examined, minlength=len(pages))
        played = np.bincount(page, responses.played, minlength=len(pages)) > 0
        looked.append(examined[~played & (examined > 0)])

    assert 8 < np.concatenate(looked).mean() < 22


def test_the_raw_click_rate_is_no_measure_of_appeal(shaped: World) -> None:
    """Clicks an impression correlate below .8 with the mean true appeal, but above .2; titles with 30 impressions."""
    count = len(shaped.titles)
    in_view = np.zeros(count)
    for part in shaped.pages:
        pages = part.logged.shown
        seen = within(pages.start) < part.seen[groups(pages.start)]
        in_view += np.bincount(pages.title[seen], minlength=count)
    clicks = np.bincount(shaped.events.title[shaped.events.kind == 1], minlength=count)
    member = np.arange(shaped.config.members, dtype=np.int32)
    noon = np.full(len(member), EPOCH_MS + DAYS // 2 * DAY_MS + 20 * HOUR_MS)
    appeal = shaped.truth.appeal(member, noon, np.zeros(len(member), np.int8)).mean(axis=0)
    known = in_view >= 30

    assert 0.2 < np.corrcoef(clicks[known] / in_view[known], appeal[known])[0, 1] < 0.8


def test_new_arrivals_get_attention(shaped: World, plays: pl.DataFrame) -> None:
    """In its first week more members begin a new release than in its fourth; of those with four weeks."""
    release = shaped.tables["catalog"].select(
        "title_id", day=(pl.col("release_time").cast(pl.Int64) - EPOCH_MS) // DAY_MS
    )
    new = release.filter(pl.col("day").is_between(0, DAYS - 28))
    first = plays.unique(["member_id", "title_id"], keep="first", maintain_order=True)
    age = first.join(new, on="title_id").select(
        week=((pl.col("time").cast(pl.Int64) - EPOCH_MS) // DAY_MS - pl.col("day")) // 7
    )
    weeks = np.bincount(age["week"].to_numpy())

    assert weeks[0] > 1.3 * weeks[3]
