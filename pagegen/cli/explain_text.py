"""Explanations in the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pagegen.explaining import Explanation, Gap, KeptOff, Opinion, RowReasons, Standing, TitleAnswer, kept_off

MOST = 3  # rows that rules kept off, told for each position


def show(explained: Explanation) -> None:
    """The rows, what rules did, the titles asked about, and the gap."""
    console = Console()
    console.print(_rows(explained))
    for line in _rules(explained):
        console.print(Text(line), soft_wrap=True)
    for answer in explained.titles:
        _title(console, answer)
    if explained.gap is not None:
        console.print(Text(gap_text(explained.gap)), soft_wrap=True)
    said = (f"member {explained.member_id}", f"page {explained.page_id}", f"bundle {explained.bundle_id}")
    console.print(Text("  ".join(said), "dim"), soft_wrap=True)


def _rows(explained: Explanation) -> Table:
    """A line a row; columns in which nothing differs from the usual are left out."""
    rows = explained.rows
    attracts = any((row.configured, row.learnt) != (1.0, 1.0) for row in rows)
    extra, chance = any(row.extra for row in rows), any(row.chance < 1 for row in rows)
    table = Table(title=f"Rows, ordered by {explained.orderer}", title_justify="left")
    for name in ("", "row", "titles", "repeats", "alone", "adds"):
        table.add_column(name, justify="left" if name == "row" else "right")
    for name, there in (("of it extra", extra), ("attraction", attracts), ("chance", chance), ("second", True)):
        if there:
            table.add_column(name)
    for row in rows:
        told = [str(row.position), f"{row.row.heading} ({row.row.row_id})", str(row.titles), str(row.repeats)]
        told += [f"{row.alone:.4f}", f"{row.gain:.4f}"]
        told += [f"{row.extra:.4f}"] * extra + [f"{row.configured:.2f} x {row.learnt:.2f}"] * attracts
        table.add_row(*(Text(cell) for cell in (*told, *[f"{row.chance:.3f}"] * chance, _second(row))))
    return table


def _second(row: RowReasons) -> str:
    """Of the others the one that would have added most, and how much less, or more, that is."""
    if row.second is None:
        return "no other might stand here"
    behind = round(row.second.behind, 4)
    return f"{row.second.row.heading}, {abs(behind):.4f} {'more' if behind < 0 else 'less'}"


def _rules(explained: Explanation) -> list[str]:
    """What rules changed, position by position, and why the page ends before it is full."""
    lines = [f"Position {row.position}, without rules: {_kept(row.kept_off)}" for row in explained.rows if row.kept_off]
    if explained.left_over:
        lines.append(f"The page ends here although it has room: {_kept(explained.left_over)}")
    return lines


def _kept(rows: tuple[KeptOff, ...]) -> str:
    more = f"; and {len(rows) - MOST} more" if len(rows) > MOST else ""
    return "; ".join(kept_off(one) for one in rows[:MOST]) + more


def _title(console: Console, answer: TitleAnswer) -> None:
    """The sentence, then where else it stands, what the ranker and the scorers think, and who proposed it."""
    console.print(Text(answer.sentence, "bold"), soft_wrap=True)
    title, lines = answer.reasons, list[str]()
    lines += [f"also title {p.column} of row {p.position}, {p.row.heading}" for p in title.places[1:]]
    if title.absence and title.absence.filters and title.absence.reason != "filtered":
        lines.append(f"removed from most rows by {', '.join(title.absence.filters)}")
    lines += [f"{s.reason}: title {s.place} of {s.row.heading} ({s.row.row_id})" for s in _others(answer)]
    if title.scored:
        lines.append(
            f"the ranker puts it at {title.scored.rank} of {title.scored.among}: P(play) = {title.scored.play:.4f}"
        )
    lines += [f"proposed by {p.source} as title {p.place} of {p.row.heading} ({p.row.row_id})" for p in title.proposals]
    lines += [_opinion(one) for one in title.opinions]
    for line in lines:
        console.print(Text(f"  {line}", "dim"), soft_wrap=True)


def _others(answer: TitleAnswer) -> tuple[Standing, ...]:
    """Rows that the sentence does not speak of."""
    return answer.reasons.absence.standings[1:] if answer.reasons.absence else ()


def _opinion(one: Opinion) -> str:
    taken = f"; its best {one.quota} are taken" if one.quota else ""
    if one.rank is None or one.score is None:
        return f"{one.scorer} has no opinion of it{taken}"
    return f"{one.scorer} scores it {one.score:.4g} and ranks it {one.rank}{taken}"


def gap_text(gap: Gap) -> str:
    """What the page is worth beside the bound."""
    text = f"{gap.orderer} makes {gap.plays:.4f} expected plays; no page of these rows has more than {gap.bound:.4f}"
    text += f", so that it lacks {100 * gap.share:.1f} % at most"
    return text + (" (plays only: the bound does not count extra terms)" if gap.extra_terms else "")
