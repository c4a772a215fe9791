"""commands.md: the `shokai` command, all of it."""

from collections.abc import Iterator
from typing import Any

import typer

from cli.main import app
from scripts.pages.markdown import code, page, table


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, as "jobs run", with its definition."""
    yield from _leaves(typer.main.get_command(app), ())


def commands_page() -> str:
    """Each command with its arguments and options."""
    parts = [f"## shokai {name}\n\n{_help(command)}\n\n{_parameters(command)}".rstrip() for name, command in commands()]
    intro = (
        "Exit codes: 0 done, 1 refused or findings, 2 wrong use. With `--json` standard output carries the result and\n"
        "nothing else. What a refusal means: [operation](../operation.md#when-a-command-refuses)."
    )
    return page("Commands", intro, *parts)


def _leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    names = command.list_commands(None) if hasattr(command, "list_commands") else None
    if names is None:
        yield " ".join(path), command
        return
    for name in names:
        yield from _leaves(command.get_command(None, name), (*path, name))


def _help(command: Any) -> str:
    return str(command.help or "").strip().partition("\n")[0]


def _parameters(command: Any) -> str:
    rows = [
        (
            code(parameter.name.upper() if parameter.param_type_name == "argument" else parameter.opts[-1]),
            "needed" if parameter.required else "",
            getattr(parameter, "help", "") or "",
        )
        for parameter in command.params
        if parameter.name != "help"
    ]
    return table(("parameter", "", "meaning"), rows) if rows else ""
