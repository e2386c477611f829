"""The plain way makes the engine's pages without the engine's code."""

import ast
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import pagegen
from pagegen.cli import main
from tools.bench import plain
from tools.bench.compare import LEAST_SAME, compare
from tools.bench.requests import draw

FOLDER = Path(plain.__file__).parent


def test_the_plain_way_shares_no_code() -> None:
    """It imports nothing of pagegen, of the sources or of the rankers."""
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for path in FOLDER.glob("plain*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert [] == sorted(name for name in imported if name.partition(".")[0] in {"pagegen", "candidates", "rankers"})


PLAIN = [  # of what is on by default it knows neither recent_plays, nor since_visit, nor lists, nor how members resume
    f"--set={setting}"
    for setting in (
        'fit.sources=["als", "because_you_watched", "trending", "top_picks", "facets", "top_10", "continue_watching"]',
        'fit.families=["source_scores", "title_age", "trend", "grades", "genre_affinity", "people_affinity", "habits", '
        '"member_activity", "own_plays", "moment"]',
        "page.source.continue_watching.order=latest",
    )
]


@pytest.mark.slow
def test_the_plain_way_makes_the_same_pages(tmp_path: Path) -> None:
    """In a world with countries, licences, children and series, at least 99 % of the slots hold the same title."""
    data, bundle = tmp_path / "data", tmp_path / "bundle"
    size = ["--members", "400", "--titles", "400", "--days", "40", "--seed", "3"]
    for command in (["world", "--out", str(data), *size], ["train", "--data", str(data), "--out", str(bundle), *PLAIN]):
        assert CliRunner().invoke(main, command).exit_code == 0
    engine = pagegen.load(bundle, data)

    found = compare(engine, plain.Plain(bundle, data), draw(engine.data, 60, np.random.default_rng(0)))

    assert engine.ranker.name == "boosted_trees"
    assert found.same >= LEAST_SAME
