"""All that is wrong with a data folder, at once, and what it can be used for."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import polars as pl

from pagegen.data.facts import Facts, facts_of, supports
from pagegen.data.folder import DataInfo, read_info, sha256_of
from pagegen.data.rules import Rule, Severity, column_rules, future_rule, reference_rule, shown_titles_rule
from pagegen.data.schema import REQUIRED, TABLES

EXAMPLES = 3


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    table: str
    severity: Severity
    says: str
    rows: int = 0  # 0: it is the file, not its rows
    examples: tuple[str, ...] = ()


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    problems: tuple[Problem, ...]
    facts: Facts | None  # None when a table cannot be read
    row_kinds: dict[str, str | None]  # why each cannot be supported; None: it can

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)


def check(folder: Path, *, now_ms: int | None = None) -> CheckReport:
    """
    Check the files' seals, the tables' schemas, every row, and the references between tables.

    Times after `now_ms`, where it is given, are problems too.

    Raises:
        DataError: `folder` is no data folder of this version.
    """
    info = read_info(folder)
    problems = _seals(folder, info)
    tables: dict[str, pl.DataFrame] = {}
    for name in TABLES:
        frame, found = _table(folder, name)
        problems += found
        if frame is not None:
            tables[name] = frame
            problems += _broken(name, frame, column_rules(name))
    problems += _references(tables, now_ms)
    facts = facts_of(tables) if tables.keys() == TABLES.keys() else None
    problems += _emptiness(facts)
    return CheckReport(problems=tuple(problems), facts=facts, row_kinds=supports(facts) if facts else {})


def _seals(folder: Path, info: DataInfo) -> list[Problem]:
    """Files that are not the ones `data.json` seals."""
    problems = []
    for name in TABLES:
        path = folder / f"{name}.parquet"
        sealed = info.tables.get(name)
        if sealed is None and path.is_file():
            problems.append(_of_file(name, "the file is not named in data.json"))
        elif sealed is not None and not path.is_file():
            problems.append(_of_file(name, "the file named in data.json is missing"))
        elif sealed is not None and sha256_of(path) != sealed.sha256:
            problems.append(_of_file(name, "the file's sha256 is not the one in data.json: it was changed or damaged"))
    return problems


def _table(folder: Path, name: str) -> tuple[pl.DataFrame | None, list[Problem]]:
    """The table, without rows where an optional one is absent, or None and why."""
    path, schema = folder / f"{name}.parquet", TABLES[name]
    if not path.is_file():
        missing = [_of_file(name, "the table is required and missing")] if name in REQUIRED else []
        return (None if missing else schema.to_frame()), missing
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        return None, [_of_file(name, f"the file cannot be read: {str(error).splitlines()[0]}")]
    differ = [
        f"{column} is {frame.schema.get(column, 'missing')}, not {kind}"
        for column, kind in schema.items()
        if frame.schema.get(column) != kind
    ]
    differ += [f"{column} is not in the schema" for column in frame.columns if column not in schema]
    return (None, [_of_file(name, text) for text in differ]) if differ else (frame, [])


def _of_file(table: str, says: str) -> Problem:
    return Problem(table=table, severity="error", says=says)


def _references(tables: dict[str, pl.DataFrame], now_ms: int | None) -> list[Problem]:
    """What only two tables together, or a table and the present, can show."""
    problems = []
    for name in ("events", "pages"):
        rules = [] if now_ms is None else [future_rule(now_ms)]
        if "catalog" in tables:
            titles = tables["catalog"]["title_id"]
            rules.append(
                reference_rule("title_id", titles, "catalog") if name == "events" else shown_titles_rule(titles)
            )
        if "members" in tables and tables["members"].height:
            rules.append(reference_rule("member_id", tables["members"]["member_id"], "members", "warning"))
        if name in tables:
            problems += _broken(name, tables[name], rules)
    return problems


def _broken(table: str, frame: pl.DataFrame, rules: Iterable[Rule]) -> list[Problem]:
    problems = []
    for rule in rules:
        rows = frame.select(rule.broken.fill_null(value=False)).to_series().arg_true()
        if len(rows):
            shown = frame[rule.show].gather(rows.head(EXAMPLES)).to_list()
            examples = tuple(
                f"row {row}: {_short(value)}" for row, value in zip(rows.head(EXAMPLES), shown, strict=True)
            )
            problems.append(
                Problem(table=table, severity=rule.severity, says=rule.says, rows=len(rows), examples=examples)
            )
    return problems


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _emptiness(facts: Facts | None) -> list[Problem]:
    empty = (
        []
        if facts is None
        else [name for name, rows in (("catalog", facts.titles), ("events", facts.events)) if not rows]
    )
    return [_of_file(name, "the table has no rows") for name in empty]
