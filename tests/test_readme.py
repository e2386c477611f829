"""The README is true: its picture is the engine's line, its commands exist, its links lead somewhere."""

import re
from pathlib import Path

from pagegen.cli import COMMANDS
from pagegen.engine import STAGES

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
    mentioned = set(re.findall(r"pagegen (import|check|[a-z]+) (?:--|DATA|movielens|log|show|DIR)", README))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert mentioned <= COMMANDS.keys()
    assert set(re.findall(r"`?make ([a-z]+)`?(?= |$|`)", README)) & {"demo", "test", "bench", "check"} <= targets


def test_every_link_leads_to_a_file_of_the_repository() -> None:
    """Relative links only, and all of them there."""
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert [] == [link for link in links if not link.startswith("http") and not (ROOT / link).exists()]
