"""Discs: planned when all replies are there, imaged, burnt, read back, made anew."""

import hashlib
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pycdlib
import pytest
import pyzipper

from services.media.settings import MediaSettings
from shared.events.audit import FreezeSet
from tests.integration.conftest import Host, portal, staff
from tests.integration.media.fabricated import DISC_PLAN, OTHER_PLAN, Asked, close_cycle, media, number_of, release
from tests.integration.media.listening import Listener, records

STATION = staff("clerk", "media_station")
OFFICE = staff("clerk", "office_pc")


def on_disc(kind: Any = "provisional", **more: Any) -> Asked:
    return Asked(kind=kind, plan=more.pop("plan", DISC_PLAN), channel="disc", **more)


async def planned(host: Host, *asked: Asked) -> list[dict[str, Any]]:
    """The discs planned for these requests."""
    await close_cycle(host, *asked)
    for kind in dict.fromkeys(each.kind for each in asked):
        await release(host, kind, *(each for each in asked if each.kind == kind))
    async with host.client("media", STATION) as clerk:
        items: list[dict[str, Any]] = (await clerk.get("/media/v1/discs", params={"state": "planned"})).json()["items"]
    return items


async def verified(clerk: httpx.AsyncClient, disc_id: str) -> bytes:
    """Takes an imaged disc through burning and reading back; the image."""
    image = (await clerk.get(f"/media/v1/discs/{disc_id}/image")).content
    digest = hashlib.sha256(image).hexdigest()
    answer = await clerk.post(f"/media/v1/discs/{disc_id}/readback", json={"sha256": digest})
    assert answer.json()["state"] == "verified"
    return image


async def delivered(host: Host, disc_ids: list[str], tracking: str = "1234-5678-9012") -> dict[str, Any]:
    """Sends an envelope all the way."""
    async with host.client("media", OFFICE) as clerk:
        body = {"disc_ids": disc_ids, "carrier": "日本郵便", "tracking_number": tracking, "seal_number": f"S{tracking}"}
        made = await clerk.post("/media/v1/dispatches", json=body)
        assert made.status_code == 201, made.text
        url = f"/media/v1/dispatches/{made.json()['id']}/events"
        for state in ("handed_over", "sealed", "sent", "delivered"):
            answer = await clerk.post(url, json={"state": state, "at": "2026-06-26T10:00:00+09:00"})
            assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def password_of(host: Host, disc_id: str) -> str:
    async with host.client("media", OFFICE, purpose="media-production", case=disc_id) as clerk:
        return str((await clerk.get(f"/media/v1/discs/{disc_id}/password")).json()["password"])


def files_on(image: bytes, **view: str) -> dict[str, bytes]:
    """What a reader of discs finds in the root, through one of the three file systems."""
    iso = pycdlib.PyCdlib()
    iso.open_fp(io.BytesIO(image))
    key, root = next(iter(view.items()))
    found = {}
    for child in iso.list_children(**{key: root}):
        if child is not None and child.is_file():
            raw = child.file_identifier()
            name = raw.decode("utf-16-be") if key == "joliet_path" else raw.decode()
            out = io.BytesIO()
            iso.get_file_from_iso_fp(out, **{key: f"/{name}"})
            found[name.removesuffix(";1").lower()] = out.getvalue()
    iso.close()
    return found


async def test_a_disc_waits_for_all_its_replies(host: Host) -> None:
    await media(host)
    first, second, rejected = on_disc(), on_disc("main"), on_disc("deletion", rows=0, rejected=1)
    await close_cycle(host, first, second, rejected)
    await release(host, "provisional", first)
    async with host.client("media", STATION) as clerk:
        assert (await clerk.get("/media/v1/discs")).json()["items"] == []
        await release(host, "main", second)
        (disc,) = (await clerk.get("/media/v1/discs")).json()["items"]
    assert disc["kinds"] == ["main", "provisional"]
    assert sorted(disc["request_ids"]) == sorted([first.request_id, second.request_id])
    assert disc["number"] == "2606A-0001-1"


