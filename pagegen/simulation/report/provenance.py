"""Where the numbers come from: enough to make every one of them again."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pagegen.arrays import record
from pagegen.simulation.report.wording import when
from pagegen.simulation.results import Run


@record
class Provenance:
    facts: Mapping[str, str]
    bundles: Sequence[Mapping[str, str]]  # one a cell and cut
    experiment: str


def provenance(run: Run) -> Provenance:
    bundles = [
        {
            "cell": cell,
            "cut": str(made.cut),
            "trained on all before": when(made.cutoff_ms),
            "bundle": made.bundle_id,
            "configuration": made.config_digest,
            "folder": made.bundle,
        }
        for cell, cuts in run.cells.items()
        for made in cuts
    ]
    facts = {
        "command": run.command,
        "data": run.data_digest,
        "rng seed": str(run.rng_seed),
        "versions": ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items())),
        "counts": ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in run.counts.items()),
    }
    return Provenance(facts=facts, bundles=bundles, experiment=_toml(run.experiment))


def _toml(table: Mapping[str, Any], above: str = "") -> str:
    """
    The table as TOML, which is how an experiment is written: values first, then tables; what is None is left out.

    Examples:
        >>> print(_toml({"name": "a", "cells": {"b": {"seed": 1, "bundle": None}}}))
        name = "a"
        <BLANKLINE>
        [cells.b]
        seed = 1
    """
    inner = {name: value for name, value in table.items() if isinstance(value, dict) and value}
    own = [
        f"{_key(name)} = {_value(value)}" for name, value in table.items() if name not in inner and value is not None
    ]
    tables = [_table(value, f"{above}{_key(name)}") for name, value in inner.items()]
    return "\n\n".join(["\n".join(own)] * bool(own) + tables)


def _table(table: Mapping[str, Any], name: str) -> str:
    text = _toml(table, f"{name}.")
    return text if text.startswith("[") else f"[{name}]\n{text}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else _value(name)


def _value(value: object) -> str:
    return msgspec.json.encode(value).decode().replace('","', '", "')
