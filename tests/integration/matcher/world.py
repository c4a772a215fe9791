"""Plans, people and a small J-LIS, all made up, as the matcher meets them."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import orjson
import polars as pl

from services.matcher.settings import MatcherParts
from shared.auth.principals import Principal
from shared.blobs.columns import get_frame, put_frame
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.events import Event
from shared.events.intake import ClosedRequest, CycleClosed, Kind
from shared.hosting import Service
from shared.ids import new_id
from shared.people.check_digits import my_number_of, resident_code_of
from tests.integration.conftest import Host, staff

T = TypeVar("T", bound=Event)

PLAN, OTHER_PLAN = "00012345", "00054321"
CASE = "jlis-exchange"
ASKED = ("name_kana", "name_kanji", "birth_date", "sex", "postal_code", "address")
OPERATOR = staff("operator", "jlis_terminal", "security_room", "operator-1")
OPERATORS = (OPERATOR, *(staff("operator", "registry_server", "security_room", f"operator-{n}") for n in (2, 3, 4)))
AUDITOR = staff("auditor")
HELD_FIELDS = (
    "resident_code my_number name_kana name_kanji birth_date sex postal_code address municipality_code "
    "change_reason change_date"
).split()


@dataclass(frozen=True)
class Resident:
    """One synthetic person as the registry holds them."""

    resident_code: str
    my_number: str
    name_kana: str
    name_kanji: str
    birth_date: str
    sex: str
    postal_code: str = "1000001"
    address: str = "東京都千代田区千代田１－１"
    municipality_code: str = "131016"
    change_reason: str = "00"
    change_date: str = ""

    @property
    def asked(self) -> dict[str, str]:
        return {item: getattr(self, item) for item in ASKED}


def resident(number: int, **items: str) -> Resident:
    """Person `number`: always the same."""
    kana = "ｱｲｳｴｵｶｷｸｹｺ"
    kanji = "一二三四五六七八九十"
    digits = [int(digit) for digit in f"{number:04d}"]
    made = Resident(
        resident_code=resident_code_of(f"{1_000_000_000 + number}"),
        my_number=my_number_of(f"{10_000_000_000 + number}"),
        name_kana="ﾔﾏﾀﾞ " + "".join(kana[digit] for digit in digits),
        name_kanji="山田　" + "".join(kanji[digit] for digit in digits),
        birth_date=f"19{50 + number % 40}01{1 + number % 28:02d}",
        sex="12"[number % 2],
    )
    return replace(made, **items)


Answers = Sequence[tuple[str, Resident | None]]
AnswerTo = Callable[[dict[str, str]], Answers]


@dataclass
class Registry:
    """J-LIS: answers by name and date of birth (kind 1) or by resident code; `by_seq` overrides."""

    people: list[Resident]
    by_seq: dict[int, Answers] = field(default_factory=dict)

    def answers(self, asked: dict[str, str]) -> Answers:
        if (seq := int(asked["seq"])) in self.by_seq:
            return self.by_seq[seq]
        if asked["resident_code"]:
            found = [one for one in self.people if one.resident_code == asked["resident_code"]]
        else:
            key = (asked["name_kana"], asked["birth_date"])
            found = [one for one in self.people if (one.name_kana, one.birth_date) == key]
        return [("0", one) for one in found] or [("1", None)]

    def answer_file(self, inquiry: str, *, order: Callable[[list[str]], Iterable[str]] = lambda lines: lines) -> bytes:
        """The whole answer; `order` may change, drop or double data lines."""
        header, *lines, _ = inquiry.splitlines()
        _, batch_id, kind, _, _ = header.split(",")
        names = "seq resident_code name_kana name_kanji birth_date sex address".split()
        rows: list[str] = []
        for line in lines:
            asked = dict(zip(names, line.split(",")[1:], strict=True))
            told = self.answers(asked)
            for which, (result, person) in enumerate(told, start=1):
                rows.append(_record(asked["seq"], result, which, len(told), person, kind))
        return finished([f"H,{batch_id},{kind},2026-06-20T10:00:00+09:00,20260618", *order(rows)])


def finished(lines: Sequence[str]) -> bytes:
    """Lines with the trailer that they need."""
    body = "".join(f"{line}\n" for line in lines).encode()
    return body + f"T,{len(lines) - 1},{hashlib.sha256(body).hexdigest()}\n".encode()


def _record(seq: str, result: str, which: int, of: int, person: Resident | None, kind: str) -> str:
    if person is None:
        return ",".join(["D", seq, result, *[""] * (len(HELD_FIELDS) + 2)])
    values = [getattr(person, name) for name in HELD_FIELDS]
    if kind != "3":
        values[1] = ""
    return ",".join(["D", seq, result, str(which), str(of), *values])


class World:
    """The matcher, hosted, with what the other services would do around it."""

    def __init__(self, host: Host, service: Service, heard: list[Event]) -> None:
        self.host = host
        self.heard = heard
        self.service = service
        self.parts: MatcherParts = service.parts  # type: ignore[assignment]
        self.intake: BlobStore = host.kit.blobs("intake")

    def request(
        self, kind: Kind, rows: Sequence[dict[str, str]], *, plan: str = PLAN, chunk: int = 50
    ) -> ClosedRequest:
        """A closed request of a plan, its chunks stored as intake stores them."""
        chunks = []
        for start in range(0, len(rows), chunk):
            some = rows[start : start + chunk]
            numbered = [
                {"line": serial + 1, "serial": serial, "member_id": f"M-{serial}", **row}
                for serial, row in enumerate(some, start=start + 1)
            ]
            frame = pl.DataFrame(numbered, schema_overrides={"line": pl.Int32, "serial": pl.Int32})
            chunks.append(put_frame(self.intake, frame, purpose="accepted", key=f"plan/{plan}"))
        return ClosedRequest(
            request_id=new_id(),
            plan_number=plan,
            plan_name="試験企業年金基金",
            plan_address="東京都千代田区１－１",
            channel="network",
            kind=kind,
            charset="utf-8",
            received=len(rows),
            accepted=len(rows),
            rejected=0,
            chunks=tuple(chunks),
            accepted_at=self.host.clock.now(),
        )

    async def announce(self, event: Any, subject: str = "test") -> None:
        """Put an event of another service on the bus and wait until all is quiet."""
        await self.parts.db.write(lambda work: work.announce(event, subject=subject))
        await self.host.idle()

    async def close(self, *requests: ClosedRequest, cycle: str = "2026-06-A") -> None:
        """The cutoff, as intake announces it."""
        listed = self.intake.put(
            orjson.dumps([one.model_dump(mode="json") for one in requests]), purpose="closing-list", key="jlis"
        )
        await self.announce(
            CycleClosed(
                cycle=cycle,
                closed_at=datetime(2026, 6, 15, 14, 59, 59, tzinfo=UTC),
                reply_due=date(2026, 6, 25),
                requests=len(requests),
                inquiries={},
                closing_list=listed,
            )
        )

    async def batches(self, cycle: str = "2026-06-A") -> dict[str, dict[str, Any]]:
        """Batches of a cycle by kind, as the interface lists them."""
        async with self.host.client("matcher", AUDITOR) as client:
            answer = await client.get(f"/matcher/v1/batches?cycle={cycle}")
        return {one["kind"]: one for one in answer.json()["items"]}

    async def batch(self, batch_id: str) -> dict[str, Any]:
        async with self.host.client("matcher", AUDITOR) as client:
            answer = await client.get(f"/matcher/v1/batches/{batch_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def balance(self, batch_id: str) -> dict[str, Any]:
        async with self.host.client("matcher", AUDITOR) as client:
            return dict((await client.get(f"/matcher/v1/batches/{batch_id}/balance")).json())

    async def hand_over(self, batch_id: str) -> str:
        """The inquiry file, fetched by two people."""
        approval = await self.host.approve("matcher", "matcher.batch.hand_over", batch_id, OPERATOR.id)
        async with self.host.client("matcher", OPERATOR, purpose=CASE, case=batch_id, approval=approval) as client:
            answer = await client.get(f"/matcher/v1/batches/{batch_id}/inquiry-file")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def put_answer(self, batch_id: str, content: bytes) -> Any:
        async with self.host.client("matcher", OPERATOR, purpose=CASE, case=batch_id) as client:
            answer = await client.put(f"/matcher/v1/batches/{batch_id}/answer-file", content=content)
        await self.host.idle()
        return answer

    async def exchange(self, batch_id: str, registry: Registry) -> dict[str, Any]:
        """Hand over, answer, match; the batch afterwards."""
        answer = await self.put_answer(batch_id, registry.answer_file(await self.hand_over(batch_id)))
        assert answer.status_code == 202, answer.text
        return await self.batch(batch_id)

    async def reviews(self, batch_id: str, state: str = "waiting") -> list[dict[str, Any]]:
        async with self.host.client("matcher", OPERATOR) as client:
            answer = await client.get(f"/matcher/v1/reviews?batch_id={batch_id}&state={state}")
        return list(answer.json()["items"])

    async def take(self, person: Principal, review_id: str) -> Any:
        async with self.host.client("matcher", person) as client:
            return await client.post(f"/matcher/v1/reviews/{review_id}/assignment")

    async def show(self, person: Principal, review_id: str) -> Any:
        async with self.host.client("matcher", person, purpose="review", case=review_id) as client:
            return await client.get(f"/matcher/v1/reviews/{review_id}")

    async def judge(self, person: Principal, review_id: str, key: str = "", **verdict: Any) -> Any:
        """One person's verdict on a review that they hold."""
        async with self.host.client("matcher", person) as client:
            return await client.post(
                f"/matcher/v1/reviews/{review_id}/decision",
                json={"reason": "見比べた", **verdict},
                headers={"Idempotency-Key": key} if key else {},
            )

    async def decide(self, review_id: str, **verdict: Any) -> Any:
        """As many people as it needs take a review and all say the same; the last answer."""
        for person in OPERATORS:
            taken = await self.take(person, review_id)
            assert taken.status_code == 200, taken.text
            answer = await self.judge(person, review_id, **verdict)
            if answer.is_error or answer.json()["state"] == "decided":
                return answer
        raise AssertionError("two people who say the same conclude a review")

    async def confirm_deaths(
        self, batch_id: str, person: Principal = OPERATORS[1], reason: str = "一覧を確認した"
    ) -> Any:
        async with self.host.client("matcher", person) as client:
            return await client.post(f"/matcher/v1/batches/{batch_id}/deaths/confirmation", json={"reason": reason})

    async def release(self, batch_id: str, *, confirm: bool = True) -> Any:
        """Released by one operator; another one has confirmed the deaths, where there are any."""
        if confirm and (await self.batch(batch_id))["deaths"]["waiting"]:
            assert (await self.confirm_deaths(batch_id)).status_code == 200
        approval = await self.host.approve("matcher", "matcher.batch.release", batch_id, OPERATOR.id)
        async with self.host.client("matcher", OPERATOR, approval=approval) as client:
            answer = await client.post(f"/matcher/v1/batches/{batch_id}/release")
        await self.host.idle()
        return answer

    def events(self, kind: type[T]) -> list[T]:
        """What was announced of one type, in order."""
        return [event for event in self.heard if isinstance(event, kind)]

    def reply_list(self, ref: BlobRef) -> list[dict[str, Any]]:
        return list(orjson.loads(self.parts.blobs.get(ref)))

    def reply_rows(self, reply: dict[str, Any]) -> pl.DataFrame:
        return pl.concat([get_frame(self.parts.blobs, BlobRef.model_validate(one)) for one in reply["chunks"]])
