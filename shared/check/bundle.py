"""The desk's program as one file: the very modules that run here, zipped, with the same bytes every time."""

import io
import tomllib
from functools import cache
from pathlib import Path
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from shared.check import browser, desk  # what the bundle starts with; who brings it along brings along their modules

ROOT: Final = Path(desk.__file__).parents[2]
LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
STARTS: Final = (browser.__name__, desk.__name__)
_MAIN: Final = f"import sys\n\nfrom {desk.__name__} import main\n\nsys.exit(main())\n"


@cache
def bundle() -> bytes:
    """A zip that Python runs (`python shokai-check.pyz`) and imports from. Stored, because compressors differ."""
    members = {"__main__.py": _MAIN.encode()}
    members |= {name: (ROOT / name).read_bytes() for name in bundled_files()}
    return b"#!/usr/bin/env python3\n" + zipped(members)


@cache
def bundled_files() -> tuple[str, ...]:
    """The files of ours that it is made of, relative to where our packages lie."""
    declared = tomllib.loads((ROOT / "shared" / "check" / "bundle.toml").read_text(encoding="utf-8"))
    return tuple(sorted([*declared["modules"], *declared["data"]]))


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of these members in this order, whose bytes depend on nothing else."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, data in members.items():
            entry = ZipInfo(name, LONG_AGO)
            entry.compress_type = ZIP_STORED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()
