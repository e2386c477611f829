"""The house rules as code. What CONTRIBUTING.md asks for and a machine can see is asked for here."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("pagegen", "candidates", "rankers")
GENERATED = ROOT / "pagegen" / "v1"

MAX_FILE_LINES = 250
MAX_FUNCTION_LINES = 28  # without the docstring
MAX_POSITIONAL = 6  # options come after `*` and do not count
EXCEPTIONS: dict[str, str] = {}  # "path" or "path:function" -> why it may be longer

OUTSIDE = ("pagegen/cli", "pagegen/serving", "tools", "tests")  # where clock and environment are read and handed in
WIRE = ("pagegen/client", "pagegen/cli", "pagegen/serving", "pagegen/v1", "tools", "tests")
NEVER = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "pandas", "random"}
WORLD = re.compile(
    r"(?:time\.(?!sleep\b)\w+|(?:datetime\.)?(?:datetime\.(?:now|utcnow|today)|date\.today)|os\.(?:environ|getenv|putenv)\b.*)"
)
SEEDED = {"Generator", "BitGenerator", "Philox", "PCG64", "SeedSequence"}


def modules(*tops: str) -> Iterator[Path]:
    for top in tops:
        yield from (path for path in sorted((ROOT / top).rglob("*.py")) if GENERATED not in path.parents)


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def inside(path: Path, places: tuple[str, ...]) -> bool:
    return short(path).startswith(places)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]


def imported(path: Path) -> set[str]:
    """The modules that a file imports, and the names it imports from them, dotted."""
    names = set[str]()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def used(path: Path) -> set[str]:
    """What a file imports, and the dotted names in its code under their full names, such as `numpy.random.rand`."""
    code = tree(path)
    full = dict[str, str]()
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            full |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            full |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    dotted = [ast.unparse(node).partition(".") for node in ast.walk(code) if isinstance(node, ast.Attribute)]
    return imported(path) | {full[head] + dot + rest for head, dot, rest in dotted if head in full}


def body_lines(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def positional(function: ast.FunctionDef) -> int:
    names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args]]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def test_files_are_short() -> None:
    """A file fits in a head: at most 250 lines."""
    long = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*SHIPPED, "tools")}

    assert {name: lines for name, lines in long.items() if lines > MAX_FILE_LINES and name not in EXCEPTIONS} == {}


def test_functions_are_short() -> None:
    """A function fits on a screen: at most 28 lines beside its docstring, and 6 positional parameters."""
    found = [(f"{short(path)}:{f.name}", f) for path in modules(*SHIPPED, "tools") for f in functions(path)]

    assert {
        name: body_lines(f) for name, f in found if body_lines(f) > MAX_FUNCTION_LINES and name not in EXCEPTIONS
    } == {}
    assert {name: positional(f) for name, f in found if positional(f) > MAX_POSITIONAL and name not in EXCEPTIONS} == {}


def test_exceptions_are_needed() -> None:
    """An exception to a budget goes when what it excused has gone."""
    files = {short(path): path for path in modules(*SHIPPED, "tools")}
    names = set(files) | {f"{name}:{f.name}" for name, path in files.items() for f in functions(path)}

    assert sorted(EXCEPTIONS.keys() - names) == []


def test_modules_say_what_they_are() -> None:
    """Every module with code opens with a docstring."""
    assert [
        short(path)
        for path in modules(*SHIPPED, "tools", "tests")
        if tree(path).body and not ast.get_docstring(tree(path))
    ] == []


def test_imports_are_absolute() -> None:
    """No module says `from . import`."""
    relative = [
        f"{short(path)}:{node.lineno}"
        for path in modules(*SHIPPED, "tools", "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


def test_some_modules_are_never_used() -> None:
    """Nothing is pickled, no pandas, no global generator of the standard library."""
    wrong = {
        short(path): sorted(NEVER & {name.partition(".")[0] for name in imported(path)})
        for path in modules(*SHIPPED, "tools", "tests")
        if path.parent.name != "peers"  # other people's systems, in environments of their own
    }

    assert {path: names for path, names in wrong.items() if names} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.time()",
        "from time import monotonic",
        "from datetime import datetime as d\nd.now()",
        "import datetime\ndatetime.datetime.now()",
        "import os\nos.environ['A']",
        "from os import getenv",
    ],
)
def test_clocks_are_recognised(code: str, tmp_path: Path) -> None:
    """The rule below sees through the ways to spell it."""
    path = tmp_path / "module.py"
    path.write_text(code, encoding="utf-8")

    assert list(filter(WORLD.fullmatch, used(path))) != []


def test_time_and_world_are_arguments() -> None:
    """No clock and no environment variable below the doors."""
    wrong = {
        short(path): sorted(filter(WORLD.fullmatch, used(path)))
        for path in modules(*SHIPPED)
        if not inside(path, OUTSIDE)
    }

    assert {path: names for path, names in wrong.items() if names} == {}


def test_chance_is_an_argument() -> None:
    """Random numbers come from a generator that was handed in or made from a seed that was."""
    wrong = [
        f"{short(path)}: {name}"
        for path in modules(*SHIPPED, "tools", "tests")
        for name in used(path)
        if name.startswith("numpy.random.") and name.split(".")[2] not in SEEDED | {"default_rng"}
    ]
    unseeded = [
        f"{short(path)}:{node.lineno}"
        for path in modules(*SHIPPED, "tools", "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and re.search(r"\bdefault_rng\(\)$", ast.unparse(node))
    ]

    assert (wrong, unseeded) == ([], [])


def test_processes_are_spawned() -> None:
    """Nothing forks: polars, LightGBM and gRPC hang after it."""
    fork = re.compile(r"""os\.fork\b|get_context\(["']fork|set_start_method\(["']fork""")

    assert [short(path) for path in modules(*SHIPPED, "tools") if fork.search(path.read_text(encoding="utf-8"))] == []


def test_the_wire_stays_at_the_door() -> None:
    """Only the server, the client and the commands know gRPC and protobuf."""
    wire = re.compile(r"(?:grpc\w*|google\.protobuf|google\.rpc|pagegen\.v1)(?:\..*)?")
    wrong = {
        short(path): sorted(filter(wire.fullmatch, imported(path)))
        for path in modules(*SHIPPED)
        if not inside(path, WIRE)
    }

    assert {path: names for path, names in wrong.items() if names} == {}


def test_tests_say_what_they_promise() -> None:
    """Every test has a docstring that states the behaviour."""
    silent = [
        f"{short(path)}:{f.name}"
        for path in modules("tests")
        for f in functions(path)
        if f.name.startswith("test_") and not ast.get_docstring(f)
    ]

    assert silent == []


@pytest.mark.parametrize(
    "name", [short(path.parent).replace("/", ".") for path in modules(*SHIPPED) if path.name == "__init__.py"]
)
def test_exports_exist(name: str) -> None:
    """What a package lists in `__all__` is there, once; the linter sorts it."""
    package = importlib.import_module(name)
    exported = list(getattr(package, "__all__", []))

    assert len(exported) == len(set(exported))
    assert [export for export in exported if not hasattr(package, export)] == []
