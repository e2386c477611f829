"""The README is true: its picture is the engine's line, its commands exist, its links lead somewhere."""

import re
import tomllib
from pathlib import Path

from pagegen.bundle.resolve import resolve
from pagegen.cli import COMMANDS
from pagegen.engine import STAGES
from pagegen.homepage import HOME
from pagegen.metrics.registry import METRICS
from pagegen.simulation.experiment import read_design
from pagegen.simulation.protocol import KINDS
from pagegen.simulation.report.write import REPORT
from pagegen.simulation.results import TABLES
from pagegen.simulation.runs.folder import RunFolder
from pagegen.simulation.strata import STRATA

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_picture_shows_the_stages_in_the_engines_order() -> None:
    """The line of arrows names exactly the stages that `Engine.run` goes through."""
    (line,) = [line for line in README.splitlines() if line.startswith("request ─►")]

    assert list(STAGES) == [stage.strip() for stage in line.split("─►")]


def test_every_stage_has_a_row_in_the_table_below_the_picture() -> None:
    """In the same order."""
    rows = re.findall(r"^\| (\w+) \|.*\]\((?:pagegen)/", README, re.MULTILINE)

    assert list(STAGES) == rows


def test_every_command_of_the_readme_exists() -> None:
    """`pagegen x` for every x that is mentioned, and no make target that is not there."""
    mentioned = set(
        re.findall(r"pagegen (import|check|[a-z]+) (?:--|DATA|movielens|log|show|DIR|EXPERIMENT|runs/)", README)
    )
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    made = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))

    assert {"import", "train", "serve", "simulate", "measure"} <= mentioned <= COMMANDS.keys()
    assert {"demo", "simulate-demo", "test"} <= made <= targets


def test_every_link_leads_to_a_file_of_the_repository() -> None:
    """Relative links only, and all of them there."""
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert [] == [link for link in links if not link.startswith("http") and not (ROOT / link).exists()]


def test_the_table_of_measures_is_the_registry() -> None:
    """Each with its notation and what it is, in the registry's order."""
    rows = re.findall(
        r"^\| `([a-z]\w*(?:[(\[@].*)?)` \| (.*) \|$", README.partition("| measure |")[2].partition("\n\n")[0], re.M
    )

    assert [(metric.usage, metric.about) for metric in METRICS.values()] == [
        (usage.replace("\\|", "|"), about) for usage, about in rows
    ]


def test_the_table_of_rows_has_every_kind() -> None:
    """Those that are off by default, and no other, with a star."""
    table = README.partition("## Rows")[2].partition("## Order")[0]
    on = {kind.name for kind in HOME.kinds(resolve(HOME).fit.sources)}
    found = {name: star for name, star in re.findall(r"^\| ([a-z]\w+)( \*)? \|", table, re.MULTILINE) if name != "kind"}

    assert {kind.name: "" if kind.name in on else " *" for kind in HOME.kinds(tuple(HOME.sources))} == found


def test_the_experiment_can_be_run() -> None:
    """Every key, measure and setting in it exists, and its comments name all strata and kinds of protocol."""
    (text,) = re.findall(r"```toml\n(# EXPERIMENT\.toml\n.*?)```", README, re.DOTALL)
    design = read_design(HOME, tomllib.loads(text), ROOT)

    assert ["two_stage", "popularity", "template", "default", "flat"] == [cell.name for cell in design.cells]
    assert ", ".join(STRATA) in text
    assert all(kind in text for kind in KINDS)


def test_the_files_of_a_run_are_told() -> None:
    """Every table, every description and the report."""
    told = README.partition("**What lies in the folder**")[2].partition("From Python")[0]
    folder = RunFolder(path=Path())

    for name in (*TABLES, REPORT, *(str(path) for path in (folder.plan, folder.run, folder.local, folder.timing))):
        assert f"`{name}" in told, name
