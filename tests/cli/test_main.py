"""The command as a whole: quick to help, every command there."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import pagegen
from pagegen.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]


def test_help_loads_nothing_heavy() -> None:
    """`pagegen --help` imports no numpy, no polars, no gRPC."""
    code = (
        "import sys; from pagegen.cli import main; main(['--help'], standalone_mode=False); "
        "print({'numpy', 'polars', 'grpc', 'lightgbm', 'rich'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.endswith("set()\n")
    assert [name for name in COMMANDS if name not in done.stdout] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """`pagegen NAME --help` works for each."""
    result = CliRunner().invoke(main, [name, "--help"])

    assert (result.exit_code, result.output.startswith("Usage: ")) == (0, True)


def test_the_version_is_the_package_s() -> None:
    """One number, said everywhere."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    result = CliRunner().invoke(main, ["--version"])

    assert result.output == f"pagegen, version {project['version']}\n"
    assert pagegen.__version__ == project["version"]


def test_an_unknown_command_is_named() -> None:
    """Exit code 2, as for all wrong usage."""
    result = CliRunner().invoke(main, ["paint"])

    assert (result.exit_code, "No such command 'paint'" in result.stderr) == (2, True)
