"""The registers: bootstrap, entries over HTTP, who may see and change them, and the migrated database."""

import json
import re
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from services.authority.app import create_service
from services.authority.settings import AuthoritySettings
from services.authority.storage.tables import AuthorityTable
from services.authority.usecases.load_bootstrap import load_bootstrap
from shared.auth.acts import act_rules
from shared.auth.principals import Principal
from shared.crypto.keyring import Keyring
from shared.db.migrate import differences
from shared.http.problems import COMMON, read_problems
from shared.refusals import Refusal
from shared.trail.vocabulary import actions
from tests.integration.authority.conftest import BOOTSTRAP, START, Authority, kit_of, machine, person, records
from tests.integration.conftest import portal, staff

TEAMS = ("clerk", "operator", "supervisor", "auditor", "ops", "admin")
EVERYBODY = frozenset(TEAMS)
# Route by route who may call it; everything else is refused. The act behind a route is checked on the way.
ACCESS: dict[tuple[str, str], frozenset[str]] = {
    ("POST", "/authority/v1/sessions/current/renewal"): EVERYBODY,
    ("DELETE", "/authority/v1/sessions/current"): EVERYBODY,
    ("GET", "/authority/v1/passkeys"): EVERYBODY,
    ("POST", "/authority/v1/passkeys"): EVERYBODY,
    ("POST", "/authority/v1/passkeys/options"): EVERYBODY,
    ("POST", "/authority/v1/passkeys/x/end"): EVERYBODY,
    ("POST", "/authority/v1/approvals"): EVERYBODY - {"auditor"},
    ("GET", "/authority/v1/approvals"): EVERYBODY,
    ("GET", "/authority/v1/approvals/x"): EVERYBODY,
    ("POST", "/authority/v1/approvals/x/decision"): EVERYBODY,
    ("POST", "/authority/v1/approvals/x/withdrawal"): EVERYBODY - {"auditor"},
    ("GET", "/authority/v1/staff"): frozenset({"admin", "supervisor", "auditor"}),
    ("GET", "/authority/v1/staff/x"): frozenset({"admin", "supervisor", "auditor"}),
    ("POST", "/authority/v1/staff"): frozenset({"admin"}),
    ("PATCH", "/authority/v1/staff/x"): frozenset({"admin"}),
    ("POST", "/authority/v1/staff/x/end"): frozenset({"admin"}),
    ("GET", "/authority/v1/equipment"): frozenset({"admin", "supervisor", "auditor", "ops"}),
    ("POST", "/authority/v1/equipment"): frozenset({"admin"}),
    ("POST", "/authority/v1/equipment/x/end"): frozenset({"admin"}),
    ("GET", "/authority/v1/clients"): frozenset({"admin", "supervisor", "auditor"}),
    ("POST", "/authority/v1/clients"): frozenset({"admin"}),
    ("POST", "/authority/v1/clients/x/end"): frozenset({"admin"}),
    ("GET", "/authority/v1/matrices"): EVERYBODY,
    ("GET", "/authority/v1/purposes"): EVERYBODY,
    ("GET", "/authority/v1/keys"): frozenset({"admin", "supervisor", "auditor", "ops"}),
    ("POST", "/authority/v1/keys/rotation"): frozenset({"admin"}),
    ("POST", "/authority/v1/keys/destruction"): frozenset({"admin"}),
    ("GET", "/authority/v1/events/parked"): frozenset({"ops", "supervisor", "auditor"}),
    ("GET", "/authority/v1/events/parked/x"): frozenset({"ops", "supervisor", "auditor"}),
    ("GET", "/authority/v1/events/x"): frozenset({"ops", "supervisor", "auditor"}),
    ("POST", "/authority/v1/events/x/dry-run"): frozenset({"ops"}),
    ("POST", "/authority/v1/events/x/replay"): frozenset({"ops"}),
    ("POST", "/authority/v1/events/replay"): frozenset({"ops"}),
    ("POST", "/authority/v1/events/x/discard"): frozenset({"ops"}),
    ("POST", "/authority/v1/events/x/fix"): frozenset({"ops"}),
}
OPEN = {
    ("POST", "/authority/v1/token"),
    ("GET", "/authority/v1/jwks"),
    ("POST", "/authority/v1/sessions"),
    ("POST", "/authority/v1/sessions/passkey"),
    ("POST", "/authority/v1/sessions/passkey-options"),
}
NOT_LET_IN = {"team-not-allowed", "not-for-clients", "not-for-services", "token-missing", "token-invalid"}


