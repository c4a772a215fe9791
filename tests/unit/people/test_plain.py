"""The plain rules need the standard library alone: they load where nothing else is installed."""

import subprocess
import sys
from pathlib import Path

import shared.people

FOLDER = Path(shared.people.__file__).parent
MAKERS = {"sources"}  # reads an installed package to write data files; nothing imports it


def test_the_plain_modules_load_without_any_package() -> None:
    modules = sorted({f"shared.people.{file.stem}" for file in FOLDER.glob("*.py") if file.stem not in MAKERS})
    assert "shared.people.names" in modules
    program = f"import {', '.join(modules)}"
    command = [sys.executable, "-S", "-c", program]  # -S: no site packages
    done = subprocess.run(command, cwd=FOLDER.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
