"""The `shokai` command. Each command lives in its own module, which is loaded when it is asked for."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from cli.output import tell_refusal
from shared.refusals import Refusal

COMMANDS = {
    "init": ("cli.serving", "init_app"),
    "serve": ("cli.serving", "serve_app"),
    "service": ("cli.processes", "service_app"),
    "worker": ("cli.processes", "worker_app"),
    "migrate": ("cli.processes", "migrate_app"),
    "export": ("cli.moving.command", "export_app"),
    "import": ("cli.moving.command", "import_app"),
    "backup": ("cli.backup.command", "backup_app"),
    "restore": ("cli.backup.command", "restore_app"),
    "demo": ("cli.demo.command", "app"),
    "check": ("cli.check", "app"),
    "jobs": ("cli.jobs", "app"),
    "normalise": ("cli.normalise", "app"),
    "layouts": ("cli.layouts", "app"),
    "plan": ("cli.registers", "plan_app"),
    "staff": ("cli.registers", "staff_app"),
    "equipment": ("cli.registers", "equipment_app"),
    "client": ("cli.registers", "client_app"),
    "keys": ("cli.registers", "keys_app"),
    "events": ("cli.parked", "app"),
    "audit": ("cli.audit", "app"),
    "sentinel": ("cli.sentinel", "app"),
    "simulate": ("cli.simulate", "app"),
}


class Commands(TyperGroup):
    """Finds a command in the table above and loads its module only then."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, or None where there is none of that name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        command = typer.main.get_command(getattr(import_module(place[0]), place[1]))
        command.name = cmd_name
        return command


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def shokai() -> None:
    """照会: 企業年金の住民基本台帳照会 / registry inquiries for corporate pension plans."""


def main() -> None:
    """Runs the command. Exit codes: 0 done, 1 refused or findings, 2 wrong use."""
    try:
        app(prog_name="shokai")
    except Refusal as refusal:
        tell_refusal(refusal, as_json="--json" in sys.argv)
        raise SystemExit(1) from None
