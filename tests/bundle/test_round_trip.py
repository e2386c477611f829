"""What is saved is what is loaded: the same pages, on the same data and on data that have changed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

import pagegen
from pagegen.bundle.load import load_engine
from pagegen.bundle.manifest import read_manifest
from pagegen.bundle.models import build_engine
from pagegen.bundle.parts import Homepage
from pagegen.bundle.resolve import resolve
from pagegen.bundle.settings import Table
from pagegen.bundle.store import describe, save
from pagegen.data.dataset import Dataset
from pagegen.engine import Engine
from pagegen.errors import BundleError, ConfigError
from pagegen.homepage import HOME
from pagegen.request import PageRequest
from pagegen.training.train import Trained, train
from tests.contracts import some_requests
from tests.training.builders import FAST, everything, fast_settings, files_of, job, trained_on, write_data
from tests.training.homes import BACKWARDS, LOUDER
from tests.worlds import DAY, NOW, SMALL, World, ask, moved, play, tell, title, world


def loaded(bundle: Path, data: Dataset, **page: object) -> Engine:
    return load_engine(HOME, bundle, data, {"page": page}, trusted=True)


def pages_of(engine: Engine, requests: Sequence[PageRequest] | None = None) -> bytes:
    return msgspec.json.encode(engine.run(some_requests() if requests is None else requests).pages)


def in_memory(trained: Trained, data: Dataset, bundle: Path) -> Engine:
    """The engine that never saw a disk, under the name of the bundle."""
    return build_engine(HOME, fast_settings(), trained.models, data, read_manifest(bundle)[1])


def test_a_loaded_bundle_makes_the_pages_of_the_models_it_was_made_of(
    medium: World, trained: Trained, bundle: Path
) -> None:
    """Byte for byte, for all sorts of requests; so do features, scores and probabilities."""
    memory, disk = in_memory(trained, medium.data, bundle), loaded(bundle, medium.data)
    one, two = (engine.run(some_requests(seed=1)) for engine in (memory, disk))

    assert pages_of(memory) == pages_of(disk)
    assert one.retrieved.table.values.tobytes() == two.retrieved.table.values.tobytes()
    assert one.prediction.score.tobytes() == two.prediction.score.tobytes()
    assert one.prediction.play.tobytes() == two.prediction.play.tobytes()


def test_a_bundle_that_is_tried_in_a_child_first_is_the_same_engine(
    medium: World, bundle: Path, tmp_path: Path
) -> None:
    """As `pagegen.load` does it, from folders, through a link such as `current`."""
    (tmp_path / "current").symlink_to(bundle)
    data = write_data(tmp_path / "data", medium)

    assert pages_of(loaded(bundle, medium.data)) == pages_of(pagegen.load(tmp_path / "current", data))


def test_a_copy_of_a_source_learns_scores_and_loads_under_its_own_name(medium: World, tmp_path: Path) -> None:
    """With settings of its own: wider than the original, beside it, and the same out of a bundle."""
    fit = {
        "copies": {"wide": "als"},
        "sources": ["als", "wide", "top_picks"],
        "source": {"wide": {"embedding_size": 12}},
    }
    page = {"page": {"source": {"top_picks": {"quotas": {"als": 5, "wide": 5}}}}}
    settings = fast_settings({"fit": fit}, page)
    trained = train(job(medium.data, {"fit": fit}, page))
    facts = describe(settings, everything(medium.data), 0) | {"report": trained.report}
    save(tmp_path / "bundle", trained.models, medium.data.catalog.ids.names, facts)
    memory = build_engine(HOME, settings, trained.models, medium.data, read_manifest(tmp_path / "bundle")[1])

    assert {"als_score", "wide_score"} <= set(memory.run(some_requests()).retrieved.table.names)
    assert (8, 12) == tuple(
        np.load(tmp_path / f"bundle/source.{name}.factors.npy").shape[1] for name in ("als", "wide")
    )
    assert pages_of(memory) == pages_of(loaded(tmp_path / "bundle", medium.data))


def test_saving_twice_writes_the_same_bytes(medium: World, trained: Trained, bundle: Path, tmp_path: Path) -> None:
    """And gives the id that is read back; what was loaded can be saved again."""
    facts = describe(fast_settings(), everything(medium.data), 0) | {"report": trained.report}
    again = loaded(bundle, medium.data)
    sources = {source.name: source for source in again.sources}
    models = replace(trained.models, sources=sources, ranker=again.ranker, calibration=again.calibration)  # type: ignore[arg-type]
    ids = [
        save(tmp_path / name, what, medium.data.catalog.ids.names, facts)
        for name, what in (("one", trained.models), ("two", models))
    ]

    assert [read_manifest(bundle)[1]] * 2 == ids
    assert files_of(bundle) == files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_the_order_of_catalog_rows_changes_no_page(medium: World, trained: Trained, bundle: Path) -> None:
    """Neither where a bundle is loaded nor where it is trained."""
    shuffled = medium.shuffled(3).data
    again = trained_on(shuffled)

    assert pages_of(loaded(bundle, medium.data)) == pages_of(loaded(bundle, shuffled))
    assert trained.report == again.report
    assert pages_of(in_memory(trained, medium.data, bundle)) == pages_of(in_memory(again, shuffled, bundle))


def changed(medium: World) -> World:
    """Every sixth title has left, with its events; eight new ones came, before, between and after the others by id."""
    gone = medium.catalog["title_id"].gather_every(6).to_list()
    new = tell(
        [title(f"{where}{i}", genres=["Drama", "Crime"]) for where in ("a", "t075-", "z") for i in range(3)]
    ).catalog
    catalog = pl.concat([medium.catalog.filter(~pl.col("title_id").is_in(gone)), new])
    return replace(medium, catalog=catalog, events=medium.events.filter(~pl.col("title_id").is_in(gone)))


def test_a_catalog_that_has_changed_since_still_gets_good_pages(medium: World, trained: Trained, bundle: Path) -> None:
    """Only titles that are there, whole rows, and exactly what the models say once their titles are looked up by id."""
    data = changed(medium).data
    disk = loaded(bundle, data)
    models = moved(trained.models, medium.data, data, fast_settings())
    pages = disk.run([ask(name, rows=10) for name in data.members.ids.names]).pages
    shown = {name for page in pages for row in page.rows for name in row.title_ids}

    assert shown <= set(data.catalog.ids.names)
    assert min(len(page.rows) for page in pages) >= 3  # kids and low ceilings leave few titles
    assert (
        min(
            len(row.title_ids)
            for page in pages
            for row in page.rows
            if row.kind not in ("continue_watching", "my_list")
        )
        >= 4
    )
    assert pages_of(build_engine(HOME, fast_settings(), models, data, read_manifest(bundle)[1])) == pages_of(disk)


def test_new_titles_are_shown_though_nothing_was_learnt_of_them(medium: World, bundle: Path) -> None:
    """They have no factors, but a genre, a release and soon plays."""
    grown = replace(
        medium, catalog=pl.concat([medium.catalog, tell([title("a new one", release_time=NOW - DAY)]).catalog])
    )
    pages = (
        loaded(bundle, grown.data).run([ask(name, rows=20, columns=40) for name in grown.data.members.ids.names]).pages
    )

    assert [page for page in pages if any("a new one" in row.title_ids for row in page.rows)]


def test_other_data_altogether_get_pages_too(bundle: Path) -> None:
    """Not one title of the bundle is left: what needs no factors still fills rows."""
    data = world([title(f"x{i}") for i in range(9)], [play("ann", "x0", NOW - DAY)])
    pages = loaded(bundle, data).run([ask("ann"), ask("nobody")]).pages

    assert [True, True] == [bool(page.rows) for page in pages]


def test_page_settings_can_be_overridden(medium: World, bundle: Path) -> None:
    """The pages are those of another orderer, and say so by their digest."""
    default, template = loaded(bundle, medium.data), loaded(bundle, medium.data, orderer="template")

    assert ("greedy", "template") == (default.orderer.name, template.orderer.name)
    assert default.identity.config_digest != template.identity.config_digest
    assert pages_of(default) != pages_of(template)


def test_what_was_fitted_cannot_be_overridden(medium: World, bundle: Path) -> None:
    """The sentence names the setting."""
    with pytest.raises(ConfigError, match=r"fit\.ranker cannot be overridden for a trained bundle; train one with it"):
        load_engine(HOME, bundle, medium.data, {"fit": {"ranker": "popularity"}}, trusted=True)


def test_every_wrong_override_is_named(medium: World, bundle: Path) -> None:
    """All at once."""
    with pytest.raises(ConfigError, match=r"(?s)page\.tempo.*page\.orderer names 'shuffle'"):
        loaded(bundle, medium.data, tempo=3, orderer="shuffle")


@pytest.mark.parametrize(
    ("home", "override", "says"),
    [
        (LOUDER, {}, "fit.source.louder does not exist"),
        (BACKWARDS, {"fit": {"ranker": "backwards"}}, "fit.rankers.backwards does not exist"),
    ],
    ids=["source", "ranker"],
)
def test_a_bundle_of_another_homepage_is_refused(
    home: Homepage, override: Table, says: str, medium: World, tmp_path: Path
) -> None:
    """With a sentence that says whose it is; its own homepage reads it."""
    settings = resolve(home, SMALL, FAST, override)
    found = train(replace(job(medium.data), home=home, settings=settings))
    facts = describe(settings, everything(medium.data), 0) | {"report": found.report}
    save(tmp_path / "bundle", found.models, medium.data.catalog.ids.names, facts)

    assert load_engine(home, tmp_path / "bundle", medium.data).run([ask()]).pages[0].rows
    with pytest.raises(BundleError, match=f"made for another homepage .*{says}.*; pass its --homepage, or train a new"):
        load_engine(HOME, tmp_path / "bundle", medium.data)