async def call(authority: Authority, route: tuple[str, str], principal: Principal | None) -> httpx.Response:
    async with authority.host.client("authority", principal) as http:
        return await http.request(*route, json={} if route[0] in ("POST", "PATCH") else None)


@pytest.mark.parametrize("route", sorted(ACCESS))
async def test_each_route_lets_in_whom_the_matrix_names_and_nobody_else(
    authority: Authority, route: tuple[str, str]
) -> None:
    for team in TEAMS:
        answer = await call(authority, route, staff(team))
        code = answer.json()["code"] if answer.status_code >= 400 else ""
        assert (code not in NOT_LET_IN) == (team in ACCESS[route]), (team, code)
    assert (await call(authority, route, None)).json()["code"] == "token-missing"
    assert (await call(authority, route, portal())).json()["code"] == "not-for-clients"


def test_every_route_is_in_that_table(authority: Authority) -> None:
    paths = authority.host.services["authority"].app.openapi()["paths"]
    found = {(method.upper(), re.sub(r"\{\w+\}", "x", path)) for path, row in paths.items() for method in row}
    assert found == set(ACCESS) | OPEN


async def test_an_entry_goes_in_changes_and_ends(authority: Authority) -> None:
    async with await authority.client_of("admin-1") as admin:
        row = json.loads(json.dumps(person("new-1", "operator"), default=str))
        added = await admin.post("/authority/v1/staff", json=row)
        assert added.status_code == 201
        assert added.json()["name"] == "試験 new-1"
        assert (await admin.post("/authority/v1/staff", json=row)).json()["code"] == "staff-exists"
        changed = await admin.patch(
            "/authority/v1/staff/new-1", json={"trained_on": "2026-05-20", "password": "fresh one"}
        )
        assert changed.json()["trained_on"] == "2026-05-20"
        assert (await authority.sign_in("new-1", password="fresh one")).status_code == 200
        wrong = await admin.patch("/authority/v1/staff/new-1", json={"roster_to": "2020-01-01"})
        assert wrong.json()["code"] == "roster-days-reversed"
        taken_away = await admin.patch("/authority/v1/staff/new-1", json={"roster_from": None})
        assert (taken_away.status_code, taken_away.json()["code"]) == (422, "invalid-input")
        ended = await admin.post("/authority/v1/staff/new-1/end", json={})
        assert ended.json()["left_on"] == "2026-06-01"
        assert (await admin.patch("/authority/v1/staff/new-1", json={})).json()["code"] == "staff-left"
        assert (await admin.post("/authority/v1/staff/none/end", json={})).status_code == 404
        assert (
            await admin.post("/authority/v1/equipment", json=machine("pc-2", "office_pc", "office"))
        ).status_code == 201
        client = {"id": "c", "plans": ["00012345"], "secret": "a secret"}
        assert (await admin.post("/authority/v1/clients", json=client)).status_code == 201


async def test_registers_are_read_in_pages_without_secrets_and_reading_is_recorded(authority: Authority) -> None:
    async with await authority.client_of("auditor-1") as auditor:
        seen, cursor = [], ""
        while cursor is not None:
            answer = (await auditor.get(f"/authority/v1/staff?limit=5&cursor={cursor}")).json()
            seen += answer["items"]
            cursor = answer["next_cursor"]
        others = [(await auditor.get(f"/authority/v1/{name}")).text for name in ("equipment", "clients")]
    assert sorted(item["id"] for item in seen) == sorted(row["id"] for row in BOOTSTRAP["staff"])
    text = json.dumps(seen) + "".join(others)
    for secret in ("password", "secret-word", "portal-secret", "$argon2", "digest"):
        assert secret not in text
    assert records(authority.parts)[-1]["action"] == "authority.client.list"


