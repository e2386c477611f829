"""Every metric once more, of one page written as text, in plain Python and straight from its definition."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import isnan, log, log2, nan, sqrt

ROW, COLUMN = 0.5, 0.8
TITLES = 26


@dataclass(frozen=True)
class Page:
    """A page, what was wanted, what is known; see pagegen.metrics.sketch."""

    text: str
    wanted: str = ""
    relevance: Mapping[str, float] = field(default_factory=dict)
    genres: Mapping[str, str] = field(default_factory=dict)
    played: str = ""
    plays: Mapping[str, float] = field(default_factory=dict)
    age_days: Mapping[str, float] = field(default_factory=dict)

    def cells(self, rows: int = 99, columns: int = 99) -> Iterator[tuple[int, int, str]]:
        """Row, column and letter of the slots inside the window, as they are read."""
        for r, row in enumerate(self.text.split("/")[:rows] if self.text else []):
            yield from ((r, c, letter) for c, letter in enumerate(row[:columns]))

    def inside(self, rows: int = 99, columns: int = 99) -> list[str]:
        return [letter for _, _, letter in self.cells(rows, columns)]

    def gain(self, letter: str) -> float:
        return 2 ** self.relevance.get(letter, 1.0) - 1 if letter in self.wanted else 0.0

    def hits(self, k: int) -> list[bool]:
        """Whether each of the first k slots of the flattened page holds a target not met before."""
        flat = self.inside()
        return [letter in self.wanted and letter not in flat[:rank] for rank, letter in enumerate(flat[:k])]


def recall(page: Page, rows: int, columns: int) -> float:
    return len(set(page.inside(rows, columns)) & set(page.wanted)) / len(page.wanted) if page.wanted else nan


def recall_at(page: Page, k: int) -> float:
    return sum(page.hits(k)) / len(page.wanted) if page.wanted else nan


def precision(page: Page, rows: int, columns: int) -> float:
    return len(set(page.inside(rows, columns)) & set(page.wanted)) / (rows * columns) if page.wanted else nan


def hit_rate(page: Page, rows: int, columns: int) -> float:
    return float(any(letter in page.wanted for letter in page.inside(rows, columns))) if page.wanted else nan


def mrr(page: Page, k: int) -> float:
    places = [1 / (rank + 1) for rank, hit in enumerate(page.hits(k)) if hit]
    return (places or [0.0])[0] if page.wanted else nan


def average_precision(page: Page, k: int) -> float:
    hits = page.hits(k)
    parts = [sum(hits[: rank + 1]) / (rank + 1) for rank, hit in enumerate(hits) if hit]
    return sum(parts) / len(page.wanted) if page.wanted else nan


def ndcg(page: Page, k: int) -> float:
    flat = page.inside()
    got = sum(page.gain(flat[rank]) / log2(rank + 2) for rank, hit in enumerate(page.hits(k)) if hit)
    best = sorted(map(page.gain, page.wanted), reverse=True)[:k]
    ideal = sum(gain / log2(rank + 2) for rank, gain in enumerate(best))
    return got / ideal if page.wanted else nan


def ndcg_2d(page: Page, rows: int, columns: int, a: float, b: float) -> float:
    """Every cell of the grid is filled, with 0 where there is nothing; a title's other cells are emptied."""
    grid = {(r, c): 0.0 for r in range(rows) for c in range(columns)}
    cost = {cell: a * (cell[0] + 1) + b * (cell[1] + 1) for cell in grid}
    for letter in set(page.inside(rows, columns)):
        own = [(r, c) for r, c, other in page.cells(rows, columns) if other == letter]
        grid[min(own, key=cost.__getitem__)] = page.gain(letter)
    ideal = dict.fromkeys(grid, 0.0)
    best = sorted(map(page.gain, page.wanted), reverse=True)
    ideal.update(zip(sorted(grid, key=cost.__getitem__), best, strict=False))
    got, most = (sum(cells[cell] / log2(cost[cell]) for cell in grid) for cells in (grid, ideal))
    return (got / most if most else 0.0) if page.wanted else nan


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else nan


def known(page: Page, rows: int = 99, columns: int = 99) -> list[str]:
    return [letter for letter in page.inside(rows, columns) if letter != "."]


def novelty(page: Page, rows: int, columns: int) -> float:
    total = sum(page.plays.values()) + TITLES
    return mean([-log2((page.plays.get(letter, 0.0) + 1) / total) for letter in known(page, rows, columns)])


def cold_share(page: Page, plays: float) -> float:
    return mean([float(page.plays.get(letter, 0.0) < plays) for letter in known(page)])


def wanting_cold(page: Page, plays: float) -> Page:
    """The page of a member who wanted only what fewer had played."""
    return replace(page, wanted="".join(letter for letter in page.wanted if page.plays.get(letter, 0.0) < plays))


def new_share(page: Page, days: float) -> float:
    ages = [page.age_days.get(letter, nan) for letter in known(page)]
    return mean([float(age <= days) for age in ages if not isnan(age)])


def repeat_share(page: Page, rows: int, columns: int) -> float:
    met = known(page, rows, columns)
    return 1 - len(set(met)) / len(met) if met else nan


def diversity(page: Page, rows: int, columns: int) -> float:
    def similarity(one: str, other: str) -> float:
        mine, its = set(page.genres[one]), set(page.genres[other])
        return len(mine & its) / sqrt(len(mine) * len(its))

    titles = sorted({letter for letter in known(page, rows, columns) if page.genres.get(letter)})
    return 1 - mean([similarity(*pair) for pair in combinations(titles, 2)])


def mix(page: Page, letters: list[str]) -> dict[str, float]:
    """Shares of genres; empty without any."""
    total = Counter[str]()
    for letter in letters:
        own = set(page.genres.get(letter, ""))
        total.update({genre: 1 / len(own) for genre in own})
    return {genre: value / sum(total.values()) for genre, value in total.items()}


def miscalibration(page: Page, rows: int, columns: int) -> float:
    taste, shown = mix(page, list(page.played)), mix(page, known(page, rows, columns))
    if not (taste and shown):
        return nan
    return sum(p * log(p / (0.99 * shown.get(genre, 0.0) + 0.01 * p)) for genre, p in taste.items())


def attention(page: Page) -> dict[str, float]:
    """Chance that each title's first slot is examined."""
    return {letter: ROW**r * COLUMN**c for r, c, letter in reversed(list(page.cells())) if letter != "."}


def stability(page: Page, other: Page) -> float:
    mine, its = attention(page), attention(other)
    both = [(mine.get(letter, 0.0), its.get(letter, 0.0)) for letter in mine.keys() | its.keys()]
    return sum(map(min, both)) / sum(map(max, both)) if both else 1.0


def exposure(pages: list[Page], rows: int, columns: int) -> Counter[str]:
    total = Counter[str]()
    for page in pages:
        for r, c, letter in page.cells(rows, columns):
            total[letter] += ROW**r * COLUMN**c  # type: ignore[assignment]
    del total["."]
    return total


def gini(values: list[float]) -> float:
    """Half the mean difference of two titles over the mean title."""
    apart = sum(abs(one - other) for one in values for other in values)
    return apart / (2 * len(values) * sum(values)) if sum(values) else nan
