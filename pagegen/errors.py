"""
Everything that can go wrong, by who must act.

    PagegenError
    ├── RequestError     the caller must change the request      → INVALID_ARGUMENT
    ├── RowNotFoundError nothing can be proposed for a row       → NOT_FOUND
    ├── SourceError      one source could not answer             → the page without it (serving only)
    ├── DataError        a data folder or an import is wrong     → exit 1
    ├── BundleError      files on disk are not what they claim   → the server does not start
    ├── ConfigError      settings; lists every problem           → the server does not start
    ├── GateError        a trained bundle is not good enough     → exit 3, nothing published
    ├── RunError         an experiment cannot go on              → exit 1; what is finished stays
    └── SchemaError      code disagrees with code                → INTERNAL, never swallowed
"""

from dataclasses import dataclass


class PagegenError(Exception):
    """Base of all errors whose text is written for a person."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One wrong field of a request: where, what was found, what to do."""

    field: str
    description: str


class RequestError(PagegenError):
    """A request that cannot be answered; carries every violation at once."""

    def __init__(self, *violations: Violation) -> None:
        self.violations = violations
        super().__init__("; ".join(f"{v.field}: {v.description}" for v in violations))

    def __reduce__(self) -> tuple[type["RequestError"], tuple[Violation, ...]]:
        """So that it reaches whoever waits for another process."""
        return RequestError, self.violations


class RowNotFoundError(PagegenError):
    """A row that is asked for further titles is of no kind that exists, or nothing can be proposed for it."""


class SourceError(PagegenError):
    """A candidate source could not answer."""


class DataError(PagegenError):
    """A data folder, or a file to import, is not what it should be."""


class BundleError(PagegenError):
    """A bundle is damaged, incomplete, foreign or of another version."""


class ConfigError(PagegenError):
    """Settings that contradict the code, the bundle or each other."""


class GateError(PagegenError):
    """A trained bundle did not pass the publishing gate."""


class RunError(PagegenError):
    """An experiment cannot go on, or not in this folder."""


class SchemaError(PagegenError):
    """Two parts of the program disagree about columns, lengths or names."""
