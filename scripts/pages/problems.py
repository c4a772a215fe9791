"""problems.md: every refusal that a caller can get, and what to do about it."""

from pathlib import Path
from typing import Final

from scripts.pages.markdown import code, page, table
from shared.http.problems import COMMON, read_problems

ROOT: Final = Path(__file__).parents[2]


def problems_page() -> str:
    """All catalogues, the common one first."""
    tables = {"Any service": COMMON}
    tables |= {path.parts[-3]: path for path in sorted(ROOT.glob("services/*/api/problems.toml"))}
    parts = [f"## {title}\n\n{_catalogue(path)}" for title, path in tables.items() if read_problems(path)]
    intro = (
        "Errors are `application/problem+json` (RFC 9457) with a stable `code`; their type is\n"
        "`urn:shokai:problem:<code>`. No text in them ever repeats what was sent.\n"
        "Data: `shared/http/problems.toml`, `services/*/api/problems.toml`."
    )
    return page("Problems", intro, *parts)


def _catalogue(path: Path) -> str:
    rows = [
        (code(each.code), each.status, f"{each.ja}<br>{each.en}", f"{each.next_ja}<br>{each.next_en}")
        for each in sorted(read_problems(path).values(), key=lambda each: each.code)
    ]
    return table(("code", "status", "what", "what to do"), rows)