async def test_the_matrices_show_every_act_and_the_dated_tables(authority: Authority) -> None:
    async with await authority.client_of("clerk-1") as clerk:
        shown = (await clerk.get("/authority/v1/matrices")).json()
        purposes = (await clerk.get("/authority/v1/purposes")).json()
    assert {row["act"] for row in shown["acts"]} == set(act_rules())
    assert shown["purposes"] == purposes["items"]
    assert {row["class"] for row in shown["equipment"]} >= {"office_pc", "jlis_terminal"}
    assert any(set(row["teams"]) == {"clerk", "operator"} for row in shown["incompatible_duties"])


def test_a_second_bootstrap_adds_nothing(authority: Authority) -> None:
    before = len(records(authority.parts))
    assert load_bootstrap(authority.parts, BOOTSTRAP) == {"staff": 0, "equipment": 0, "clients": 0}
    assert len(records(authority.parts)) == before


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"staff": [person("a b", "clerk")]}, "staff[0].id"),
        ({"staff": [person("a", "boss")]}, "staff[0].team"),
        ({"staff": [{**person("a", "clerk"), "pasword": "x"}]}, "staff[0].pasword"),
        ({"staff": [person("a", "clerk", roster_to=START.date().replace(year=2020))]}, "staff[0]"),
        ({"staff": [person("a", "clerk"), person("a", "operator")]}, "staff: id a twice"),
        ({"equipment": [machine("a", "toaster", "office")]}, "equipment[0].class"),
        ({"equipment": [machine("a", "jlis_terminal", "office")]}, "equipment[0]"),
        ({"clients": [{"id": "a", "plans": ["*"]}]}, "clients[0]: secret-or-key"),
        ({"clients": [{"id": "a", "plans": [], "secret": "hush"}]}, "clients[0].plans"),
        ({"clients": [{"id": "a", "plans": ["*"], "public_key": "hush"}]}, "clients[0].public_key"),
        ({"clients": {"id": "a"}}, "clients: must be written as [[clients]]"),
    ],
)
def test_a_wrong_bootstrap_says_where_never_what_and_enters_nothing(
    authority: Authority, change: dict[str, Any], place: str
) -> None:
    before = len(records(authority.parts))
    with pytest.raises(Refusal) as refused:
        load_bootstrap(authority.parts, {"staff": [person("good", "clerk")]} | change)
    assert refused.value.code == "bootstrap-invalid"
    errors = cast(list[str], refused.value.facts["errors"])
    assert len(errors) == 1
    error = errors[0]
    assert error.startswith(place)
    assert "hush" not in error
    assert len(records(authority.parts)) == before


def test_production_wants_long_passwords(filled: Path, tmp_path: Path) -> None:
    kit = kit_of(tmp_path, Keyring.create(tmp_path / "keys" / "keyring.json"), "production")
    parts: Any = create_service(AuthoritySettings(), kit).parts
    for row in (
        {"staff": [person("a", "clerk", password="short")]},
        {"equipment": [machine("a", "office_pc", "office") | {"secret": "x"}]},
    ):
        with pytest.raises(Refusal):
            load_bootstrap(parts, row)
    parts.db.close()


def test_the_migrated_database_is_the_one_in_the_code(authority: Authority) -> None:
    assert differences(authority.parts.db.engine, AuthorityTable.metadata) == []


def test_every_refusal_act_and_action_is_in_its_table() -> None:
    house = Path(__file__).parents[3] / "services" / "authority"
    source = "".join(path.read_text() for path in house.rglob("*.py"))
    catalogue = read_problems(COMMON) | read_problems(house / "api" / "problems.toml")
    assert set(re.findall(r'Refusal\("([a-z-]+)"', source)) <= set(catalogue)
    assert set(re.findall(r'"(authority\.[a-z]+\.[a-z]+)"', source)) <= set(act_rules()) | set(actions())
