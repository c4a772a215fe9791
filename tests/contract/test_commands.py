"""The command line keeps what it promises: every command is there, explains itself, and wrong use ends with 2."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from scripts.pages.commands import commands

PROMISED: Final = frozenset(
    {
        "init",
        "serve",
        "demo",
        "check",
        "jobs run",
        "normalise",
        "layouts list",
        "layouts show",
        "plan list",
        "plan add",
        "plan end",
        "staff list",
        "staff add",
        "staff end",
        "equipment list",
        "equipment add",
        "equipment end",
        "client list",
        "client add",
        "client end",
        "keys list",
        "keys rotate",
        "keys destroy",
        "events parked",
        "events show",
        "events dry-run",
        "events replay",
        "events discard",
        "events fix",
        "audit verify",
        "sentinel",
        "backup",
        "restore",
        "simulate jlis",
        "simulate people",
    }
)
PROGRAM: Final = Path(sys.executable).with_name("shokai")


def shokai(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed program, run as a user would."""
    return subprocess.run([str(PROGRAM), *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_every_promised_command_is_there() -> None:
    assert not PROMISED - {name for name, _ in commands()}


def test_every_command_explains_itself_and_its_parameters() -> None:
    for name, command in commands():
        assert command.help, name
        untold = [p.name for p in command.params if p.param_type_name == "option" and p.name != "help" and not p.help]
        assert not untold, f"{name}: {untold}"


def test_the_installed_program_runs() -> None:
    shown = shokai("--help")
    assert shown.returncode == 0, shown.stderr
    assert "serve" in shown.stdout


@pytest.mark.parametrize("arguments", [("no-such-command",), ("jobs", "run"), ("layouts", "show"), ("init",)])
def test_wrong_use_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert shokai(*arguments).returncode == 2


def test_a_refusal_ends_with_1(tmp_path: Path) -> None:
    refused = shokai("serve", "--data-dir", str(tmp_path / "nothing"), "--json")
    assert refused.returncode == 1
    assert "data-dir-missing" in refused.stdout
    assert "Traceback" not in refused.stderr
