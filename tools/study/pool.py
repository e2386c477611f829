"""The pool: how many of the titles that were played each source would have brought, at which size, and nobody else."""

from collections.abc import Iterable, Iterator

import msgspec
import numpy as np
from rich.table import Table

from pagegen.arrays import AnyArray, Int32, best, record
from pagegen.data.dataset import Past
from pagegen.engine import Engine
from pagegen.ordering.examination import fit_examination
from pagegen.replay import Outcomes, replay
from pagegen.trace import Retrieved
from pagegen.training.fit import engine_of, fit_sources
from pagegen.training.lessons import FALLBACK, Job
from pagegen.training.train import past_windows
from tools.study.chart import Axis, chart

SIZES = (10, 20, 50, 100, 200, 400, 800)


class Brought(msgspec.Struct, frozen=True):
    """Rows of one kind: titles they bring a request, share of the played they hold, and that no other row holds."""

    kind: str
    titles: float
    recall: float
    alone: float


class Pool(msgspec.Struct, frozen=True):
    sizes: tuple[int, ...]
    recall: dict[str, list[float]]  # of each scorer's first so many titles
    kinds: list[Brought]
    titles: float  # distinct titles of the whole pool
    whole: float  # its recall

    def chart(self) -> str:
        lines = {scorer: list(zip(self.sizes, recall, strict=True)) for scorer, recall in self.recall.items()}
        return chart("Recall of the titles played next", lines, Axis(name="titles", log=True), Axis(name="recall"))

    def table(self) -> Table:
        table = Table("recall of the first", *map(str, self.sizes), title="What each scorer alone would bring")
        for scorer, recall in self.recall.items():
            table.add_row(scorer, *(f"{value:.3f}" for value in recall))
        table.add_section()
        table.add_row("rows of", "titles", "recall", "no other row", style="bold")
        for kind in self.kinds:
            table.add_row(kind.kind, f"{kind.titles:.0f}", f"{kind.recall:.3f}", f"{kind.alone:.3f}")
        table.add_row("all", f"{self.titles:.0f}", f"{self.whole:.3f}", style="bold")
        return table


@record
class Request:
    """What one past request would have brought, and what was played."""

    played: Int32
    first: dict[str, Int32]  # each scorer's titles, best first
    rows: dict[str, Int32]  # distinct titles of each kind's rows


def pool(job: Job) -> Pool:
    """The pool of the newest window's requests, its sources fitted as of the window's start."""
    requests = [request for request in _requests(job) if len(request.played)]
    scorers, kinds = list(requests[0].first), sorted({kind for request in requests for kind in request.rows})
    recall = {
        scorer: [_mean(_found(request.first[scorer][:size], request) for request in requests) for size in SIZES]
        for scorer in scorers
    }
    whole = [np.unique(np.concatenate(list(request.rows.values()))) for request in requests]
    return Pool(
        sizes=SIZES,
        recall=recall,
        kinds=[_brought(kind, requests) for kind in kinds],
        titles=_mean(len(titles) for titles in whole),
        whole=_mean(_found(titles, request) for titles, request in zip(whole, requests, strict=True)),
    )


def _requests(job: Job) -> Iterator[Request]:
    asked = past_windows(job, fit_examination(job.pages))[-1]
    past = Past(data=job.past.data, watermark=job.past.data.events.before(int(asked.occasions.time[0])))
    sources = fit_sources(job.home, job.settings, past, job.rng_seed)
    engine = engine_of(job.home, job.settings, past, sources, job.home.rankers[FALLBACK].load({}))
    for retrieved, followed in replay(engine.retrieve, engine.data, asked.occasions):
        yield from (_request(engine, retrieved, followed, b) for b in range(len(retrieved.contexts)))


def _request(engine: Engine, retrieved: Retrieved, followed: Outcomes, b: int) -> Request:
    candidates, allowed = retrieved.pool.candidates, retrieved.eligible.allowed(b)
    mine = candidates.rows.request[candidates.row] == b
    kind, title = candidates.rows.kind[candidates.row][mine], candidates.title[mine]
    return Request(
        played=followed.title[followed.start[b] : followed.start[b + 1]],
        first={name: best(score[b], allowed, SIZES[-1]) for name, score in retrieved.pool.scores.items()},
        rows={engine.rules.kinds[k].name: np.unique(title[kind == k]) for k in np.unique(kind).tolist()},
    )


def _brought(kind: str, requests: list[Request]) -> Brought:
    nothing = np.zeros(0, np.int32)
    mine = [request.rows.get(kind, nothing) for request in requests]
    others = [
        np.concatenate([nothing, *(titles for name, titles in request.rows.items() if name != kind)])
        for request in requests
    ]
    only = [np.setdiff1d(titles, rest) for titles, rest in zip(mine, others, strict=True)]
    return Brought(
        kind,
        _mean(len(titles) for titles in mine),
        _mean(_found(titles, request) for titles, request in zip(mine, requests, strict=True)),
        _mean(_found(titles, request) for titles, request in zip(only, requests, strict=True)),
    )


def _found(titles: AnyArray, request: Request) -> float:
    return float(np.isin(request.played, titles).mean())


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
