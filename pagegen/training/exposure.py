"""Exposure: which titles a logged page showed, how likely each was to be looked at, and whether it came into view."""

import numpy as np
import polars as pl

from pagegen.arrays import Float64, Int32, Int64, Mask, record, starts, within
from pagegen.data.dataset import Dataset
from pagegen.data.schema import DEVICES
from pagegen.ordering import Examination
from pagegen.replay import Occasions, occasions
from pagegen.request import MAX_COLUMNS, MAX_ROWS


@record
class Exposure:
    """Slots of logged pages."""

    start: Int64  # [O + 1] the slots of each page
    title: Int32  # [slots] NONE when it has left the catalog
    examined: Float64  # [slots] chance that the slot is looked at
    seen: Mask  # [slots] whether it came into view

    def chances(self, page: Int64, start: Int64, title: Int32) -> Float64:
        """
        [M] how likely the member was to look at the title, in its best slot; 0 where none of its slots came into view.

        Args:
            page: [B] place of each request's page.
            start: [B + 1] the pairs of each request.
            title: [M] of each pair, distinct within a request.
        """
        chance = np.zeros(len(title))
        best = np.zeros(1 + max(int(title.max(initial=0)), int(self.title.max(initial=0))))
        for p, low, high in zip(page.tolist(), start[:-1].tolist(), start[1:].tolist(), strict=True):
            slots = slice(int(self.start[p]), int(self.start[p + 1]))
            seen = self.seen[slots] & (self.title[slots] >= 0)
            shown = self.title[slots][seen]
            np.maximum.at(best, shown, self.examined[slots][seen])
            chance[low:high] = best[title[low:high]]
            best[shown] = 0
        return chance


def page_exposure(pages: pl.DataFrame, data: Dataset, examination: Examination) -> Exposure:
    """The slots of a pages log; of a page nobody knows how far it was seen, none came into view."""
    unseen = pl.col("row_lengths").list.eval(pl.element() * 0)
    pages = pages.with_columns(pl.col("seen_columns").fill_null(unseen))
    lengths = pages["row_lengths"].list.sum().to_numpy().astype(np.int64)
    row_length = pages["row_lengths"].explode().drop_nulls().to_numpy().astype(np.int64)
    rows = pages["row_lengths"].list.len().to_numpy().astype(np.int64)
    row_start = starts(row_length)
    device = np.repeat(pages["device"].fill_null(DEVICES[0]).cast(pl.Enum(DEVICES)).to_physical().to_numpy(), lengths)
    row = np.repeat(within(starts(rows)), row_length)
    column = within(row_start)
    not_known = pl.col("row_lengths").list.eval(pl.element() * 0)  # what is not known to have been seen was not
    seen_columns = pages.select(pl.col("seen_columns").fill_null(not_known)).to_series()
    seen = np.repeat(seen_columns.explode().drop_nulls().to_numpy(), row_length)
    return Exposure(
        start=starts(lengths),
        title=data.catalog.ids.positions(pages["title_ids"].explode().drop_nulls()),
        examined=examination.row[device, np.minimum(row, MAX_ROWS - 1)]
        * examination.column[device, np.minimum(column, MAX_COLUMNS - 1)],
        seen=column < seen,
    )


def page_occasions(pages: pl.DataFrame, data: Dataset, horizon_ms: int) -> Occasions:
    """One occasion for each logged page."""
    device = pages["device"].fill_null(DEVICES[0]).cast(pl.Enum(DEVICES)).to_physical().cast(pl.Int8).to_numpy()
    return occasions(
        data.members.ids.positions(pages["member_id"]), pages["time"].cast(pl.Int64).to_numpy(), horizon_ms, device
    )
