"""Renders the kustomizations for the tests, so that only who changes them needs kubectl or kustomize.

`python -m tests.deploy.render`
"""

import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
RENDERED: Final = Path(__file__).parent / "rendered"
SOURCES: Final = ("deploy/k8s", "deploy/rabbitmq", "deploy/postgres", "tests/deploy/kustomizations")
# Its own test compares it with the code; that it changes is no reason to render anew.
LEFT_OUT: Final = ROOT / "deploy/rabbitmq/topology.json"
SIZES: Final[Mapping[str, str]] = {
    "small": "deploy/k8s/overlays/small",
    "large": "deploy/k8s/overlays/large",
    "every-component": "tests/deploy/kustomizations/every-component",
}


def digest_of_sources() -> str:
    """One digest over what is rendered."""
    digest = hashlib.sha256()
    files = [file for folder in SOURCES for file in (ROOT / folder).rglob("*") if file.is_file() and file != LEFT_OUT]
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def head_of(digest: str) -> str:
    """The first line of a rendered file."""
    return f"# Made by `python -m tests.deploy.render` of {digest}\n"


def main() -> None:
    """Render every size."""
    command = ["kustomize", "build"] if shutil.which("kustomize") else ["kubectl", "kustomize"]
    RENDERED.mkdir(exist_ok=True)
    for name, folder in SIZES.items():
        told = subprocess.run([*command, ROOT / folder], check=True, stdout=subprocess.PIPE, text=True)
        (RENDERED / f"{name}.yaml").write_text(head_of(digest_of_sources()) + told.stdout, "utf-8")


if __name__ == "__main__":
    main()
