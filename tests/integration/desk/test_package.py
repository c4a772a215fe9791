"""`shokai-check` as a plan installs it: nothing but Python, and the bytes that `shokai check` prints."""

import ast
import hashlib
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from scripts.desk import build
from services.console.app import create_app
from shared.check.bundle import ROOT, STARTS, bundle, bundled_files
from shared.check.renderings import FORMATS
from tests.browser.serving import Place, nobody
from tests.deploy.picking import imports
from tests.unit.check.fuzz import KINDS, PLAN, fuzzed_files

SHOKAI = Path(sys.executable).with_name("shokai")
FILES = [file for file in fuzzed_files(3, 3000) if not file.facts][:2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def installed(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in an environment that holds nothing else."""
    place = tmp_path_factory.mktemp("empty")
    venv.create(place, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--quiet", "--disable-pip-version-check", str(built[0])], check=True)
    return place / "bin" / "shokai-check"


def told(command: Sequence[str | Path], *arguments: str | Path) -> tuple[int, bytes]:
    run = subprocess.run([*command, *arguments], capture_output=True, check=False)
    assert run.returncode in (0, 1), run.stderr.decode()
    return run.returncode, run.stdout


@pytest.mark.parametrize("at", range(len(FILES)))
def test_wheel_and_single_file_say_what_the_command_line_says(
    at: int, built: tuple[Path, Path], installed: Path, tmp_path: Path
) -> None:
    sent = tmp_path / "sent.csv"
    sent.write_bytes(FILES[at].data)
    asked = ("--kind", KINDS[FILES[at].kind], "--plan", PLAN, "--as-of", "2026-06-01")
    commands: list[list[str | Path]] = [[SHOKAI, "check"], [installed], [sys.executable, "-I", "-S", built[1]]]
    for form in ("text", "json", "html"):
        ours, *theirs = [told(command, sent, *asked, "--format", form) for command in commands]
        assert theirs == [ours, ours]
    rows = [tmp_path / name for name in ("ours.csv", "wheel.csv", "alone.csv")]
    for command, out in zip(commands, rows, strict=True):
        told(command, sent, *asked, "--format", "csv", "--out", out)
        assert out.stat().st_mode & 0o077 == 0
    assert len({out.read_bytes() for out in rows}) == 1


def test_values_of_the_file_are_never_printed(built: tuple[Path, Path], tmp_path: Path) -> None:
    sent = tmp_path / "sent.csv"
    sent.write_bytes(FILES[0].data)
    run = subprocess.run(
        [sys.executable, "-I", "-S", built[1], sent, "--kind", "provisional", "--format", "csv"],
        capture_output=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, b"")
    assert "csv" in FORMATS


def test_the_bytes_are_the_same_whenever_it_is_built(built: tuple[Path, Path], tmp_path: Path) -> None:
    again = build(tmp_path)
    for first, second in zip(built, again, strict=True):
        assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()
    assert built[1].read_bytes() == bundle()


def test_it_holds_every_module_that_it_imports_and_needs_nothing_but_python() -> None:
    todo, found = [f"{start.replace('.', '/')}.py" for start in STARTS], set[str]()
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        for imported in imports(ROOT / name):
            top, *inner = imported.split(".")
            assert top == "shared" or top in sys.stdlib_module_names, f"{name} imports {imported}"
            for depth in range(len(inner) + 1) if top == "shared" else ():
                place = Path("shared", *inner[:depth])
                files = (place.with_suffix(".py"), place / "__init__.py")
                todo += [file.as_posix() for file in files if (ROOT / file).is_file()]
    assert found == {name for name in bundled_files() if name.endswith(".py")}


def test_every_data_file_is_read_by_one_of_its_modules() -> None:
    sources = [(ROOT / name).read_text("utf-8") for name in bundled_files() if name.endswith(".py")]
    texts = {node.value for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    words = " ".join(text for text in texts if isinstance(text, str))
    for name in bundled_files():
        if not name.endswith((".py", ".txt")):
            assert Path(name).name.partition(".")[0] in words, name


def test_its_licence_is_the_project_s() -> None:
    assert (ROOT / "shared/check/LICENSE.txt").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_it_names_whose_data_it_carries() -> None:
    own = (ROOT / "shared/check/NOTICE.txt").read_text("utf-8")
    for part in (ROOT / "NOTICE").read_text("utf-8").split("\n\n"):
        if part.startswith("shared/people/data"):
            assert part in own


async def test_the_page_as_files_is_what_the_console_serves(built: tuple[Path, Path]) -> None:
    folder = built[0].parent / "page"
    transport = httpx.ASGITransport(create_app(nobody, Place(), unsigned=nobody))
    async with httpx.AsyncClient(transport=transport, base_url="https://console.example") as client:
        files = [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()]
        for name in set(files) - {"HEADERS.txt"}:
            served = await client.get("/" + name.removesuffix("/index.html"))
            assert served.content == (folder / name).read_bytes(), name
            if policy := served.headers.get("Content-Security-Policy"):
                assert policy in (folder / "HEADERS.txt").read_text("utf-8")
    assert len(files) > 15
