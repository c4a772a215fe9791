"""What every module keeps to. Each rule looks at one module and names the lines that break it."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.architecture.source import Finding, Source, dotted

FILE_LINES: Final = 400
FUNCTION_LINES: Final = 60
LONGER_FUNCTIONS: Final = {
    (
        "shared/db/plumbing.py",
        "__init__",
    ): "a list of tables, one statement each",
}
EMPTY_NAMES: Final = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"})

CLOCK_HOME: Final = "shared/calendar/clock.py"
READS_CLOCK: Final = re.compile(
    r"(^|\.)(datetime|date)\.(now|utcnow|today)$|^time\.(time|time_ns|localtime|gmtime|ctime)$"
)
ID_HOME: Final = "shared/ids.py"
MAKES_ID: Final = re.compile(r"(^|\.)uuid[1-8]$|^uuid\.(uuid1|uuid4)$|^uuid_utils\.")
NAMES_FROM_OUTSIDE: Final = {"time": {"time", "time_ns"}, "uuid": {"uuid1", "uuid4"}}
DERIVED_IDS: Final = frozenset({"uuid.uuid3", "uuid.uuid5", "uuid.UUID"})

COMMIT_HOME: Final = "shared/db"

LOG_LEVELS: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
LOG_NAMES: Final = frozenset({"log", "_log", "logger", "_logger"})
EVENT_NAME: Final = re.compile(r"^[a-z]+(\.[a-z_-]+)+$")

SQL_MODULES: Final = frozenset({"sqlmodel", "sqlalchemy"})
SQL_TYPES: Final = frozenset({"Session"})
SQL_ELSEWHERE: Final[dict[str, str]] = {}

IMPURE_MODULES: Final = frozenset(
    "asyncio concurrent logging multiprocessing os random requests secrets select shutil signal socket sqlite3 "
    "subprocess sys tempfile threading time urllib uuid uuid_utils".split()
)
IMPURE_CALLS: Final = frozenset({"open", "print", "input", "eval", "exec", "breakpoint", "__import__", "io.open"})


def reads_clock(source: Source) -> Iterator[Finding]:
    """Nothing but the clock reads the time."""
    if source.path == CLOCK_HOME:
        return
    for call in source.calls():
        if READS_CLOCK.search(dotted(call.func)):
            yield Finding(source.path, call.lineno, f"reads the time by itself: {dotted(call.func)}")
    yield from _imports_from_outside(source, "time", "reads the time by itself")


def makes_ids(source: Source) -> Iterator[Finding]:
    """Identifiers are made in one place; those derived from a name are no new ones."""
    if source.path == ID_HOME:
        return
    for call in source.calls():
        name = dotted(call.func)
        if MAKES_ID.search(name) and name not in DERIVED_IDS:
            yield Finding(source.path, call.lineno, f"makes an identifier by itself: {name}")
    yield from _imports_from_outside(source, "uuid", "makes an identifier by itself")


def commits(source: Source) -> Iterator[Finding]:
    """Only the unit of work commits or rolls back."""
    if source.within(COMMIT_HOME):
        return
    for call in source.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("commit", "rollback"):
            yield Finding(source.path, call.lineno, f".{call.func.attr}( outside the unit of work")


def impure_domain(source: Source) -> Iterator[Finding]:
    """The domain computes: no waiting, no files, no chance, no surroundings."""
    if not re.match(r"services/\w+/domain/", source.path):
        return
    for node in source.walk():
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield Finding(source.path, node.lineno, "waits")
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield Finding(source.path, node.lineno, "keeps state outside itself")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for module in sorted(_modules(node) & IMPURE_MODULES):
                yield Finding(source.path, node.lineno, f"imports {module}")
        elif isinstance(node, ast.Call) and dotted(node.func) in IMPURE_CALLS:
            yield Finding(source.path, node.lineno, f"calls {dotted(node.func)}")


def free_log_names(source: Source) -> Iterator[Finding]:
    """A log line is a constant dotted name; everything else is a field."""
    for call in source.calls():
        if not _is_log_call(call):
            continue
        if len(call.args) != 1 or not all(EVENT_NAME.match(name) for name in _literals(call.args[0])):
            yield Finding(source.path, call.lineno, "logs something else than a constant dotted name with fields")


def long_functions(source: Source) -> Iterator[Finding]:
    """A function fits on one screen; a migration is a list of tables."""
    if "/migrations/versions/" in source.path:
        return
    for node in source.walk():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES and (source.path, node.name) not in LONGER_FUNCTIONS:
                yield Finding(source.path, node.lineno, f"{node.name} has {lines} lines")


def long_files(source: Source) -> Iterator[Finding]:
    """A file holds one idea."""
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield Finding(source.path, lines, f"{lines} lines")


def empty_names(source: Source) -> Iterator[Finding]:
    """No room is named after nothing."""
    steps = source.path.removesuffix(".py").split("/")
    for step in sorted(EMPTY_NAMES & set(steps)):
        yield Finding(source.path, 1, f"the name {step} says nothing")


def sql_outside_storage(source: Source) -> Iterator[Finding]:
    """SQL is written in storage, and nowhere else; others may only name the type of a session."""
    if not source.within("services") or re.match(r"services/\w+/(storage|migrations)/", source.path):
        return
    for node in source.walk():
        if isinstance(node, ast.Import | ast.ImportFrom) and _modules(node) & SQL_MODULES:
            names = {alias.name for alias in node.names} - SQL_TYPES
            if names and source.path not in SQL_ELSEWHERE:
                yield Finding(source.path, node.lineno, f"writes SQL: {', '.join(sorted(names))}")


def untold_modules(source: Source) -> Iterator[Finding]:
    """Every module that holds code says in its first line what it promises."""
    if source.tree.body and ast.get_docstring(source.tree) is None:
        yield Finding(source.path, 1, "does not say what it is for")


def _imports_from_outside(source: Source, module: str, what: str) -> Iterator[Finding]:
    for node in source.walk():
        if isinstance(node, ast.ImportFrom) and node.module == module:
            for alias in node.names:
                if alias.name in NAMES_FROM_OUTSIDE[module]:
                    yield Finding(source.path, node.lineno, f"{what}: {module}.{alias.name}")


def _modules(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return {name.partition(".")[0] for name in names}


def _literals(node: ast.expr) -> list[str]:
    """The constant texts that an expression may stand for; one that never matches where it is none."""
    if isinstance(node, ast.IfExp):
        return _literals(node.body) + _literals(node.orelse)
    return [node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""]


def _is_log_call(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in LOG_LEVELS:
        return False
    owner = call.func.value
    return dotted(owner).rpartition(".")[2] in LOG_NAMES or (
        isinstance(owner, ast.Call) and dotted(owner.func).rpartition(".")[2] in LOG_NAMES
    )
