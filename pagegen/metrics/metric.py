"""
What a metric is, its notation, and one chosen with parameters, a window and a least grade.

Behind a metric that asks page by page what was played may stand `[grade>=4]`: then only targets that the member graded
4 or more are wanted, and pages without any have no value. A play without a grade is none of them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pagegen.arrays import Float64, record
from pagegen.errors import ConfigError, SchemaError
from pagegen.metrics.exposure import exposure
from pagegen.metrics.measurable import Measurable, only_wanting
from pagegen.metrics.window import WHOLE, Window, window

Level: TypeAlias = Literal["page", "pair", "set", "surface"]
Form: TypeAlias = Literal["k", "mxn"]
Argument: TypeAlias = float | str
GRADE = re.compile(r"grade\s*>=\s*(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Number:
    """A parameter that is a number."""

    name: str
    default: float
    least: float

    def read(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not self.least <= value < float("inf"):
            message = f"{self.name} is {text!r}; a number from {self.least:g}"
            raise ConfigError(message)
        return value


@dataclass(frozen=True, slots=True)
class Word:
    """A parameter that is a name; it has no default."""

    name: str

    def read(self, text: str) -> str:
        if not text:
            message = f"{self.name} is missing"
            raise ConfigError(message)
        return text


@record
class Metric:
    """
    A row of the registry.

    Level says what `function` answers: `page` [B] numbers; `surface` [B, m, n]; `pair` [B], for two cells' pages of the
    same requests; `set` one number, from the exposure [T] of all pages.
    """

    name: str
    about: str
    function: Callable[..., Any]  # of pages and window, then the arguments; of the exposure, if the level is `set`
    level: Level = "page"
    forms: tuple[Form, ...] = ("k", "mxn")  # of the window
    needs_window: bool = False
    parameters: tuple[Number | Word, ...] = ()
    by_targets: bool = False  # a page's value depends on what was played: `[grade>=4]` may choose among that

    @property
    def usage(self) -> str:
        """How it is written, such as `ndcg_2d(a,b)[@mxn]`."""
        names = ",".join(parameter.name for parameter in self.parameters)
        at = "@" + "|".join(self.forms) if self.forms else ""
        return self.name + (f"({names})" if names else "") + (f"[{at}]" if at and not self.needs_window else at)

    def arguments(self, text: str | None) -> tuple[Argument, ...]:
        """
        The arguments of the text between the parentheses; None: the defaults.

        Raises:
            ConfigError: too many, too few, or not what they should be.
        """
        if text is None and not any(isinstance(parameter, Word) for parameter in self.parameters):
            return tuple(parameter.default for parameter in self.parameters if isinstance(parameter, Number))
        parts = (text or "").split(",") if len(self.parameters) > 1 else [text or ""]
        if len(parts) != len(self.parameters):
            message = f"takes {len(self.parameters)} parameters, found {len(parts)}"
            raise ConfigError(message)
        return tuple(p.read(part.strip()) for p, part in zip(self.parameters, parts, strict=True))

    def window(self, text: str | None) -> Window:
        """
        The window of the text behind the @.

        Raises:
            ConfigError: none, or one that this metric has no use for.
        """
        found = WHOLE if text is None else window(text)
        form = "k" if found.depth is not None else "mxn"
        wrong = self.needs_window if text is None else not text or form not in self.forms
        if wrong or (self.level == "surface" and found.columns is None):
            message = f"cannot be measured on {text or 'the whole page'!r}; write {self.usage}"
            raise ConfigError(message)
        return found

    def least_grade(self, text: str | None) -> float | None:
        """
        The grade that a wanted target has at least, of the text between the brackets; None: any, or none.

        Raises:
            ConfigError: not what it should be, or nothing that this metric could be asked.
        """
        if text is None:
            return None
        found = GRADE.fullmatch(text.strip())
        if not found:
            message = f"[{text}] is no choice of what was played; write it as [grade>=4]"
            raise ConfigError(message)
        if not self.by_targets:
            message = f"no page's {self.name} depends on what was played, so [{text}] chooses nothing; leave it out"
            raise ConfigError(message)
        return float(found[1])


@record
class Measure:
    """A metric with its arguments and its window, perhaps of well graded targets only."""

    metric: Metric
    arguments: tuple[Argument, ...]
    window: Window
    least_grade: float | None = None  # of the targets that are wanted; None: all are

    @property
    def name(self) -> str:
        """The notation with every parameter in it: the same measure has the same name."""
        arguments = ",".join(a if isinstance(a, str) else f"{a:g}" for a in self.arguments)
        at, among = str(self.window), "" if self.least_grade is None else f"[grade>={self.least_grade:g}]"
        return self.metric.name + (f"({arguments})" if arguments else "") + (f"@{at}" if at else "") + among

    @property
    def about(self) -> str:
        """What it is, in a few words."""
        among = "" if self.least_grade is None else f"; only titles then graded {self.least_grade:g} or more count"
        return self.metric.about + among

    def of(self, pages: Measurable, *others: Measurable) -> Float64:
        """[B] the value of each page, or [B, m, n]; `pair` metrics take the other cell's pages too."""
        if self.metric.level == "set":
            message = f"{self.name} has no value for a page; add up `total` and ask `of_total`"
            raise SchemaError(message)
        if self.least_grade is not None:
            pages = only_wanting(pages, pages.targets.grade >= self.least_grade)
        value: Float64 = self.metric.function(pages, self.window, *others, *self.arguments)
        return value

    def total(self, pages: Measurable, weight: Float64 | None = None) -> Float64:
        """[T] what a `set` metric adds up over parts of the pages; `weight` [B] counts pages, 0 leaves one out."""
        return exposure(pages, self.window, weight)

    def of_total(self, total: Float64) -> float:
        """The value of a `set` metric."""
        value: float = self.metric.function(total)
        return value
