"""What is live: an engine on its data, with its door. Made and warmed beside the one that serves, then swapped."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pagegen.arrays import record
from pagegen.bundle.load import load_engine
from pagegen.bundle.parts import Homepage
from pagegen.data.dataset import Dataset, read_dataset
from pagegen.data.folder import read_info
from pagegen.digests import stage_digests
from pagegen.engine import Engine
from pagegen.pool import OnFailure
from pagegen.request import PageRequest
from pagegen.serving import wire
from pagegen.serving.door import Door, open_door, wall_ms
from pagegen.v1.page_pb2 import PAGE_VIEW_TRACE
from pagegen.v1.page_service_pb2 import (
    ExtendRowRequest,
    ExtendRowResponse,
    GeneratePageRequest,
    GeneratePageResponse,
)

WARM_MEMBERS = 3


def no_stage(stage: str) -> None:
    """Told of each stage when nobody measures."""


@record
class Live:
    engine: Engine
    door: Door

    def answer(
        self,
        message: GeneratePageRequest,
        on_failure: OnFailure | None = None,
        after: Callable[[str], None] = no_stage,
    ) -> GeneratePageResponse:
        """
        The page a message asks for.

        Raises:
            RequestError: it asks for what cannot be answered.
        """
        request = wire.page_request(message, self.door.now_ms(), self.engine)
        trace = self.engine.run([request], on_failure, after)
        digests = stage_digests(self.engine, trace, 0) if message.view == PAGE_VIEW_TRACE else wire.NO_DIGESTS
        return wire.response(trace.pages[0], request, message.view, digests)

    def extend(
        self,
        message: ExtendRowRequest,
        on_failure: OnFailure | None = None,
        after: Callable[[str], None] = no_stage,
    ) -> ExtendRowResponse:
        """
        The further titles of a row that a message asks for.

        Raises:
            RequestError: it asks for what cannot be answered.
            RowNotFoundError: there is no such row.
        """
        request = wire.row_request(message, self.door.now_ms(), self.engine)
        return wire.row_response(self.engine.extend(request, on_failure, after), message.page_request.view)

    def warm(self) -> None:
        """
        Make pages of a cold and of a few known members, and begin one that may be continued: a bundle that cannot fails
        here, not before a caller.
        """
        ids, now = self.engine.data.members.ids, self.door.now_ms()
        for member_id in ["-", *ids.names[:WARM_MEMBERS]]:
            self.engine.run([PageRequest(member_id=member_id, time=now)])
            self.engine.run([PageRequest(member_id=member_id, time=now, page_size=1)])


@record
class Sources:
    """Where what is live comes from."""

    homepage: Homepage
    page: Mapping[str, Any]  # settings that replace the bundle's
    now: str | None


def load_live(sources: Sources, bundle: Path, data: Path, before: Live | None = None) -> Live:
    """
    A new live engine. Data that have not changed since `before` are shared with it.

    Raises:
        PagegenError: what is on disk cannot be served.
    """
    dataset = _read(data, before)
    engine = load_engine(sources.homepage, bundle, dataset, sources.page)
    return Live(engine=engine, door=open_door(sources.now, dataset.end_ms, wall_ms))


def _read(folder: Path, before: Live | None) -> Dataset:
    if before is not None and read_info(folder).digest == before.engine.data.digest:
        return before.engine.data
    return read_dataset(folder)
