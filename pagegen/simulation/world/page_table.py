"""
The pages log of a world, and back: any pages in that form become pages the truth can judge.

In a world's own log `provenance.config_digest` names the arm of the logging policy.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from pagegen.arrays import NONE, AnyArray, record, starts
from pagegen.data.folder import ROW_GROUPS
from pagegen.data.schema import PAGES
from pagegen.errors import DataError
from pagegen.simulation.behaviour import Shown
from pagegen.simulation.world.films import GENRES
from pagegen.simulation.world.ids import member_ids, position, title_ids
from pagegen.simulation.world.population import DEVICES
from pagegen.simulation.world.rhythm import COUNTRIES
from pagegen.simulation.world.running import PageLog
from pagegen.simulation.world.shelves import ARMS, KINDS

BLOCK: Final = 12  # rounds turned into a frame at once: bounds memory
OTHER_DEVICES: Final = {"tablet": "web"}  # what no world has is met like its nearest relative


@record
class Names:
    """What positions are called, each list an enum: two bytes a title until all pages are there, then its id."""

    member: pl.Series
    title: pl.Series
    country: pl.Series
    device: pl.Series
    arm: pl.Series
    kind: pl.Series
    genre: pl.Series  # the first is no genre


def pages(rounds: list[PageLog], seed: int) -> pl.DataFrame:
    """One row a page, in the order of the rounds, which is that of time within a member; in chunks as it is written."""
    names = _names(rounds)
    blocks = (_block(rounds[low : low + BLOCK], names, seed) for low in range(0, len(rounds), BLOCK))
    frame = pl.concat([PAGES.to_frame(), *_groups(blocks, ROW_GROUPS["pages"])], rechunk=False)
    numbers = pl.Series(np.arange(frame.height)).cast(pl.String).str.zfill(8)
    return frame.with_columns(page_id="p" + numbers)


def _groups(blocks: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The blocks' pages in groups of so many rows, with the types of the schema."""
    waiting: pl.DataFrame | None = None
    for block in blocks:
        waiting = block if waiting is None else pl.concat([waiting, block])
        while waiting.height >= rows:
            yield waiting.head(rows).rechunk().cast(PAGES)
            waiting = waiting.slice(rows)
    if waiting is not None and waiting.height:
        yield waiting.rechunk().cast(PAGES)


def _names(rounds: list[PageLog]) -> Names:
    shown = [part.logged.shown for part in rounds]
    return Names(
        member=_enum(member_ids(max((int(part.member.max(initial=0)) for part in shown), default=0) + 1)),
        title=_enum(title_ids(max((int(part.title.max(initial=0)) for part in shown), default=0) + 1)),
        country=_enum([country.code for country in COUNTRIES]),
        device=_enum(DEVICES),
        arm=_enum([name for name, *_ in ARMS]),
        kind=_enum(KINDS),
        genre=_enum(["", *GENRES]),
    )


def _enum(names: Sequence[str] | pl.Series) -> pl.Series:
    return pl.Series(names, dtype=pl.Enum(names))


def _block(rounds: list[PageLog], names: Names, seed: int) -> pl.DataFrame:
    def column(name: str) -> AnyArray:
        return np.concatenate([getattr(part.logged.shown, name) for part in rounds])

    rows = np.concatenate([np.diff(part.logged.shown.row_start) for part in rounds])
    slots = np.concatenate([np.diff(part.logged.shown.start) for part in rounds])
    page = np.repeat(np.arange(len(rows)), rows)
    frame = pl.DataFrame(
        {
            "page_id": pl.Series([""]).new_from_index(0, len(rows)),
            "time": column("time_ms"),
            "member_id": names.member.gather(column("member")),
            "country": names.country.gather(np.concatenate([part.country for part in rounds])),
            "device": names.device.gather(column("device")),
            "visible_columns": column("visible"),
            "provenance": _provenance(names.arm.gather(np.concatenate([part.logged.arm for part in rounds])), seed),
        }
    )
    of_rows = {
        "row_kinds": names.kind.gather(column("kind")),
        "row_seeds": names.genre.gather(column("seed_genre") + 1),
        "row_lengths": slots.astype(np.int16),
        "seen_columns": np.concatenate([part.seen for part in rounds]),
    }
    chance = np.concatenate([part.logged.chance for part in rounds])
    of_slots = {"title_ids": names.title.gather(column("title")), "step_probabilities": chance}
    whole = [frame, _lists(page, of_rows), _lists(np.repeat(page, slots), of_slots)]
    return pl.concat(whole, how="horizontal").select(PAGES.names())


def _provenance(arm: pl.Series, seed: int) -> pl.Series:
    return arm.to_frame("config_digest").select(
        pl.struct(
            pl.lit("world").alias("origin"),
            pl.lit(None, pl.String).alias("bundle_id"),
            "config_digest",
            pl.lit(None, pl.Int64).alias("watermark"),
            pl.lit(seed, pl.Int64).alias("rng_seed"),
        )
    ).to_series()  # fmt: skip


def _lists(page: AnyArray, columns: Mapping[str, object]) -> pl.DataFrame:
    """One list a page of every column."""
    flat = pl.DataFrame({"page": page, **columns}).with_columns(pl.col("page").set_sorted())
    return flat.group_by("page", maintain_order=True).agg(pl.all()).drop("page")


def shown(frame: pl.DataFrame) -> Shown:
    """
    Pages of the pages log (anybody's: the world's, a server's, an engine's) for `Truth.judge` and behaviours.

    Raises:
        DataError: a page of a member that is no world's.
    """
    member = position(frame["member_id"])
    if (member == NONE).any():
        stranger = frame["member_id"].gather(np.flatnonzero(member == NONE))[0]
        message = f"pages name members that no world has, first {stranger!r}; only pages made on a world can be judged"
        raise DataError(message)
    kinds = tuple(sorted(frame["row_kinds"].explode().unique().drop_nulls()))
    row_length = frame["row_lengths"].explode(empty_as_null=False)
    seed = frame["row_seeds"].explode(empty_as_null=False)
    places = {name: place for place, name in enumerate(DEVICES)}
    return Shown(
        member=member,
        time_ms=frame["time"].cast(pl.Int64).to_numpy(),
        device=frame["device"].replace(OTHER_DEVICES).replace_strict(places, return_dtype=pl.Int8).to_numpy(),
        visible=frame["visible_columns"].to_numpy(),
        row_start=starts(frame["row_lengths"].list.len().to_numpy().astype(np.int64)),
        kinds=kinds,
        kind=_place(frame["row_kinds"].explode(empty_as_null=False), kinds),
        seed_genre=_place(seed, GENRES),
        seed_title=position(seed),
        start=starts(row_length.to_numpy().astype(np.int64)),
        title=position(frame["title_ids"].explode(empty_as_null=False)),
    )


def _place(values: pl.Series, names: tuple[str, ...]) -> AnyArray:
    places = {name: place for place, name in enumerate(names)}
    return values.replace_strict(places, default=NONE, return_dtype=pl.Int16).to_numpy()
