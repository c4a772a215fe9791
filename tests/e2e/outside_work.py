"""The work of the association's people in the walk: J-LIS exchange, reviews, release, delivery."""

import hashlib
from collections.abc import Callable
from typing import Any

from tests.e2e.outside_client import Caller, approved, staff, with_purpose
from tests.e2e.outside_files import Reply, answer_file, open_package, read_inquiry
from tests.e2e.outside_people import Country

Judge = Callable[[dict[str, Any]], bool]


def batches(address: str, cycle: str) -> dict[str, dict[str, Any]]:
    """The batches of a cycle by kind."""
    found = staff(address, "operator-1").items(f"/matcher/v1/batches?cycle={cycle}")
    assert len({batch["kind"] for batch in found}) == len(found)
    assert all(batch["cycle"] == cycle for batch in found)
    return {batch["kind"]: batch for batch in found}


def carry_out(address: str, batch_id: str) -> tuple[list[str], list[list[str]]]:
    """Two people hand the inquiry file over; gives its header and records."""
    operator = staff(address, "operator-1")
    path = f"/matcher/v1/batches/{batch_id}/inquiry-file"
    operator.get(path, expect=403, headers=with_purpose("jlis-exchange", batch_id))
    approval = approved(address, "operator-1", "operator-2", "matcher.batch.hand_over", batch_id)
    header, records = read_inquiry(operator.get(path, headers=with_purpose("jlis-exchange", batch_id, approval)))
    assert header[1] == batch_id
    return header, records


def carry_back(
    address: str, country: Country, batch_id: str, header: list[str], asked: list[list[str]], on: str
) -> bytes:
    """J-LIS answers, and an operator brings the answer file in."""
    answers = country.answers(header[2], asked)
    data = answer_file(header, answers, f"{on[:4]}-{on[4:6]}-{on[6:]}T10:00:00+09:00", on)
    path = f"/matcher/v1/batches/{batch_id}/answer-file"
    staff(address, "operator-1").put(path, data, headers=with_purpose("jlis-exchange", batch_id))
    return data


def decide_reviews(address: str, batch_id: str, judge: Judge) -> int:
    """Decides every open review of a batch as `judge` says of its two sides; gives how many there were."""
    operator = staff(address, "operator-2")
    state = operator.until(f"/matcher/v1/batches/{batch_id}", "in_review", "releasable", "balance_error")["state"]
    assert state != "balance_error"
    reviews = operator.items(f"/matcher/v1/reviews?batch_id={batch_id}&state=waiting")
    assert (state == "in_review") == bool(reviews)
    for review in reviews:
        assert set(review) >= {"id", "batch_id", "seq", "reasons", "state", "assigned"}
        decided = decide(operator, review["id"], judge)
        if decided["state"] != "decided":
            assert operator.post(f"/matcher/v1/reviews/{review['id']}/assignment", expect=409)
            decided = decide(staff(address, "operator-1"), review["id"], judge)
        assert decided["state"] == "decided"
    operator.until(f"/matcher/v1/batches/{batch_id}", "releasable")
    return len(reviews)


def decide(operator: Caller, review_id: str, judge: Judge) -> dict[str, Any]:
    """One operator takes a review, looks at it and judges it; what that led to."""
    path = f"/matcher/v1/reviews/{review_id}"
    operator.get(path, expect=403)
    operator.get(path, expect=409, headers=with_purpose("review", review_id))
    operator.post(f"{path}/assignment", expect=200)
    shown = operator.get(path, headers=with_purpose("review", review_id))
    decision = {"same_person": judge(shown), "reason": "両側を見比べて判断した"}
    return dict(operator.post(f"{path}/decision", decision, expect=200))


def confirm_deaths(address: str, batch_id: str) -> int:
    """A second operator confirms the new deaths of a batch; gives how many there were."""
    operator, path = staff(address, "operator-2"), f"/matcher/v1/batches/{batch_id}"
    waiting = int(operator.get(path)["deaths"]["waiting"])
    if waiting:
        deaths = operator.items(f"{path}/deaths", headers=with_purpose("review", batch_id))
        assert len(deaths) == waiting
        assert all(set(death) == {"seq", "request_id", "serial", "change_date", "evidence"} for death in deaths)
        operator.post(f"{path}/deaths/confirmation", {"reason": "一覧を確かめた"}, expect=200)
    return waiting


def release(address: str, batch_id: str) -> int:
    """Two people release the replies of a batch, after another one confirmed its deaths; gives how many there were."""
    deaths = confirm_deaths(address, batch_id)
    approval = approved(address, "operator-1", "supervisor-1", "matcher.batch.release", batch_id)
    path = f"/matcher/v1/batches/{batch_id}/release"
    staff(address, "operator-1").post(path, expect=200, headers=with_purpose("reply-delivery", batch_id, approval))
    return deaths


def ready_reply(caller: Caller, request_id: str) -> dict[str, Any]:
    """The reply to a request, as soon as it lies ready."""
    caller.until(f"/intake/v1/requests/{request_id}", "replied")
    (reply,) = caller.items(f"/media/v1/replies?request_id={request_id}")
    assert reply["request_id"] == request_id
    return dict(caller.until(f"/media/v1/replies/{reply['id']}", "ready"))


def fetch(caller: Caller, request_id: str, charset: str) -> Reply:
    """Downloads a reply, confirms it, gets the password, opens the package; then the request is delivered."""
    reply = ready_reply(caller, request_id)
    path = f"/media/v1/replies/{reply['id']}"
    package = caller.get(f"{path}/package")
    assert len(package) == reply["size"]
    digest = hashlib.sha256(package).hexdigest()
    assert digest == reply["sha256"]
    part = caller.get(f"{path}/package", expect=206, headers={"Range": "bytes=100-199"})
    assert part == package[100:200]
    assert caller.get(f"{path}/password", expect=409)["code"] == "receipt-required"
    wrong = caller.post(f"{path}/receipt", {"sha256": "0" * 64}, expect=409)
    assert wrong["code"] == "digest-mismatch"
    caller.post(f"{path}/receipt", {"sha256": digest}, expect=204)
    password = caller.get(f"{path}/password")["password"]
    caller.until(f"/intake/v1/requests/{request_id}", "delivered")
    return open_package(package, password, charset)
