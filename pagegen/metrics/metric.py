"""What a metric is, its notation, and one chosen with parameters and a window."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pagegen.arrays import Float64, record
from pagegen.errors import ConfigError, SchemaError
from pagegen.metrics.exposure import exposure
from pagegen.metrics.measurable import Measurable
from pagegen.metrics.window import WHOLE, Window, window

Level: TypeAlias = Literal["page", "pair", "set", "surface"]
Form: TypeAlias = Literal["k", "mxn"]
Argument: TypeAlias = float | str


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


@record
class Measure:
    """A metric with its arguments and its window."""

    metric: Metric
    arguments: tuple[Argument, ...]
    window: Window

    @property
    def name(self) -> str:
        """The notation with every parameter in it: the same measure has the same name."""
        arguments = ",".join(a if isinstance(a, str) else f"{a:g}" for a in self.arguments)
        at = str(self.window)
        return self.metric.name + (f"({arguments})" if arguments else "") + (f"@{at}" if at else "")

    def of(self, pages: Measurable, *others: Measurable) -> Float64:
        """[B] the value of each page, or [B, m, n]; `pair` metrics take the other cell's pages too."""
        if self.metric.level == "set":
            message = f"{self.name} has no value for a page; add up `total` and ask `of_total`"
            raise SchemaError(message)
        value: Float64 = self.metric.function(pages, self.window, *others, *self.arguments)
        return value

    def total(self, pages: Measurable, weight: Float64 | None = None) -> Float64:
        """[T] what a `set` metric adds up over parts of the pages; `weight` [B] counts pages, 0 leaves one out."""
        return exposure(pages, self.window, weight)

    def of_total(self, total: Float64) -> float:
        """The value of a `set` metric."""
        value: float = self.metric.function(total)
        return value