async def test_replies_may_come_before_the_closing_list(host: Host) -> None:
    await media(host)
    asked = on_disc()
    await release(host, "provisional", asked)
    async with host.client("media", STATION) as clerk:
        assert (await clerk.get("/media/v1/discs")).json()["items"] == []
        await close_cycle(host, asked)
        assert len((await clerk.get("/media/v1/discs")).json()["items"]) == 1
        await close_cycle(host, asked)
        assert len((await clerk.get("/media/v1/discs")).json()["items"]) == 1


async def test_individual_numbers_get_a_disc_and_a_password_of_their_own(host: Host) -> None:
    await media(host)
    discs = await planned(host, on_disc(), on_disc("main"), on_disc("my_number"), on_disc(plan=OTHER_PLAN))
    assert sorted((disc["plan_number"], disc["kind_group"]) for disc in discs) == [
        (DISC_PLAN, "general"),
        (DISC_PLAN, "my_number"),
        (OTHER_PLAN, "general"),
    ]
    async with host.client("media", STATION) as clerk:
        for disc in discs:
            await clerk.post(f"/media/v1/discs/{disc['id']}/image")
            await verified(clerk, disc["id"])
    passwords = set()
    for at, disc in enumerate(discs):
        await delivered(host, [disc["id"]], f"00000{at}")
        passwords.add(await password_of(host, disc["id"]))
    assert len(passwords) == 3


async def test_the_walk_of_a_disc(host: Host, tmp_path: Path) -> None:
    await media(host)
    listener = Listener(host)
    asked = on_disc("my_number")
    (disc,) = await planned(host, asked)
    url = f"/media/v1/discs/{disc['id']}"
    async with host.client("media", STATION) as clerk:
        assert (await clerk.get(f"{url}/image")).json()["code"] == "image-required"
        assert (await clerk.get(f"{url}/label.pdf")).json()["code"] == "image-required"
        made = await clerk.post(f"{url}/image")
        assert (made.status_code, made.json()["state"]) == (201, "imaged")
        assert (await clerk.post(f"{url}/image")).json()["code"] == "transition-refused"
        early = await clerk.post(f"{url}/readback", json={"sha256": made.json()["image"]["sha256"]})
        assert early.json()["facts"]["allowed"] == ["written"]
        image = (await clerk.get(f"{url}/image")).content
        assert hashlib.sha256(image).hexdigest() == made.json()["image"]["sha256"]
        assert len(image) == made.json()["image"]["size"]
        assert listener.of("media.reply.completed.v1") == []
        back = await clerk.post(f"{url}/readback", json={"sha256": hashlib.sha256(image).hexdigest()})
        assert (back.status_code, back.json()["state"]) == (200, "verified")
        label = await clerk.get(f"{url}/label.pdf")
        assert label.content.startswith(b"%PDF")
        await host.idle()
        assert listener.of("media.reply.completed.v1")[0]["channel"] == "disc"
    async with host.client("media", OFFICE, purpose="media-production", case=disc["id"]) as clerk:
        refused = await clerk.get(f"{url}/password")
        assert (refused.status_code, refused.json()["code"]) == (409, "delivery-required")
    await delivered(host, [disc["id"]])
    await host.idle()
    assert listener.of("media.disc.delivered.v1")[0]["request_ids"] == [asked.request_id]
    password = await password_of(host, disc["id"])
    async with host.client("media", OFFICE, purpose="media-production", case=disc["id"]) as clerk:
        assert (await clerk.get(f"{url}/password")).json()["code"] == "password-shown"
    async with host.client("media", OFFICE) as clerk:
        assert (await clerk.get(f"{url}/password")).json()["code"] == "purpose-required"
    async with host.client("media", portal(DISC_PLAN)) as plan:
        (reply,) = (await plan.get("/media/v1/replies")).json()["items"]
        assert (reply["state"], reply["channel"]) == ("delivered", "disc")
        assert (await plan.get(f"/media/v1/replies/{reply['id']}/package")).json()["code"] == "goes-by-disc"

    for view in ({"joliet_path": "/"}, {"udf_path": "/"}, {"iso_path": "/"}):
        files = files_on(image, **view)
        assert sorted(files) == ["kaito_001.zip", "readme.txt"]
    assert "パスワード" in files["readme.txt"].decode("utf-8-sig")
    iso, out = tmp_path / "disc.iso", tmp_path / "out"
    iso.write_bytes(image)
    subprocess.run(["7z", "x", f"-o{out}", str(iso)], check=True, capture_output=True)
    subprocess.run(
        ["7z", "x", f"-p{password}", f"-o{out}", str(out / "KAITO_001.zip")], check=True, capture_output=True
    )
    assert number_of(2) in (out / "KAITO_001.csv").read_bytes().decode("cp932")
    assert [step["state"] for step in (await _history(host, disc["id"]))] == [
        *("planned", "imaged", "written", "verified", "cased", "bundled"),
        *("handed_over", "sealed", "sent", "delivered"),
    ]


