"""Labels of stages: what every row of a position would have been credited with, by a second opinion."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagegen.bundle.settings import StageSettings
from pagegen.ordering import Assembly, StageExamples
from pagegen.ordering.stages import STAGE_FEATURES, UNLEARNT, standing_features
from pagegen.training.stage_examples import Seen, Stage, laid_stages, stage_examples
from rankers.greedy_rows import GreedyRows
from rankers.stagewise_rows import Config, fit
from tests.ordering.pages import KINDS, Told, contexts, filled, lay, order, rules
from tests.training.builders import asked, everything, page, pages_log, taste_world
from tests.worlds import DAY, HOUR, NOW, Fields, ask, play, tell, tiny_engine, title

SOFT, FREE, COLUMNS = 1, 2, 3
NAMES = [kind.name for kind in KINDS]
TOLD = st.lists(
    st.tuples(st.integers(0, 2), st.dictionaries(st.integers(0, 9), st.floats(0.01, 1.0), min_size=1, max_size=6)),
    min_size=1,
    max_size=5,
)


def stages_of(told: Sequence[Told], played: set[int], known: set[int] | None = None, rows: int = 4) -> list[Stage]:
    """Of one page, from which these titles were played; those that are not known did not come into view."""
    candidates, asked_ = filled(told), contexts([ask(rows=rows, columns=COLUMNS)])
    laid = Assembly(asked_, 0, candidates, range(len(told)), rules())
    seen = np.ones(len(candidates.title)) if known is None else np.isin(candidates.title, list(known)).astype(float)
    what = Seen(played=np.isin(candidates.title, list(played)) * seen, known=seen)
    return list(laid_stages(laid, standing_features(asked_, candidates, KINDS, NAMES), what.of(laid, slice(None))))


@given(TOLD, st.sets(st.integers(0, 9), min_size=1))
def test_credits_are_the_plays_that_are_new(told: list[Told], played: set[int]) -> None:
    """Examination of each played title's slot, below greedy's rows; over the same of the best page, once for all."""
    picked = [row for row, _ in order(GreedyRows(config=UNLEARNT), told, rules(), rows=4, columns=COLUMNS)]
    row_x, column_x = rules().examination.of("tv")
    ratios = []
    for stage in stages_of(told, played):
        position = int(stage.features[0, STAGE_FEATURES.index("position")])
        above = {t for shown in lay(told, picked[:position], rules(), COLUMNS) for t in shown}
        credit = []
        for row in [row for row in range(len(told)) if row not in picked[:position]]:
            shown = lay(told, [*picked[:position], row], rules(), COLUMNS)[-1]
            credit.append(sum(column_x[q] for q, t in enumerate(shown) if t in played - above) * row_x[position])
        assert len(credit) >= len(stage.credit)
        assert stage.expected.sum() == pytest.approx(stage.credit.sum())
        ratios.append(sum(credit) / stage.credit.sum())
    assert ratios == pytest.approx(ratios[:1] * len(ratios))


def test_credits_are_shares_of_the_best_page() -> None:
    """
    By hand, one row of three columns: greedy lays (1, 2, 3), whose title 3 is played; the best page is (3, 4), of which
    both are. The first position's rows have x(3) / best and 1, to be expected in the ratio of their gains.
    """
    told: list[Told] = [(SOFT, {1: 0.9, 2: 0.8, 3: 0.7}), (SOFT, {3: 0.3, 4: 0.2})]
    x = rules().examination.of("tv")[1]
    stage = stages_of(told, {3, 4}, rows=1)[0]
    gains = np.array([0.9 * x[0] + 0.8 * x[1] + 0.7 * x[2], 0.3 * x[0] + 0.2 * x[1]])

    assert [x[2] / (x[0] + x[1]), 1.0] == pytest.approx(stage.credit.tolist())
    assert (gains / gains.sum() * stage.credit.sum()).tolist() == pytest.approx(stage.expected.tolist())


def test_what_did_not_come_into_view_says_nothing() -> None:
    """Of two rows alike but for that, one's only title was not seen: it has no part in what is expected."""
    told: list[Told] = [(SOFT, {1: 0.5, 2: 0.5}), (SOFT, {3: 0.5, 4: 0.5}), (FREE, {5: 0.5})]
    (stage,) = stages_of(told, {1}, known={1, 3, 4}, rows=1)
    x = rules().examination.of("tv")[1]

    assert [1.0, 0.0] == stage.credit.tolist()
    assert [x[0] / (2 * x[0] + x[1]), 1 - x[0] / (2 * x[0] + x[1])] == pytest.approx(stage.expected.tolist())


