"""The import contracts of pyproject.toml: each holds on a small good tree and breaks on one bad import."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from tests.architecture.source import ROOT

LINT: Final = Path(sys.executable).with_name("lint-imports")
SETTINGS: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
CONTRACTS: Final[list[dict[str, Any]]] = SETTINGS["contracts"]
ROOMS_WITH_FILES: Final = frozenset({"api", "usecases", "storage", "domain"})
SERVICES: Final = ("authority", "intake", "matcher", "media", "audit", "console")
ROOMS: Final = (
    "app", "api", "consumers", "jobs", "usecases", "storage", "storage/tables", "settings", "parts", "domain",
)  # fmt: skip

# contract -> (module that imports, what it imports): each must be named when that contract breaks
BAD: Final = {
    "rooms": (
        ("services/intake/domain/__init__", "services.intake.storage"),
        ("services/intake/usecases/__init__", "services.intake.api"),
        ("services/intake/storage/__init__", "services.intake.usecases"),
        ("services/intake/consumers", "services.intake.jobs"),
        ("services/intake/cellar", "services.intake.domain"),
    ),
    "services": (
        ("services/media/usecases/__init__", "services.matcher.domain"),
        ("services/console/api/__init__", "services.audit.domain"),
    ),
    "domain": (
        ("services/intake/domain/__init__", "sqlmodel"),
        ("services/matcher/domain/__init__", "shared.db"),
        ("services/media/domain/__init__", "pydantic"),
    ),
    "api": (
        ("services/intake/api/__init__", "services.intake.storage.tables"),
        ("services/intake/jobs", "services.intake.storage.tables"),
        ("services/media/consumers", "services.media.storage.tables"),
    ),
    "shared": (("shared/people", "services.intake.domain"),),
    "shared-layers": (
        ("shared/events", "shared.db"),
        ("shared/trail", "shared.bus"),
        ("shared/refusals", "shared.telemetry"),
    ),
    "people": (("shared/people/names", "polars"), ("shared/people/dates", "numpy")),
    "desk": (("shared/check/desk", "shared.layouts.columns"), ("shared/check/browser", "polars")),
    "simulators": (("simulators/jlis", "services.matcher.domain"), ("simulators/people", "shared.crypto")),
    "deployed": (("services/media/usecases/__init__", "simulators.jlis"), ("services/intake/app", "cli")),
}


def _write(root: Path, module: str, text: str) -> None:
    path = root / f"{module}.py"
    if not path.exists() and (root / module).is_dir():
        path = root / module / "__init__.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _modules() -> list[str]:
    layers = next(contract for contract in CONTRACTS if contract["id"] == "shared-layers")["layers"]
    kinds = ("source_modules", "forbidden_modules")
    named = [name for contract in CONTRACTS for kind in kinds for name in contract.get(kind, ())]
    names = [name.strip() for layer in layers for name in layer.replace("|", ":").split(":")]
    shared = {name.replace(".", "/") for name in (*names, *named) if name.startswith("shared.")}
    return [
        *(f"services/{service}/{room}" for service in SERVICES for room in ROOMS if service != "console"),
        *(f"services/console/{room}" for room in ("app", "api", "domain")),
        *sorted(shared),
        "simulators/jlis",
        "simulators/people",
        "cli/main",
    ]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of the right shape in which nothing imports anything."""
    modules = _modules()
    rooms = {module for module in modules if Path(module).name in ROOMS_WITH_FILES}
    folders = rooms | {str(Path(module).parent) for module in modules}
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    for place in [path for path in tmp_path.rglob("*") if path.is_dir()]:
        (place / "__init__.py").touch()
    for module in modules:
        if not (tmp_path / module).is_dir():
            (tmp_path / f"{module}.py").touch()
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    return tmp_path


def _lint(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--no-cache", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=60)


def test_a_good_tree_keeps_every_contract(tree: Path) -> None:
    found = _lint(tree)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("contract", sorted(BAD))
def test_each_bad_import_is_found(tree: Path, contract: str) -> None:
    for module, imported in BAD[contract]:
        _write(tree, module.removesuffix("/__init__"), f"import {imported}\n")
    found = _lint(tree, "--contract", contract)
    assert found.returncode == 1, found.stdout + found.stderr
    for module, imported in BAD[contract]:
        importer = module.removesuffix("/__init__").replace("/", ".")
        assert f"{importer} -> {imported}" in found.stdout or f"- {importer}\n" in found.stdout, found.stdout


def test_every_contract_has_a_bad_sample() -> None:
    assert set(BAD) == {contract["id"] for contract in CONTRACTS}
