"""Tokens as they are sent: read as they were written, refused in words when they were not."""

import base64
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pagegen.data.ids import name_digests
from pagegen.errors import RequestError
from pagegen.tokens import NOTHING, Token, joined, read_token, write_token
from pagegen.tokens.token import FRONT, VERSION, checksum

ROWS = ["top_picks:", "genre:Drama", "genre:Comedy"]
SHOWN = joined(NOTHING, ["top_picks", "genre", "genre"], ROWS, name_digests([f"t{n}" for n in range(121)]))
TOKEN = write_token(Token(request=b"12345678", shown=SHOWN))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def sealed(body: bytes, version: int = VERSION) -> str:
    """What somebody sends who knows how checksums are made."""
    return base64.urlsafe_b64encode(FRONT.pack(version, checksum(body)) + body).decode().rstrip("=")


def body() -> bytes:
    return base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))[FRONT.size :]


def refusal(token: str) -> str:
    with pytest.raises(RequestError) as raised:
        read_token(token)
    [violation] = raised.value.violations
    assert "page_token" == violation.field
    return violation.description


@given(
    st.lists(st.sampled_from(["genre", "top_10", "people"]), max_size=20),
    st.sets(st.integers(0, 10_000), max_size=300),
    st.binary(min_size=8, max_size=8),
)
def test_a_token_is_read_as_it_was_written(kinds: list[str], titles: set[int], request_: bytes) -> None:
    """Rows in their order, titles as a set, and whose it is."""
    rows = [f"{kind}:{place}" for place, kind in enumerate(kinds)]
    shown = joined(NOTHING, kinds, rows, name_digests([str(n) for n in sorted(titles)]))
    token = read_token(write_token(Token(request=request_, shown=shown)))

    assert (request_, shown.bits) == (token.request, token.shown.bits)
    for column in ("kind", "row", "title"):
        assert getattr(shown, column).tolist() == getattr(token.shown, column).tolist()


@given(st.integers(0, len(TOKEN) * 6 - 1))
@example(len(TOKEN) * 6 - 6)
def test_a_flipped_bit_is_noticed(place: int) -> None:
    """Wherever it is: in the version, the checksum, the contents, or the bits behind the last byte."""
    character, bit = divmod(place, 6)
    flipped = ALPHABET[ALPHABET.index(TOKEN[character]) ^ (1 << bit)]
    assert len(TOKEN) % 4  # it has such bits
    said = refusal(TOKEN[:character] + flipped + TOKEN[character + 1 :])

    assert said.startswith(("is damaged", "is of version"))


@given(st.integers(0, len(TOKEN) - 1))
def test_half_a_token_is_none(length: int) -> None:
    """Cut off anywhere, or with something behind it."""
    for token in (TOKEN[:length], TOKEN + TOKEN[: length + 1]):
        assert refusal(token).startswith(("is damaged", "is no token of a page"))


@given(st.text(max_size=200) | st.text(ALPHABET, max_size=4_096))
def test_any_text_is_refused(text: str) -> None:
    """Base64 or not."""
    assert refusal(text).startswith(("is no token of a page", "is damaged", "is of version"))


@given(st.binary(max_size=3_000) | st.binary(max_size=40).map(lambda more: body()[:13] + more))
def test_forged_contents_are_read_or_refused(contents: bytes) -> None:
    """With a right checksum anything may be inside: it is a set of digests, or no token; it never takes us down."""
    try:
        shown = read_token(sealed(contents)).shown
    except RequestError as error:
        said = str(error)
    else:
        said = "read"
        assert len(np.unique(shown.title)) == len(shown.title)
        assert 1 <= shown.bits <= 40
        assert (shown.title < 1 << shown.bits).all()
    assert said.startswith(("read", "page_token: is no token of a page"))


@pytest.mark.parametrize("place", range(8, 13))
@given(value=st.integers(0, 255))
def test_forged_lengths_are_refused(place: int, value: int) -> None:
    """Rows, titles and bits that the contents do not bear out: also such as would take terabytes."""
    forged = bytearray(body())
    if forged[place] == value:
        return
    forged[place] = value

    assert refusal(sealed(bytes(forged))).startswith("is no token of a page")


@pytest.mark.parametrize(
    ("titles", "bits"), [([], 0), ([1], 41), ([5, 5], 40), ([6, 5], 40)], ids=["none", "many", "twice", "falling"]
)
def test_sets_that_we_never_write_are_refused(titles: list[int], bits: int) -> None:
    """No bits or too many, a title twice, titles out of their order: however well they are packed and sealed."""
    shown = replace(SHOWN, title=np.array(titles, np.uint64), bits=bits)

    assert refusal(write_token(Token(request=bytes(8), shown=shown))).startswith("is no token of a page")


def test_another_version_is_named() -> None:
    """With what to do about it."""
    assert "is of version 2, this is version 1; start at the top, without it" == refusal(sealed(body(), version=2))


def test_a_long_text_is_not_even_read() -> None:
    """And not quoted."""
    assert "has 1000000 characters; at most 4096" == refusal("A" * 1_000_000)


def test_tokens_are_the_same_on_every_machine() -> None:
    """Other servers read them, and later versions: a change of this text is a new version."""
    shown = joined(NOTHING, ["genre"], ["genre:Drama"], name_digests(["t001", "t002"]))
    written = "AfljIn88BB4VAAAAAAAAAAABAAImAkgLlQE-ZRxbkPlANeMI_-GdS5A"

    assert written == write_token(Token(request=bytes(8), shown=shown))
    assert read_token(written).shown.holds(name_digests(["t001", "t002", "t003"])).tolist() == [True, True, False]
