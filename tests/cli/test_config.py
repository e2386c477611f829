"""`pagegen config`, and settings on the command line."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from pagegen.bundle.resolve import resolve
from pagegen.cli import main
from pagegen.cli.options import setting
from pagegen.errors import ConfigError
from pagegen.homepage import HOME


def test_what_is_shown_is_what_is_set() -> None:
    """The printed TOML, read again, is the same settings with the same digest."""
    shown = CliRunner().invoke(main, ["config", "show", "--set", "page.orderer=template", "--set", "page.refill=7"])

    again = resolve(HOME, tomllib.loads(shown.stdout))

    assert again == resolve(HOME, {"page": {"orderer": "template", "refill": 7}})
    assert shown.stdout.startswith(f"# digest {again.digest}\n")


def test_a_file_in_order_is_said_to_be(tmp_path: Path) -> None:
    """With the digest it leads to."""
    (tmp_path / "mine.toml").write_text("[page]\nrefill = 7\n")

    checked = CliRunner().invoke(main, ["config", "check", str(tmp_path / "mine.toml")])

    assert checked.exit_code == 0
    assert resolve(HOME, {"page": {"refill": 7}}).digest in checked.stdout


def test_all_that_is_wrong_is_listed(tmp_path: Path) -> None:
    """Unknown keys and impossible values, at once."""
    (tmp_path / "mine.toml").write_text("[page]\nrefil = 7\nmax_pairs = 'many'\n[fit.sources2]\n")

    checked = CliRunner().invoke(main, ["config", "check", str(tmp_path / "mine.toml")])

    assert checked.exit_code == 1
    assert [word for word in ("page.refil", "page.max_pairs", "fit.sources2") if word not in checked.stderr] == []


@pytest.mark.parametrize("content", [b"[page", b"\xff\xfe", None])
def test_a_file_that_is_no_toml_is_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    """Also one that is not there."""
    if content is not None:
        (tmp_path / "mine.toml").write_bytes(content)

    checked = CliRunner().invoke(main, ["config", "check", str(tmp_path / "mine.toml")])

    assert checked.exit_code == 1
    assert checked.stderr.startswith(f"pagegen: {tmp_path / 'mine.toml'} cannot be read as TOML")


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("page.orderer=template", {"page": {"orderer": "template"}}),
        ("page.max_pairs=100", {"page": {"max_pairs": 100}}),
        ('fit.sources=["als"]', {"fit": {"sources": ["als"]}}),
        ('page.kinds."odd name".on=false', {"page": {"kinds": {"odd name": {"on": False}}}}),
        ("page.source.x.text=a = b", {"page": {"source": {"x": {"text": "a = b"}}}}),
    ],
)
def test_a_setting_is_toml_with_words_as_strings(text: str, table: dict) -> None:
    """KEY=VALUE, as deep as the key says."""
    assert setting(text) == table


@pytest.mark.parametrize("text", ["page.orderer", "=1", "a b=1", "a=1\nb=2", ""])
def test_what_is_no_setting_is_refused(text: str) -> None:
    """With the way to write it."""
    with pytest.raises(ConfigError, match="write it as KEY=VALUE"):
        setting(text)
