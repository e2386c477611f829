"""Figures: what the benchmark measured, as it stands in its JSON."""

import math
from collections.abc import Sequence

import msgspec


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds."""

    p50: float
    p99: float
    cpu_p50: float  # of the thread that computes: what it would take on a machine with nothing else to do


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    cpu: str
    cores: int  # that this process may use
    memory_gb: float
    python: str
    versions: dict[str, str]


class Thickness(msgspec.Struct, frozen=True, kw_only=True):
    """Medians over the pages."""

    pages: int
    rows: float
    placed: float  # titles, as often as they are shown
    distinct: float  # titles


class InProcess(msgspec.Struct, frozen=True, kw_only=True):
    stages: dict[str, Times]  # one request at a time
    page: Times
    batch: int
    batch_page_ms: float  # a page of a batch: the median over batches
    basic_bytes: float  # of a page on the wire: medians
    full_bytes: float


class Plain(msgspec.Struct, frozen=True, kw_only=True):
    """Against the plain way: medians over the same requests, one at a time, taking turns."""

    pages: int
    same: float  # share of the slots that hold the same title
    plain_ms: float
    engine_ms: float
    ratio: float


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """MB of a worker: its share of what it shares (PSS), and its own (USS)."""

    pss: float
    uss: float


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What a closed loop got: every channel asks again as soon as it has an answer."""

    channels: int
    seconds: float
    pages: int
    errors: dict[str, int]  # by status code
    pages_per_second: float
    p50_ms: float
    p99_ms: float


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    workers: int
    start_up_s: float  # from the command to SERVING of all workers
    one_worker_start_up_s: float
    load: Load
    one_worker: Memory | None  # of a server with one worker, after pages; None: this system does not tell
    additional_worker_mb: float | None  # what each further worker adds to the PSS of all


class Report(msgspec.Struct, frozen=True, kw_only=True):
    machine: Machine
    bundle_id: str
    bundle_bytes: int
    titles: int
    events: int
    thickness: Thickness
    in_process: InProcess
    plain: Plain | str  # why there is none
    serving: Serving


def percentile(values: Sequence[float], percent: float) -> float:
    """
    The smallest value that at least `percent` of the values do not exceed (nearest rank: always one that occurred).

    Examples:
        >>> percentile([4.0, 1.0, 3.0, 2.0], 50), percentile([4.0, 1.0, 3.0, 2.0], 99)
        (2.0, 4.0)
    """
    if not values or not 0 < percent <= 100:
        message = f"percentile {percent} of {len(values)} values; from above 0 to 100, of one value at least"
        raise ValueError(message)
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


def times(wall: Sequence[float], cpu: Sequence[float]) -> Times:
    """The times of seconds."""
    return Times(p50=1e3 * percentile(wall, 50), p99=1e3 * percentile(wall, 99), cpu_p50=1e3 * percentile(cpu, 50))
