"""Scene two: inquiry files go to J-LIS and answers come back, doubts are decided, replies released."""

import asyncio
from typing import Any

from cli.demo.desk import Desk, approved
from cli.demo.stage import Stage
from simulators.jlis.answer import answer_file

REVIEWS_AT_ONCE = 100  # that one person takes


async def exchange(stage: Stage, cycle: str) -> None:
    """All batches of a cycle, from the inquiry file to the release."""
    batches = await stage.operator.items(f"/matcher/v1/batches?cycle={cycle}")
    for batch in batches:
        await stage.operator.until(f"/matcher/v1/batches/{batch['id']}", ("ready",))
        await _ask_jlis(stage, batch)
    for batch in batches:
        await _decide(stage, batch)
        await _confirm_deaths(stage, batch)
        await _release(stage, batch)


async def _ask_jlis(stage: Stage, batch: dict[str, Any]) -> None:
    """The operator carries the file across the air gap and brings the answer back, through files on a disc."""
    approval = await approved(stage.operator, stage.second, "matcher.batch.hand_over", batch["id"], "定例の引渡し")
    path = f"/matcher/v1/batches/{batch['id']}"
    why = {"purpose": "jlis-exchange", "case": batch["id"]}
    inquiry = await stage.operator.call("GET", f"{path}/inquiry-file", approval=approval, **why)
    place = stage.folder / "jlis"
    place.mkdir(exist_ok=True)
    name = f"{batch['cycle']}_{batch['kind']}"
    asked, answer = place / f"{name}.inquiry.txt", place / f"{name}.answer.txt"
    await asyncio.to_thread(asked.write_bytes, inquiry.content)
    done = await asyncio.to_thread(answer_file, stage.registry, asked, answer)
    await stage.operator.call("PUT", f"{path}/answer-file", content=await asyncio.to_thread(answer.read_bytes), **why)
    stage.output.step(
        f"  J-LIS {batch['kind']}: {done.inquiries:,} 件照会 / asked, "
        + ", ".join(f"{name} {count:,}" for name, count in done.results.items() if count)
    )


async def _decide(stage: Stage, batch: dict[str, Any]) -> None:
    """Three operators take turns until nothing waits: an acceptance needs two of them, a disagreement all three."""
    path = f"/matcher/v1/batches/{batch['id']}"
    await stage.second.until(path, ("in_review", "releasable"))
    before = stage.reviews
    while sum([await _judge_some(stage, desk, batch["id"]) for desk in (stage.second, stage.operator, stage.third)]):
        pass
    if stage.reviews > before:
        stage.output.step(f"  要確認 {batch['kind']}: {stage.reviews - before:,} 件を判断 / reviews decided")
    await stage.second.until(path, ("releasable",))


async def _judge_some(stage: Stage, desk: Desk, batch_id: str) -> int:
    """One person takes what they may and judges it; how many that were."""
    wanted = {"batch_id": batch_id, "limit": REVIEWS_AT_ONCE}
    taken = (await desk.post("/matcher/v1/reviews/assignments", wanted))["items"]
    states = await asyncio.gather(*(_judge(stage, desk, review["id"]) for review in taken))
    stage.reviews += states.count("decided")
    return len(taken)


async def _judge(stage: Stage, desk: Desk, review_id: str) -> str:
    """Looks at both sides, takes the proposal or, without one, who differs in the fewest items; the state after it."""
    path = f"/matcher/v1/reviews/{review_id}"
    async with stage.gate:
        shown = await desk.get(path, purpose="review", case=review_id)
        nearest = min(shown["candidates"], key=lambda one: len(one["differences"]))["candidate"]
        chosen = nearest if shown["blind"] else shown["proposed"]
        verdict = {"same_person": True, "candidate": chosen, "reason": "転居前の住所と認められる"}
        return str((await desk.post(f"{path}/decision", verdict))["state"])


async def _confirm_deaths(stage: Stage, batch: dict[str, Any]) -> None:
    """The second operator goes through the new deaths, so that the first one may release."""
    path = f"/matcher/v1/batches/{batch['id']}"
    if not (await stage.second.get(path))["deaths"]["waiting"]:
        return
    listed = await stage.second.items(f"{path}/deaths", purpose="review", case=batch["id"])
    await stage.second.post(f"{path}/deaths/confirmation", {"reason": "死亡日と前回回答を確かめた"})
    stage.deaths += len(listed)
    stage.output.step(f"  死亡 {batch['kind']}: {len(listed):,} 件を確認 / new deaths confirmed")


async def _release(stage: Stage, batch: dict[str, Any]) -> None:
    path = f"/matcher/v1/batches/{batch['id']}"
    stage.balances.append(
        {"cycle": batch["cycle"], "kind": batch["kind"], **await stage.operator.get(f"{path}/balance")}
    )
    approval = await approved(stage.operator, stage.supervisor, "matcher.batch.release", batch["id"], "件数を確認した")
    await stage.operator.post(f"{path}/release", approval=approval)
