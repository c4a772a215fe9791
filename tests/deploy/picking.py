"""`deploy/docker/pick.py`, which no package holds, as a module to test."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any


def _loaded() -> Any:
    place = Path(__file__).parents[2] / "deploy" / "docker" / "pick.py"
    spec = spec_from_loader("pick", SourceFileLoader("pick", str(place)))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_PICK = _loaded()
IMAGES: dict[str, tuple[str, ...]] = _PICK.IMAGES
SERVICES: tuple[str, ...] = _PICK.SERVICES
OURS: frozenset[str] = _PICK.OURS
picked = _PICK.picked
imports = _PICK.imports
