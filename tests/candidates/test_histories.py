"""What all sources that learn from who played what have in common."""

import numpy as np
import pytest

from pagegen.data.dataset import Past
from pagegen.pool.history import scored, who_played_what
from tests.candidates.histories import HISTORIES, NAMES, X, fitted, log, said
from tests.worlds import days_ago, event, play

SOURCES = ["ease", "edlae", "item_knn", "rp3beta", "spectral"]


def test_who_played_what_is_a_matrix_of_ones() -> None:
    """A title twice counts once; other events count nothing; titles nobody played have no column."""
    data = log(event("m1", "g", "click", days_ago(1)), event("idle", "a", "thumbs_up", days_ago(1)))
    titles, played = who_played_what(Past(data=data, watermark=len(data.events)))

    assert [0, 1, 2, 3, 4, 5] == titles.tolist()
    assert X.tolist() == played.toarray().tolist()


@pytest.mark.parametrize(("most", "names"), [(2, "ab"), (4, "abdf"), (5, "abcdf"), (9, "abcdef")])
def test_who_played_what_can_be_of_the_most_played_titles(most: int, names: str) -> None:
    """a, b, d and f have 5 members, c 4, e 3; of equals the first; who played none of them has no row."""
    data = log()
    titles, played = who_played_what(Past(data=data, watermark=len(data.events)), most)
    left = [history for history in HISTORIES if set(history) & set(names)]

    assert list(names) == data.catalog.ids.of(titles)
    assert [[float(name in history) for name in names] for history in left] == played.toarray().tolist()


@pytest.mark.parametrize("source", SOURCES)
def test_a_title_nobody_played_has_no_score(source: str) -> None:
    """NaN, not 0: there is no opinion of g, and none for who played only g or nothing."""
    model = fitted(source)
    scores = np.array(said(model, "ab"))

    assert ["g"] == [name for name, score in zip(NAMES, scores, strict=True) if np.isnan(score)]
    assert np.isnan(said(model, "g")).all()
    assert np.isnan(said(model, "")).all()
    assert said(model, "ab") == pytest.approx(said(model, "gagb"), nan_ok=True)


@pytest.mark.parametrize("source", SOURCES)
def test_only_the_latest_titles_count(source: str) -> None:
    """With `max_history` 2 a member is who played their last two; titles the model does not know do not count."""
    assert said(fitted(source, max_history=2), "fegbga")[:6] == pytest.approx(said(fitted(source), "ab")[:6])
    assert said(fitted(source, max_history=2), "fba")[:6] != pytest.approx(said(fitted(source), "fba")[:6])


@pytest.mark.parametrize("source", SOURCES)
def test_the_order_of_the_history_does_not_matter(source: str) -> None:
    """It is a set of titles."""
    assert said(fitted(source), "abf") == pytest.approx(said(fitted(source), "fba"), nan_ok=True)


@pytest.mark.parametrize("source", SOURCES)
def test_what_came_after_the_watermark_is_not_learnt(source: str) -> None:
    """The title that was only played later has no score, and the others have those of the shorter log."""
    later = log(*(play(f"m{m}", "g", days_ago(1)) for m in range(5)))
    past = Past(data=later, watermark=len(later.events) - 5)
    titles, played = who_played_what(past)

    assert (6, X.tolist()) == (len(titles), played.toarray().tolist())
    assert np.isnan(said(fitted(source, past.alone().data), "ab")[6])
    assert not np.isnan(said(fitted(source, later), "ab")[6])


def test_scores_are_asked_for_known_titles_only() -> None:
    """The model hears of the latest titles it knows, and says nothing of those it does not."""

    class Played:
        title = np.array([0, 2, 1, 3, 2], np.int32)

        def of(self, b: int) -> slice:
            return (slice(0, 4), slice(4, 5))[b]

    class Contexts:
        played = Played()

        def __len__(self) -> int:
            return 2

    heard = []

    def one(titles: np.ndarray) -> np.ndarray:
        heard.append(titles.tolist())
        return np.full(4, 7.0, np.float32)

    scores = scored(Contexts(), np.array([0, 1, -1, 2], np.int32), 2, one)  # type: ignore[arg-type]

    assert [[1, 3]] == heard
    assert np.array_equal([[7, 7, np.nan, 7], [np.nan] * 4], scores, equal_nan=True)
