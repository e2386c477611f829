"""Members: who they are, as arrays over member positions."""

import numpy as np
import polars as pl

from pagegen.arrays import Int16, Int32, Mask, record
from pagegen.data.ids import Ids
from pagegen.errors import DataError

NO_CEILING = np.iinfo(np.int16).max


@record
class Members:
    ids: Ids
    country: Int32  # [members] position in countries; NONE when not known
    kids: Mask  # [members]
    maturity_ceiling: Int16  # [members] years; NO_CEILING without one

    def __len__(self) -> int:
        return len(self.ids)


def read_members(frame: pl.DataFrame, seen: pl.Series, countries: Ids) -> Members:
    """
    Members of the `members` table and all who appear in the events (`seen`), about whom nothing else is known.

    Raises:
        DataError: duplicate ids.
    """
    if frame["member_id"].is_duplicated().any():
        twice = frame.filter(pl.col("member_id").is_duplicated())["member_id"][0]
        message = f"the members table has {twice!r} more than once; run `pagegen check`"
        raise DataError(message)
    all_ids = pl.concat([frame["member_id"], seen.unique()]).unique()
    frame = all_ids.to_frame("member_id").join(frame, on="member_id", how="left").sort("member_id")
    return Members(
        ids=Ids(frame["member_id"]),
        country=countries.positions(frame["country"]),
        kids=frame["kids"].fill_null(value=False).to_numpy(),
        maturity_ceiling=frame["maturity_ceiling"].fill_null(NO_CEILING).to_numpy(),
    )
