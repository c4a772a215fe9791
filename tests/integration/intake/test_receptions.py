"""A disc by post: registered, read, transferred in the evening, checked, returned or destroyed."""

import io
from datetime import UTC, datetime

import pytest

from services.intake.jobs import run_destruction
from services.intake.storage.tables import RequestRow
from shared.auth.principals import Principal
from shared.discs.image import DiscFile, write_image
from shared.events.audit import HoldSet
from shared.events.copies import CopiesKept, CopyDestroyed
from tests.integration.conftest import staff
from tests.integration.intake.conftest import GOOD, OTHER, Intake, people, request_file

pytestmark = pytest.mark.asyncio
NAME = f"S{OTHER}_1_20260601_001.csv"


def disc_of(**files: bytes) -> bytes:
    out = io.BytesIO()
    write_image(out, [DiscFile.of_bytes(f"{name}.csv", data) for name, data in files.items()], label="PLAN")
    return out.getvalue()


async def receive(intake: Intake, image: bytes) -> tuple[str, dict[str, object]]:
    """Register an envelope with one medium and read it in."""
    body = {"plan_number": OTHER, "received_on": "2026-06-01", "form_enclosed": True, "media": [{"label": "1/1"}]}
    async with intake.clerk() as clerk:
        made = await clerk.post("/intake/v1/receptions", json=body)
        assert made.status_code == 201, made.text
    reception_id = made.json()["id"]
    async with intake.clerk(purpose="intake-check", case=reception_id) as clerk:
        read = await clerk.put(f"/intake/v1/receptions/{reception_id}/media/1/image", content=image)
        assert read.status_code == 202, read.text
    return reception_id, read.json()


async def reception(intake: Intake, reception_id: str) -> dict[str, object]:
    async with intake.clerk() as clerk:
        return dict((await clerk.get(f"/intake/v1/receptions/{reception_id}")).json())


async def test_a_disc_is_transferred_in_the_evening_and_checked(intake: Intake) -> None:
    image = disc_of(**{NAME[:-4]: request_file(people(GOOD), plan=OTHER)})
    reception_id, medium = await receive(intake, image)
    assert medium["state"] == "read"
    counts = await intake.run_jobs(datetime(2026, 6, 1, 9, 0, tzinfo=UTC))
    assert counts["intake-transfer"] == {"media": 1, "files": 1}
    shown = await reception(intake, reception_id)
    assert [each["state"] for each in shown["requests"]] == ["accepted"]  # type: ignore[attr-defined]
    transfer = [each for each in intake.heard_of(CopyDestroyed) if each.what == "transfer_file"]
    assert len(transfer) == 1
    assert len(transfer[0].digest) == 64
    rows = await intake.parts.db.read(lambda session: session.query(RequestRow).all())
    assert rows[0].files == []


async def test_a_disc_read_before_the_cutoff_belongs_to_its_cycle(intake: Intake) -> None:
    intake.host.clock.set(datetime(2026, 6, 15, 12, 0, tzinfo=UTC))
    await receive(intake, disc_of(**{NAME[:-4]: request_file(people(GOOD), plan=OTHER)}))
    await intake.run_jobs(datetime(2026, 6, 15, 15, 0, tzinfo=UTC))
    cycle = await intake.get("cycles/2026-06-A", principal=_clerk())
    assert (cycle["state"], cycle["counts"]["closed"]["requests"]) == ("closed", 1)


async def test_a_single_file_and_a_file_in_another_medium_serial(intake: Intake) -> None:
    reception_id, medium = await receive(intake, request_file(people(GOOD), plan=OTHER))
    assert medium["state"] == "read"
    await intake.run_jobs(datetime(2026, 6, 1, 9, 0, tzinfo=UTC))
    shown = await reception(intake, reception_id)
    assert [each["kind"] for each in shown["requests"]] == ["provisional"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "image", [b"", b"PK\x03\x04" * 100, disc_of(README=b"hello"), disc_of(**{NAME[:-4]: b""})[:60000]]
)
async def test_a_medium_that_cannot_be_read_is_told_and_returned(intake: Intake, image: bytes) -> None:
    reception_id, medium = await receive(intake, image)
    assert (medium["state"], medium["codes"]) == ("unreadable", ["F11"])
    async with intake.clerk() as clerk:
        back = await clerk.post(f"/intake/v1/receptions/{reception_id}/return", json={"reason": "読み取れない"})
        assert (back.status_code, back.json()["media"][0]["state"]) == (200, "returned")
        again = await clerk.post(f"/intake/v1/receptions/{reception_id}/return", json={"reason": "読み取れない"})
        assert again.status_code == 409


async def test_two_files_of_one_kind_make_a_disc_unreadable(intake: Intake) -> None:
    data = request_file(people(GOOD), plan=OTHER)
    _, medium = await receive(intake, disc_of(**{NAME[:-4]: data, f"S{OTHER}_1_20260601_002": data}))
    assert medium["codes"] == ["F11"]


