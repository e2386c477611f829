"""
Metrics of the flattened page beside two packages of other people: ranx and ir-measures (which asks trec_eval).

1,000 pages: empty ones, repeated titles, nothing wanted, more wanted than k, equal scores, graded relevance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np
import pytest

from pagegen.metrics.registry import measure
from pagegen.metrics.sketch import sketch
from tests.metrics.brute import Page

CASES = 1_000
DEPTHS = (1, 3, 5, 10, 20)
SLOTS = 30
GAINS = {1: 1, 2: 3, 3: 7}
PRECISION = 1e-9
RELEVANCE = {letter: float(1 + place % 3) for place, letter in enumerate(ascii_lowercase)}

Ranked = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Case:
    page: Page
    score: tuple[float, ...]  # of each slot, equal ones among them; a page is ordered by score, then by the later name

    @property
    def names(self) -> list[str]:
        """A slot's title, or for the repeat of one a name that nobody wants; ties are in the order of trec_eval."""
        flat = self.page.inside()
        return [f"~{99 - r}" if letter in flat[:r] else letter for r, letter in enumerate(flat)]

    @property
    def relevant(self) -> dict[str, int]:
        return {letter: int(self.page.relevance[letter]) for letter in self.page.wanted}


def cases(graded: bool) -> list[Case]:
    rng = np.random.default_rng(17)
    return [_case(rng, RELEVANCE if graded else dict.fromkeys(ascii_lowercase, 1.0)) for _ in range(CASES)]


def _case(rng: np.random.Generator, relevance: Mapping[str, float]) -> Case:
    """Scores fall at random steps; inside a step names descend, repeats of a title before it as `~` comes after z."""
    text, score = "", list[float]()
    for step in range(int(rng.integers(0, 8))):
        letters = sorted(rng.choice(list(ascii_lowercase), int(rng.integers(1, 5)), replace=False), reverse=True)
        letters = sorted(letters, key=lambda letter: letter not in text)
        text += "".join(letters)
        score += [-float(step)] * len(letters)
    cut = int(rng.integers(0, len(text) + 1))
    wanted = "".join(rng.choice(list(ascii_lowercase), int(rng.integers(0, 14)), replace=False))
    return Case(Page(f"{text[:cut]}/{text[cut:]}" if text else "", wanted, relevance), tuple(score))


def measured(asked: list[Case], notation: str) -> list[float]:
    pages = sketch(
        *(case.page.text for case in asked),
        wanted=[case.page.wanted for case in asked],
        relevance=asked[0].page.relevance,
    )
    return measure(notation).of(pages).tolist()


def by_ranx(asked: list[Case], metric: str) -> list[float]:
    """Without ties, which it breaks at random, and without empty lists, which it cannot hold: they end in misses."""
    from ranx import Qrels, Run, evaluate

    lists = [[*case.names, *(f"?{n}" for n in range(SLOTS - len(case.names)))] for case in asked]
    relevant = Qrels({f"{b:04}": case.relevant for b, case in enumerate(asked)})
    run = Run({f"{b:04}": {name: -float(r) for r, name in enumerate(names)} for b, names in enumerate(lists)})
    return [float(value) for value in evaluate(relevant, run, metric, return_mean=False)]


def by_trec_eval(asked: list[Case], text: str, depth: int | None = None) -> list[float]:
    """With ties. It says nothing of an empty list: that is 0."""
    import ir_measures

    relevant = {str(b): case.relevant for b, case in enumerate(asked)}
    run = {
        str(b): dict(list(zip(case.names, case.score, strict=True))[:depth])
        for b, case in enumerate(asked)
        if case.score
    }
    wanted = ir_measures.parse_measure(text) if "nDCG" not in text else ir_measures.nDCG(gains=GAINS) @ int(text[5:])
    found = {int(one.query_id): float(one.value) for one in ir_measures.iter_calc([wanted], relevant, run)}
    return [found.get(b, 0.0) for b in range(len(asked))]


def with_targets(asked: list[Case]) -> list[Case]:
    return [case for case in asked if case.page.wanted]


@pytest.mark.oracle
@pytest.mark.parametrize("k", DEPTHS)
@pytest.mark.parametrize("graded", [False, True], ids=["plain", "graded"])
@pytest.mark.filterwarnings("ignore")
def test_ranx(k: int, graded: bool) -> None:
    """NDCG by Burges, and by Jarvelin for equal relevance; AP, reciprocal rank, recall, precision, hit rate."""
    asked = with_targets(cases(graded))
    names = {"ndcg": "ndcg_burges", "map": "map", "mrr": "mrr", "recall": "recall", "hit_rate": "hit_rate"}
    names |= {"precision": "precision"}
    for ours, theirs in names.items():
        assert by_ranx(asked, f"{theirs}@{k}") == pytest.approx(measured(asked, f"{ours}@{k}"), abs=PRECISION)
    if not graded:
        assert by_ranx(asked, f"ndcg@{k}") == pytest.approx(measured(asked, f"ndcg@{k}"), abs=PRECISION)


@pytest.mark.oracle
@pytest.mark.parametrize("k", DEPTHS)
@pytest.mark.parametrize("graded", [False, True], ids=["plain", "graded"])
@pytest.mark.filterwarnings("ignore")
def test_ir_measures(k: int, graded: bool) -> None:
    """The same through trec_eval, which orders the slots itself, by score and in ties by name."""
    asked = with_targets(cases(graded))
    for ours, theirs in {"ndcg": "nDCG", "map": "AP", "recall": "R", "precision": "P", "hit_rate": "Success"}.items():
        expected = by_trec_eval(asked, f"{theirs}@{k}")

        assert expected == pytest.approx(measured(asked, f"{ours}@{k}"), abs=PRECISION)
    assert by_trec_eval(asked, "RR", k) == pytest.approx(measured(asked, f"mrr@{k}"), abs=PRECISION)


def test_the_cases_are_hard() -> None:
    """Empty pages, nothing wanted, more wanted than k, ties and repeats are among them."""
    asked = cases(graded=True)
    ties = [len(set(case.score)) < len(case.score) for case in asked]
    repeats = [any(name.startswith("~") for name in case.names) for case in asked]

    assert CASES == len(asked)
    assert min(sum(not case.score for case in asked), sum(not case.page.wanted for case in asked)) > 30
    assert min(sum(ties), sum(repeats), sum(len(case.page.wanted) > 10 for case in asked)) > 100
    assert [case.names for case in asked] == [
        [name for _, name in sorted(zip(case.score, case.names, strict=True), reverse=True)] for case in asked
    ]


def test_nothing_wanted_is_no_number() -> None:
    """Where the packages say 0 or nothing, these pages are left out of every mean."""
    asked = [case for case in cases(graded=False) if not case.page.wanted]

    assert all(
        np.isnan(measured(asked, name)).all() for name in ("ndcg@5", "map@5", "mrr@5", "recall@5", "precision@5")
    )
