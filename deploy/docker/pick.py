"""Copies what one image needs of the code: its own part, and of `shared` what that part can import; nothing else.

Run while the images are built, with the standard library alone: `python pick.py authority --into /opt/shokai`.
"""

import argparse
import ast
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

OURS: Final = frozenset({"cli", "services", "shared", "simulators"})
SERVICES: Final = ("authority", "intake", "matcher", "media", "audit", "console")
IMAGES: Final[Mapping[str, Sequence[str]]] = {
    **{name: (f"services/{name}",) for name in SERVICES},
    "demo": ("cli", "simulators"),
}
LOADED_BY_PATH: Final = {"shared/db/migrate.py": ("shared/db/alembic",)}
"""What Alembic opens by its place, so that no import names it."""
MAKERS: Final = frozenset({"shared/people/sources.py"})
"""Programs that made data files of ours anew; nothing runs them where Shokai runs."""
LEFT_OUT: Final = frozenset({"__pycache__"})


def picked(image: str, root: Path) -> set[Path]:
    """Every file of that image, relative to `root`."""
    modules = _reachable(IMAGES[image], root)
    data = {file for folder in {module.parent for module in modules} for file in _data_files(root, folder)}
    return modules | data


@cache
def imports(file: Path) -> tuple[str, ...]:
    """The modules that a file imports when it runs: what is there for type checkers alone is not among them."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[str]:
    todo: list[ast.AST] = [ast.parse(file.read_text("utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            todo += node.orelse
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            todo += ast.iter_child_nodes(node)


def _reachable(starts: Sequence[str], root: Path) -> set[Path]:
    todo = [file for start in starts for file in _modules_in(root, Path(start))]
    found: set[Path] = set()
    while todo:
        module = todo.pop()
        if module in found or module.as_posix() in MAKERS:
            continue
        found.add(module)
        for name in imports(root / module):
            todo += _files_of(name, root)
        for folder in LOADED_BY_PATH.get(module.as_posix(), ()):
            todo += _modules_in(root, Path(folder))
    return found


def _modules_in(root: Path, folder: Path) -> list[Path]:
    return [file.relative_to(root) for file in (root / folder).rglob("*.py")]


def _files_of(name: str, root: Path) -> Iterator[Path]:
    """A module's file and those of the packages that it lies in; of a name that is no module, only the packages."""
    parts = name.split(".")
    if parts[0] not in OURS:
        return
    for depth in range(1, len(parts) + 1):
        place = Path(*parts[:depth])
        yield from (file for file in (place.with_suffix(".py"), place / "__init__.py") if (root / file).is_file())


def _data_files(root: Path, folder: Path) -> Iterator[Path]:
    """Files beside a module that are no modules, down to where the next package begins."""
    for file in (root / folder).iterdir():
        inner = file.relative_to(root)
        if file.is_dir():
            if file.name not in LEFT_OUT and not any(file.glob("*.py")):
                yield from _data_files(root, inner)
        elif file.suffix not in (".py", ".pyc"):
            yield inner


def main() -> None:
    """Copies the files of one image."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", choices=sorted(IMAGES))
    parser.add_argument("--root", type=Path, default=Path())
    parser.add_argument("--into", type=Path, required=True)
    asked = parser.parse_args()
    for file in sorted(picked(asked.image, asked.root)):
        place = asked.into / file
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(asked.root / file, place)


if __name__ == "__main__":
    main()
