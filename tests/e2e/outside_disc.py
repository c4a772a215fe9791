"""The clerk's work with discs: those that come in, and those that go out."""

import hashlib

from tests.e2e.outside_client import staff, with_purpose
from tests.e2e.outside_files import Reply, disc_of, open_disc, open_package


def receive_disc(address: str, plan: str, files: dict[str, bytes]) -> str:
    """An envelope is opened and its disc read in; gives the reception's id."""
    clerk = staff(address, "clerk-1")
    envelope = {
        "plan_number": plan,
        "received_on": "2026-06-02",
        "form_enclosed": True,
        "media": [{"label": f"{plan}-1"}],
    }
    made = clerk.post("/intake/v1/receptions", envelope)
    path = f"/intake/v1/receptions/{made['id']}/media/1/image"
    clerk.put(path, disc_of(files), headers=with_purpose("intake-check", made["id"]))
    return str(made["id"])


def send_discs(address: str, plan: str, cycle: str, charset: str) -> list[Reply]:
    """Makes, burns, reads back, bundles and sends every disc of a plan and cycle; gives the replies on them."""
    clerk = staff(address, "clerk-1")
    planned = clerk.items(f"/media/v1/discs?cycle={cycle}&plan_number={plan}")
    assert planned
    assert all(disc["state"] == "planned" for disc in planned)
    assert len({disc["kind_group"] for disc in planned}) == len(planned), "individual numbers share a disc"
    replies, passwords = [], set()
    for disc in planned:
        made, password = send_disc(address, disc["id"])
        passwords.add(password)
        replies += [open_package(data, password, charset) for name, data in made.items() if name.endswith(".zip")]
    assert len(passwords) == len(planned), "two discs share a password"
    return replies


def send_disc(address: str, disc_id: str) -> tuple[dict[str, bytes], str]:
    """One disc from the image to the password; gives its files and the password."""
    clerk = staff(address, "clerk-1")
    path, why = f"/media/v1/discs/{disc_id}", with_purpose("media-production", disc_id)
    clerk.post(f"{path}/image", headers=why)
    image = clerk.get(f"{path}/image", headers=why)
    wrong = clerk.post(f"{path}/readback", {"sha256": "0" * 64}, expect=409, headers=why)
    assert wrong["code"] == "digest-mismatch"
    image = clerk.get(f"{path}/image", headers=why)
    clerk.post(f"{path}/readback", {"sha256": hashlib.sha256(image).hexdigest()}, expect=200, headers=why)
    assert clerk.get(f"{path}/label.pdf", headers=why).startswith(b"%PDF-")
    early = clerk.get(f"{path}/password", expect=409, headers=why)
    assert early["code"] == "delivery-required"
    envelope = {
        "disc_ids": [disc_id],
        "carrier": "書留",
        "tracking_number": _tracking(disc_id),
        "seal_number": disc_id[:8],
    }
    dispatch = clerk.post("/media/v1/dispatches", envelope)
    assert clerk.get(f"/media/v1/dispatches/{dispatch['id']}/manifest.pdf").startswith(b"%PDF-")
    clerk.post(f"/media/v1/dispatches/{dispatch['id']}/events", {"state": "delivered"}, expect=409)
    for state in ("handed_over", "sealed", "sent", "delivered"):
        clerk.post(f"/media/v1/dispatches/{dispatch['id']}/events", {"state": state}, expect=200)
    password = clerk.get(f"{path}/password", headers=why)["password"]
    return open_disc(image), password


def _tracking(disc_id: str) -> str:
    return str(int(disc_id.replace("-", ""), 16))[-12:]
