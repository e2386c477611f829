"""
Generates `pagegen/v1` from `proto/`, and checks that what is checked in is what would be generated.

    python -m tools.proto             write pagegen/v1
    python -m tools.proto --check     lint the protos, compare pagegen/v1, look for breaking changes; writes nothing
    python -m tools.proto --release   make today's protos the ones that later protos may only add to

`proto/pagegen.binpb` is the image that buf compares with. It is renewed by `--release` alone, after the comparison.
"""

import argparse
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
PACKAGE = Path("pagegen/v1")
IMAGE = PROTO / "pagegen.binpb"
SUFFIXES = ("_pb2.py", "_pb2.pyi", "_service_pb2_grpc.py", "_service_pb2_grpc.pyi")  # the others hold no service


class ProtoError(Exception):
    """The protos, or what was generated from them, are not what they should be."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.proto", description="Generate pagegen/v1 from proto/.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compare, lint, find breaking changes; write nothing")
    mode.add_argument("--release", action="store_true", help="renew the image that breaking changes are found against")
    chosen = parser.parse_args(arguments)
    try:
        print(check() if chosen.check else release() if chosen.release else write())
    except ProtoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def write() -> str:
    """Replaces the generated modules."""
    wanted = generated()
    target = ROOT / PACKAGE
    for stale in set(checked_in()) - set(wanted):
        (target / stale).unlink()
    for name, content in wanted.items():
        (target / name).write_bytes(content)
    return f"wrote {len(wanted)} files to {PACKAGE}"


def check() -> str:
    """Lints, compares the generated modules, looks for breaking changes; in this order."""
    lint()
    different = differences(generated(), checked_in())
    if different:
        message = f"{PACKAGE} is not what proto/ gives ({', '.join(different)}); run `make proto` and commit the result"
        raise ProtoError(message)
    breaking()
    return f"{PACKAGE} is current, the protos are clean and break no earlier client"


def release() -> str:
    """Renews the image, when it breaks nothing that the old one promised."""
    lint()
    if IMAGE.exists():
        breaking()
    buf("build", "--exclude-source-info", "--output", str(IMAGE))
    return f"wrote {IMAGE.relative_to(ROOT)}"


def lint() -> None:
    buf("lint")
    buf("format", "--diff", "--exit-code")


def breaking() -> None:
    buf("breaking", "--against", str(IMAGE))


def buf(*arguments: str) -> None:
    """
    Runs buf over `proto/`.

    Raises:
        ProtoError: buf found something; the text is its own.
    """
    program = Path(sysconfig.get_path("scripts")) / "buf"
    done = subprocess.run([program, *arguments], cwd=PROTO, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"buf {arguments[0]}:\n{(done.stdout + done.stderr).strip()}"
        raise ProtoError(message)


def generated() -> dict[str, bytes]:
    """What the pinned generator makes of the protos today, by file name."""
    sources = sorted(path.relative_to(PROTO).as_posix() for path in PROTO.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = [f"--{kind}_out={folder}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
        scripts = sysconfig.get_path("scripts")
        plugins = [f"--plugin=protoc-gen-{kind}={scripts}/protoc-gen-{kind}" for kind in ("mypy", "mypy_grpc")]
        command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={PROTO}", *plugins, *out, *sources]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"protoc:\n{(done.stdout + done.stderr).strip()}"
            raise ProtoError(message)
        return modules(Path(folder) / PACKAGE)


def checked_in() -> dict[str, bytes]:
    return modules(ROOT / PACKAGE)


def modules(folder: Path) -> dict[str, bytes]:
    """The generated files of a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name.endswith(SUFFIXES)}


def differences(wanted: dict[str, bytes], found: dict[str, bytes]) -> list[str]:
    """
    Names whose content differs, with what is the matter.

    Examples:
        >>> differences({"a": b"1", "b": b"2"}, {"b": b"3", "c": b"4"})
        ['a is missing', 'b differs', 'c has no proto']
    """
    missing = [f"{name} is missing" for name in sorted(wanted.keys() - found.keys())]
    changed = [f"{name} differs" for name in sorted(wanted.keys() & found.keys()) if wanted[name] != found[name]]
    extra = [f"{name} has no proto" for name in sorted(found.keys() - wanted.keys())]
    return missing + changed + extra


if __name__ == "__main__":
    sys.exit(main())
