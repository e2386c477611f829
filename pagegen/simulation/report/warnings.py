"""What a reader should know before believing anything."""

import polars as pl

from pagegen.bundle.manifest import read_manifest
from pagegen.errors import BundleError, DataError
from pagegen.metrics.results import ALL
from pagegen.simulation.report.found import Found
from pagegen.simulation.report.verdicts import head_of, leak_text
from pagegen.simulation.report.wording import listed
from pagegen.simulation.results import CutRun

FEW_MEMBERS = 30


def warnings(found: Found) -> list[str]:
    """In plain sentences, the worst first."""
    leaks = [f"{cell} saw the future: {leak_text(found.leaks[cell])}." for cell in found.cells if found.leaking(cell)]
    unchecked = [cell for cell in (found.baseline, *found.others) if cell not in found.leaks]
    careful = [f"Nobody checked {listed(unchecked)} for leakage from the future."] if unchecked else []
    return leaks + _late(found) + careful + _fallen_back(found) + _few(found) + _uneven(found) + _silent(found)


def _late(found: Found) -> list[str]:
    """Bundles that were allowed to have learnt from what they should foresee."""
    specs = found.results.run.experiment.get("cells", {})
    late = [cell for cell in found.cells if specs.get(cell, {}).get("trained_later")]
    return (
        [f"The bundle of {listed(late)} has learnt from what followed the requests: its figures prove nothing."]
        if late
        else []
    )


def _fallen_back(found: Found) -> list[str]:
    """Recipes whose training found too little to learn from, and so rank by something simpler."""
    fallen: dict[tuple[str, str], list[str]] = {}
    for cell, made in found.results.run.cells.items():
        for asked, got in dict.fromkeys(_rankers(found, cut) for cut in made):
            if asked != got:
                fallen.setdefault((asked, got), []).append(cell)
    return [
        f"There was too little to train {asked} on in {listed(cells)}, at a cut at least: there {got} ranks the titles."
        for (asked, got), cells in fallen.items()
    ]


def _rankers(found: Found, cut: CutRun) -> tuple[str, str]:
    """The ranker that was asked for, and the one the bundle has; of a bundle that lies elsewhere nothing is known."""
    try:
        manifest, _ = read_manifest(found.results.folder / cut.bundle)
    except BundleError:
        return "", ""
    return manifest.fit.get("ranker", manifest.ranker), manifest.ranker


def _few(found: Found) -> list[str]:
    heads = [head for cell in found.others if (head := head_of(found, cell))]
    few = [head for head in heads if head.members < FEW_MEMBERS]
    return [f"Only {few[0].members} members have a value of {few[0].metric}: so few say little."] if few else []


def _uneven(found: Found) -> list[str]:
    """Cells that made fewer pages than were asked for."""
    asked = found.results.occasions.height
    made = {cell: _made(found, cell) for cell in found.cells}
    return [
        f"{cell} made {pages:,} of the {asked:,} pages; it is compared on those only."
        for cell, pages in made.items()
        if pages < asked
    ]


def _made(found: Found, cell: str) -> int:
    try:
        return int(found.results.pages(cell).select(pl.len()).collect().item())
    except DataError:
        return 0


def _silent(found: Found) -> list[str]:
    empty = [
        kind.name
        for kind in found.kinds
        if not any(
            found.estimates[ALL, kind.name, cell].pages
            for cell in found.cells
            if (ALL, kind.name, cell) in found.estimates
        )
    ]
    return [f"No page has a value of {listed(empty)}."] if empty else []
