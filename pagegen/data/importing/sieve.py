"""The sieve: blocks of input rows in, typed rows of ours out, every other row into the ledger with its reason."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pagegen.data.importing.inputs import Input
from pagegen.data.importing.ledger import LINE, OURS, WRONG, Ledger
from pagegen.data.importing.values import Column, mine

REASON = f"{OURS}reason"


def sift(source: Input, columns: Sequence[Column], ledger: Ledger, skip: pl.Expr | None = None) -> pl.DataFrame:
    """
    The good rows: LINE and `columns`, in order of reading. Rows where `skip` holds are left out, not rejected.

    A row with several things wrong is rejected for the first of them.
    """
    reasons = [pl.when(found).then(pl.lit(reason)) for column in columns for reason, found in column.wrong]
    kept = []
    for block in source.blocks():
        taken = block if skip is None else block.filter(~(skip & pl.col(WRONG).is_null()).fill_null(value=False))
        ledger.enter(source.table, block.height, block.height - taken.height)
        valued = taken.lazy().with_columns([column.value.alias(f"{OURS}{column.name}") for column in columns])
        judged = valued.with_columns(pl.coalesce(WRONG, *reasons).alias(REASON)).collect()
        ledger.reject(source.table, judged.filter(pl.col(REASON).is_not_null()), pl.col(REASON))
        good = judged.filter(pl.col(REASON).is_null())
        kept.append(good.select(LINE, *(mine(column.name).alias(column.name) for column in columns)))
    return pl.concat(kept)


def first_of_each(rows: pl.DataFrame, source: Input, column: str, ledger: Ledger) -> pl.DataFrame:
    """Rows whose `column` was not there before; later ones are rejected as duplicates. Nulls are never duplicates."""
    again = ~rows[column].is_first_distinct() & rows[column].is_not_null()
    if again.any():
        lines = rows.filter(again)[LINE].implode()
        for block in source.blocks():
            ledger.reject(source.table, block.filter(pl.col(LINE).is_in(lines)), pl.lit(f"duplicate {column}"))
    return rows.filter(~again)


def known(column: Column, ids: pl.Series, label: str) -> Column:
    """The column, wrong also where it names none of `ids`."""
    return replace(column, wrong=(*column.wrong, (f"unknown {label}", ~mine(column.name).is_in(ids.implode()))))


def conformed(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The schema's columns in its order; those the input does not have are null."""
    have = [pl.col(name) if name in rows.columns else pl.lit(None).alias(name) for name in schema]
    return rows.select(have).cast(schema)
