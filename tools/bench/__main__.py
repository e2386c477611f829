"""
Measures what a bundle's pages cost.

    python -m tools.bench --bundle B --data D [--json]

Requests are moments of the log's second half, drawn by activity, without a result cache. Nothing is reported of pages
that are thin, or when the plain way (see plain.py) does not make the same ones.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from rich.console import Console

import pagegen
from tools.bench import figures, in_process, serving
from tools.bench.compare import DifferentPagesError, compare
from tools.bench.figures import Report
from tools.bench.machine import this_machine
from tools.bench.plain import Plain
from tools.bench.plain_features import UnknownFeatureError
from tools.bench.report import show
from tools.bench.requests import TooFewError, draw

REFUSALS = (in_process.ThinPagesError, DifferentPagesError, serving.ServerGoneError, TooFewError, pagegen.PagegenError)


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    told = Console(stderr=True)
    try:
        with told.status("loading") as status:
            report = measure(chosen, status.update)
    except REFUSALS as error:
        told.print(str(error), style="red", markup=False)
        return 1
    if chosen.json:
        print(msgspec.json.format(msgspec.json.encode(report), indent=1).decode())
    else:
        show(report, Console())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="Measure what a bundle's pages cost.")
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=500, help="drawn from the log (500)")
    parser.add_argument("--plain", type=int, default=60, help="of them also made the plain way (60)")
    parser.add_argument("--workers", type=int, default=2, help="of the server (2)")
    parser.add_argument("--channels", type=int, default=16, help="to the server, each with a request under way (16)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of load (10)")
    parser.add_argument("--rng-seed", type=int, default=0, help="of the draw (0)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def measure(chosen: argparse.Namespace, say: Callable[[str], None]) -> Report:
    """
    All figures.

    Raises:
        ThinPagesError: thin pages do not count.
        DifferentPagesError: the plain way makes other pages.
        ServerGoneError: the server does not serve everyone.
        TooFewError: the log is too short.
    """
    engine = pagegen.load(chosen.bundle, chosen.data)
    requests = draw(engine.data, chosen.requests, np.random.default_rng(chosen.rng_seed))
    thickness, pages = in_process.measure(engine, requests, say)
    say("the plain way")
    try:
        plain: figures.Plain | str = compare(engine, Plain(chosen.bundle, chosen.data), requests[: chosen.plain])
    except UnknownFeatureError as error:
        plain = str(error)
    load = (chosen.workers, chosen.channels, chosen.seconds)
    return Report(
        machine=this_machine(),
        bundle_id=engine.identity.bundle_id,
        bundle_bytes=sum(path.stat().st_size for path in chosen.bundle.iterdir()),
        titles=len(engine.data.catalog),
        events=len(engine.data.events),
        thickness=thickness,
        in_process=pages,
        plain=plain,
        serving=serving.measure(chosen.bundle, chosen.data, requests, load, say),
    )


if __name__ == "__main__":
    sys.exit(main())
