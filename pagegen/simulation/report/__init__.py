"""The report of an experiment: one HTML file with the verdict first, that needs no network and no script."""

from pagegen.simulation.report.write import write_report

__all__ = ["write_report"]
