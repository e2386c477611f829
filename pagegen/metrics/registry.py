"""
All metrics by name, and the one place where their notation is read: `ndcg@10`, `recall@3x4`, `ndcg_2d(1,1)@8x10`,
`recall@3x4[grade>=4]`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Final

from pagegen.errors import ConfigError
from pagegen.metrics.average_precision import average_precision
from pagegen.metrics.cold_share import cold_share
from pagegen.metrics.cold_targets import ndcg_cold, recall_cold
from pagegen.metrics.coverage import coverage
from pagegen.metrics.diversity import diversity
from pagegen.metrics.genre_share import genre_share
from pagegen.metrics.gini import gini
from pagegen.metrics.hit_rate import hit_rate
from pagegen.metrics.metric import Measure, Metric, Number, Word
from pagegen.metrics.miscalibration import miscalibration
from pagegen.metrics.mrr import mrr
from pagegen.metrics.ndcg import ndcg_of_pages
from pagegen.metrics.ndcg_2d import ndcg_2d
from pagegen.metrics.new_share import new_share
from pagegen.metrics.novelty import novelty
from pagegen.metrics.precision import precision
from pagegen.metrics.recall import recall, recall_surface
from pagegen.metrics.repeat_share import repeat_share
from pagegen.metrics.row_share import row_share
from pagegen.metrics.stability import stability

NOTATION = re.compile(
    r"(?P<name>\w+)(?:\((?P<arguments>.*)\))?(?:@(?P<window>[^@()\[\]]*))?(?:\[(?P<among>[^\[\]]*)\])?"
)
PLAYS = (Number("plays", 1.0, 1.0),)
COST = (Number("a", 1.0, 1.0), Number("b", 1.0, 1.0))
FLAT: Final = ("k",)
GRID: Final = ("mxn",)

_of_plays = partial(Metric, by_targets=True)
METRICS: Final[Mapping[str, Metric]] = {
    metric.name: metric
    for metric in (
        _of_plays(name="recall", about="played titles inside the window, of all played", function=recall),
        _of_plays(name="precision", about="places inside the window that hold a played title", function=precision),
        _of_plays(name="hit_rate", about="pages with a played title inside the window", function=hit_rate),
        _of_plays(name="ndcg", about="NDCG of the flattened page", function=ndcg_of_pages, forms=FLAT),
        _of_plays(name="map", about="average precision of the flattened page", function=average_precision, forms=FLAT),
        _of_plays(name="mrr", about="1 / rank of the first played title, page flattened", function=mrr, forms=FLAT),
        _of_plays(name="ndcg_2d", about="NDCG of rows and columns", function=ndcg_2d, forms=GRID, parameters=COST),
        Metric(
            name="recall_surface",
            about="recall of every window up to m x n",
            function=recall_surface,
            level="surface",
            forms=GRID,
            needs_window=True,
        ),
        Metric(name="coverage", about="titles of the catalog shown to anybody", function=coverage, level="set"),
        Metric(name="gini", about="inequality of exposure, 0: all titles the same", function=gini, level="set"),
        Metric(name="novelty", about="mean self-information of titles, bits", function=novelty),
        Metric(name="diversity", about="1 - mean genre similarity of two titles", function=diversity),
        Metric(name="miscalibration", about="KL of the page's genres from the member's", function=miscalibration),
        Metric(name="stability", about="attention shared with another cell's page", function=stability, level="pair"),
        Metric(name="repeat_share", about="slots whose title stands earlier on the page", function=repeat_share),
        Metric(
            name="cold_share",
            about="slots of titles with fewer plays than this so far",
            function=cold_share,
            parameters=PLAYS,
        ),
        _of_plays(
            name="recall_cold",
            about="recall, of played titles with fewer plays than this so far",
            function=recall_cold,
            parameters=PLAYS,
        ),
        _of_plays(
            name="ndcg_cold",
            about="NDCG, of played titles with fewer plays than this so far",
            function=ndcg_cold,
            forms=FLAT,
            parameters=PLAYS,
        ),
        Metric(
            name="new_share",
            about="slots of titles at most so many days old",
            function=new_share,
            parameters=(Number("days", 90.0, 0.0),),
        ),
        Metric(name="genre_share", about="slots of a genre", function=genre_share, parameters=(Word("genre"),)),
        Metric(name="row_share", about="rows of a kind", function=row_share, forms=(), parameters=(Word("kind"),)),
    )
}


def measures(texts: Iterable[str]) -> tuple[Measure, ...]:
    """
    The measures of these texts, in their order, each once.

    Raises:
        ConfigError: any that cannot be read; the message names all of them and what there is.
    """
    read, problems = dict[str, Measure](), list[str]()
    for text in texts:
        try:
            measure = _read(text)
            read.setdefault(measure.name, measure)
        except ConfigError as error:
            problems.append(f"{text!r}: {error}")
    if problems:
        usages = ", ".join(metric.usage for metric in METRICS.values())
        read_as = "m and n, k are numbers, n may be `screen`; behind what looks for played titles may stand [grade>=4]"
        message = f"{'; '.join(problems)}. The metrics: {usages}; {read_as}"
        raise ConfigError(message)
    return tuple(read.values())


def measure(text: str) -> Measure:
    """
    The measure of this text.

    Raises:
        ConfigError: it cannot be read.

    Examples:
        >>> measure("ndcg_2d").name, measure("genre_share(Film-Noir)@3xscreen").window.rows
        ('ndcg_2d(1,1)', 3)
    """
    return measures([text])[0]


def check_words(chosen: Iterable[Measure], words: Mapping[str, Sequence[str]]) -> None:
    """
    Names inside measures exist: a misspelt row kind would be measured as 0.

    Args:
        chosen: what is to be measured.
        words: what there is, by the name of the parameter: `genre`, `kind`.

    Raises:
        ConfigError: with all that do not.
    """
    problems = [
        f"{measure.name}: there is no {parameter.name} {argument!r}; there are {', '.join(words[parameter.name])}"
        for measure in chosen
        for parameter, argument in zip(measure.metric.parameters, measure.arguments, strict=True)
        if isinstance(parameter, Word) and argument not in words[parameter.name]
    ]
    if problems:
        raise ConfigError("; ".join(problems))


def check_grades(chosen: Iterable[Measure], highest: float) -> None:
    """
    The data have grades as high as measures ask for: otherwise no page would ever have a value.

    Args:
        chosen: what is to be measured.
        highest: grade of the data; -inf without any.

    Raises:
        ConfigError: with all that ask for more.
    """
    vain = [m.name for m in chosen if m.least_grade is not None and m.least_grade > highest]
    if vain:
        found = f"the highest grade of the data is {highest:g}" if highest > float("-inf") else "no play has a grade"
        message = f"{', '.join(vain)}: {found}; ask for a lower one or leave the brackets out"
        raise ConfigError(message)


def _read(text: str) -> Measure:
    found = NOTATION.fullmatch(text.strip())
    metric = METRICS.get(found["name"]) if found else None
    if not found or not metric:
        close = get_close_matches(found["name"] if found else text, METRICS, 1)
        message = "no such metric" + (f"; is it {close[0]}?" if close else "")
        raise ConfigError(message)
    return Measure(
        metric=metric,
        arguments=metric.arguments(found["arguments"]),
        window=metric.window(found["window"]),
        least_grade=metric.least_grade(found["among"]),
    )
