"""What the tests of tools share."""

from tests.servers import bundle_folder, data_folder, serving

__all__ = ["bundle_folder", "data_folder", "serving"]
