"""Contracts of orderers, tried on the medium world; a package of yours calls the same functions with what it made."""

from dataclasses import replace

import numpy as np

from pagegen.engine import Engine
from pagegen.ordering import Exploration, Orderer, log_probability
from tests.contracts import rows_of, some_requests


def check_orderer(name: str, orderer: Orderer, engine: Engine) -> None:
    """
    Of the rows that are filled it places each at most once, as many as are asked for, no title twice in a row or in
    the first hard rows (those of kinds that may repeat anything aside), and every request's page as if it were alone.
    """
    requests = some_requests()
    trace = replace(engine, orderer=orderer).run(requests)
    placed, rules = trace.placed, engine.rules
    exempt = [kind.dedup == "exempt" for kind in rules.kinds]

    assert orderer.name == name
    for b, request in enumerate(requests):
        places = range(int(placed.row_start[b]), int(placed.row_start[b + 1]))
        titles = [placed.title[placed.start[p] : placed.start[p + 1]].tolist() for p in places]
        kinds = placed.rows.kind[places.start : places.stop].tolist()
        about = list(zip(kinds, placed.rows.seed[places.start : places.stop].tolist(), strict=True))
        top = [
            t
            for row, kind in zip(titles[: rules.constraints.hard_rows], kinds, strict=False)
            if not exempt[kind]
            for t in row
        ]
        assert set(about) <= {(kind, seed) for r, kind, seed, _ in rows_of(trace.retrieved.pool.candidates) if r == b}
        assert len(set(about)) == len(about) <= request.rows
        assert all(0 < len(row) == len(set(row)) <= request.columns for row in titles)
        assert len(set(top)) == len(top)
        assert [b] * len(places) == placed.rows.request[places.start : places.stop].tolist()
    alone = [replace(engine, orderer=orderer).run([request]).placed for request in requests]
    for column in ("title", "play", "score", "gain", "row_chance", "title_chance"):
        assert b"".join(getattr(one, column).tobytes() for one in alone) == getattr(placed, column).tobytes()


def check_exploration(orderer: Orderer, engine: Engine) -> None:
    """
    With exploration its pages differ, keep the contract, and have chances that are those of going through them again;
    the same request gives the same page, alone and in a batch.
    """
    exploring = replace(engine.rules, exploration=Exploration(rows=0.6, slots=0.6))
    requests = some_requests()
    check_orderer(orderer.name, orderer, replace(engine, rules=exploring))
    certain = replace(engine, orderer=orderer).run(requests)
    trace = replace(engine, orderer=orderer, rules=exploring).run(requests)
    again = log_probability(orderer, trace.retrieved.contexts, trace.filled, exploring, trace.placed)

    assert certain.placed.title.tobytes() != trace.placed.title.tobytes()
    assert {1.0} == set(certain.placed.chance.tolist())
    assert 0 < trace.placed.chance.min() < trace.placed.chance.max() == 1
    assert np.log(trace.placed.chance).tobytes() == again.tobytes()
