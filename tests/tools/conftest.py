"""What the tests of tools share."""

from tests.servers import bundle_folder, data_folder, serving
from tests.simulation.made_runs import run_data, run_folder

__all__ = ["bundle_folder", "data_folder", "run_data", "run_folder", "serving"]