async def _history(host: Host, disc_id: str) -> list[dict[str, Any]]:
    async with host.client("media", STATION) as clerk:
        return list((await clerk.get(f"/media/v1/discs/{disc_id}")).json()["history"])


async def test_the_disc_says_nothing_about_people(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc("main"))
    async with host.client("media", STATION) as clerk:
        await clerk.post(f"/media/v1/discs/{disc['id']}/image")
        image = await verified(clerk, disc["id"])
    for text in ("吉田", "ﾖｼﾀﾞ", "M000001", "AB0000001C"):
        for charset in ("utf-8", "cp932", "utf-16-be", "utf-16-le"):
            assert text.encode(charset) not in image


async def test_replies_beyond_one_disc_go_on_numbered_volumes_that_each_open_alone(host: Host) -> None:
    await media(host, MediaSettings(disc_limit_bytes=770_000))
    listener = Listener(host)
    small, big = on_disc(rows=10, rejected=0), on_disc("main", rows=4000, chunk_rows=500)
    (disc,) = await planned(host, small, big)
    async with host.client("media", STATION) as clerk:
        made = (await clerk.post(f"/media/v1/discs/{disc['id']}/image")).json()
        volumes = [(await clerk.get(f"/media/v1/discs/{each}")).json() for each in made["discs"]]
        assert len(volumes) >= 2
        assert [each["number"] for each in volumes] == [f"2606A-0001-{n + 1}" for n in range(len(volumes))]
        assert [each["volume"] for each in volumes] == list(range(1, len(volumes) + 1))
        images = []
        for volume in volumes[:-1]:
            images.append(await verified(clerk, volume["id"]))  # noqa: PERF401
        await host.idle()
        assert big.request_id not in {each["request_id"] for each in listener.of("media.reply.completed.v1")}
        images.append(await verified(clerk, volumes[-1]["id"]))
        await host.idle()
        assert big.request_id in {each["request_id"] for each in listener.of("media.reply.completed.v1")}
    await delivered(host, [each["id"] for each in volumes])
    serials: list[int] = []
    totals = []
    for volume, image in zip(volumes, images, strict=True):
        assert len(image) <= 770_000
        password = await password_of(host, volume["id"])
        for name, data in files_on(image, joliet_path="/").items():
            if name.endswith(".zip"):
                with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
                    archive.setpassword(password.encode())
                    manifest = json.loads(archive.read("MANIFEST.json"))
                    text = archive.read(manifest["files"][1]["name"]).decode()
                if manifest["request_id"] == big.request_id:
                    serials += [int(line.split(",")[1]) for line in text.splitlines() if line.startswith("2,")]
                    totals.append(manifest["counts"]["rejected"])
    assert serials == list(range(1, 4001))
    assert sum(totals) == 1


