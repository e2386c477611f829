"""The wire: what is generated is current, every element is explained, and what was promised is kept."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from pagegen.data.schema import DEVICES, EVENT_KINDS, EVENTS
from pagegen.v1 import device_pb2, event_pb2, page_pb2, page_service_pb2
from tools import proto

FILES: list[FileDescriptor] = [m.DESCRIPTOR for m in (device_pb2, event_pb2, page_pb2, page_service_pb2)]
NOT_CARRIED = {"member_id", "event_id", "device"}  # columns of `events` that are the request's, or the log's own
PARALLEL = ("names", "scores", "reasons", "reason_arguments", "reason_texts", "title_probabilities")


def messages() -> Iterator[Descriptor]:
    for file in FILES:
        yield from file.message_types_by_name.values()


def scalar(field: FieldDescriptor) -> bool:
    numbers = {
        FieldDescriptor.TYPE_INT32,
        FieldDescriptor.TYPE_INT64,
        FieldDescriptor.TYPE_FLOAT,
        FieldDescriptor.TYPE_BOOL,
    }
    return field.type in numbers and not field.is_repeated


def test_generated_code_is_current_and_breaks_nobody() -> None:
    """`make proto` would change nothing, buf has nothing to say, and no earlier client breaks."""
    assert proto.check() == "pagegen/v1 is current, the protos are clean and break no earlier client"


def test_a_difference_is_an_error_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An edited generated file fails the check with a sentence that says what to run."""
    edited = proto.checked_in() | {"page_pb2.py": b"# edited\n"}
    monkeypatch.setattr(proto, "checked_in", lambda: edited)

    assert proto.main(["--check"]) == 1
    assert capsys.readouterr().err == (
        "pagegen/v1 is not what proto/ gives (page_pb2.py differs); run `make proto` and commit the result\n"
    )


def test_a_breaking_change_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A field that earlier clients know cannot change its type."""
    image = FileDescriptorSet.FromString(proto.IMAGE.read_bytes())
    [page] = [file for file in image.file if file.name == "pagegen/v1/page.proto"]
    [row] = [message for message in page.message_type if message.name == "Row"]
    [kind] = [field for field in row.field if field.name == "kind"]
    kind.type = kind.TYPE_INT64
    (tmp_path / "earlier.binpb").write_bytes(image.SerializeToString())
    monkeypatch.setattr(proto, "IMAGE", tmp_path / "earlier.binpb")

    with pytest.raises(proto.ProtoError, match=r'"kind".*changed type'):
        proto.breaking()


def test_an_element_without_a_comment_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So `check` being green means that every message, field, enum, value, service and call is explained."""
    shutil.copytree(proto.PROTO, tmp_path / "proto")
    page = tmp_path / "proto" / "pagegen" / "v1" / "page.proto"
    page.write_text(page.read_text(encoding="utf-8") + "\nmessage Silent {}\n", encoding="utf-8")
    monkeypatch.setattr(proto, "PROTO", tmp_path / "proto")

    with pytest.raises(proto.ProtoError, match=r'Message "Silent" should have a non-empty comment'):
        proto.lint()


def test_unset_numbers_of_requests_are_told_from_zero() -> None:
    """Every number and truth value that a caller may leave out has presence."""
    asked = [message for message in messages() if message.name.endswith(("Request", "Event"))]
    numbers = [field for message in asked for field in message.fields if scalar(field)]

    assert len(asked) == 3
    assert [field.full_name for field in numbers if not field.has_presence] == []


def test_columns_of_a_row_are_parallel() -> None:
    """What a row tells of its titles are repeated scalars, one element a title, not a message a title."""
    fields = page_pb2.Row.DESCRIPTOR.fields_by_name

    assert all(fields[name].is_repeated and fields[name].message_type is None for name in ("title_ids", *PARALLEL))
    assert [name for name, field in fields.items() if field.is_repeated] == ["title_ids", *PARALLEL]


def test_row_kinds_are_strings() -> None:
    """Adding a row kind touches no enum."""
    fields = page_pb2.Row.DESCRIPTOR.fields_by_name

    assert fields["kind"].type == FieldDescriptor.TYPE_STRING
    assert {enum for file in FILES for enum in file.enum_types_by_name} == {"Device", "EventKind", "PageView"}


def test_enums_are_the_schema_of_the_data() -> None:
    """The wire and the data folder know the same devices and kinds of event, in the same order."""
    devices = [name.removeprefix("DEVICE_").lower() for name in device_pb2.Device.DESCRIPTOR.values_by_name]
    kinds = [name.removeprefix("EVENT_KIND_").lower() for name in event_pb2.EventKind.DESCRIPTOR.values_by_name]

    assert devices == ["unspecified", *DEVICES]
    assert kinds == ["unspecified", *EVENT_KINDS]


def test_recent_events_mirror_the_events_table() -> None:
    """A recent event carries the columns of `events` that the request does not say already."""
    assert {field.name for field in event_pb2.RecentEvent.DESCRIPTOR.fields} == EVENTS.keys() - NOT_CARRIED


def test_responses_hold_no_host_and_no_duration() -> None:
    """The same request gives the same bytes, wherever and however fast it is answered."""
    names = [field.name for message in messages() if "Response" in message.name for field in message.fields]

    assert [
        name for name in names if any(word in name for word in ("host", "server", "elapsed", "duration", "_ms"))
    ] == []
