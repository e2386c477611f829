"""Reading a report as a browser does: which elements are open, and what stands in the cells of its tables."""

from collections.abc import Sequence
from html.parser import HTMLParser

VOID = {"meta", "br", "col", "link", "img", "input"}


class Reader(HTMLParser):
    """Collects what is wrong with the nesting, every tag and attribute, and the tables section by section."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.wrong = list[str](), list[str]()
        self.tags, self.attributes = list[str](), list[tuple[str, str]]()
        self.tables = dict[str, list[list[str]]]()  # rows of cells, by the id of the section
        self.text = list[str]()
        self._section = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "section":
            self._section = dict(attrs).get("id") or ""
        if tag == "tr":
            self.tables.setdefault(self._section, []).append([])
        if tag in ("td", "th"):
            self.tables[self._section][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        rows = self.tables.get(self._section)
        if rows and rows[-1] and {"td", "th"} & set(self.open):
            rows[-1][-1] += f" {data.strip()}" if data.strip() else ""

    def rows(self, section: str) -> Sequence[Sequence[str]]:
        """The tables of a section, one after the other; cells with blanks around them removed."""
        return [[cell.strip() for cell in row] for row in self.tables.get(section, [])]