async def test_a_chunk_that_fits_no_disc_is_refused_and_leaves_nothing(host: Host) -> None:
    await media(host, MediaSettings(disc_limit_bytes=600_000))
    (disc,) = await planned(host, on_disc(rows=50))
    async with host.client("media", STATION) as clerk:
        refused = await clerk.post(f"/media/v1/discs/{disc['id']}/image")
        assert (refused.status_code, refused.json()["code"]) == (409, "volume-too-small")
        assert (await clerk.get(f"/media/v1/discs/{disc['id']}")).json()["state"] == "planned"
    assert not list((host.kit.data_dir / "blobs" / "data" / "media").rglob("*.blob"))


async def test_a_bad_burn_is_told_and_burnt_again_on_another_blank(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc())
    url = f"/media/v1/discs/{disc['id']}"
    async with host.client("media", STATION) as clerk:
        await clerk.post("/media/v1/blanks", json={"count": 5, "lot": "L1"})
        await clerk.post(f"{url}/image")
        assert (await clerk.get(f"{url}/image")).status_code == 200
        assert (await clerk.get(f"{url}/image")).status_code == 200  # a second download is no second burn
        bad = await clerk.post(f"{url}/readback", json={"sha256": "0" * 64})
        assert (bad.status_code, bad.json()["code"]) == (409, "digest-mismatch")
        assert (await clerk.get(url)).json()["state"] == "failed"
        await verified(clerk, disc["id"])
        blanks = (await clerk.get("/media/v1/blanks")).json()
    assert [(blank["number"], blank["state"]) for blank in blanks["items"]] == [
        (1, "spoilt"),
        (2, "used"),
        (3, "stock"),
        (4, "stock"),
        (5, "stock"),
    ]
    assert blanks["counts"] == {"stock": 3, "used": 1, "spoilt": 1, "destroyed": 0}
    assert records(host, "media.disc.read_back")[0]["outcome"] == "failed"


async def test_the_image_itself_may_be_read_back_with_the_burners_run_out(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc())
    url = f"/media/v1/discs/{disc['id']}"
    async with host.client("media", STATION) as clerk:
        await clerk.post(f"{url}/image")
        image = (await clerk.get(f"{url}/image")).content
        raw = {"Content-Type": "application/octet-stream"}
        broken = image[:5000] + bytes([image[5000] ^ 1]) + image[5001:]
        assert (await clerk.post(f"{url}/readback", content=broken, headers=raw)).status_code == 409
        assert (await clerk.post(f"{url}/readback", content=image + b"x", headers=raw)).status_code == 409
        assert (await clerk.post(f"{url}/readback", content=image[:-1], headers=raw)).status_code == 409
        good = await clerk.post(f"{url}/readback", content=image + bytes(4096), headers=raw)
        assert (good.status_code, good.json()["state"]) == (200, "verified")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"sha256": 1}', b'{"sha256": "' + b"0" * 2000 + b'"}'])
