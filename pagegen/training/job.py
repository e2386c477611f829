"""The retraining job as it is run from a shell or a cron line: folders in, a bundle out, published if it passes."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from pagegen.arrays import record
from pagegen.bundle.load import load_ranker, settings_of
from pagegen.bundle.manifest import Manifest, read_manifest
from pagegen.bundle.parts import Homepage
from pagegen.bundle.publish import CURRENT, check_directory, current_id, publish
from pagegen.bundle.settings import Settings
from pagegen.bundle.store import describe, save, verify
from pagegen.data.dataset import Past, read_dataset
from pagegen.data.folder import read_table
from pagegen.data.schema import TIME
from pagegen.errors import BundleError, DataError
from pagegen.training.gate import check_gate
from pagegen.training.lessons import FALLBACK, Job, Say
from pagegen.training.train import Previous, train

PAGE_COLUMNS = [  # of the pages log: those that training reads
    *("time", "member_id", "device", "visible_columns"),
    *("row_kinds", "row_seeds", "row_lengths", "title_ids", "seen_columns"),
]


@record
class Order:
    """What was asked for."""

    data: Path
    out: Path  # the bundle; an earlier bundle there is replaced
    as_of_ms: int | None  # only what happened before it counts; None: everything
    rng_seed: int
    previous: Path | None  # the bundle to compare with; by default the one that is current where it is published
    publish: Path | None
    gate: bool


@record
class Done:
    bundle_id: str
    folder: Path
    changed: bool  # False: the previous bundle has the same inputs, and nothing was trained
    published: bool
    report: Mapping[str, Any]


def retrain(home: Homepage, settings: Settings, order: Order, say: Say) -> Done:
    """
    Train, judge, save and publish.

    Raises:
        DataError: the data cannot be read, or nothing happened before `as_of_ms`.
        BundleError: `out` holds something else, or the previous bundle is damaged.
        GateError: the bundle is not good enough; it was saved and is not published.
    """
    _check_out(order.out)
    if order.publish:
        check_directory(order.publish)
    past, pages = _read(order)
    before = order.previous or _current(order.publish)
    manifest = verify(before)[0] if before else None
    if before and manifest and _same_inputs(manifest, describe(settings, past, order.rng_seed)):
        say(f"{before} has the same inputs: nothing to train")
        return _unchanged(order, before, manifest)
    job = Job(home=home, settings=settings, past=past, pages=pages, rng_seed=order.rng_seed, say=say)
    trained = train(job, _previous(home, before, manifest))
    shutil.rmtree(order.out, ignore_errors=True)
    facts = describe(settings, past, order.rng_seed) | {"report": trained.report}
    bundle_id = save(order.out, trained.models, past.data.catalog.ids.names, facts)
    if order.gate:
        check_gate(trained.report, FALLBACK)
    if order.publish:
        publish(order.out, order.publish)
    return Done(
        bundle_id=bundle_id, folder=order.out, changed=True, published=bool(order.publish), report=trained.report
    )


def _unchanged(order: Order, before: Path, manifest: Manifest) -> Done:
    """Nothing was trained; the bundle is published where another one is current, or none."""
    bundle_id = read_manifest(before)[1]
    due = order.publish is not None and current_id(order.publish) != bundle_id
    if due and order.gate:
        check_gate(manifest.report, FALLBACK)
    if due and order.publish:
        publish(before, order.publish)
    return Done(bundle_id=bundle_id, folder=before, changed=False, published=due, report=manifest.report)


def _check_out(out: Path) -> None:
    """
    Only an earlier bundle is ever replaced, and there must be a place for a new one.

    Raises:
        DataError: said before hours of training.
    """
    if out.is_symlink() or (out.exists() and not _replaceable(out)):
        message = f"--out {out} exists and is not a bundle; choose another or remove it"
        raise DataError(message)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"--out {out} cannot be made ({error})"
        raise DataError(message) from error


def _replaceable(out: Path) -> bool:
    """Whether it is an empty folder, or holds a bundle's manifest, not just any file of that name."""
    try:
        return out.is_dir() and (not any(out.iterdir()) or bool(read_manifest(out)))
    except BundleError:
        return False


def _read(order: Order) -> tuple[Past, pl.DataFrame]:
    data = read_dataset(order.data)
    cutoff = data.end_ms if order.as_of_ms is None else min(order.as_of_ms, data.end_ms)
    watermark = data.events.before(cutoff)
    if watermark == 0:
        message = f"{order.data} has no events before the cut-off; there is nothing to train on"
        raise DataError(message)
    past = Past(data=data, watermark=watermark, cutoff_ms=cutoff)
    pages = read_table(order.data, "pages", PAGE_COLUMNS)
    return past, pages.filter(pl.col("time") < pl.lit(past.time).cast(TIME))


def _current(directory: Path | None) -> Path | None:
    link = directory / CURRENT if directory else None
    return link.resolve() if link and link.exists() else None


def _same_inputs(manifest: Manifest, inputs: Mapping[str, Any]) -> bool:
    """Compared as they are written: in a manifest that was read, tuples have become lists."""
    known = {name: getattr(manifest, name) for name in inputs}
    return msgspec.json.encode(known, order="sorted") == msgspec.json.encode(inputs, order="sorted")


def _previous(home: Homepage, folder: Path | None, manifest: Manifest | None) -> Previous | None:
    if folder is None or manifest is None:
        return None
    return Previous(settings=settings_of(home, manifest), ranker=load_ranker(home, folder, manifest))
