"""Homepages by name, as `--homepage` has them: `package.module:NAME`."""

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pagegen.errors import ConfigError

if TYPE_CHECKING:
    from pagegen.bundle.parts import Homepage

OURS = "pagegen.homepage:HOME"


def homepage(name: str) -> "Homepage":
    """
    The homepage of this name, from an installed package or one in the current folder.

    Raises:
        ConfigError: there is none.
    """
    from pagegen.bundle.parts import Homepage  # everything that makes a page; not wanted for `--help`

    module, _, attribute = name.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        message = f"--homepage {name} cannot be imported ({error}); write it as package.module:NAME, such as {OURS}"
        raise ConfigError(message) from error
    if not isinstance(found, Homepage):
        message = f"--homepage {name} is a {type(found).__name__}, not a pagegen Homepage"
        raise ConfigError(message)
    return found
