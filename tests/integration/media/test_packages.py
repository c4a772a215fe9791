"""Network replies: sealed, read back, fetched, confirmed, opened."""

import hashlib
import io
import json
import subprocess
from pathlib import Path

import pytest
import pyzipper

from shared.events.audit import FreezeLifted, FreezeSet
from tests.integration.conftest import Host, portal, staff
from tests.integration.media.fabricated import OTHER_PLAN, PLAN, Asked, close_cycle, media, number_of, release
from tests.integration.media.listening import Listener, records


async def ready_package(host: Host, asked: Asked) -> tuple[dict[str, object], bytes, str]:
    """The reply's row, its ZIP and its password, through the front door."""
    await close_cycle(host, asked)
    await release(host, asked.kind, asked)
    async with host.client("media", portal(asked.plan)) as plan:
        listed = (await plan.get("/media/v1/replies", params={"request_id": asked.request_id})).json()["items"]
        assert len(listed) == 1
        reply = listed[0]
        package = (await plan.get(f"/media/v1/replies/{reply['id']}/package")).content
        digest = hashlib.sha256(package).hexdigest()
        receipt = await plan.post(f"/media/v1/replies/{reply['id']}/receipt", json={"sha256": digest})
        assert receipt.status_code == 204
        password = (await plan.get(f"/media/v1/replies/{reply['id']}/password")).json()["password"]
    return reply, package, password


def opened(package: bytes, password: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(io.BytesIO(package)) as archive:
        archive.setpassword(password.encode())
        return {name: archive.read(name) for name in archive.namelist()}


async def test_a_reply_becomes_a_package_that_opens_elsewhere(host: Host, tmp_path: Path) -> None:
    await media(host)
    asked = Asked()
    reply, package, password = await ready_package(host, asked)
    assert (reply["state"], reply["channel"], reply["kind"]) == ("ready", "network", "provisional")
    assert reply["sha256"] == hashlib.sha256(package).hexdigest()
    assert reply["size"] == len(package)

    file = tmp_path / "reply.zip"
    file.write_bytes(package)
    out = tmp_path / "out"
    subprocess.run(["7z", "x", f"-p{password}", f"-o{out}", str(file)], check=True, capture_output=True)
    assert sorted(each.name for each in out.iterdir()) == [
        "KAITO_001.csv",
        "KAITO_001.pdf",
        "KAITO_001.utf8.csv",
        "MANIFEST.json",
    ]
    lines = (out / "KAITO_001.csv").read_bytes().decode("cp932").split("\r\n")
    assert lines[0] == f"1,1,{PLAN},20260601,001,{asked.request_id},cp932,20260620"
    assert lines[2] == "2,2,M000002,10,AB0000002C,NAME-VARIANT"
    assert lines[-3:] == ["8,4,M999999,R06;R17", "9,3,1", ""]
    assert (out / "KAITO_001.pdf").read_bytes().startswith(b"%PDF-1.7")
    wrong = subprocess.run(["7z", "t", "-pWRONG", str(file)], check=False, capture_output=True)
    assert wrong.returncode != 0


async def test_the_manifest_tells_names_sizes_digests_counts_and_unmapped_characters(host: Host) -> None:
    await media(host)
    _, package, password = await ready_package(host, Asked(kind="main"))
    files = opened(package, password)
    manifest = json.loads(files["MANIFEST.json"])
    for told in manifest["files"]:
        assert hashlib.sha256(files[told["name"]]).hexdigest() == told["sha256"]
        assert len(files[told["name"]]) == told["size"]
    assert manifest["counts"]["outcomes"] == {"1": 3}
    assert (manifest["counts"]["records"], manifest["counts"]["rejected"]) == (3, 1)
    assert manifest["unmapped_characters"] == 1
    assert "■田　太郎" in files["KAITO_001.csv"].decode("cp932")
    assert "𠮷田　太郎" in files["KAITO_001.utf8.csv"].decode()


async def test_no_cell_of_a_reply_starts_a_formula(host: Host) -> None:
    await media(host)
    _, package, password = await ready_package(host, Asked(kind="main"))
    assert "'=HYPERLINK(1)" in opened(package, password)["KAITO_001.utf8.csv"].decode()


async def test_individual_numbers_are_in_the_package_and_nowhere_else(host: Host, tmp_path: Path) -> None:
    await media(host)
    listener = Listener(host)
    asked = Asked(kind="my_number")
    _, package, password = await ready_package(host, asked)
    lines = opened(package, password)["KAITO_001.csv"].decode("cp932").split("\r\n")
    assert lines[1].endswith(",")  # the first person's number is not known
    assert lines[2].endswith(number_of(2))
    assert number_of(2) not in listener.everything()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert number_of(2).encode() not in data
            assert password.encode() not in data
            assert "吉田".encode() not in data
    assert records(host, "media.package.seal")[0]["legal_basis"] == "my-number-act/2025-06-20/19-1"


async def test_a_plan_in_utf_8_gets_utf_8(host: Host) -> None:
    await media(host)
    _, package, password = await ready_package(host, Asked(kind="main", charset="utf-8"))
    files = opened(package, password)
    assert "𠮷田　太郎" in files["KAITO_001.csv"].decode()
    assert json.loads(files["MANIFEST.json"])["unmapped_characters"] == 0


async def test_a_reply_of_rejected_records_only_is_still_a_reply(host: Host) -> None:
    await media(host)
    _, package, password = await ready_package(host, Asked(rows=0, rejected=1))
    assert opened(package, password)["KAITO_001.csv"].decode("cp932").endswith("9,0,1\r\n")


async def test_password_only_after_the_receipt_and_once(host: Host) -> None:
    await media(host)
    asked = Asked()
    await close_cycle(host, asked)
    await release(host, asked.kind, asked)
    url = f"/media/v1/replies/{asked.reply_id}"
    async with host.client("media", portal(PLAN)) as plan:
        early = await plan.get(f"{url}/password")
        assert (early.status_code, early.json()["code"]) == (409, "receipt-required")
        wrong = await plan.post(f"{url}/receipt", json={"sha256": "0" * 64})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "digest-mismatch")
        assert (await plan.get(url)).json()["state"] == "ready"
        right = (await plan.get(url)).json()["sha256"]
        assert (await plan.post(f"{url}/receipt", json={"sha256": right})).status_code == 204
        assert (await plan.get(url)).json()["state"] == "received"
        first = (await plan.get(f"{url}/password")).json()["password"]
        assert (await plan.get(f"{url}/password")).json()["code"] == "receipt-required"
        assert (await plan.post(f"{url}/receipt", json={"sha256": right})).status_code == 204
        assert (await plan.get(f"{url}/password")).json()["password"] == first
    shown = records(host, "media.package.password")
    assert [record["outcome"] for record in shown] == ["refused", "done", "refused", "done"]
    assert all("password" not in record or first not in json.dumps(record) for record in shown)


