"""
RecTools' own two-stage recommender on the folds of `ml-100k-rolling`, in an environment of its own.

    python3.11 -m venv rectools
    rectools/bin/pip install 'numpy<2' rectools==0.19.0 lightgbm scikit-learn optuna polars 'pyarrow<21'
    rectools/bin/python tools/benchmarks/peers/rectools_two_stage.py ML-100K/ratings.parquet --out lists.parquet

It imports nothing of pagegen, and pagegen nothing of it: the benchmark reads the ranked lists it writes and judges
them as its own. Generators and ranker are tuned with Optuna, on the folds at 40 and 45 % of the events alone; then each
of the ten folds from 50 % is trained and ranked once. Timestamps are seconds.
"""

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

import implicit.nearest_neighbours
import numpy as np
import optuna
import pandas as pd
import polars as pl
from implicit.als import AlternatingLeastSquares
from lightgbm import LGBMClassifier, LGBMRanker
from rectools import Columns
from rectools.dataset import Dataset
from rectools.model_selection import TimeRangeSplitter
from rectools.models import EASEModel, ImplicitALSWrapperModel, ImplicitItemKNNWrapperModel, PopularModel
from rectools.models.base import ModelBase
from rectools.models.ranking import CandidateGenerator, CandidateRankingModel, PerUserNegativeSampler, Reranker

VALIDATION = (0.40, 0.45)
FOLDS = tuple(round(0.5 + 0.05 * n, 2) for n in range(10))
DEPTH = 100
MIN_HISTORY = 5
DAY = 86_400


class GroupedRanker(Reranker):
    """LGBMRanker needs to know where each member's candidates end."""

    def prepare_fit_kwargs(self, candidates_with_target: pd.DataFrame) -> dict[str, Any]:
        by_user = candidates_with_target.sort_values(Columns.User, kind="stable")
        sizes = by_user.groupby(Columns.User, sort=False).size().to_numpy()
        return super().prepare_fit_kwargs(by_user) | {"group": sizes}


def read_log(path: Path, min_rating: int) -> pd.DataFrame:
    """Ratings in time order, in the columns of RecTools."""
    ratings = pl.read_parquet(path).filter(pl.col("rating") >= min_rating).sort("ts", maintain_order=True)
    log = ratings.to_pandas().rename(columns={"user_id": Columns.User, "movie_id": Columns.Item})
    log[Columns.Weight] = 1.0
    log[Columns.Datetime] = pd.to_datetime(log["ts"], unit="s")
    return log


def fold(log: pd.DataFrame, cut: float, share: float = 0.05) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The log before a cut; and after it, of those with enough before it, what they rate until the next."""
    times = log["ts"].to_numpy()
    begin = times[int(cut * len(times))]
    last = round(cut + share, 2) >= 1
    end = times[-1] + 1 if last else times[int(round(cut + share, 2) * len(times))]
    before, after = log[times < begin], log[(times >= begin) & (times < end)]
    known = before.groupby(Columns.User).size()
    return before, after[after[Columns.User].isin(known.index[known >= MIN_HISTORY])]


def model_of(settings: dict[str, Any]) -> CandidateRankingModel:
    """The two-stage recommender of a trial."""
    first = [
        CandidateGenerator(model, settings["candidates"], keep_ranks=True, keep_scores=True, **FILL)
        for model in first_stage(settings)
    ]
    return CandidateRankingModel(
        candidate_generators=first,
        splitter=TimeRangeSplitter(f"{settings['train_days']}D", n_splits=1, filter_already_seen=True),
        sampler=PerUserNegativeSampler(settings["negatives"], random_state=0),
        reranker=second_stage(settings),
    )


FILL = {"scores_fillna_value": 0.0, "ranks_fillna_value": 1_000.0}


def first_stage(settings: dict[str, Any]) -> list[ModelBase]:
    als = AlternatingLeastSquares(
        factors=settings["als_factors"],
        regularization=settings["als_reg"],
        alpha=settings["als_alpha"],
        iterations=15,
        random_state=0,
        num_threads=2,
    )
    return [
        PopularModel(),
        PopularModel(period=pd.Timedelta(days=settings["popular_days"])),
        ImplicitItemKNNWrapperModel(implicit.nearest_neighbours.CosineRecommender(K=settings["neighbours"])),
        EASEModel(regularization=settings["ease_reg"]),
        ImplicitALSWrapperModel(als),
    ]


def second_stage(settings: dict[str, Any]) -> Reranker:
    trees = {
        "n_estimators": settings["trees"],
        "num_leaves": settings["leaves"],
        "learning_rate": 0.05,
        "random_state": 0,
        "n_jobs": 2,
        "verbosity": -1,
    }
    if settings["ranker"] == "lambdarank":
        return GroupedRanker(LGBMRanker(**trees))
    return Reranker(LGBMClassifier(**trees))


def ranked(before: pd.DataFrame, users: np.ndarray, settings: dict[str, Any]) -> dict[int, list[int]]:
    """Each member's list; members or moments the two stages cannot answer get the popular titles."""
    dataset = Dataset.construct(before[[Columns.User, Columns.Item, Columns.Weight, Columns.Datetime]])
    model = model_of(settings).fit(dataset)
    found = model.recommend(users, dataset, k=DEPTH, filter_viewed=True, force_fit_candidate_generators=True)
    lists = found.groupby(Columns.User, sort=False)[Columns.Item].apply(list).to_dict()
    popular = before.groupby(Columns.Item).size().sort_values(ascending=False).index.tolist()
    seen = before.groupby(Columns.User)[Columns.Item].apply(set).to_dict()
    for user in users:
        mine = lists.setdefault(user, [])
        known = seen[user] | set(mine)
        mine += [item for item in popular if item not in known][: DEPTH - len(mine)]
    return {int(user): lists[user] for user in users}


