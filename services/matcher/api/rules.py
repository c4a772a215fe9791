"""Decision tables: read, proposed, rehearsed on a past batch, activated by two people."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.matcher.settings import MatcherParts
from services.matcher.usecases import show_rehearsal as rehearsals
from services.matcher.usecases import show_rules as shown
from services.matcher.usecases.activate_rules import activate_rules
from services.matcher.usecases.propose_rules import propose_rules
from services.matcher.usecases.rehearse_rules import ask_rehearsal
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode
from shared.refusals import Refusal

routes = APIRouter(prefix="/matcher/v1", tags=["rules"])

PartsOf = Annotated[MatcherParts, Depends(parts_of)]
OnceOf = Annotated[Once, Depends(once)]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Code = Annotated[str, Field(max_length=40)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
SEQ_DIGITS = 10


class Bounds(BaseModel):
    """How many, both ends included; no limit where `most` is null."""

    model_config = ConfigDict(extra="forbid")

    least: Count = 0
    most: Count | None = None


class TableRow(BaseModel):
    """One row: the first that fits decides."""

    model_config = ConfigDict(extra="forbid")

    situation: Code = Field(description="none, one, several or refused")
    not_agreeing: Bounds | None = Field(
        default=None, description="One candidate: how many of the four items do not agree"
    )
    agreeing_in_all: Bounds | None = Field(
        default=None, description="Several: how many of them agree in all four items"
    )
    outcome: Code = Field(description="10, 20, 30, 40, 50 or review")
    ja: Text
    en: Text


class Proposal(BaseModel):
    """A decision table; `judgements` changes what a reason code means."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    ja: Text
    en: Text
    rows: list[TableRow] = Field(min_length=1, max_length=50)
    judgements: dict[Code, Code] = Field(default_factory=dict, max_length=200)


class OnBatch(BaseModel):
    """The past batch of provisional inquiries."""

    model_config = ConfigDict(extra="forbid")

    batch_id: str = Field(min_length=1, max_length=36)


class Activation(BaseModel):
    """The first day on which batches are decided by the table; later than today."""

    model_config = ConfigDict(extra="forbid")

    in_force_from: date


@routes.get("/rules")
async def list_rules(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.rules.list")], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Every decision table by version: built in, proposed, activated; which one is in force today."""
    found = await shown.list_rules(parts, after=decode(cursor), limit=limit + 1)
    return page(found, limit=limit, position=lambda one: one["version"])


@routes.post("/rules", status_code=201)
async def post_rules(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.rules.propose")], once: OnceOf, proposal: Proposal
) -> dict[str, Any]:
    """Propose a table; refused where it could identify the wrong person, with all that is wrong."""
    return await propose_rules(parts, caller, proposal.model_dump(mode="json"), once)


@routes.get("/rules/{version}")
async def get_rules(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.rules.list")], version: str
) -> dict[str, Any]:
    """One table in words: each row and each judgement that it changes."""
    return await shown.show_rules(parts, version)


@routes.post("/rules/{version}/rehearsals", status_code=202)
async def post_rehearsal(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.rules.rehearse")], once: OnceOf, version: str, on: OnBatch
) -> dict[str, Any]:
    """Try a proposed table on a past batch; ask for the rehearsal to see how far it is."""
    return await ask_rehearsal(parts, caller, version, on.batch_id, once)


@routes.get("/rules/{version}/rehearsals")
async def list_rehearsals(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.rules.list")],
    version: str,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """A version's rehearsals, in the order of asking."""
    found = await rehearsals.list_rehearsals(parts, version, after=decode(cursor), limit=limit + 1)
    return page(found, limit=limit, position=lambda one: one["id"])


@routes.post("/rules/{version}/activation")
async def post_activation(
    parts: PartsOf, caller: Annotated[Caller, allow("rules.activate")], once: OnceOf, version: str, wanted: Activation
) -> dict[str, Any]:
    """Switch a rehearsed table on; needs a second person's approval."""
    return await activate_rules(parts, caller, version, wanted.in_force_from, once)


@routes.get("/rehearsals/{rehearsal_id}")
async def get_rehearsal(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.rules.list")], rehearsal_id: str
) -> dict[str, Any]:
    """How far it is, and how many outcomes change: then, by reviewers, by the new table."""
    return await rehearsals.show_rehearsal(parts, rehearsal_id)


@routes.get("/rehearsals/{rehearsal_id}/changes")
async def list_changes(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.rules.list")],
    rehearsal_id: str,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Every inquiry whose outcome changes, by seq and reason codes; no personal data."""
    found = await rehearsals.list_changes(parts, rehearsal_id, after=_seq(decode(cursor)), limit=limit + 1)
    return page(found, limit=limit, position=lambda one: str(one["seq"]))


def _seq(text: str) -> int:
    """The seq after which a page begins; Refusal `bad-request` for what is none."""
    if text and not (text.isascii() and text.isdigit() and len(text) <= SEQ_DIGITS):
        raise Refusal("bad-request")
    return int(text or 0)
