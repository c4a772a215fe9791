"""The documents keep their promises: links lead somewhere, decisions stay short, both READMEs say the same."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import CODE, ROOT

PAGES: Final = sorted(
    [*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").rglob("*.md"))],
)
DECISIONS: Final = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
DECISION_LINES: Final = 40
# Written in pieces, so that this file does not find itself.
UNWANTED: Final = {
    "unfinished": "TO" + "DO|FIX" + "ME|NotImplemented" + "Error",
    "a test that is switched off": r"pytest\.mark\.(skip|xfail)|pytest\.sk" + r"ip\(",
    "an ignored type without its code": r"# type: ig" + r"nore($|[^[])",
    "a path of somebody's machine": "/wor" + "k/|/far" + "m/|/ho" + "me/",
}


def broken_links(page: Path, text: str) -> list[str]:
    """Relative links of a page that lead nowhere."""
    targets = [target for target in LINK.findall(text) if "://" not in target]
    return [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    assert not broken_links(page, page.read_text("utf-8"))


def test_a_broken_link_is_found() -> None:
    assert broken_links(ROOT / "README.md", "[a](LICENSE) [b](no-such-file.md) [c](https://example.org)") == [
        "no-such-file.md"
    ]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_short_numbered_and_listed(decision: Path) -> None:
    text = decision.read_text("utf-8")
    assert text.startswith(f"# {decision.stem[:4]} ")
    assert text.count("\n") <= DECISION_LINES
    assert all(f"\n## {part}\n" in text for part in ("Context", "Choice", "What it costs", "Kept by"))
    assert f"({decision.name})" in (ROOT / "docs/decisions/README.md").read_text("utf-8")


def test_both_readmes_lead_to_the_same_places() -> None:
    english, japanese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.ja.md"))
    assert set(LINK.findall(english)) - {"README.ja.md"} == set(LINK.findall(japanese)) - {"README.md"}
    assert re.findall(r"^make .*?(?=#)", english, re.MULTILINE) == re.findall(r"^make .*?(?=#)", japanese, re.MULTILINE)


def test_the_places_of_the_readme_exist() -> None:
    table = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    places = [place for line in table for place in re.findall(r"`([a-z][\w<>/.-]*/[\w<>/.-]*)`", line)]
    assert places
    missing = [place for place in places if not list(ROOT.glob(place.replace("<service>", "*").rstrip("/")))]
    assert not missing


def unwanted_lines(pattern: str, path: Path) -> list[str]:
    """Lines of a file in which the pattern stands."""
    lines = enumerate(path.read_text("utf-8").splitlines(), start=1)
    return [f"{path}:{number}: {line.strip()}" for number, line in lines if re.search(pattern, line)]


@pytest.mark.parametrize("what", UNWANTED)
def test_nothing_unwanted_is_written(what: str) -> None:
    folders = [ROOT / folder for folder in (*CODE, "tests", "scripts", ".ci")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in ("", ".py", ".toml", ".sh")]
    files = [path for path in files if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) > 100
    assert not [line for path in files for line in unwanted_lines(UNWANTED[what], path)]


def test_an_unwanted_line_is_found(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("x = 1  # TO" + "DO later\n", "utf-8")
    assert unwanted_lines(UNWANTED["unfinished"], bad) == [f"{bad}:1: x = 1  # TO" + "DO later"]


def test_the_lock_file_names_no_host() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text("utf-8")
