"""Writes docs/generated from the code, or with --check tells which of its files are stale."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from scripts.assembled import assembled
from scripts.pages.access import actions_page, matrix_page
from scripts.pages.commands import commands_page
from scripts.pages.events import asyncapi, events_page
from scripts.pages.layouts import layouts_page
from scripts.pages.problems import problems_page
from scripts.pages.settings import settings_page
from shared.hosting import Service

OUT: Final = Path(__file__).parents[1] / "docs" / "generated"


def generated(services: Mapping[str, Service]) -> dict[str, str]:
    """Every generated file: its path below docs/generated, and its content."""
    files = {
        "commands.md": commands_page(),
        "events.md": events_page(services),
        "problems.md": problems_page(),
        "settings.md": settings_page(services),
        "actions.md": actions_page(),
        "access-matrix.md": matrix_page(),
        "layouts.md": layouts_page(),
        "asyncapi.json": _json(asyncapi(services)),
    }
    openapi = {f"openapi/{name}.json": _json(service.app.openapi()) for name, service in services.items()}
    return files | openapi


def stale(files: Mapping[str, str]) -> list[str]:
    """Files that are not as the code would write them, and files that the code would not write."""
    present = {path.relative_to(OUT).as_posix() for path in OUT.rglob("*") if path.is_file()}
    changed = {name for name, text in files.items() if name not in present or (OUT / name).read_text("utf-8") != text}
    return sorted(changed | (present - set(files)))


def main(arguments: list[str]) -> int:
    """0 when all is fresh (or has just been written), 1 when --check finds something stale."""
    with assembled() as system:
        files = generated(system.services)
    old = stale(files)
    if "--check" in arguments:
        for name in old:
            print(f"stale: docs/generated/{name} (run make docs)")
        return 1 if old else 0
    for name in old:
        path = OUT / name
        if name not in files:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], "utf-8")
        print(f"written: docs/generated/{name}")
    return 0


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
