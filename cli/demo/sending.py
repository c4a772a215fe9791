"""Scene one: requests come in, over the network and in envelopes."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cli.demo.cast import Plan
from cli.demo.stage import Sent, Stage
from simulators.people.folder import Asking, disc_image, provisional_request, unreadable_image
from simulators.people.requests import Envelope, Fault, RequestFile, number_records, write_request


def provisional(stage: Stage, plan: Plan, on: date, *, serial: int = 1, fault: Fault | None = None) -> RequestFile:
    """A plan's provisional request about its members."""
    asking = Asking(plan.number, plan.channel, plan.members, plan.charset)
    return provisional_request(stage.registry, _place(stage, plan), asking, on, media_serial=serial, fault=fault)


def by_number(
    stage: Stage, plan: Plan, kind: str, on: date, numbers: Sequence[tuple[str, str]], others: Sequence[str]
) -> RequestFile:
    """A plan's request by the inquiry numbers that it was told; `others` were told to other plans."""
    records = number_records(numbers, kind, stage.registry.seed, foreign_numbers=others)
    return write_request(_place(stage, plan), Envelope(plan.number, kind, on, 1, plan.charset), records)


async def send(stage: Stage, file: RequestFile, cycle: str) -> None:
    """A network plan registers a request, uploads the file and looks at the verdict."""
    plan = stage.plan(file.envelope.plan_number)
    async with stage.gate:
        registration = {
            "plan_number": plan.number,
            "kind": file.envelope.kind,
            "record_count": file.records,
            "sha256": file.sha256,
            "form": {"date": file.envelope.created.isoformat(), "contact": "年金業務課"},
        }
        made = await stage.portal.post("/intake/v1/requests", registration)
        path = f"/intake/v1/requests/{made['id']}"
        await stage.portal.call("PUT", f"{path}/file", content=await asyncio.to_thread(file.path.read_bytes))
        done = await stage.portal.until(path, ("accepted", "returned"))
        if done["state"] == "accepted":
            await stage.portal.get(f"{path}/receipt")
    _note(stage, plan, file, cycle, done)


async def receive(stage: Stage, files: Sequence[RequestFile], cycle: str, *, scratched: bool = False) -> None:
    """An envelope of a disc plan is opened, and its disc read; one that cannot be read goes back."""
    plan = stage.plan(files[0].envelope.plan_number)
    image = await asyncio.to_thread(disc_image, *(file.path for file in files))
    if scratched:
        image = await asyncio.to_thread(unreadable_image, image)
    async with stage.gate:
        envelope = {
            "plan_number": plan.number,
            "received_on": files[0].envelope.created.isoformat(),
            "form_enclosed": True,
            "media": [{"label": f"{plan.number}-1"}],
        }
        made = await stage.clerk.post("/intake/v1/receptions", envelope)
        path = f"/intake/v1/receptions/{made['id']}"
        data = await asyncio.to_thread(image.read_bytes)
        read = await stage.clerk.call(
            "PUT", f"{path}/media/1/image", content=data, purpose="intake-check", case=made["id"]
        )
        if scratched:
            codes = ";".join(read.json().get("codes", ["F11"])) or "F11"
            await stage.clerk.post(f"{path}/return", {"reason": "媒体を読み取れないため差替えを依頼"})
            stage.returned.append((plan, f"CD-R {codes}"))
            return
    for file in files:
        stage.sent.append(Sent(plan, file, cycle, ""))


async def note_received(stage: Stage, cycle: str) -> None:
    """After the daily transfer: which request came of which disc, and what its check said."""
    for sent in [one for one in stage.of_cycle(cycle) if not one.request_id]:
        path = f"/intake/v1/requests?plan_number={sent.plan.number}&kind={sent.file.envelope.kind}&cycle={cycle}"
        found = [one for one in await stage.clerk.items(path) if one["state"] != "returned"]
        sent.request_id, sent.counts = found[0]["id"], found[0]["counts"]


def _note(stage: Stage, plan: Plan, file: RequestFile, cycle: str, done: dict[str, object]) -> None:
    if done["state"] == "returned":
        codes = done.get("codes")
        stage.returned.append((plan, ";".join(codes) if isinstance(codes, list) else ""))
        return
    counts = done["counts"]
    stage.sent.append(Sent(plan, file, cycle, str(done["id"]), dict(counts) if isinstance(counts, dict) else {}))


def _place(stage: Stage, plan: Plan) -> Path:
    return stage.folder / "plans" / plan.number
