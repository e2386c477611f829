"""
pagegen: personalized home pages, rows of titles for each member.

    engine = pagegen.load("bundles/current", "data")
    trace = engine.run([pagegen.PageRequest(member_id="42", time=engine.data.end_ms)])
    [page] = trace.pages

Names are imported when they are first used, so that `import pagegen` costs nothing.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pagegen.bundle.parts import Homepage
    from pagegen.client import Client, ServerError
    from pagegen.data.dataset import Dataset, read_dataset
    from pagegen.engine import Engine
    from pagegen.errors import (
        BundleError,
        ConfigError,
        DataError,
        GateError,
        PagegenError,
        RequestError,
        RowNotFoundError,
        RunError,
        SchemaError,
        SourceError,
        Violation,
    )
    from pagegen.explaining import Explanation, explain
    from pagegen.homepage import HOME
    from pagegen.page import ExtendedRow, Page, PageRow
    from pagegen.request import PageRequest, RecentEvent, RowRequest
    from pagegen.simulation.results import Results, read_results
    from pagegen.trace import Trace

__version__ = "0.1.0"
__all__ = [  # noqa: RUF022  # in plain order, as tests/test_architecture.py asks of all
    "BundleError",
    "Client",
    "ConfigError",
    "DataError",
    "Dataset",
    "Engine",
    "Explanation",
    "ExtendedRow",
    "GateError",
    "HOME",
    "Homepage",
    "Page",
    "PageRequest",
    "PageRow",
    "PagegenError",
    "RecentEvent",
    "RequestError",
    "Results",
    "RowNotFoundError",
    "RowRequest",
    "RunError",
    "SchemaError",
    "ServerError",
    "SourceError",
    "Trace",
    "Violation",
    "explain",
    "load",
    "read_dataset",
    "read_results",
]
_PLACES = {
    "HOME": "pagegen.homepage",
    "Client": "pagegen.client",
    "Dataset": "pagegen.data.dataset",
    "Engine": "pagegen.engine",
    "Explanation": "pagegen.explaining",
    "ExtendedRow": "pagegen.page",
    "Homepage": "pagegen.bundle.parts",
    "Page": "pagegen.page",
    "PageRequest": "pagegen.request",
    "PageRow": "pagegen.page",
    "RecentEvent": "pagegen.request",
    "Results": "pagegen.simulation.results",
    "RowRequest": "pagegen.request",
    "ServerError": "pagegen.client",
    "Trace": "pagegen.trace",
    "explain": "pagegen.explaining",
    "read_dataset": "pagegen.data.dataset",
    "read_results": "pagegen.simulation.results",
}


def load(
    bundle: str | Path,
    data: "str | Path | Dataset",
    *,
    homepage: "Homepage | None" = None,
    page: Mapping[str, Any] | None = None,
) -> "Engine":
    """
    The engine of a bundle on some data.

    Args:
        bundle: a folder that `pagegen train` wrote.
        data: a data folder, or one that was read before.
        homepage: what the names in the bundle mean; ours when left out.
        page: settings that replace the bundle's, such as `{"orderer": "template"}`.

    Raises:
        PagegenError: what is on disk cannot be used; the text says why.
    """
    from pagegen.bundle.load import load_engine
    from pagegen.data.dataset import Dataset, read_dataset
    from pagegen.homepage import HOME

    dataset = data if isinstance(data, Dataset) else read_dataset(Path(data))
    return load_engine(homepage or HOME, Path(bundle), dataset, {} if page is None else {"page": page})


def __getattr__(name: str) -> Any:  # PEP 562; the type is that of the name's declaration above
    if name not in __all__:
        message = f"module 'pagegen' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(_PLACES.get(name, "pagegen.errors")), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
