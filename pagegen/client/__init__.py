"""
The client: asks a server for pages, and raises what went wrong as the errors the engine itself would raise.

Importing it loads neither models nor LightGBM.
"""

from pagegen.client.client import SERVICE, Client, ServerError, Tls, told
from pagegen.client.messages import View, message, row_message

__all__ = ["Client", "SERVICE", "ServerError", "Tls", "View", "message", "row_message", "told"]  # noqa: RUF022  # in plain order
