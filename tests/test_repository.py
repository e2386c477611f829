"""What the files of the repository, code or not, may not hold."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TEXT = {".py", ".pyi", ".toml", ".txt", ".md", ".proto", ".yaml", ".yml", ".json", ".tsv", ".html", ".sh", ".cfg", ""}
SKIPPED = {
    ".git",
    ".venv",
    ".hypothesis",
    "dist",
    "build",
    "data",
    "bundles",
    "demo",
    "simulate-demo",
    "runs",
    "out",
}  # top-level folders, as in .gitignore
MACHINE = re.compile(r"(?<![\w.:/])/(?:root|work|home|Users|mnt|media)/\w|(?:extra-)?index-url|find-links|file://")
CLIMB = re.compile(r"(?<![\w./])(?:\.\./)+[\w.-][\w./-]*")


def text_files() -> list[Path]:
    return [path for path in ROOT.rglob("*") if path.suffix in TEXT and path.is_file() and ours(path)]


def ours(path: Path) -> bool:
    """Whether it is a file of the repository, not something that a tool or a command left there."""
    parts = path.relative_to(ROOT).parts
    return parts[0] not in SKIPPED and not any(part.endswith(("cache", "cache__", ".egg-info")) for part in parts)


def test_nothing_names_a_machine() -> None:
    """No file holds a path of somebody's machine, a package registry, or a path that leaves the repository."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for match in [*MACHINE.findall(line), *filter(lambda climb: leaves(path, climb), CLIMB.findall(line))]
        if path != Path(__file__)
    ]

    assert found == []


def leaves(path: Path, climb: str) -> bool:
    """Whether a relative path, as written in a file, leads to nothing inside the repository."""
    target = (path.parent / climb).resolve()
    return not (target.is_relative_to(ROOT) and target.exists())
