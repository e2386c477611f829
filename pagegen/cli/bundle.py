"""`pagegen bundle`: what is in a bundle, whether it is whole, how two differ, and the way back."""

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from pagegen.bundle import publish
from pagegen.bundle.load import settings_of, try_models
from pagegen.bundle.manifest import Manifest, read_manifest
from pagegen.bundle.store import verify
from pagegen.cli.homepages import homepage as homepage_of
from pagegen.cli.options import FOLDER, homepage_option
from pagegen.cli.train_tables import print_report

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def bundle() -> None:
    """Show, verify, compare and roll back bundles."""


@bundle.command()
@click.argument("folder", type=FOLDER)
@as_json
def show(folder: Path, *, as_json: bool) -> None:
    """What the bundle FOLDER was made from, and what training measured."""
    manifest, bundle_id = read_manifest(folder)
    if as_json:
        click.echo(msgspec.json.encode({"bundle_id": bundle_id, **msgspec.to_builtins(manifest)}).decode())
        return
    console = Console()
    console.print(f"Bundle {bundle_id}: {_size(manifest):,} bytes in {len(manifest.files)} files", soft_wrap=True)
    console.print(
        f"fitted on {manifest.watermark:,} events of data {manifest.data_digest[:16]}, seed {manifest.rng_seed}"
    )
    console.print(f"sources {', '.join(manifest.fit['sources'])}; {len(manifest.features)} features", soft_wrap=True)
    console.print("with " + ", ".join(f"{name} {version}" for name, version in sorted(manifest.versions.items())))
    print_report(console, manifest.report)


def _size(manifest: Manifest) -> int:
    return sum(info.size for info in manifest.files.values())


@bundle.command("verify")
@click.argument("folder", type=FOLDER)
@homepage_option
def verify_command(folder: Path, *, homepage: str) -> None:
    """Check every byte of the bundle FOLDER, and that its ranker can be read. Exit code 1 if it is not whole."""
    home = homepage_of(homepage)
    manifest, bundle_id = verify(folder)
    settings_of(home, manifest)
    try_models(home, folder, manifest)
    click.echo(f"Bundle {bundle_id} is whole: {len(manifest.files)} files, {_size(manifest):,} bytes")


@bundle.command()
@click.argument("a", type=FOLDER)
@click.argument("b", type=FOLDER)
@as_json
def diff(a: Path, b: Path, *, as_json: bool) -> None:
    """Where the manifests of bundles A and B differ."""
    found = publish.differences(a, b)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    table = Table("", str(a), str(b), box=None)
    for name, (left, right) in found.items():
        table.add_row(name, str(left), str(right))
    Console().print(table if found else f"{a} and {b} are the same bundle")


@bundle.command()
@click.argument("directory", type=FOLDER)
def rollback(directory: Path) -> None:
    """Make the bundle current in DIRECTORY that was so before. Servers follow at their next SIGHUP."""
    was = publish.current_id(directory)
    now = publish.rollback(directory)
    click.echo(f"{directory}/{publish.CURRENT} is {now.bundle_id} again (was {was})")
