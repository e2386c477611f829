"""Reads and uses saved trees in this process, which may crash of it: for whoever is about to load them."""

import sys

import lightgbm
import numpy as np


def _probe(paths: list[str]) -> None:
    for path in paths:
        booster = lightgbm.Booster(model_file=path)
        rows = np.vstack([np.zeros(booster.num_feature()), np.full(booster.num_feature(), np.nan)])
        if not np.isfinite(booster.predict(rows, raw_score=True, num_threads=1)).all():
            sys.exit(2)


if __name__ == "__main__":
    _probe(sys.argv[1:])
