"""Each image has the packages and the files that its code needs, and nothing else."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.packages import ROOT, group, imported_by, listed, needed
from tests.deploy.picking import IMAGES, SERVICES, picked

DOCKERFILE = (ROOT / "deploy" / "docker" / "Dockerfile").read_text("utf-8")

# What nothing imports by name: uvicorn takes these by itself where they are there.
TAKEN_BY_OTHERS = {"httptools", "uvloop"}


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_asks_for_what_its_code_imports_and_for_nothing_else(image: str) -> None:
    assert set(group(image)) - TAKEN_BY_OTHERS == imported_by(image)


@pytest.mark.parametrize("image", IMAGES)
def test_its_list_is_what_that_brings_with_it(image: str) -> None:
    holds = set(listed(ROOT / "requirements" / f"{image}.txt"))
    assert needed(group(image).values(), here=True) <= holds <= needed(group(image).values(), here=False)


@pytest.mark.parametrize("image", IMAGES)
def test_its_versions_are_those_that_are_tested(image: str) -> None:
    tested = listed(ROOT / "requirements.lock")
    for name, versions in listed(ROOT / "requirements" / f"{image}.txt").items():
        assert versions <= tested[name], name


def test_services_that_read_no_bulk_data_carry_no_engine_for_it() -> None:
    for image in ("authority", "console"):
        assert not {"polars", "numpy", "typst"} & set(listed(ROOT / "requirements" / f"{image}.txt"))


@pytest.mark.parametrize("image", SERVICES)
def test_a_service_has_no_code_of_another(image: str) -> None:
    others = {file.parts[1] for file in picked(image, ROOT) if file.parts[0] == "services"} - {image, "__init__.py"}
    assert others == set()
    assert not any(file.parts[0] in ("cli", "simulators") for file in picked(image, ROOT))


@pytest.mark.parametrize("image", SERVICES)
def test_every_file_of_the_service_itself_is_there(image: str) -> None:
    own = {file.relative_to(ROOT) for file in (ROOT / "services" / image).rglob("*") if file.is_file()}
    assert {file for file in own if "__pycache__" not in file.parts} <= picked(image, ROOT)


@pytest.mark.parametrize("image", IMAGES)
def test_the_picked_files_can_be_imported_by_themselves(image: str, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, ROOT / "deploy" / "docker" / "pick.py", image, "--root", ROOT, "--into", tmp_path], check=True
    )
    main = "cli.main" if image == "demo" else f"services.{image}.{_entrance(image)}"
    alone = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {main} as entrance; print(entrance.__file__)"
    told = subprocess.run([sys.executable, "-I", "-c", alone], check=True, cwd=tmp_path, capture_output=True, text=True)
    assert told.stdout.startswith(str(tmp_path))


def _entrance(image: str) -> str:
    return "__main__" if (ROOT / "services" / image / "__main__.py").exists() else "app"


def test_there_is_a_target_for_each_image() -> None:
    targets = set(re.findall(r"^FROM runtime AS (\w+)$", DOCKERFILE, re.M))
    assert targets == set(IMAGES)


@pytest.mark.parametrize("image", SERVICES)
def test_a_service_runs_as_itself_and_not_as_root(image: str) -> None:
    target = DOCKERFILE.split(f"FROM runtime AS {image}\n")[1].split("\nFROM ")[0]
    assert f'CMD ["python", "-m", "services.{image}", "service"]' in target
    runtime = DOCKERFILE.split(" AS runtime\n")[1].split("\nFROM ")[0]
    assert "USER 10001:10001" in runtime
    assert "STOPSIGNAL SIGTERM" in runtime
    assert "HEALTHCHECK" in runtime
    assert "USER" not in target


def test_no_layer_that_is_kept_installs_or_copies_anything_secret() -> None:
    """Packages are installed in stages that are thrown away; what these saw of pip's settings is a mount."""
    kept = [stage for stage in re.split(r"^(?=FROM )", DOCKERFILE, flags=re.M) if stage.startswith("FROM runtime")]
    for stage in kept:
        assert not re.search(r"\bRUN\b|\bADD\b|\bARG\b", stage)
    assert "://" not in DOCKERFILE


def test_only_what_an_image_is_made_of_is_sent_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {
        "cli", "services", "shared", "simulators", "requirements", "deploy/docker",
    }  # fmt: skip