def ndcg(lists: dict[int, list[int]], after: pd.DataFrame, before: pd.DataFrame) -> float:
    """NDCG@10 for the search alone; what is reported is measured by pagegen."""
    seen = set(zip(before[Columns.User], before[Columns.Item], strict=True))
    wanted: dict[int, set[int]] = {}
    for user, item in zip(after[Columns.User], after[Columns.Item], strict=True):
        if (user, item) not in seen:
            wanted.setdefault(int(user), set()).add(int(item))
    discount = 1 / np.log2(np.arange(2, 12))
    gains = [
        sum(discount[place] for place, item in enumerate(lists[user][:10]) if item in items)
        / discount[: min(10, len(items))].sum()
        for user, items in wanted.items()
    ]
    return float(np.mean(gains))


def suggested(trial: optuna.Trial) -> dict[str, Any]:
    return {
        "ranker": trial.suggest_categorical("ranker", ["lambdarank", "classifier"]),
        "candidates": trial.suggest_categorical("candidates", [50, 100, 200]),
        "negatives": trial.suggest_categorical("negatives", [3, 30, 100, 1000]),
        "train_days": trial.suggest_categorical("train_days", [7, 14, 30]),
        "trees": trial.suggest_int("trees", 50, 300, log=True),
        "leaves": trial.suggest_categorical("leaves", [7, 15, 31]),
        "popular_days": trial.suggest_categorical("popular_days", [3, 7, 14]),
        "neighbours": trial.suggest_categorical("neighbours", [50, 100, 300]),
        "ease_reg": trial.suggest_float("ease_reg", 50, 1000, log=True),
        "als_factors": trial.suggest_categorical("als_factors", [16, 32, 64]),
        "als_reg": trial.suggest_float("als_reg", 0.1, 30, log=True),
        "als_alpha": trial.suggest_float("als_alpha", 1, 20, log=True),
    }


def search(log: pd.DataFrame, trials: int) -> optuna.Study:
    """The best settings on the validation folds."""
    folds = [fold(log, cut) for cut in VALIDATION]

    def objective(trial: optuna.Trial) -> float:
        settings = suggested(trial)
        scores = [
            ndcg(ranked(before, after[Columns.User].unique(), settings), after, before) for before, after in folds
        ]
        return float(np.mean(scores))

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(objective, n_trials=trials)
    return study


def main() -> None:
    given = arguments()
    warnings.simplefilter("ignore")
    log = read_log(given.ratings, given.min_rating)
    study = search(log, given.trials)
    record = [{"value": trial.value, **trial.params} for trial in study.trials]
    given.out.with_suffix(".trials.json").write_text(json.dumps(record, indent=1) + "\n")
    rows = []
    for place, cut in enumerate(FOLDS):
        before, after = fold(log, cut)
        lists = ranked(before, after[Columns.User].unique(), study.best_params)
        rows += [(place, str(user), [str(item) for item in items]) for user, items in lists.items()]
    schema = {"cut": pl.Int16, "member_id": pl.String, "title_ids": pl.List(pl.String)}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(given.out)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ratings", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="lists: cut, member_id, title_ids")
    parser.add_argument("--min-rating", type=int, default=0)
    parser.add_argument("--trials", type=int, default=15)
    return parser.parse_args()


if __name__ == "__main__":
    main()
