"""Scene two: inquiry files go to J-LIS and answers come back, doubts are decided, replies released."""

import asyncio
from typing import Any

from cli.demo.desk import approved
from cli.demo.stage import Stage
from simulators.jlis.answer import answer_file

# Differences after which the reviewers of the demonstration take two people for one.
FORGIVEN = frozenset({"ADDRESS-DIFFERS", "ADDRESS-NOTATION", "ADDRESS-OLD-NAME", "NAME-VARIANT", "NAME-DIFFERS"})


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
    path = f"/matcher/v1/batches/{batch['id']}"
    await stage.second.until(path, ("in_review", "releasable"))
    reviews = await stage.second.items(f"/matcher/v1/reviews?batch_id={batch['id']}&state=open")
    await asyncio.gather(*(_decide_one(stage, review["id"]) for review in reviews))
    stage.reviews += len(reviews)
    if reviews:
        stage.output.step(f"  要確認 {batch['kind']}: {len(reviews):,} 件を判断 / reviews decided")
    await stage.second.until(path, ("releasable",))


async def _decide_one(stage: Stage, review_id: str) -> None:
    path = f"/matcher/v1/reviews/{review_id}"
    async with stage.gate:
        shown = await stage.second.get(path, purpose="review", case=review_id)
        same = set(shown["reasons"]) <= FORGIVEN or shown.get("proposed") is not None
        reason = "転居前の住所と認められる" if same else "同一人と認められない"
        await stage.second.post(f"{path}/decision", {"same_person": same, "reason": reason})


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
