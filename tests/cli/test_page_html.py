"""Pages as HTML: safe to open, whatever things are called."""

from html.parser import HTMLParser

from pagegen.cli.page_html import html
from pagegen.v1.page_pb2 import Row
from pagegen.v1.page_service_pb2 import GeneratePageResponse


class Tags(HTMLParser):
    """The tags of a file, and the texts of its titles and headings."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "onclick", "onload", "onerror")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


EVIL = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'; }--></style><b>", "{{ 7 * 7 }}", "&lt;")


def test_names_cannot_break_out_of_the_html() -> None:
    """Whatever titles, headings and members are called is shown as text."""
    row = Row(
        kind="<i>k</i>",
        seed=EVIL[0],
        heading=EVIL[0],
        title_ids=EVIL,
        names=EVIL,
        reasons=EVIL,
        reason_texts=EVIL,
        scores=[0.5] * 5,
    )
    plain = Row(
        kind="k",
        seed="s",
        heading="h",
        title_ids=EVIL,
        names=["a"] * 5,
        reasons=["keyword"] * 5,
        reason_texts=["b"] * 5,
        scores=[0.5] * 5,
    )
    evil, tame = Tags(), Tags()

    evil.feed(html(GeneratePageResponse(page_id=EVIL[1], rows=[row]), EVIL[0], 'en"><script>'))
    tame.feed(html(GeneratePageResponse(page_id="p", rows=[plain]), "m", "en"))

    assert evil.tags == tame.tags
    assert (evil.links, "script" in evil.tags) == ([], False)
    assert [name for name in EVIL if name not in evil.texts] == []


def test_reasons_are_shown_in_words() -> None:
    """News and ranks as a badge on the tile, the others below it, none where there is none."""
    codes, texts = ["new", "keyword", ""], ["New this week", "Heist", ""]
    row, tags = Row(kind="k", heading="h", title_ids=["a", "b", "c"], reasons=codes, reason_texts=texts), Tags()

    tags.feed(html(GeneratePageResponse(rows=[row]), "m", ""))

    assert {"New this week", "Heist"} <= set(tags.texts)
    assert (1, tags.tags.count("li") - 2) == (tags.tags.count("p"), tags.tags.count("p"))


def test_a_page_without_rows_is_said_to_be_one() -> None:
    """An empty page is a sentence, not an empty file."""
    empty = GeneratePageResponse(page_id="p")

    assert "No row could be made" in html(empty, "m001", "")


def test_a_basic_page_can_be_drawn() -> None:
    """Ids stand where names are not told."""
    tags = Tags()

    tags.feed(html(GeneratePageResponse(rows=[Row(kind="k", heading="h", title_ids=["t7"])]), "m", ""))

    assert "t7" in tags.texts
