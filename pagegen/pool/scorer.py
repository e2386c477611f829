"""Sources that only score."""

from pagegen.pool.builder import NO_ROWS
from pagegen.pool.types import Candidates, Proposal, RowKind


class NoRows:
    """The base of a source without rows of its own: what it scores highest is for others to show."""

    __slots__ = ()

    @property
    def kinds(self) -> tuple[RowKind, ...]:
        """None."""
        return ()

    def propose(self, proposal: Proposal) -> Candidates:
        """Nothing."""
        del proposal
        return NO_ROWS
