"""Row features: what a row is about, and how the member has met it, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from pagegen.arrays import NONE, starts
from pagegen.context import TrendWindows, read_contexts
from pagegen.data.dataset import Dataset
from pagegen.engine import Engine
from pagegen.ordering.row_features import PRIOR, ROW_FEATURES, row_features
from pagegen.pool import RowKind, Rows
from pagegen.request import PageRequest
from pagegen.rows import Filled
from tests.contracts import shuffled, some_requests
from tests.worlds import HOUR, NOW, ask, days_ago, play, title, world

KINDS = (
    RowKind(name="plain", headings=("x",)),
    RowKind(name="because", headings=("x",), seed_type="title"),
    RowKind(name="genre", headings=("x",), seed_type="genre"),
    RowKind(name="person", headings=("x",), seed_type="person"),
)
PLAIN, BECAUSE, GENRE, PERSON = range(4)


@pytest.fixture
def data() -> Dataset:
    """Ann has played two crime films and a comedy, the others three comedies; Al is in one crime film."""
    titles = [title(f"c{n}", genres=["Crime"], cast=["Al"] if n == 1 else []) for n in range(2)]
    titles += [title(f"f{n}", genres=["Comedy"]) for n in range(4)]
    own = [play("ann", "c0", days_ago(9)), play("ann", "c1", days_ago(5), 0.4), play("ann", "f0", days_ago(2))]
    return world(titles, [*own, *(play(f"m{n}", f"f{n}", days_ago(20)) for n in range(3))])


def features(data: Dataset, request: PageRequest, *rows: tuple[int, int]) -> dict[str, list[float]]:
    """Of rows of these kinds and seeds, each of five titles; habits count up."""
    filled = Filled(
        rows=Rows(
            request=np.zeros(len(rows), np.int32),
            kind=np.array([kind for kind, _ in rows], np.int16),
            seed=np.array([seed for _, seed in rows], np.int32),
            variant=np.zeros(len(rows), np.int16),
        ),
        start=starts(np.full(len(rows), 5)),
        title=np.zeros(5 * len(rows), np.int32),
        play=np.zeros(5 * len(rows)),
        score=np.zeros(5 * len(rows)),
        attraction=np.ones(len(rows)),
    )
    contexts = read_contexts([request], data, TrendWindows())
    found = row_features(contexts, filled, KINDS, np.arange(4.0)[None, :])
    return dict(zip(ROW_FEATURES, found.T.tolist(), strict=True))


def test_rows_about_a_title_know_how_it_was_watched(data: Dataset) -> None:
    """When it was last played, and how far; nothing of a title that was not."""
    seeds = data.catalog.ids.positions(["c1", "f2"]).tolist()
    found = features(data, ask("ann"), *((BECAUSE, seed) for seed in seeds))

    assert [5.0, pytest.approx(np.nan, nan_ok=True)] == found["seed_days"]
    assert [pytest.approx(0.4), pytest.approx(np.nan, nan_ok=True)] == found["seed_fraction"]
    assert np.isnan(found["seed_lift"]).all()


def test_rows_about_a_genre_or_a_person_know_the_members_taste(data: Dataset) -> None:
    """By hand: of six plays two are of crime, and Ann has two of three; one is with Al, and Ann has one of three."""
    crime, comedy = (data.catalog.genres.names.index(name) for name in ("Crime", "Comedy"))
    al = data.catalog.people.names.index("Al")
    found = features(data, ask("ann"), (GENRE, crime), (GENRE, comedy), (PERSON, al))
    lifts = [
        np.log((mine + PRIOR * share) / ((3 + PRIOR) * share)) for mine, share in ((2, 3 / 7), (1, 5 / 7), (1, 2 / 7))
    ]

    assert [5.0, 2.0, 5.0] == found["seed_days"]
    assert lifts == pytest.approx(found["seed_lift"])
    assert lifts[0] > 0 > lifts[1]


def test_what_is_known_of_every_row(data: Dataset) -> None:
    """Kind, habit, length on this page, the member's plays, device and hour; nothing is missing but seeds."""
    found = features(data, ask("ann", NOW + HOUR, device="phone", columns=3), (PLAIN, NONE), (PERSON, 0))

    assert ([0.0, 3.0], [0.0, 3.0]) == (found["kind"], found["habit"])
    assert ([3.0, 3.0], [3.0, 3.0]) == (found["length"], found["device"])
    assert [pytest.approx(np.log(4))] * 2 == found["titles_played"]
    assert [21.0, 21.0] == found["hour"]
    assert np.isnan([found["seed_days"][0], found["seed_lift"][0], found["seed_fraction"][0]]).all()


def test_a_stranger_has_no_taste(data: Dataset) -> None:
    """What everybody plays is what somebody unknown is thought to."""
    found = features(data, ask("nobody"), (GENRE, 0), (GENRE, 1), (BECAUSE, 0))

    assert [0.0, 0.0] == pytest.approx(found["seed_lift"][:2])
    assert np.isnan(found["seed_days"]).all()


def test_features_are_the_same_alone_and_in_a_batch(engine: Engine) -> None:
    """To the bit, in any order; none without rows."""
    requests, kinds = some_requests(), engine.rules.kinds

    def found(asked: list[PageRequest]) -> list[bytes]:
        trace = engine.run(asked)
        values = row_features(trace.retrieved.contexts, trace.filled, kinds, np.zeros((len(asked), len(kinds))))
        return [part.tobytes() for part in np.split(values, trace.filled.of_request(len(asked))[1:-1])] if asked else []

    order = shuffled(len(requests), 30)
    batch = found(requests)

    assert [found([request])[0] for request in requests] == batch
    assert [batch[i] for i in order] == found([requests[i] for i in order])
    nothing = engine.run([])
    assert (0, len(ROW_FEATURES)) == row_features(
        nothing.retrieved.contexts, nothing.filled, kinds, np.zeros((0, len(kinds)))
    ).shape


def test_features_do_not_depend_on_the_other_rows(engine: Engine) -> None:
    """Half of the rows taken away: the others have what they had."""
    trace, kinds = engine.run(some_requests()), engine.rules.kinds
    rows, none = trace.filled.rows, np.zeros((24, len(kinds)))
    half = np.flatnonzero(np.arange(len(rows.kind)) % 2 == 0)
    columns = {name: getattr(rows, name)[half] for name in ("request", "kind", "seed", "variant")}
    lengths = np.diff(trace.filled.start)[half]
    fewer = replace(trace.filled, rows=Rows(**columns), start=starts(lengths))
    values = [row_features(trace.retrieved.contexts, filled, kinds, none) for filled in (trace.filled, fewer)]

    assert values[0][half].tobytes() == values[1].tobytes()
