"""The story: two cycles of a June, and then the months in which what was kept is destroyed."""

import asyncio
from datetime import date, datetime, timedelta

from cli.demo.delivery import deliver
from cli.demo.exchange import exchange
from cli.demo.sending import by_number, note_received, provisional, receive, send
from cli.demo.stage import Sent, Stage
from shared.calendar.clock import JST
from simulators.people.requests import Fault, RequestFile

FIRST, SECOND = "2026-06-A", "2026-06-B"
LATE = "00010088"  # sends after the first cutoff
MUDDLED = "00010066"  # sends a file in the wrong character set first
SCRATCHED = "00010044"  # sends a disc that cannot be read first
ENDING = "00010077"  # its contract ends when all is done
MORNING_AFTER = timedelta(hours=9, seconds=1)  # people come to work at nine


async def play(stage: Stage) -> None:
    """Plays the whole story."""
    say = stage.output.step
    await stage.move_to(_jst(2026, 6, 1, 9))
    say("一回目の受付 / first cycle: requests")
    await stage.clerk.post("/media/v1/blanks", {"count": 50, "lot": "2026-06"})
    await _first_requests(stage)
    await _cycle(stage, FIRST, _jst(2026, 6, 15, 23, 59, 59))
    await stage.move_to(_jst(2026, 6, 17, 9))
    say("二回目の受付 / second cycle: requests by inquiry number")
    await _second_requests(stage)
    await _cycle(stage, SECOND, _jst(2026, 6, 30, 23, 59, 59))
    say("保存期限まで時間を進める / time moves on to the ends of keeping")
    await stage.supervisor.post(f"/intake/v1/plans/{ENDING}/contract-end", {})
    await stage.move_to(_jst(2026, 12, 1, 9))


async def _cycle(stage: Stage, cycle: str, cutoff: datetime) -> None:
    say = stage.output.step
    await stage.move_to(cutoff)
    await stage.move_to(cutoff + MORNING_AFTER)
    await note_received(stage, cycle)
    _tell_received(stage, cycle)
    say(f"{cycle}: 締切、J-LIS 照会、突合 / cutoff, J-LIS, matching")
    await exchange(stage, cycle)
    say(f"{cycle}: 回答の交付 / replies delivered")
    await deliver(stage, cycle)


async def _first_requests(stage: Stage) -> None:
    on = date(2026, 6, 1)
    network = [plan for plan in stage.cast.plans if plan.channel == "network" and plan.number != LATE]
    discs = [plan for plan in stage.cast.plans if plan.channel == "disc"]
    muddled = await asyncio.to_thread(provisional, stage, stage.plan(MUDDLED), on, serial=9, fault=Fault.WRONG_ENCODING)
    await send(stage, muddled, FIRST)
    scratched = await asyncio.to_thread(provisional, stage, stage.plan(SCRATCHED), on, serial=9)
    await receive(stage, [scratched], FIRST, scratched=True)
    files = [await asyncio.to_thread(provisional, stage, plan, on) for plan in (*network, *discs)]
    await asyncio.gather(*(send(stage, file, FIRST) for file in files[: len(network)]))
    await asyncio.gather(*(receive(stage, [file], FIRST) for file in files[len(network) :]))


async def _second_requests(stage: Stage) -> None:
    """Each plan goes on with the numbers that it was told; one late plan begins."""
    on = date(2026, 6, 17)
    first = {sent.plan.number: sent for sent in stage.of_cycle(FIRST)}
    network: list[RequestFile] = [await asyncio.to_thread(provisional, stage, stage.plan(LATE), on)]
    discs: list[list[RequestFile]] = []
    for number, sent in sorted(first.items()):
        files = [_asked_by_number(stage, first, number, kind, on) for kind in _KINDS[number] if sent.numbers]
        if sent.plan.channel == "network":
            network += files
        elif files:
            discs.append(files)
    await asyncio.gather(*(send(stage, file, SECOND) for file in network))
    await asyncio.gather(*(receive(stage, files, SECOND) for files in discs))


_KINDS = {
    "00010011": ("main", "deletion"),
    "00010022": ("main",),
    "00010033": ("my_number",),
    "00010044": ("main", "my_number"),
    "00010055": ("main", "my_number"),
    "00010066": ("my_number",),
    "00010077": ("deletion",),
}


def _asked_by_number(stage: Stage, first: dict[str, Sent], number: str, kind: str, on: date) -> RequestFile:
    """All numbers of the plan; a deletion names the last tenth, and what it names is not asked for again."""
    mine = first[number].numbers
    cut = len(mine) - max(len(mine) // 10, 1)
    if "deletion" in _KINDS[number]:
        mine = mine[cut:] if kind == "deletion" else mine[:cut]
    others = [told[1] for plan, sent in first.items() if plan != number for told in sent.numbers[:1]]
    return by_number(stage, stage.plan(number), kind, on, mine, others)


def _tell_received(stage: Stage, cycle: str) -> None:
    counts = [sent.counts for sent in stage.of_cycle(cycle)]
    accepted, rejected = (sum(one.get(name, 0) for one in counts) for name in ("accepted", "rejected"))
    stage.output.step(
        f"  {len(counts)} 依頼 / requests: 受付 {accepted:,} 件 / accepted, 不備 {rejected:,} 件 / rejected; "
        f"返戻 {len(stage.returned)} / returned"
    )


def _jst(*at: int) -> datetime:
    return datetime(*at, tzinfo=JST)  # type: ignore[misc,arg-type]
