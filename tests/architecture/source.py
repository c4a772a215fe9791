"""The code as data: every module's path, text and syntax tree, and what its names stand for."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).parents[2]
CODE: Final = ("cli", "services", "shared", "simulators")


@dataclass(frozen=True)
class Source:
    """One module. `path` is relative to the project, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The module's syntax tree."""
        return ast.parse(self.text, self.path)

    @cached_property
    def constants(self) -> dict[str, str]:
        """Module-level names that are assigned a plain text once."""
        found: dict[str, str] = {}
        for node in self.tree.body:
            target = node.target if isinstance(node, ast.AnnAssign) else _only_target(node)
            value = node.value if isinstance(node, ast.AnnAssign | ast.Assign) else None
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[target.id] = value.value
        return found

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """Local names that come from another module: (module, name there)."""
        return {
            alias.asname or alias.name: (node.module, alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }

    def walk(self) -> Iterator[ast.AST]:
        """Every node of the tree."""
        return ast.walk(self.tree)

    def calls(self) -> Iterator[ast.Call]:
        """Every call in the module."""
        return (node for node in self.walk() if isinstance(node, ast.Call))

    def within(self, *folders: str) -> bool:
        """Whether the module lies in one of the folders (or is that file)."""
        return any(PurePosixPath(self.path).is_relative_to(folder) for folder in folders)

    @cached_property
    def assigned(self) -> dict[str, list[ast.expr]]:
        """What each name of the module is set to, wherever in it."""
        found: dict[str, list[ast.expr]] = {}
        for node in self.walk():
            target = node.target if isinstance(node, ast.AnnAssign | ast.NamedExpr) else _only_target(node)
            value = node.value if isinstance(node, ast.AnnAssign | ast.Assign | ast.NamedExpr) else None
            if isinstance(target, ast.Name) and value is not None:
                found.setdefault(target.id, []).append(value)
        return found

    def texts_of(self, node: ast.expr, followed: frozenset[str] = frozenset()) -> Iterator[str | None]:
        """The texts that an expression may stand for; None for each branch that cannot be read off.

        What a function named `...refusal...` returns is not followed: such functions are read themselves.
        """
        branches = self._branches(node, followed)
        if branches is not None:
            deeper = followed | ({node.id} if isinstance(node, ast.Name) else set())
            for branch in branches:
                yield from self.texts_of(branch, deeper)
        elif isinstance(node, ast.Constant):
            if node.value:
                yield str(node.value)
        elif not (isinstance(node, ast.Call) and "refusal" in dotted(node.func)):
            yield self._imported_text(node)

    def _branches(self, node: ast.expr, followed: frozenset[str]) -> list[ast.expr] | None:
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        if isinstance(node, ast.BoolOp):
            return node.values
        if isinstance(node, ast.Name) and node.id in self.assigned:
            return [] if node.id in followed else self.assigned[node.id]
        return None

    def _imported_text(self, node: ast.expr) -> str | None:
        front, _, name = dotted(node).rpartition(".")
        module, there = self.imported.get(front or name, ("", ""))
        return _constant_of(f"{module}.{there}", name) if front else _constant_of(module, there)


@dataclass(frozen=True)
class Finding:
    """Where a rule is broken, and how."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """All modules of the folders (of all code, where none is named); never an empty set."""
    paths = [path for folder in folders or CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    if not paths:
        raise LookupError(f"no module in {folders or CODE}: the rule would look at nothing")
    return tuple(Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths)


def dotted(node: ast.expr) -> str:
    """`a.b.c` as text; empty for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        front = dotted(node.value)
        return f"{front}.{node.attr}" if front else ""
    return ""


def _only_target(node: ast.AST) -> ast.expr | None:
    return node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None


def _constant_of(module: str, name: str) -> str | None:
    path = module.replace(".", "/")
    for source in sources():
        if source.path in (f"{path}.py", f"{path}/__init__.py"):
            return source.constants.get(name)
    return None
