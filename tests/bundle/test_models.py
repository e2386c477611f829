"""Engines of parts: what is on, and rules for what is not."""

import pytest

from pagegen.errors import ConfigError
from tests.worlds import World, ask, tiny_engine


def test_a_source_can_be_switched_off_though_rules_name_its_rows(medium: World) -> None:
    """The default rules pin continue_watching and hold top_10 down; without these sources they say nothing."""
    engine = tiny_engine(medium.data, {"fit": {"sources": ["als", "top_picks", "facets"]}})
    kinds = {row.kind for page in engine.run([ask("m001"), ask()]).pages for row in page.rows}

    assert {"top_picks", "genre", "new_releases"} == kinds


def test_a_rule_for_a_row_kind_that_does_not_exist_is_refused(medium: World) -> None:
    """Nobody's rule is ignored because it is misspelt."""
    with pytest.raises(ConfigError, match=r"page\.constraints\.kinds\.top_ten: no such row kind"):
        tiny_engine(medium.data, {"page": {"constraints": {"kinds": {"top_ten": {"pin": 0}}}}})
