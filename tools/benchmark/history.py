"""HISTORY.md: one line for each time that a test table was computed, so that nobody can have looked unseen."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tools.benchmark.presets import FOLDER
from tools.benchmark.run import Cost
from tools.benchmark.table import Benchmark

HISTORY: Final = FOLDER / "HISTORY.md"


def note(found: Benchmark, cost: Cost, history: Path = HISTORY) -> None:
    """Append the line."""
    name = " ".join(filter(None, (found.name, found.variant)))
    shown = found.measures[:2]
    cells = [
        f"{row.name} {' '.join(f'{row.values[measure]:.4f}' for measure in shown)}"
        for row in found.rows
        if not row.source
    ]
    took = f"{sum(cost.tasks.values()):.0f} s of work, {cost.megabytes:.0f} MB"
    what = f"{name} | {' '.join(shown)} | {', '.join(cells)} | {took}"
    with history.open("a", encoding="utf-8") as file:
        file.write(f"| {datetime.now(UTC):%Y-%m-%d %H:%M} | {_commit()} | {what} |\n")


def _commit() -> str:
    """The commit that was run; a star where files have changed since."""
    commit, changed = (_git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain", "--untracked-files=no"))
    return commit + ("*" if changed else "")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=FOLDER, capture_output=True, text=True, check=False)
    return done.stdout.strip() or ("" if words[0] == "status" else "no commit")