def test_nothing_is_learnt_below_what_was_played() -> None:
    """Once all plays are credited there is no further position; without any there is none."""
    told: list[Told] = [(SOFT, {1: 0.9}), (SOFT, {2: 0.8}), (SOFT, {3: 0.7})]

    assert [1, 2] == [len(stages_of(told, played)) for played in ({1}, {2})]
    assert [] == stages_of(told, {9})


def test_kinds_whose_second_row_is_never_played_are_kept_apart() -> None:
    """
    400 pages of twins, two rows of a kind, and one of another. The better twin is always played, the other never, the
    third row half of the time. Greedy lays twins one below the other; who has learnt from these pages does not.
    """
    rng = np.random.default_rng(0)
    parts = []
    for _ in range(400):
        better, worse, other = rng.uniform(0.5, 0.6), rng.uniform(0.4, 0.5), rng.uniform(0.3, 0.4)
        twins: list[Told] = [(SOFT, {1: better}), (SOFT, {2: worse})]
        parts += stages_of([*twins[:: rng.choice([-1, 1])], (FREE, {3: other})], {1, 3} if rng.random() < 0.5 else {1})
    columns = ("features", "expected", "credit", "weight")
    together = {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    examples = StageExamples(kinds=tuple(NAMES), **together)
    learnt = fit(examples, Config(min_data_in_leaf=20, reg=1.0, threads=1), rng)
    told: list[Told] = [(SOFT, {1: 0.55}), (SOFT, {2: 0.45}), (FREE, {3: 0.35})]

    assert [0, 1, 2] == [row for row, _ in order(GreedyRows(), told, rules())]
    assert [0, 2, 1] == [row for row, _ in order(learnt, told, rules())]


def test_so_many_requests_are_laid() -> None:
    """As many as are wanted, none of none; rows without a play are thinned and stand for those left out."""
    data = taste_world().data
    engine, sessions = tiny_engine(data), asked(everything(data))
    few, more = (StageSettings(requests=n, rows=4, columns=6, negatives=2, stray=0.0) for n in (3, 9))
    some, others = (stage_examples(engine, sessions, s, np.random.default_rng(0)) for s in (few, more))
    whole = msgspec.structs.replace(few, negatives=1_000)
    all_rows = stage_examples(engine, sessions, whole, np.random.default_rng(0))
    none = stage_examples(engine, sessions.part(np.zeros(0, np.int64)), few, np.random.default_rng(0))

    assert (0, some.features.shape[1]) == none.features.shape
    assert 0 < (some.features[:, 0] == 0).sum() < (others.features[:, 0] == 0).sum()
    assert len(some.credit) < len(all_rows.credit)
    assert some.weight.sum() == pytest.approx(len(all_rows.credit))
    assert some.credit.sum() == pytest.approx(all_rows.credit.sum())
    assert {1.0} == set(all_rows.weight.tolist())


def test_pages_count_what_came_into_view() -> None:
    """A title that was played and stood on the page unseen gives no credit; seen, it does."""
    found = [len(stages_below([page("m0", NOW - 2 * DAY, [["t08", "t05"]], [seen])]).credit) for seen in (0, 2)]

    assert found[0] == 0 < found[1]


def test_only_requests_after_which_something_was_played_are_laid() -> None:
    """Of eight pages, one of which was played from, that one is drawn."""
    logged = [page(f"m{m}", NOW - 2 * DAY, [["t08", "t05"]], [2]) for m in range(8)]

    assert len(stages_below(logged, requests=1).credit) > 0


def stages_below(logged: Sequence[Fields], requests: int = 9) -> StageExamples:
    """Of these pages, in a world in which nobody plays anything after them but m0, who plays t05."""
    titles = [title(f"t{n:02d}", genres=["A"]) for n in range(12)]
    log = [play(f"m{m}", f"t{n:02d}", NOW - 30 * DAY + n * HOUR) for m in range(9) for n in range(2 if m < 2 else 8)]
    log += [play("m0", "t05", NOW - 2 * DAY + HOUR), play("m8", "t11", NOW)]
    data, settings = tell(titles, log).data, StageSettings(requests=requests, stray=0.0)
    pages = asked(everything(data), pages_log(logged))
    return stage_examples(tiny_engine(data), pages, settings, np.random.default_rng(0))
