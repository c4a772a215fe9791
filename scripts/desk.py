"""Builds `shokai-check` for a plan's desk: a wheel without dependencies, a single file that Python runs, and the page.

`python -m scripts.desk FOLDER`. All hold the modules of `shared/check/bundle.toml` byte for byte as they are here. The
page is a folder of files for the portal's own web server, because plans do not reach the console.
"""

import hashlib
import sys
import tomllib
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Final

from services.console.api.check import PAGE_CSP, WORKER, WORKER_CSP, page_html
from shared.check.bundle import ROOT, bundle, bundled_files, zipped
from shared.check.renderings.as_html import report_style

PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
VERSION: Final = PROJECT["version"]
_ENTRANCE: Final = '''"""The check of a request file at a plan's desk; its modules lie apart, in `rules`."""

import sys
from pathlib import Path


def main() -> int:
    """The program."""
    sys.path.insert(0, str(Path(__file__).parent / "rules"))
    from shared.check.desk import main as check

    return check()
'''
_METADATA: Final = f"""Metadata-Version: 2.4
Name: shokai-check
Version: {VERSION}
Summary: The check of a pension plan's request file, offline, with the association's own rules
License-Expression: Apache-2.0
License-File: LICENSE
License-File: NOTICE
Requires-Python: {PROJECT["requires-python"]}
"""
_WHEEL: Final = "Wheel-Version: 1.0\nGenerator: shokai\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_STATIC: Final = ROOT / "services" / "console" / "static"
_STATIC_FILES: Final = ("board.css", "shokai.svg", "check/*", "pyodide/*")
_HEADERS: Final = f"""\
The page must be served at /check, with these headers; .mjs and .js as text/javascript, .wasm as application/wasm.
/check            Content-Security-Policy: {PAGE_CSP}
/check/worker.js  Content-Security-Policy: {WORKER_CSP}
"""
_SCRIPTS: Final = "[console_scripts]\nshokai-check = shokai_check:main\n"


def wheel() -> bytes:
    """The wheel."""
    members = {"shokai_check/__init__.py": _ENTRANCE.encode()}
    members |= {f"shokai_check/rules/{name}": (ROOT / name).read_bytes() for name in bundled_files()}
    info = f"shokai_check-{VERSION}.dist-info"
    members |= {
        f"{info}/METADATA": _METADATA.encode(),
        f"{info}/WHEEL": _WHEEL.encode(),
        f"{info}/entry_points.txt": _SCRIPTS.encode(),
        f"{info}/licenses/LICENSE": (ROOT / "LICENSE").read_bytes(),
        f"{info}/licenses/NOTICE": (ROOT / "NOTICE").read_bytes(),
    }
    record = "".join(f"{name},{_digest(data)},{len(data)}\n" for name, data in members.items())
    return zipped(members | {f"{info}/RECORD": f"{record}{info}/RECORD,,\n".encode()})


def page() -> dict[str, bytes]:
    """Path -> content of every file of the page."""
    static = [file for pattern in _STATIC_FILES for file in sorted(_STATIC.glob(pattern))]
    return {
        "HEADERS.txt": _HEADERS.encode(),
        "check/index.html": page_html().encode(),
        "check/worker.js": WORKER,
        "check/report.css": report_style().encode(),
        "check/shokai-check.pyz": bundle(),
        **{f"static/{file.relative_to(_STATIC).as_posix()}": file.read_bytes() for file in static},
    }


def build(folder: Path) -> tuple[Path, Path]:
    """Write wheel, program and page; where wheel and program are."""
    for name, data in page().items():
        place = folder / "page" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    built = (folder / f"shokai_check-{VERSION}-py3-none-any.whl", folder / "shokai-check.pyz")
    for place, data in zip(built, (wheel(), bundle()), strict=True):
        place.write_bytes(data)
    return built


def _digest(data: bytes) -> str:
    return "sha256=" + urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


if __name__ == "__main__":
    for made in build(Path(sys.argv[1])):
        print(hashlib.sha256(made.read_bytes()).hexdigest(), made)