async def test_a_malformed_read_back_is_a_problem(host: Host, body: bytes) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc())
    async with host.client("media", STATION) as clerk:
        answer = await clerk.post(
            f"/media/v1/discs/{disc['id']}/readback", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code in (400, 413)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_blanks_without_stock_are_numbered_at_use_so_that_no_number_is_missing(host: Host) -> None:
    await media(host)
    discs = await planned(host, on_disc(), on_disc(plan=OTHER_PLAN))
    async with host.client("media", STATION) as clerk:
        for disc in discs:
            await clerk.post(f"/media/v1/discs/{disc['id']}/image")
            await verified(clerk, disc["id"])
        await clerk.post("/media/v1/blanks", json={"count": 2})
        spoilt = await clerk.post("/media/v1/blanks/3/events", json={"state": "spoilt"})
        assert spoilt.json() == {"number": 3, "state": "spoilt"}
        assert (await clerk.post("/media/v1/blanks/3/events", json={"state": "spoilt"})).status_code == 409
        first = (await clerk.get("/media/v1/blanks", params={"limit": 3})).json()
        rest = (await clerk.get("/media/v1/blanks", params={"cursor": first["next_cursor"]})).json()
    numbers = [blank["number"] for blank in first["items"] + rest["items"]]
    assert numbers == [1, 2, 3, 4]
    assert [blank["lot"] for blank in first["items"]] == ["unannounced", "unannounced", ""]


async def test_an_idempotency_key_makes_an_image_once(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc())
    async with host.client("media", STATION) as clerk:
        key = {"Idempotency-Key": "k1"}
        first = await clerk.post(f"/media/v1/discs/{disc['id']}/image", headers=key)
        again = await clerk.post(f"/media/v1/discs/{disc['id']}/image", headers=key)
    assert first.json() == again.json()


async def test_only_a_clerk_at_the_media_station_makes_discs(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc())
    url = f"/media/v1/discs/{disc['id']}/image"
    for who, code in (
        (OFFICE, "equipment-not-allowed"),
        (staff("operator", "media_station"), "team-not-allowed"),
        (staff("supervisor", "media_station"), "team-not-allowed"),
        (portal("*"), "not-for-clients"),
        (None, "token-missing"),
    ):
        async with host.client("media", who) as caller:
            assert (await caller.post(url)).json()["code"] == code


async def test_a_frozen_medium_is_not_handed_out(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc())
    frozen = FreezeSet(freeze_id="f1", object_type="medium", object_id=disc["id"])
    async with host.client("media", STATION) as clerk:
        await clerk.post(f"/media/v1/discs/{disc['id']}/image")
        await host.services["media"].parts.db.write(lambda work: work.announce(frozen, subject="f1"))
        await host.idle()
        answer = await clerk.get(f"/media/v1/discs/{disc['id']}/image")
    assert (answer.status_code, answer.json()["code"]) == (409, "frozen")


async def test_a_disc_is_made_anew_from_the_backup_under_another_password(host: Host) -> None:
    await media(host)
    asked = on_disc("my_number")
    (disc,) = await planned(host, asked)
    url = f"/media/v1/discs/{disc['id']}"
    async with host.client("media", STATION) as clerk:
        await clerk.post(f"{url}/image")
        await verified(clerk, disc["id"])
        assert (await clerk.post(f"{url}/reissue", json={"reason": "unreadable"})).json()["code"] == "approval-required"
    await delivered(host, [disc["id"]])
    first = await password_of(host, disc["id"])
    # By now the matcher has masked its chunks: only the backup is left.
    for blob_id in host.kit.blobs("matcher").own_ids(host.issuer._clock.now().replace(year=2999)):
        host.kit.blobs("matcher").destroy(blob_id)
    approval = await host.approve("media", "media.disc.reissue", disc["id"], requester=STATION.id)
    async with host.client("media", STATION, approval=approval) as clerk:
        again = await clerk.post(f"{url}/reissue", json={"reason": "unreadable"})
        assert (again.status_code, again.json()["state"]) == (201, "planned")
        new = again.json()
        assert (new["replaces"], new["number"]) == (disc["id"], "2606A-0002-1")
        assert (await clerk.post(f"{url}/reissue", json={"reason": "x"})).json()["code"] == "reissued-already"
        assert (await clerk.post(f"/media/v1/discs/{new['id']}/image")).status_code == 201
        image = await verified(clerk, new["id"])
    await delivered(host, [new["id"]], "9999")
    second = await password_of(host, new["id"])
    assert first != second
    with pyzipper.AESZipFile(io.BytesIO(files_on(image, joliet_path="/")["kaito_001.zip"])) as archive:
        archive.setpassword(second.encode())
        assert number_of(2) in archive.read("KAITO_001.utf8.csv").decode()


async def test_an_approval_for_another_disc_does_not_count(host: Host) -> None:
    await media(host)
    one, other = await planned(host, on_disc(), on_disc(plan=OTHER_PLAN))
    async with host.client("media", STATION) as clerk:
        await clerk.post(f"/media/v1/discs/{one['id']}/image")
        await verified(clerk, one["id"])
    approval = await host.approve("media", "media.disc.reissue", other["id"], requester=STATION.id)
    async with host.client("media", STATION, approval=approval) as clerk:
        answer = await clerk.post(f"/media/v1/discs/{one['id']}/reissue", json={"reason": "unreadable"})
    assert (answer.status_code, answer.json()["code"]) == (403, "approval-for-something-else")
