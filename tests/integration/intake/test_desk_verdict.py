"""What intake answers over HTTP is what the desk was told, finding for finding."""

import io
import json
from typing import Any

import pytest

from shared.check.findings import FINDINGS
from shared.check.renderings import rendered
from shared.check.report import plain_report
from tests.integration.conftest import portal
from tests.integration.intake.conftest import Intake
from tests.unit.check.fuzz import KINDS, PLAN, TODAY, FuzzedFile, fuzzed_files

pytestmark = pytest.mark.asyncio
FILES = 60
# Small files reach no limit, all are scanned clean under a contract in force, and no number was ever deleted here.
NOT_MET = {"F09", "F11", "F12", "F10", "R15"}


async def test_the_desk_is_told_what_intake_will_answer(intake: Intake) -> None:
    met = set[str]()
    files = [file for file in fuzzed_files(11, 9000) if not file.facts and file.data][:FILES]
    for at, file in enumerate(files):
        told = at_the_desk(file)
        request, found = await by_intake(intake, file, told["counts"]["received"])
        server_only = told["not_checked"]
        assert json.dumps(without(found, server_only)) == json.dumps(without(told["items"], server_only)), f"file {at}"
        assert set(request["codes"]) - set(server_only) == set(told["codes"]), f"file {at}"
        assert request["counts"]["received"] == told["counts"]["received"], f"file {at}"
        if found == told["items"]:
            assert request["counts"] == told["counts"], f"file {at}"
            assert request["state"] == told["state"], f"file {at}"
        met |= {each["code"] for each in found}
    assert met == set(FINDINGS) - NOT_MET


def without(items: list[dict[str, Any]], codes: list[str]) -> list[dict[str, Any]]:
    return [each for each in items if each["code"] not in codes]


def at_the_desk(file: FuzzedFile) -> dict[str, Any]:
    report = plain_report(io.BytesIO(file.data), kind=KINDS[file.kind], plan=PLAN, as_of=TODAY)
    return dict(json.loads("".join(rendered(report, "json", io.BytesIO))))


async def by_intake(intake: Intake, file: FuzzedFile, records: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The request and all its findings as the API tells them."""
    request = await intake.send(file.data, records, KINDS[file.kind])
    found, cursor = list[dict[str, Any]](), ""
    async with intake.client(portal("*")) as client:
        while True:
            path = f"/intake/v1/requests/{request['id']}/findings"
            page = (await client.get(path, params={"limit": 1000, "cursor": cursor})).json()
            found += page["items"]
            if not (cursor := page["next_cursor"] or ""):
                return request, found
