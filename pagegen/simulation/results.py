"""
The results of an experiment, for notebooks and reports: what was run, and what was found, as polars frames.

    results = pagegen.read_results("runs/als")
    results.differences.filter(stratum="all")
    results.compare("als", "ease")
    results.pages("als").filter(pl.col("member_id") == "42").collect()

Small tables are read at once, pages and values when they are asked for.
"""

from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from pagegen.arrays import record
from pagegen.data.schema import TIME
from pagegen.errors import DataError
from pagegen.metrics.comparison import compare
from pagegen.metrics.results import ALL
from pagegen.metrics.results import frame as frame_of
from pagegen.training.fit import rng_of

RUN: Final = "run.json"
ESTIMATES: Final = pl.Schema(
    {
        "metric": pl.String,
        "cell": pl.String,
        "stratum": pl.String,  # "all", or such as "activity=heavy"
        "members": pl.Int64,
        "pages": pl.Int64,
        "mean": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
)
DIFFERENCES: Final = pl.Schema(
    {
        "metric": pl.String,
        "cell": pl.String,
        "baseline": pl.String,
        "stratum": pl.String,
        "members": pl.Int64,
        "pages": pl.Int64,
        "mean": pl.Float64,
        "baseline_mean": pl.Float64,
        "difference": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "p": pl.Float64,
        "p_holm": pl.Float64,
        "significant": pl.Boolean,
        "verdict": pl.String,
    }
)
SURFACES: Final = pl.Schema(
    {"metric": pl.String, "cell": pl.String, "rows": pl.Int64, "columns": pl.Int64, "value": pl.Float64}
)
LEAKAGE: Final = pl.Schema(
    {"cell": pl.String, "pages": pl.Int64, "leaks": pl.Int64, "stage": pl.String, "detail": pl.String}
)
OCCASIONS: Final = pl.Schema(
    [
        ("occasion", pl.Int32()),
        ("cut", pl.Int16()),
        ("member_id", pl.String()),
        ("time", TIME),
        ("until", TIME),
        ("device", pl.String()),  # then a column for each way to divide occasions into strata
    ]
)
OPTIONAL: Final = {"surfaces": SURFACES, "leakage": LEAKAGE, "differences": DIFFERENCES}
TABLES: Final = {"estimates": ESTIMATES, "occasions": OCCASIONS, **OPTIONAL}


class CutRun(msgspec.Struct, frozen=True, kw_only=True):
    """A cell as of a cut: the bundle that made its pages."""

    cut: int  # 0, 1, ...
    bundle_id: str
    config_digest: str
    cutoff_ms: int  # time before which the bundle has seen everything
    bundle: str = ""  # where it lies, seen from the folder or from the experiment


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What `run.json` says: enough to run it again."""

    name: str
    experiment: dict[str, Any]  # the file, resolved
    command: str
    data_digest: str
    rng_seed: int
    versions: dict[str, str]  # of the libraries that decide the numbers
    cells: dict[str, list[CutRun]]
    counts: dict[str, int]  # of occasions and members, and of those that played something

    @property
    def baseline(self) -> str:
        name: str = self.experiment["baseline"]
        return name

    @property
    def references(self) -> list[str]:
        """The cells that stand beside the others and are compared with none."""
        specs = self.experiment.get("cells", {})
        return [cell for cell in self.cells if specs.get(cell, {}).get("reference")]

    @property
    def others(self) -> list[str]:
        """The cells that are compared with the baseline."""
        return [cell for cell in self.cells if cell != self.baseline and cell not in self.references]


@record
class Results:
    folder: Path
    run: Run
    estimates: pl.DataFrame  # every cell x stratum x measure: mean, interval, members, pages
    differences: pl.DataFrame  # from the baseline, paired: interval, p, verdict
    surfaces: pl.DataFrame  # means over members, of every window
    leakage: pl.DataFrame  # of each cell that was checked
    occasions: pl.DataFrame  # the requests, with a column for each way to divide them into strata

    def pages(self, cell: str) -> pl.LazyFrame:
        """
        The stored pages of a cell, in the order of the occasions; `collect` what you filtered.

        Raises:
            DataError: there is no such cell, or it has no pages.
        """
        return pl.scan_parquet(self._parts("pages", cell))

    def values(self, cell: str) -> pl.DataFrame:
        """
        One row a page of a cell, a column a measure.

        Raises:
            DataError: there is no such cell, or it has no values.
        """
        return pl.read_parquet(self._parts("values", cell))

    def compare(self, cell: str, other: str) -> pl.DataFrame:
        """
        How any cell differs from any other, of everybody: what `differences` has where the other is the baseline.

        Raises:
            DataError: there is no such cell, or it has no values.
        """
        mine, its = self.values(cell).drop("occasion"), self.values(other).drop("occasion")
        shared = [name for name in mine.columns if name in its.columns]
        values, others = ({name: frame[name].to_numpy() for name in shared} for frame in (mine, its))
        rng = rng_of(self.run.rng_seed, "difference", ALL)
        found = compare(values, others, self.occasions["member_id"].to_numpy(), rng, names=(cell, other), stratum=ALL)
        return frame_of(found).select(pl.col(name).cast(kind) for name, kind in DIFFERENCES.items())

    def _parts(self, table: str, cell: str) -> list[Path]:
        if cell not in self.run.cells:
            message = f"{self.folder} has no cell {cell!r}; its cells are {', '.join(self.run.cells)}"
            raise DataError(message)
        parts = sorted((self.folder / table / cell).glob("*.parquet"))
        if not parts:
            message = f"{self.folder / table / cell} holds no parts; run the experiment to its end"
            raise DataError(message)
        return parts


def read_results(folder: str | Path) -> Results:
    """
    What `pagegen simulate` wrote.

    Raises:
        DataError: missing, unfinished or unreadable; the text says what to do.
    """
    folder = Path(folder)
    path = folder / RUN
    if not path.is_file():
        message = f"{folder} holds no results (no {RUN}); make them with `pagegen simulate`"
        raise DataError(message)
    try:
        run = msgspec.json.decode(path.read_bytes(), type=Run)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read ({error}); run the experiment again"
        raise DataError(message) from error
    return Results(folder=folder, run=run, **{name: _table(folder, name) for name in TABLES})


def _table(folder: Path, name: str) -> pl.DataFrame:
    """A table with the columns of its schema first; what an experiment need not have is empty where it has not."""
    path, schema = folder / f"{name}.parquet", TABLES[name]
    if not path.exists():
        if name in OPTIONAL:
            return schema.to_frame()
        message = f"{folder} has no {path.name}; run the experiment to its end"
        raise DataError(message)
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        message = f"{path} cannot be read ({str(error).splitlines()[0]}); measure again"
        raise DataError(message) from error
    if not frame.width:  # a table without rows has no types
        return schema.to_frame()
    missing = [column for column in schema if column not in frame.columns]
    if missing:
        message = f"{path} has no column {', '.join(missing)}; measure again"
        raise DataError(message)
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items()).hstack(frame.drop(list(schema)))
