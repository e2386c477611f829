"""The parent of workers: its patience with those that keep dying."""

import sys

import pytest

from pagegen.serving import server
from pagegen.serving.plan import Plan
from pagegen.serving.server import ServeError, serve

DIES = """
import sys
print('{"says":"serving","port":1,"order":{"bundle":"b","data":"d"},"bundle_id":"b1","now":"wall"}', flush=True)
sys.exit(7)
"""


def test_workers_that_keep_dying_are_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is started again a few times; when all are given up the server ends with an error."""
    monkeypatch.setattr(server, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(server, "LONGEST_DELAY", 0.01)
    monkeypatch.setattr(server, "DEATHS", 3)
    said: list[str] = []

    with pytest.raises(ServeError, match="all workers keep dying"):
        serve(Plan(bundle="b", data="d", workers=1), [sys.executable, "-c", DIES], said.append)

    assert said == ["SERVING on 127.0.0.1:1: bundle b1, workers 1, now is wall"]
    assert [vars(record)["exit_code"] for record in caplog.records] == [7] * 4


def test_a_worker_that_never_serves_stops_the_start() -> None:
    """With what it said, or with how it ended."""
    mute, plan = [sys.executable, "-c", "raise SystemExit(5)"], Plan(bundle="b", data="d")
    speaks = [sys.executable, "-c", """print('{"says":"failed","text":"no bundle here"}', flush=True)"""]

    with pytest.raises(ServeError, match="worker 0 ended with exit code 5 before it served"):
        serve(plan, mute, print)
    with pytest.raises(ServeError, match="no bundle here"):
        serve(plan, speaks, print)
