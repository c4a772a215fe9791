"""What a freeze stops at authority: sign-in, the tokens that are there, new ones, and the destruction of a key."""

from sqlalchemy import select

from tests.integration.authority.conftest import Authority, records
from tests.integration.freezing import frozen


async def test_a_frozen_person_neither_signs_in_nor_goes_on(authority: Authority) -> None:
    database, renewal = authority.parts.db, "/authority/v1/sessions/current/renewal"
    async with await authority.client_of("clerk-1") as before, await authority.client_of("clerk-2") as other:
        async with frozen(authority.host, database, "account", "clerk-1"):
            answer = await authority.sign_in("clerk-1")
            assert (answer.status_code, answer.json()["code"]) == (409, "frozen")
            assert records(authority.parts)[-1]["reason"] == "frozen"
            wrong = await authority.sign_in("clerk-1", password="wrong")
            assert wrong.json()["code"] == "invalid-credentials"
            assert (await before.post(renewal)).json()["code"] == "frozen"
            last = records(authority.parts)[-1]
            assert (last["actor"], last["outcome"], last["reason"]) == ("clerk-1", "refused", "frozen")
            assert (await other.post(renewal)).status_code == 200
        assert (await before.post(renewal)).status_code == 200
        assert (await authority.sign_in("clerk-1")).status_code == 200


async def test_a_frozen_client_gets_no_token(authority: Authority) -> None:
    secret = {"client_id": "one-plan", "client_secret": "one-plan-secret"}
    async with frozen(authority.host, authority.parts.db, "account", "one-plan"):
        assert (await authority.token(**secret)).status_code == 401
        assert records(authority.parts)[-1]["reason"] == "frozen"
    assert (await authority.token(**secret)).status_code == 200


async def test_a_frozen_key_may_be_rotated_and_not_destroyed(authority: Authority) -> None:
    name, admin = "plan/00012345", "admin-1"
    authority.parts.keyring.field_cipher(name).encrypt("x", place="test.value", row="1")
    host, table = authority.host, authority.parts.db.plumbing.approval
    destroy = await host.approve("authority", "keys.destroy", name, requester=admin)
    rotate = await host.approve("authority", "keys.rotate", name, requester=admin)
    async with frozen(host, authority.parts.db, "key", name):
        async with await authority.client_of(admin, approval=destroy) as http:
            answer = await http.post("/authority/v1/keys/destruction", json={"name": name})
            assert (answer.status_code, answer.json()["code"]) == (409, "frozen")
        async with await authority.client_of(admin, approval=rotate) as http:
            assert (await http.post("/authority/v1/keys/rotation", json={"name": name})).status_code == 200
    unused = select(table.c.used_at).where(table.c.id == destroy)
    kept = authority.parts.db.read_now(lambda session: session.connection().execute(unused).scalar_one())
    assert kept is None
    async with await authority.client_of(admin, approval=destroy) as http:
        assert (await http.post("/authority/v1/keys/destruction", json={"name": name})).status_code == 200
