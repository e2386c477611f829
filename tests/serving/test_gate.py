"""The gate: a few in, a few waiting, the rest turned away."""

import pytest

from pagegen.serving.gate import ExpiredError, Gate, OverloadError


def test_the_first_too_many_is_turned_away_at_once() -> None:
    """One inside and none allowed to wait: the second is refused, and let in when the first has left."""
    gate = Gate(at_once=1, waiting=0)

    with gate.entered(None), pytest.raises(OverloadError), gate.entered(None):
        pass
    with gate.entered(None):
        pass


def test_who_waits_beyond_the_deadline_is_let_go() -> None:
    """And leaves the place to another."""
    gate = Gate(at_once=1, waiting=1)

    with gate.entered(None):
        for _ in range(3):
            with pytest.raises(ExpiredError), gate.entered(0.01):
                pass


def test_what_goes_wrong_inside_frees_the_turn() -> None:
    """A page that fails does not shut the gate."""
    gate = Gate(at_once=1, waiting=0)

    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.entered(None):
            _ = 1 // 0


def test_a_deadline_of_ages_is_no_error() -> None:
    """Nor is one that has passed, when a turn is free."""
    gate = Gate(at_once=1, waiting=0)

    for deadline in (1e300, -5.0):
        with gate.entered(deadline):
            pass
