"""The machine: what figures depend on besides the code; no names, no paths."""

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Final

from tools.bench.figures import Machine

LIBRARIES: Final = ("grpcio", "implicit", "lightgbm", "numpy", "polars", "protobuf", "scipy")


def this_machine() -> Machine:
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        python=platform.python_version(),
        versions={name: metadata.version(name) for name in LIBRARIES},
    )


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