async def test_media_and_form_are_destroyed_after_three_months_with_approval(intake: Intake) -> None:
    reception_id, _ = await receive(intake, disc_of(**{NAME[:-4]: request_file(people(GOOD), plan=OTHER)}))
    await intake.run_jobs(datetime(2026, 6, 1, 9, 0, tzinfo=UTC))
    path = f"/intake/v1/receptions/{reception_id}/destruction"
    approval = await intake.host.approve("intake", "intake.media.destroy", reception_id, "clerk-1")
    async with intake.clerk() as clerk:
        assert (await clerk.post(path)).json()["code"] == "approval-required"
    async with intake.clerk(approval=approval) as clerk:
        early = await clerk.post(path)
        assert (early.status_code, early.json()["facts"]) == (409, {"due_on": "2026-09-01"})
        assert (await clerk.get("/intake/v1/receptions?due=true")).json()["items"] == []
        intake.host.clock.set(datetime(2026, 9, 1, 0, 0, tzinfo=UTC))
        assert len((await clerk.get("/intake/v1/receptions?due=true")).json()["items"]) == 1
        done = await clerk.post(path)
        assert (done.status_code, done.json()["media"][0]["state"]) == (200, "destroyed")
        assert (await clerk.get("/intake/v1/receptions?due=true")).json()["items"] == []
    await intake.host.idle()
    certificate = next(each for each in intake.heard_of(CopyDestroyed) if each.what == "received_media")
    assert (certificate.approval, certificate.by) == (approval, "clerk-1")


async def test_the_readers_copy_goes_after_120_days(intake: Intake) -> None:
    reception_id, _ = await receive(intake, disc_of(**{NAME[:-4]: request_file(people(GOOD), plan=OTHER)}))
    await intake.run_jobs(datetime(2026, 9, 29, 8, 0, tzinfo=UTC))
    assert (await reception(intake, reception_id))["media"][0]["reader_copy"]  # type: ignore[index]
    await intake.run_jobs(datetime(2026, 9, 29, 10, 0, tzinfo=UTC))
    assert not (await reception(intake, reception_id))["media"][0]["reader_copy"]  # type: ignore[index]
    assert [each.what for each in intake.heard_of(CopyDestroyed)].count("reader_copy") == 1


async def test_a_hold_keeps_reader_copy_medium_and_form(intake: Intake) -> None:
    reception_id, _ = await receive(intake, disc_of(**{NAME[:-4]: request_file(people(GOOD), plan=OTHER)}))
    await intake.run_jobs(datetime(2026, 6, 1, 9, 0, tzinfo=UTC))
    hold = HoldSet(hold_id="h", object_type="plan", object_id=OTHER, ends_at=datetime(2026, 12, 1, 0, 0, tzinfo=UTC))
    await intake.parts.db.write(lambda work: work.announce(hold, subject="hold"))
    await intake.host.idle()
    await intake.run_jobs(datetime(2026, 11, 1, 0, 0, tzinfo=UTC))
    assert (await reception(intake, reception_id))["media"][0]["reader_copy"]  # type: ignore[index]
    approval = await intake.host.approve("intake", "intake.media.destroy", reception_id, "clerk-1")
    async with intake.clerk(approval=approval) as clerk:
        path = f"/intake/v1/receptions/{reception_id}/destruction"
        refused = await clerk.post(path)
        assert (refused.status_code, refused.json()["code"]) == (409, "held")
        ended = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
        intake.host.clock.set(ended)
        await run_destruction(intake.parts, ended)
        assert not (await reception(intake, reception_id))["media"][0]["reader_copy"]  # type: ignore[index]
        assert (await clerk.post(path)).status_code == 200


async def test_what_is_kept_of_a_medium_is_told_under_the_id_of_its_destruction(intake: Intake) -> None:
    await receive(intake, disc_of(**{NAME[:-4]: request_file(people(GOOD), plan=OTHER)}))
    await intake.run_jobs(datetime(2026, 9, 29, 10, 0, tzinfo=UTC))
    gone = {(each.what, each.copy_id): each.due_at for each in intake.heard_of(CopyDestroyed)}
    kept = {(each.what, copy.copy_id): each.due_at for each in intake.heard_of(CopiesKept) for copy in each.copies}
    assert {what for what, _ in gone} == {"transfer_file", "reader_copy"}
    assert set(gone) <= set(kept)
    assert {what for what, _ in set(kept) - set(gone)} == {"received_media", "request_data"}
    assert all(kept[one] == at for one, at in gone.items() if one[0] == "reader_copy")


async def test_reading_a_medium_needs_the_media_station_and_a_purpose(intake: Intake) -> None:
    path = "/intake/v1/receptions/x/media/1/image"
    async with intake.clerk() as clerk:
        assert (await clerk.put(path, content=b"")).json()["code"] == "purpose-required"
    async with intake.clerk("office_pc", purpose="intake-check", case="x") as clerk:
        assert (await clerk.put(path, content=b"")).json()["code"] == "equipment-not-allowed"
    async with intake.clerk(purpose="intake-check", case="x") as clerk:
        assert (await clerk.put(path, content=b"")).status_code == 404


def _clerk() -> Principal:
    return staff("clerk")
