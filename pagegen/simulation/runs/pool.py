"""Doing tasks: in this process, or in spawned ones, each as soon as what it needs is there."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import Final

from pagegen.errors import RunError
from pagegen.simulation.measuring import compared, values
from pagegen.simulation.runs.make import check, pages, train
from pagegen.simulation.runs.tasks import Done, Kind, Task
from pagegen.simulation.runs.workshop import Setup, Workshop
from pagegen.simulation.wholes import whole

WAYS: Final[Mapping[Kind, Callable[[Workshop, Task], Done]]] = {
    "train": train,
    "pages": pages,
    "values": values,
    "whole": whole,
    "compare": compared,
    "leaks": check,
}


def perform(shop: Workshop, task: Task) -> Done:
    """Do a task; what it took is told, what it makes lies in the folder."""
    begun = shop.setup.clock()
    done = WAYS[task.kind](shop, task)
    return replace(done, seconds=shop.setup.clock() - begun)


def do_all(tasks: Sequence[Task], shop: Workshop, workers: int, hear: Callable[[Done], None]) -> None:
    """
    Do every task.

    Args:
        tasks: each after those it needs.
        shop: of this process; others get the same setup.
        workers: 1: this process; else so many spawned ones.
        hear: told of each task that is done; what it raises stops the run.

    Raises:
        RunError: a worker was killed.
    """
    if workers == 1:
        for task in tasks:
            hear(perform(shop, task))
        return
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_open, initargs=(shop.setup,))
    try:
        _in_pool(pool, list(tasks), workers + 1, hear)
    except BrokenProcessPool as error:
        message = "a worker has died, perhaps for want of memory; start again with fewer --workers: finished parts stay"
        raise RunError(message) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _in_pool(pool: ProcessPoolExecutor, waiting: list[Task], most: int, hear: Callable[[Done], None]) -> None:
    """The first tasks that are ready go first; at most `most` are on their way."""
    left = {task.name for task in waiting}
    running = set[Future[Done]]()
    while left:
        ready = (task for task in waiting if not left.intersection(task.needs))
        for task in [task for task, _ in zip(ready, range(most - len(running)), strict=False)]:
            waiting.remove(task)
            running.add(pool.submit(_do, task))
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            left.discard(future.result().task.name)
            hear(future.result())


_shops: list[Workshop] = []  # the one of this process, when it is a worker


def _open(setup: Setup) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _shops.append(Workshop(setup=setup))


def _end_with_parent() -> None:
    """Nobody waits for the work of a run that was killed."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _do(task: Task) -> Done:
    return perform(_shops[-1], task)