async def test_ranges_of_a_package(host: Host) -> None:
    await media(host)
    reply, package, _ = await ready_package(host, Asked())
    async with host.client("media", portal(PLAN)) as plan:
        part = await plan.get(f"/media/v1/replies/{reply['id']}/package", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, package[10:20])


async def test_another_plan_learns_nothing(host: Host) -> None:
    await media(host)
    reply, _, _ = await ready_package(host, Asked())
    url = f"/media/v1/replies/{reply['id']}"
    async with host.client("media", portal(OTHER_PLAN)) as other:
        assert (await other.get("/media/v1/replies")).json()["items"] == []
        for answer in (
            await other.get(url),
            await other.get(f"{url}/package"),
            await other.get(f"{url}/password"),
            await other.post(f"{url}/receipt", json={"sha256": "0" * 64}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert records(host, "media.package.download")[-1]["outcome"] == "refused"


async def test_staff_see_states_but_get_no_package(host: Host) -> None:
    await media(host)
    reply, _, _ = await ready_package(host, Asked())
    async with host.client("media", staff("clerk"), purpose="media-production", case="x") as clerk:
        assert len((await clerk.get("/media/v1/replies")).json()["items"]) == 1
        assert (await clerk.get(f"/media/v1/replies/{reply['id']}/package")).status_code == 403
        assert (await clerk.get(f"/media/v1/replies/{reply['id']}/password")).status_code == 403


async def test_events_tell_what_is_complete(host: Host) -> None:
    await media(host)
    listener = Listener(host)
    asked = Asked()
    reply, _, _ = await ready_package(host, asked)
    assert listener.of("media.package.ready.v1")[0]["sha256"] == reply["sha256"]
    assert listener.of("media.reply.completed.v1") == [
        {
            "reply_id": asked.reply_id,
            "request_id": asked.request_id,
            "batch_id": "batch-provisional",
            "kind": "provisional",
            "channel": "network",
            "records": 3,
        }
    ]
    assert len(listener.of("media.package.received.v1")) == 1


async def test_the_same_replies_told_twice_make_one_package(host: Host) -> None:
    await media(host)
    listener = Listener(host)
    asked = Asked()
    await release(host, asked.kind, asked)
    await release(host, asked.kind, asked)
    assert len(listener.of("media.package.ready.v1")) == 1


async def test_a_freeze_stops_the_release(host: Host) -> None:
    await media(host)
    asked = Asked()
    await close_cycle(host, asked)
    await release(host, asked.kind, asked)
    database = host.services["media"].parts.db
    frozen = FreezeSet(freeze_id="f1", object_type="plan", object_id=PLAN)
    await database.write(lambda work: work.announce(frozen, subject="f1"))
    await host.idle()
    url = f"/media/v1/replies/{asked.reply_id}/package"
    async with host.client("media", portal(PLAN)) as plan:
        stopped = await plan.get(url)
        assert (stopped.status_code, stopped.json()["code"]) == (409, "frozen")
        lifted = FreezeLifted(freeze_id="f1", object_type="plan", object_id=PLAN)
        await database.write(lambda work: work.announce(lifted, subject="f1"))
        await host.idle()
        assert (await plan.get(url)).status_code == 200


@pytest.mark.parametrize("body", [{}, {"sha256": "zz"}, {"sha256": 3}, {"sha256": "0" * 64, "more": 1}, []])
async def test_a_malformed_receipt_is_a_problem(host: Host, body: object) -> None:
    await media(host)
    async with host.client("media", portal(PLAN)) as plan:
        answer = await plan.post(f"/media/v1/replies/{'0' * 36}/receipt", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
