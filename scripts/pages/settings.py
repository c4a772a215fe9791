"""settings.md: every environment variable that the system reads."""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from typing import Any, Final

from pydantic_settings import BaseSettings

from scripts.pages.markdown import code, page, table
from services.console.settings import ConsoleSettings
from shared.hosting import Service
from shared.hosting.addresses import Addresses
from shared.hosting.host_settings import HostSettings

DISTRIBUTED: Final[Mapping[str, type[BaseSettings]]] = {
    "console": ConsoleSettings,
    "every process of the distributed mode": HostSettings,
    "where the services are, for the console and for commands on the admin side": Addresses,
}
OTHERS: Final = {
    "SHOKAI_BACKUP_PASSPHRASE": "Passphrase of the key that backups are sealed under, where it has one.",
    "SHOKAI_KEYRING_PASSPHRASE": "Passphrase of the key file, where it has one. Not needed for a key file without.",
    "SHOKAI_FAILPOINTS": "Faults that a test asks for, as `place=kill:3`; heeded with `SHOKAI_MODE=demo` alone.",
    "SHOKAI_SECRET": "Password or secret for the registers' commands, where they should not ask for it.",
}


def settings_page(services: Mapping[str, Service]) -> str:
    """Each service's settings, then those of the distributed mode, then what the command reads."""
    parts = [
        f"## {name}\n\n{_table_of(type(settings))}"
        for name, settings in ((name, getattr(service.parts, "settings", None)) for name, service in services.items())
        if isinstance(settings, BaseSettings) and type(settings).model_fields
    ]
    parts += [f"## {name}\n\n{_table_of(kind)}" for name, kind in DISTRIBUTED.items()]
    rows = [(code(name), meaning) for name, meaning in OTHERS.items()]
    parts.append("## read elsewhere\n\n" + table(("variable", "meaning"), rows))
    intro = (
        "A service's own are optional: the defaults are what the source document of the work says, or what is safe.\n"
        "In the distributed mode a process has to be told where its database, broker, keys and bulk data are."
    )
    return page("Settings", intro, *parts)


def _table_of(kind: type[BaseSettings]) -> str:
    prefix = str(kind.model_config.get("env_prefix", ""))
    told = _docstrings(kind)
    rows = []
    for name, info in kind.model_fields.items():
        meaning = info.description or told.get(name, "")
        rows.append((code(prefix + name.upper()), _type_text(info.annotation), code(info.get_default()), meaning))
    return table(("variable", "type", "default", "meaning"), rows)


def _docstrings(kind: type[BaseSettings]) -> dict[str, str]:
    """Texts that stand under the fields of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            found[field.target.id] = str(ast.literal_eval(text.value))
    return found


def _type_text(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")
