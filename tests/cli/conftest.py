"""What the tests of commands share."""

from tests.servers import bundle_folder, data_folder, serving

__all__ = ["bundle_folder", "data_folder", "serving"]
