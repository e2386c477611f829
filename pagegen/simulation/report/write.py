"""From a folder of results to `report.html`. The same folder and data give the same bytes."""

from pathlib import Path
from typing import Any, Final

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from pagegen.data.dataset import Dataset, read_dataset
from pagegen.data.folder import read_info
from pagegen.errors import DataError
from pagegen.simulation.report.composition import composition
from pagegen.simulation.report.found import Found, find
from pagegen.simulation.report.grids import strata
from pagegen.simulation.report.provenance import provenance
from pagegen.simulation.report.side_by_side import members
from pagegen.simulation.report.surfaces import surfaces
from pagegen.simulation.report.svg import LEVELS
from pagegen.simulation.report.tables import blocks, glance
from pagegen.simulation.report.verdicts import summary, verdicts
from pagegen.simulation.report.warnings import warnings
from pagegen.simulation.report.wording import counts, listed
from pagegen.simulation.results import Results, read_results

REPORT: Final = "report.html"
REFERENCES: Final = {
    "flat": "the ranked list, cut into rows as wide as the page",
    "oracle": "the candidate rows, placed by one who knows what was played next",
}
LOCAL: Final = "local.json"  # where the data lay when the experiment was run


def write_report(folder: str | Path, data: str | Path | Dataset | None = None) -> Path:
    """
    Write `report.html` into a folder of results.

    Args:
        folder: that `pagegen simulate` wrote.
        data: the data folder of the experiment, for names of titles and what was played. None: where the experiment
            says they are, or where they were; without them the report shows ids.

    Raises:
        DataError: no results, or other data than those of the experiment.
    """
    results = read_results(folder)
    path = results.folder / REPORT
    beside = path.with_name(f".{REPORT}.partial")
    beside.write_text(html(results, _data(results, data)), "utf-8", newline="\n")
    beside.rename(path)
    return path


def html(results: Results, data: Dataset | None) -> str:
    """The file's text. Names may hold anything: they are escaped."""
    found = find(results)
    environment = Environment(
        loader=PackageLoader("pagegen.simulation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        run=results.run,
        found=found,
        **_experiment(found),
        warnings=warnings(found) + ([] if data else ["The data folder was not found: titles go by their ids."]),
        summary=summary(found),
        verdicts=verdicts(found),
        glance=glance(found),
        families={family: blocks(found, kinds) for family, kinds in found.families().items()},
        surfaces=surfaces(found),
        strata=strata(found),
        composition=composition(found, data) if data else None,
        members=members(found, data),
        provenance=provenance(results.run),
        levels=LEVELS,
    )


def _experiment(found: Found) -> dict[str, Any]:
    """What was asked, in words."""
    occasions = found.results.occasions
    protocol = found.results.run.experiment.get("protocol", {})
    words = {
        "page": "pages of the log",
        "session": "the first page of a session",
        "window": "one page a member at each cut",
    }
    horizon = protocol.get("horizon_hours")
    until = f"what was played within {horizon:g} hours" if horizon else "what was played until the next cut"
    return {
        "references": _references(found),
        "asked": counts(occasions["member_id"].n_unique(), occasions.height),
        "protocol": f"{words.get(protocol.get('kind', ''), 'past requests')}, judged by {until}",
        "cuts": len(protocol.get("cuts", [])),
    }


def _references(found: Found) -> str:
    """What stands beside the cells; empty where nothing does."""
    specs = found.results.run.experiment.get("cells", {})
    told = [f"{cell} ({REFERENCES[specs[cell]['reference']]})" for cell in found.references]
    return f"Beside them, to see how far there is to go, and in no comparison: {listed(told)}." if told else ""


def _data(results: Results, data: str | Path | Dataset | None) -> Dataset | None:
    if isinstance(data, Dataset):
        found = data
    else:
        path = _look(results) if data is None else Path(data)
        if path is None:
            return None
        found = read_dataset(path)
    if found.digest != results.run.data_digest:
        message = (
            f"the data have digest {found.digest[:16]}, {results.folder} was made on {results.run.data_digest[:16]}; "
            "name the data folder of the experiment"
        )
        raise DataError(message)
    return found


def _look(results: Results) -> Path | None:
    """The data folder that the experiment names, if it is there and still the same."""
    named = str(results.run.experiment.get("data", ""))
    places = [place / named for place in (Path(), results.folder, results.folder.parent)] if named else []
    local = results.folder / LOCAL
    places += (
        [Path(msgspec.json.decode(local.read_bytes(), type=dict[str, str]).get("data", ""))] if local.is_file() else []
    )
    return next((place for place in places if _is_it(place, results.run.data_digest)), None)


def _is_it(folder: Path, digest: str) -> bool:
    try:
        return read_info(folder).digest == digest
    except DataError:
        return False
