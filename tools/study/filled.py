"""Past requests with the rows that were ready to be ordered, by an engine trained on what came before them all."""

from dataclasses import replace

import polars as pl

from pagegen.arrays import record
from pagegen.bundle.models import build_engine
from pagegen.context import Contexts
from pagegen.data.dataset import Past
from pagegen.data.schema import TIME
from pagegen.engine import Engine
from pagegen.ordering.examination import fit_examination
from pagegen.replay import Occasions, Outcomes, joined_occasions, replay
from pagegen.rows import Filled
from pagegen.training.lessons import Job
from pagegen.training.train import past_windows, train


@record
class Ready:
    """Some requests: what their orderer was given, and what followed."""

    contexts: Contexts
    filled: Filled
    followed: Outcomes


def held_out(job: Job, judged: int) -> tuple[Engine, Occasions]:
    """The engine of a training that ends where the newest `judged` windows begin, and the requests of these."""
    windows = past_windows(job, fit_examination(job.pages))[-judged:]
    asked = joined_occasions([window.occasions for window in windows])
    past = Past(data=job.past.data, watermark=job.past.data.events.before(int(asked.time[0]))).alone()
    before = job.pages.filter(pl.col("time") < pl.lit(past.time).cast(TIME))
    models = train(replace(job, past=past, pages=before)).models
    return build_engine(job.home, job.settings, models, job.past.data, "study"), asked


def filled_rows(engine: Engine, past: Occasions, grid: tuple[int, int]) -> list[Ready]:
    """In parts, those whose members played nothing new left in."""
    return [
        Ready(contexts=trace.retrieved.contexts, filled=trace.filled, followed=followed)
        for trace, followed in replay(engine.run, engine.data, past, grid)
    ]
