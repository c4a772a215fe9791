"""Which third-party packages code imports, and which ones a list of requirements holds."""

import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.picking import OURS, imports, picked

ROOT = Path(__file__).parents[2]


@cache
def imported_by(image: str) -> frozenset[str]:
    """The distributions that the code of an image imports itself."""
    modules = [file for file in picked(image, ROOT) if file.suffix == ".py"]
    names = {name for file in modules for name in imports(ROOT / file)}
    return frozenset(owner for name in names if (owner := owner_of(name)))


@cache
def owner_of(module: str) -> str:
    """The distribution of a module; empty for ours, for the standard library, and for names in a module."""
    first = module.split(".")[0]
    if first in OURS or first in sys.stdlib_module_names:
        return ""
    return _owners().get(module, "")


@cache
def _owners() -> dict[str, str]:
    """Every module of every distribution that is installed."""
    return {
        _module(file.parts): canonicalize_name(one.metadata["Name"])
        for one in distributions()
        for file in one.files or ()
        if file.suffix in (".py", ".so")
    }


def _module(parts: tuple[str, ...]) -> str:
    *folders, last = parts
    stem = last.split(".")[0]
    return ".".join(folders if stem == "__init__" else [*folders, stem])


def group(image: str) -> dict[str, Requirement]:
    """What pyproject.toml says is in an image."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    found = [Requirement(text) for text in _entries(table, f"image-{image}")]
    return {canonicalize_name(one.name): one for one in found}


def _entries(table: dict[str, list[Any]], name: str) -> Iterable[str]:
    for entry in table[name]:
        if isinstance(entry, str):
            yield entry
        else:
            yield from _entries(table, entry["include-group"])


def listed(place: Path) -> dict[str, set[str]]:
    """A hashed list: each distribution with its versions."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", place.read_text("utf-8"), re.M):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def needed(wanted: Iterable[Requirement], *, here: bool) -> set[str]:
    """The distributions that these bring with them: on this platform, or on any."""
    todo = [(one, frozenset(one.extras)) for one in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        one, extras = todo.pop()
        key = (canonicalize_name(one.name), extras)
        if key not in seen:
            seen.add(key)
            todo += [(next_one, frozenset(next_one.extras)) for next_one in _asked_by(*key, here=here)]
    return {name for name, _ in seen}


def _asked_by(name: str, extras: frozenset[str], *, here: bool) -> list[Requirement]:
    try:
        requires = distribution(name).requires or []
    except PackageNotFoundError:  # for another platform
        return []
    asked = [Requirement(text) for text in requires]
    holds = _holds_here if here else _may_hold
    return [one for one in asked if one.marker is None or holds(one.marker, extras)]


def _holds_here(marker: Marker, extras: frozenset[str]) -> bool:
    return any(marker.evaluate({"extra": extra}) for extra in (*extras, ""))


def _may_hold(marker: Marker, extras: frozenset[str]) -> bool:
    text = str(marker)
    return "extra ==" not in text or any(f'extra == "{extra}"' in text for extra in extras)
