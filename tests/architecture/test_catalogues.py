"""Nothing is said to the outside, recorded or announced in a word that is not catalogued."""

import re
import tomllib
from typing import Final

import pytest

from shared.auth.acts import act_rules
from shared.trail import actions
from tests.architecture import catalogue_rules as rules
from tests.architecture.source import ROOT, Source, sources

REFUSAL_COMPUTED: Final = {
    "cli/control.py": "passes on what the running server answered",
    "services/audit/domain/notes.py": "its callers in the module name the code",
}
REFUSAL_CAUGHT: Final = {"no-request-file": "becomes the finding F11 of the medium"}
ACTION_COMPUTED: Final = {
    "cli/register_work.py": "hands the action through; each command names it in its own call",
    "shared/auth/allow.py": "a refused act is recorded under its own name",
    "shared/auth/caller.py": "hands the action through",
    "shared/hosting/doomed.py": "each service names the action where it names its rows",
    "shared/hosting/orphans.py": "each service names the action where it names its blobs",
    "services/audit/api/calls.py": "a refused act is recorded under its own name",
    "services/audit/usecases/drills/twin.py": "what the synthetic twin records stands in the table of scenarios",
    "services/authority/usecases/change_keys.py": "one way for rotation and destruction; the routes name the act",
    "services/media/api/calls.py": "a refused act is recorded under its own name",
    "services/media/usecases/make_package.py": "its callers in the module name the action",
}
SERVICES: Final = sorted(path.parent.name for path in ROOT.glob("services/*/app.py"))
CATALOGUES: Final = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("services/*/api/problems.toml"))


def explained_in_the_manual() -> set[str]:
    """Codes that people meet outside HTTP: at the command line, in the verifier, as the cause of a parked event."""
    manual = (ROOT / "docs/operation.md").read_text("utf-8")
    return set(re.findall(r"^\| `([a-z-]+)` \|", manual, re.MULTILINE))


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_of_a_service_is_in_a_catalogue_or_the_manual(service: str) -> None:
    catalogue = rules.problem_codes(rules.COMMON_PROBLEMS, f"services/{service}/api/problems.toml")
    catalogue |= explained_in_the_manual() | set(REFUSAL_CAUGHT)
    found = [
        str(finding)
        for source in sources(f"services/{service}")
        for finding in rules.uncatalogued_refusals(source, catalogue, REFUSAL_COMPUTED)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("folder", ["shared", "cli"])
def test_other_refusals_are_common_ones_or_explained_in_the_operation_manual(folder: str) -> None:
    catalogue = rules.problem_codes(rules.COMMON_PROBLEMS, *CATALOGUES) | explained_in_the_manual()
    found = [
        str(finding)
        for source in sources(folder)
        for finding in rules.uncatalogued_refusals(source, catalogue, REFUSAL_COMPUTED)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", [rules.COMMON_PROBLEMS, *CATALOGUES])
def test_every_problem_speaks_both_languages_and_says_what_to_do(path: str) -> None:
    rows = tomllib.loads((ROOT / path).read_text("utf-8"))["problems"]
    for code, row in rows.items():
        assert all(row[key].strip() for key in ("ja", "en", "next_ja", "next_en")), code
        assert 400 <= row["status"] < 600, code


@pytest.mark.parametrize("path", CATALOGUES)
def test_every_problem_of_a_service_is_used(path: str) -> None:
    service = "/".join(path.split("/")[:2])
    text = "".join(source.text for source in sources(service, "shared", "cli"))
    assert not {code for code in rules.problem_codes(path) if f'"{code}"' not in text}


@pytest.mark.parametrize("folder", [*(f"services/{service}" for service in SERVICES), "shared", "cli"])
def test_every_recorded_action_is_in_the_vocabulary(folder: str) -> None:
    known = rules.known_actions()
    found = [str(f) for source in sources(folder) for f in rules.unknown_actions(source, known, ACTION_COMPUTED)]
    assert not found, "\n".join(found)


def test_every_action_of_the_vocabulary_is_recorded_somewhere() -> None:
    text = "".join(source.text for source in sources("services", "shared", "cli"))
    assert actions()
    assert not {name for name in actions() if f'"{name}"' not in text}


def test_actions_and_acts_speak_both_languages() -> None:
    words = [(row.ja, row.en) for row in actions().values()] + [(row.ja, row.en) for row in act_rules().values()]
    assert all(ja.strip() and en.strip() for ja, en in words)


def test_every_exception_is_still_needed() -> None:
    by_path = {source.path: source for source in sources()}
    for path in REFUSAL_COMPUTED:
        assert None in {code for _, code in rules.refusals(by_path[path])}, path
    said = {code for source in sources() for _, code in rules.refusals(source)}
    assert set(REFUSAL_CAUGHT) <= said
    for path in ACTION_COMPUTED:
        assert None in {action for _, action in rules.recorded_actions(by_path[path])}, path


CODES: Final = frozenset({"not-found"})
BAD_REFUSALS: Final = (
    'raise Refusal("unheard-of")',
    'CODE: Final = "unheard-of"\nraise Refusal(CODE)',
    'raise Refusal("not-found" if gone else "unheard-of")',
    "raise Refusal(code_of(row))",
    'def refusal_of(row):\n    return None if row else "unheard-of"',
)


@pytest.mark.parametrize("text", BAD_REFUSALS)
def test_an_uncatalogued_refusal_is_found(text: str) -> None:
    assert list(rules.uncatalogued_refusals(Source("services/x/domain/states.py", text), CODES))
    assert not list(rules.uncatalogued_refusals(Source("services/x/a.py", 'raise Refusal("not-found", id=row)'), CODES))


@pytest.mark.parametrize(
    "text",
    [
        'work.record(caller.access("intake.unheard.of", "request", id))',
        'Access(JOB, "intake.unheard.of", "request", id)',
        'ACT: Final = "intake.unheard.of"\nAccess(JOB, ACT, "request", id)',
        'Access(actor=JOB, action="intake.unheard.of", object_type="request", object_id=id)',
        "work.record(caller.access(name, 'request', id))",
    ],
)
def test_an_action_outside_the_vocabulary_is_found(text: str) -> None:
    known = frozenset({"intake.request.register"})
    good = Source("services/x/a.py", 'work.record(caller.access("intake.request.register", "request", id))')
    assert list(rules.unknown_actions(Source("services/x/a.py", text), known))
    assert not list(rules.unknown_actions(good, known))


def test_there_is_something_to_look_at() -> None:
    assert len(SERVICES) == 6
    assert all((ROOT / f"services/{service}/api/problems.toml").exists() for service in SERVICES)
