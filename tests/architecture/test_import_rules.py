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

# contract -> (module that imports, what it imports): each must break that contract
BAD: Final = (
    ("rooms", "services/intake/domain/__init__", "services.intake.storage"),
    ("rooms", "services/intake/usecases/__init__", "services.intake.api"),
    ("rooms", "services/intake/storage/__init__", "services.intake.usecases"),
    ("rooms", "services/intake/consumers", "services.intake.jobs"),
    ("rooms", "services/intake/cellar", "services.intake.domain"),
    ("services", "services/media/usecases/__init__", "services.matcher.domain"),
    ("services", "services/console/api/__init__", "services.audit.domain"),
    ("domain", "services/intake/domain/__init__", "sqlmodel"),
    ("domain", "services/matcher/domain/__init__", "shared.db"),
    ("domain", "services/matcher/domain/__init__", "pydantic"),
    ("api", "services/intake/api/__init__", "services.intake.storage.tables"),
    ("api", "services/intake/jobs", "services.intake.storage.tables"),
    ("shared", "shared/people", "services.intake.domain"),
    ("shared-layers", "shared/events", "shared.db"),
    ("shared-layers", "shared/trail", "shared.bus"),
    ("shared-layers", "shared/refusals", "shared.telemetry"),
    ("simulators", "simulators/jlis", "services.matcher.domain"),
    ("simulators", "simulators/jlis", "shared.crypto"),
    ("deployed", "services/media/usecases/__init__", "simulators.jlis"),
    ("deployed", "services/intake/app", "cli"),
)


def _write(root: Path, module: str, text: str) -> None:
    path = root / f"{module}.py"
    if not path.exists() and (root / module).is_dir():
        path = root / module / "__init__.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _modules() -> list[str]:
    layers = next(contract for contract in CONTRACTS if contract["id"] == "shared-layers")["layers"]
    forbidden = [name for contract in CONTRACTS for name in contract.get("forbidden_modules", ())]
    names = [name.strip() for layer in layers for name in layer.replace("|", ":").split(":")]
    shared = {name.replace(".", "/") for name in (*names, *forbidden) if name.startswith("shared.")}
    return [
        *(f"services/{service}/{room}" for service in SERVICES for room in ROOMS if service != "console"),
        *(f"services/console/{room}" for room in ("app", "api", "domain")),
        *sorted(shared),
        "simulators/jlis",
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


def _lint(tree: Path, contract: str) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--no-cache", "--contract", contract]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("contract", [str(contract["id"]) for contract in CONTRACTS])
def test_a_good_tree_passes(tree: Path, contract: str) -> None:
    found = _lint(tree, contract)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(("contract", "module", "imported"), BAD)
def test_a_bad_import_is_found(tree: Path, contract: str, module: str, imported: str) -> None:
    _write(tree, module.removesuffix("/__init__"), f"import {imported}\n")
    found = _lint(tree, contract)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "BROKEN" in found.stdout


def test_every_contract_has_a_bad_sample() -> None:
    assert {contract for contract, _, _ in BAD} == {contract["id"] for contract in CONTRACTS}
