"""A page request: everything a page may depend on besides the bundle, the data and the settings."""

from pagegen.request.checks import (
    MAX_COLUMNS,
    MAX_EXCLUDED,
    MAX_NAMES,
    MAX_RECENT_EVENTS,
    MAX_ROWS,
    MAX_TIME_MS,
    check_request,
    check_row_request,
)
from pagegen.request.records import (
    LISTS,
    VISIBLE_COLUMNS,
    LastPage,
    PageRequest,
    RecentEvent,
    RowRequest,
    canonical,
    lasting_digest,
)

__all__ = [
    "LISTS",
    "MAX_COLUMNS",
    "MAX_EXCLUDED",
    "MAX_NAMES",
    "MAX_RECENT_EVENTS",
    "MAX_ROWS",
    "MAX_TIME_MS",
    "VISIBLE_COLUMNS",
    "LastPage",
    "PageRequest",
    "RecentEvent",
    "RowRequest",
    "canonical",
    "check_request",
    "check_row_request",
    "lasting_digest",
]
