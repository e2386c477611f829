"""
Hyper-parameters of one model of a benchmark, chosen on validation data and nothing else.

    python -m tools.benchmark.search NAME MODEL --data DIR [--trials 15] [--out RUNS] [--workers 2]

MODEL is a cell of the preset; tools/benchmarks/spaces.toml says what may be chosen. The first trial has the preset's
own settings, the others are drawn by Optuna's TPE (Akiba et al., KDD 2019) with a fixed seed. A trial is a cell of an
experiment as `pagegen simulate` runs it, judged by the preset's first measure; trials that differ in nothing but the
ranker are drawn at once, as cells of one run. All go to tools/benchmarks/search/NAME.MODEL.json; winners are copied
into the preset by hand.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import click
import msgspec
from rich.console import Console

import pagegen
from pagegen.bundle.resolve import merged
from pagegen.cli.options import FOLDER, read_toml
from pagegen.cli.simulate import workers_option
from pagegen.errors import ConfigError, PagegenError
from tools.benchmark.prepare import prepare_search
from tools.benchmark.presets import FOLDER as PRESETS
from tools.benchmark.presets import NAMES, Data, data_of, design_of, experiment, singles
from tools.benchmark.run import run

MOST: Final = 15  # trials of a model: baselines get as many as we do
RNG_SEED: Final = 0
CHEAP: Final = ("fit.rankers.", "page.")  # settings that leave what sources learn as it is
UNTAUGHT: Final = {"examples": {"windows": 2, "occasions": 2}}  # a source alone has no ranker to teach
Settings: TypeAlias = Mapping[str, int | float | str]


class Space(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one setting is drawn from."""

    of: tuple[int | float | str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False

    def draw(self, trial: Any, name: str) -> int | float | str:  # optuna has no types
        drawn: int | float | str
        drawn = (
            trial.suggest_categorical(name, self.of)
            if self.of
            else trial.suggest_float(name, self.low, self.high, log=self.log)
        )
        return drawn


class Trial(msgspec.Struct, frozen=True):
    """One choice, and what it was worth."""

    settings: Settings  # none: those of the preset
    value: float
    seconds: float


class Record(msgspec.Struct, frozen=True):
    """What is committed of a search."""

    benchmark: str
    variant: str
    model: str
    measure: str
    rng_seed: int
    best: Trial
    trials: list[Trial]


def validation(name: str, data: Data, model: str) -> dict[str, Any]:
    """
    The preset's experiment on validation data, with the one cell that is searched for.

    Raises:
        ConfigError: the preset has no such cell.
    """
    table = experiment(name)
    if model not in table["cells"]:
        message = f"{name} has no cell {model}; it has {', '.join(table['cells'])}"
        raise ConfigError(message)
    cuts = list(data.search.cuts) if data.search else experiment(name)["protocol"]["cuts"]
    alone = {} if model not in singles(design_of(table)) else {"fit": {"sources": _needed(table, model), **UNTAUGHT}}
    cell = merged(table["cells"][model], alone)
    changed = {"baseline": model, "strata": [], "leak_pages": 0, "measures": table["measures"][:1]}
    return {**table, **changed, "cells": {model: cell}, "protocol": {**table["protocol"], "cuts": cuts}}


def _needed(table: Mapping[str, Any], model: str) -> list[str]:
    """The source itself, and what puts its titles on a list."""
    return [name for name in table["recipe"]["fit"]["sources"] if name in (model, "top_picks")]


def cells_of(table: Mapping[str, Any], choices: Sequence[Settings]) -> dict[str, Any]:
    """The experiment with a cell for each choice of settings; the first is the baseline."""
    model = table["baseline"]
    cells = {f"{model}-{place}": table["cells"][model] for place in range(len(choices))}
    for cell, settings in zip(cells, choices, strict=True):
        for name, value in settings.items():
            nested: Any = value
            for key in reversed(name.split(".")):
                nested = {key: nested}
            cells[cell] = merged(cells[cell], nested)
    return {**table, "cells": cells, "baseline": next(iter(cells))}


def search(
    table: Mapping[str, Any], spaces: Mapping[str, Space], places: tuple[Path, Path], budget: tuple[int, int]
) -> list[Trial]:
    """
    Every trial, in the order in which they were made.

    Args:
        table: of the experiment, with one cell.
        spaces: by setting.
        places: the validation data, and where the runs lie.
        budget: trials and workers.
    """
    import optuna  # only this command wants it

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=RNG_SEED))
    trials: list[Trial] = []
    size = budget[0] if all(name.startswith(CHEAP) for name in spaces) else 1
    while len(trials) < budget[0]:
        asked = [study.ask() for _ in range(size)]
        drawn = [{name: space.draw(trial, name) for name, space in spaces.items()} for trial in asked]
        made = _tried(table, [{}, *drawn[1:]] if not trials else drawn, places, budget[1])
        for trial, tried in zip(asked[not trials :], made[not trials :], strict=True):
            study.tell(trial, tried.value)
        trials += made
    return trials


def _tried(
    table: Mapping[str, Any], choices: Sequence[Settings], places: tuple[Path, Path], workers: int
) -> list[Trial]:
    """One run, whose cells are the choices."""
    data, made = places[0], places[1] / "trials"
    shutil.rmtree(made, ignore_errors=True)
    cells, measure = cells_of(table, choices), table["measures"][0]
    finished = run(cells, data, made, workers)
    found = pagegen.read_results(finished.folder).estimates.filter(metric=measure, stratum="all")
    means = dict(found.select("cell", "mean").iter_rows())
    seconds = finished.cost.seconds / len(choices)
    trials = [Trial(s, means[cell], seconds) for s, cell in zip(choices, cells["cells"], strict=True)]
    for trial in trials:
        Console(stderr=True).print(f"{measure} {trial.value:.4f} {trial.settings}", highlight=False)
    return trials


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.argument("model")
@click.option("--data", "raw", type=FOLDER, required=True, help="Folder with the raw files.")
@click.option(
    "--trials", type=click.IntRange(2, MOST), default=MOST, show_default=True, help="The first is the preset's."
)
@click.option("--variant", default="", help="Of a benchmark with several tables. [its first]")
@click.option("--out", type=FOLDER, help="Folder of data and runs. [runs/search/NAME]")
@workers_option
def main(*, name: str, model: str, raw: Path, trials: int, variant: str, out: Path | None, workers: int) -> None:
    """Choose the hyper-parameters of MODEL in benchmark NAME."""
    data, out = data_of(name), out or Path("runs") / "search" / name
    variant = variant or next(iter(data.variants))
    spaces = msgspec.convert(read_toml(PRESETS / "spaces.toml"), dict[str, dict[str, Space]])
    try:
        folder = prepare_search(raw, data, data.variants[variant], out / f"data{variant}")
        table = validation(name, data, model)
        found = search(table, spaces[model], (folder, out), (trials, workers))
    except PagegenError as error:
        raise click.ClickException(str(error)) from error
    best = max(found, key=lambda trial: trial.value)
    measure = table["measures"][0]
    record = Record(name, variant, model, measure, RNG_SEED, best, found)
    path = PRESETS / "search" / f"{name}.{model}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    click.echo(
        f"{measure} {best.value:.4f}, the preset's {found[0].value:.4f}: {best.settings}; all trials in {path.name}"
    )


if __name__ == "__main__":
    main()
