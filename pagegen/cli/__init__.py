"""The command `pagegen`. Each command's module is imported when it is used, so that help and mistakes are quick."""

import importlib
import os
from collections.abc import Mapping
from typing import Any, Final

import click

from pagegen import __version__
from pagegen.errors import GateError, PagegenError

# Before anything loads OpenMP: threads that wait do not spin. On a busy machine spinning made training 4 times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

NOT_BETTER: Final = 3  # exit code of a bundle that did not pass the gate
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "import": ("pagegen.cli.data:import_group", "Make a data folder from MovieLens or from anyone's log."),
    "check": ("pagegen.cli.data:check_command", "List all that is wrong with a data folder, and what it can support."),
    "world": ("pagegen.cli.world:world", "Make a data folder by simulating members, with the truth beside it."),
    "train": ("pagegen.cli.train:train", "Learn a bundle of models from a data folder."),
    "bundle": ("pagegen.cli.bundle:bundle", "Show, verify, compare and roll back bundles."),
    "simulate": ("pagegen.cli.simulate:simulate", "Run an experiment: replay past requests, measure and compare."),
    "measure": ("pagegen.cli.simulate:measure", "Add measures to a finished experiment."),
    "page": ("pagegen.cli.page:page", "Make one page: in the terminal, as JSON or as HTML."),
    "explain": ("pagegen.cli.explain:explain", "Say why a page is as it is, and why a title is on it or not."),
    "serve": ("pagegen.cli.serve:serve", "Serve pages over gRPC."),
    "parity": ("pagegen.cli.parity:parity", "Make a server's pages again offline, and say what differs first."),
    "config": ("pagegen.cli.config:config", "Show and check settings."),
    "demo": ("pagegen.cli.demo:demo", "Simulate a world, train, serve it, and show pages."),
}


class Commands(click.Group):
    """The commands of the table above; errors meant for people are one sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:  # what a command returns
        try:
            return super().invoke(ctx)
        except PagegenError as error:
            click.echo(f"pagegen: {error}", err=True)
            ctx.exit(NOT_BETTER if isinstance(error, GateError) else 1)
        except OSError as error:  # no room on the disk, no permission: the system's words are for people too
            click.echo(f"pagegen: {error}", err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pagegen")
def main() -> None:
    """Personalized home pages: rows of titles for each member, served, simulated and trained by one engine."""
