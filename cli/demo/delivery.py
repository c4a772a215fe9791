"""Scene three: replies reach their plans, as packages over the network and as discs in sealed envelopes."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from cli.demo.reading import read_disc, read_package, save_reply
from cli.demo.stage import Sent, Stage

CARRIER = "書留"


async def deliver(stage: Stage, cycle: str) -> None:
    """All replies of a cycle."""
    network = [sent for sent in stage.of_cycle(cycle) if sent.plan.channel == "network"]
    await asyncio.gather(*(_download(stage, sent) for sent in network))
    for number in sorted({sent.plan.number for sent in stage.of_cycle(cycle) if sent.plan.channel == "disc"}):
        await _discs(stage, number, cycle)


async def _download(stage: Stage, sent: Sent) -> None:
    """The plan's program fetches the package, confirms it, is told the password and opens it."""
    async with stage.gate:
        await stage.portal.until(f"/intake/v1/requests/{sent.request_id}", ("replied", "delivered"))
        (reply,) = await stage.portal.until_listed(f"/media/v1/replies?request_id={sent.request_id}")
        path = f"/media/v1/replies/{reply['id']}"
        await stage.portal.until(path, ("ready",))
        package = (await stage.portal.call("GET", f"{path}/package")).content
        await stage.portal.post(f"{path}/receipt", {"sha256": hashlib.sha256(package).hexdigest()})
        password = (await stage.portal.get(f"{path}/password"))["password"]
    place = _place(stage, sent.plan.number, sent.cycle) / f"{sent.file.envelope.kind}.zip"
    await asyncio.to_thread(_keep, place, package, password)
    (opened,) = await asyncio.to_thread(read_package, package, password)
    await asyncio.to_thread(save_reply, place.with_suffix(""), opened, sent)


async def _discs(stage: Stage, plan_number: str, cycle: str) -> None:
    wanted = {sent.request_id for sent in stage.of_cycle(cycle) if sent.plan.number == plan_number}
    for request_id in sorted(wanted):
        await stage.clerk.until(f"/intake/v1/requests/{request_id}", ("replied", "delivered"))
    path = f"/media/v1/discs?cycle={cycle}&plan_number={plan_number}"
    for planned in await stage.clerk.until_listed(path, lambda discs: wanted <= _requests_on(discs)):
        made = await stage.clerk.post(f"/media/v1/discs/{planned['id']}/image", **_why(planned["id"]))
        for disc_id in made["discs"]:
            await _send_disc(stage, plan_number, cycle, disc_id)


async def _send_disc(stage: Stage, plan_number: str, cycle: str, disc_id: str) -> None:
    """Burnt, read back, labelled, bundled, sealed, sent, arrived; then the password goes another way."""
    path = f"/media/v1/discs/{disc_id}"
    image = (await stage.clerk.call("GET", f"{path}/image", **_why(disc_id))).content
    digest = hashlib.sha256(image).hexdigest()
    disc = await stage.clerk.post(f"{path}/readback", {"sha256": digest}, **_why(disc_id))
    label = (await stage.clerk.call("GET", f"{path}/label.pdf", **_why(disc_id))).content
    seal = f"S{disc['number'].replace('-', '')}"
    envelope = {
        "disc_ids": [disc_id],
        "carrier": CARRIER,
        "tracking_number": _tracking_number(disc_id),
        "seal_number": seal,
        "envelope_plan_number": plan_number,
    }
    dispatch = await stage.clerk.post("/media/v1/dispatches", envelope)
    manifest = (await stage.clerk.call("GET", f"/media/v1/dispatches/{dispatch['id']}/manifest.pdf")).content
    for state in ("handed_over", "sealed", "sent", "delivered"):
        await stage.clerk.post(f"/media/v1/dispatches/{dispatch['id']}/events", {"state": state})
    password = (await stage.clerk.get(f"{path}/password", **_why(disc_id)))["password"]
    place = _place(stage, plan_number, cycle) / f"{disc['number']}.iso"
    await asyncio.to_thread(_keep, place, image, password)
    await asyncio.to_thread(place.with_suffix(".label.pdf").write_bytes, label)
    await asyncio.to_thread(place.with_suffix(".manifest.pdf").write_bytes, manifest)
    mine = {sent.request_id: sent for sent in stage.of_cycle(cycle) if sent.plan.number == plan_number}
    for opened in await asyncio.to_thread(read_disc, image, password):
        sent = mine[opened.request_id]
        folder = place.with_suffix("") / sent.file.envelope.kind
        await asyncio.to_thread(save_reply, folder, opened, sent)


def _requests_on(discs: list[dict[str, Any]]) -> set[str]:
    return {request_id for disc in discs for request_id in disc["request_ids"]}


def _tracking_number(disc_id: str) -> str:
    """Twelve digits of its own for each disc, the last one the remainder by seven as carriers have it."""
    body = int(disc_id.replace("-", ""), 16) % 10**11
    return f"{body:011d}{body % 7}"


def _why(disc_id: str) -> dict[str, Any]:
    return {"purpose": "media-production", "case": disc_id}


def _place(stage: Stage, plan_number: str, cycle: str) -> Path:
    place = stage.folder / "delivered" / plan_number / cycle
    place.mkdir(parents=True, exist_ok=True)
    return place


def _keep(place: Path, data: bytes, password: str) -> None:
    place.write_bytes(data)
    place.with_suffix(".password.txt").write_text(password + "\n")
