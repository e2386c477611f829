"""The notation of metrics: what it means, that it comes back, and what a mistake is told."""

import re

import pytest

from pagegen.errors import ConfigError, SchemaError
from pagegen.metrics.registry import METRICS, check_grades, measure, measures
from pagegen.metrics.sketch import sketch


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ndcg@10", "ndcg@10"),
        (" ndcg ", "ndcg"),
        ("recall@3x4", "recall@3x4"),
        ("recall@3xscreen", "recall@3xscreen"),
        ("ndcg_2d", "ndcg_2d(1,1)"),
        ("ndcg_2d( 1, 2.50 )@10x20", "ndcg_2d(1,2.5)@10x20"),
        ("cold_share", "cold_share(1)"),
        ("recall_cold(10)@20", "recall_cold(10)@20"),
        ("new_share(30)@3x6", "new_share(30)@3x6"),
        ("genre_share((no genres listed))", "genre_share((no genres listed))"),
        ("genre_share(Children's)@2x2", "genre_share(Children's)@2x2"),
        ("row_share(top_10)", "row_share(top_10)"),
        ("recall_surface@30x20", "recall_surface@30x20"),
        ("recall@3x4[grade>=4]", "recall@3x4[grade>=4]"),
        ("ndcg_2d(1, 1)@8x10[ grade >= 3.50 ]", "ndcg_2d(1,1)@8x10[grade>=3.5]"),
        ("mrr[grade>=-1]", "mrr[grade>=-1]"),
    ],
)
def test_the_notation(text: str, name: str) -> None:
    """A measure's name holds every parameter, and reading the name gives the measure of that name."""
    assert (name, name) == (measure(text).name, measure(measure(text).name).name)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ndgc@10", "no such metric; is it ndcg?"),
        ("ndcg@", "cannot be measured on"),
        ("ndcg@ten", "'ten' is no part of a page"),
        ("ndcg@0", "'0' is no part of a page"),
        ("ndcg@3x4", "cannot be measured on '3x4'"),
        ("ndcg(3)", "takes 0 parameters"),
        ("ndcg_2d(1)", "takes 2 parameters, found 1"),
        ("ndcg_2d(0,1)", "a is '0'; a number from 1"),
        ("ndcg_2d(1,x)", "b is 'x'; a number from 1"),
        ("ndcg_2d@10", "cannot be measured on '10'"),
        ("ndcg_2d(inf,1)", "a is 'inf'"),
        ("ndcg_cold(5)@3x4", "cannot be measured on '3x4'"),
        ("recall_cold(0)", "plays is '0'; a number from 1"),
        ("row_share", "kind is missing"),
        ("row_share(genre)@3x4", "cannot be measured on '3x4'; write row_share(kind)"),
        ("recall_surface", "cannot be measured on 'the whole page'; write recall_surface@mxn"),
        ("recall_surface@3xscreen", "cannot be measured on '3xscreen'"),
        ("", "no such metric"),
        ("recall@3x4@5", "no such metric"),
        ("recall@3x4[grade>4]", "[grade>4] is no choice of what was played; write it as [grade>=4]"),
        ("recall[]", "[] is no choice of what was played"),
        ("recall[grade>=nan]", "[grade>=nan] is no choice"),
        ("novelty[grade>=4]", "no page's novelty depends on what was played, so [grade>=4] chooses nothing"),
        ("coverage@10[grade>=4]", "no page's coverage depends on what was played"),
        ("recall_surface@3x4[grade>=4]", "no page's recall_surface depends"),
    ],
)
def test_mistakes(text: str, problem: str) -> None:
    """The message says what is wrong and lists what there is."""
    with pytest.raises(ConfigError, match=re.escape(problem)) as raised:
        measure(text)

    assert [name for name in METRICS if METRICS[name].usage not in str(raised.value)] == []


def test_all_mistakes_at_once() -> None:
    """One run shows all that has to be mended; the same measure twice is one."""
    with pytest.raises(ConfigError, match="'nothing': no such metric; 'ndcg@x': 'x' is no part"):
        measures(["nothing", "mrr", "ndcg@x"])

    assert ["ndcg_2d(1,1)", "mrr"] == [found.name for found in measures(["ndcg_2d", "mrr", "ndcg_2d(1.0,1)"])]


def test_levels_are_not_mixed_up() -> None:
    """A number for all pages is no value of a page."""
    with pytest.raises(SchemaError, match="coverage has no value for a page"):
        measure("coverage").of(sketch("a"))


def test_genres_are_names_of_the_catalog() -> None:
    """A misspelt genre would have a share of 0; a row kind no page has is 0, as it could be there."""
    pages = sketch("ab/c", genres={"a": "X"}, kinds=["top_10", "genre"])

    with pytest.raises(ConfigError, match=r"genre_share\(Y\): the catalog has no such genre; it has X"):
        measure("genre_share(Y)").of(pages)
    assert [[0.5], [0.0]] == [measure(f"row_share({kind})").of(pages).tolist() for kind in ("genre", "editorial")]


def test_grades_that_nobody_gave_are_refused() -> None:
    """Such a measure would have no value on any page; the others may stay."""
    chosen = measures(["mrr[grade>=6]", "recall@3x4[grade>=5]", "mrr"])
    check_grades(chosen[1:], 5.0)

    with pytest.raises(ConfigError, match=r"^mrr\[grade>=6\]: the highest grade of the data is 5; ask for a lower one"):
        check_grades(chosen, 5.0)
    with pytest.raises(ConfigError, match=r"^mrr\[grade>=6\], recall@3x4\[grade>=5\]: no play has a grade"):
        check_grades(chosen, float("-inf"))


def test_usages() -> None:
    """Each says how it is written; what may be left out is in brackets."""
    assert ["ndcg_2d(a,b)[@mxn]", "recall[@k|mxn]", "recall_surface@mxn", "row_share(kind)"] == [
        METRICS[name].usage for name in ("ndcg_2d", "recall", "recall_surface", "row_share")
    ]
