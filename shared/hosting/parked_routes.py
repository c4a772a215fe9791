"""`/<service>/v1/events/...`: a service's parked events over HTTP, the same in every service."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field

from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.bus.corrections import CorrectionInvalid
from shared.bus.handling import Handler
from shared.events import Event
from shared.hosting.parked_events import ParkedDesk
from shared.http import Cursor, Limit, page, parts_of
from shared.http.paging import decode
from shared.refusals import Refusal

Reason = Literal["done-by-hand", "malformed", "not-needed", "superseded"]
EventId = Annotated[str, Path(min_length=1, max_length=36)]
GroupId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
LONGEST_POSITION: Final = 18

Viewer = Annotated[Caller, allow("events.parked.view")]
Trier = Annotated[Caller, allow("events.parked.dry_run")]
Replayer = Annotated[Caller, allow("events.parked.replay")]
Discarder = Annotated[Caller, allow("events.parked.discard")]
Fixer = Annotated[Caller, allow("events.parked.fix")]


class GroupReplay(BaseModel):
    """Which group is to be handled again."""

    model_config = ConfigDict(extra="forbid")

    group: str = Field(pattern="^[0-9a-f]{16}$")


class Discard(BaseModel):
    """Why the event is never to be handled."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Correction(BaseModel):
    """What the event's data should have been, all of them."""

    model_config = ConfigDict(extra="forbid")

    data: dict[str, Any] = Field(description="Ids, counts and digests; never a person's data")


class Trial(BaseModel):
    """With which data to try; without any, the event as it is."""

    model_config = ConfigDict(extra="forbid")

    data: dict[str, Any] | None = None


def parked_routes(service: str, consumers: Mapping[type[Event], Handler]) -> APIRouter:
    """The routes of one service that reacts to `consumers`."""
    router = APIRouter(prefix=f"/{service}/v1/events", tags=["parked events"])

    def desk_of(request: Request) -> ParkedDesk:
        return ParkedDesk(parts_of(request), consumers)

    _add_looking(router, desk_of)
    _add_trying(router, desk_of)
    _add_changing(router, desk_of)
    return router


def _add_looking(router: APIRouter, desk_of: Any) -> None:
    @router.get("/parked", summary="What is parked, by cause")
    async def list_parked(
        caller: Viewer, desk: Annotated[ParkedDesk, Depends(desk_of)], limit: Limit = 100, cursor: Cursor = ""
    ) -> dict[str, Any]:
        """Groups of one event type, cause and release, with counts. Nobody's data are shown."""
        after = decode(cursor)
        groups = [group for group in await desk.groups(caller) if _place(group) > after]
        return page(groups[: limit + 1], limit=limit, position=_place)

    @router.get("/parked/{group}", summary="The events of one group")
    async def list_group(
        group: GroupId,
        caller: Viewer,
        desk: Annotated[ParkedDesk, Depends(desk_of)],
        limit: Limit = 100,
        cursor: Cursor = "",
    ) -> dict[str, Any]:
        """In the order of their arrival, each with subject, cause and times."""
        events = await desk.members(caller, group, after=_position(cursor), limit=limit + 1)
        return page(events, limit=limit, position=lambda event: str(event["position"]))

    @router.get("/{event_id}", summary="One event")
    async def show_event(
        event_id: EventId, caller: Viewer, desk: Annotated[ParkedDesk, Depends(desk_of)]
    ) -> dict[str, Any]:
        """State, cause, and its fields' names, types and sizes; values of a closed list of harmless fields only."""
        return await desk.show(caller, event_id)


def _add_trying(router: APIRouter, desk_of: Any) -> None:
    trying = asyncio.Lock()

    @router.post("/{event_id}/dry-run", summary="Try a parked event")
    async def dry_run(
        event_id: EventId,
        caller: Trier,
        desk: Annotated[ParkedDesk, Depends(desk_of)],
        trial: Trial | None = None,
    ) -> dict[str, Any]:
        """Its handler runs and is undone: nothing stays but the record that it was tried. One at a time."""
        if trying.locked():
            raise Refusal("busy")
        async with trying:
            try:
                return await desk.dry_run(caller, event_id, trial.data if trial else None)
            except CorrectionInvalid as wrong:
                raise _invalid(wrong) from wrong


def _add_changing(router: APIRouter, desk_of: Any) -> None:
    @router.post("/replay", summary="Handle a group again")
    async def replay_group(
        group: GroupReplay, caller: Replayer, desk: Annotated[ParkedDesk, Depends(desk_of)]
    ) -> dict[str, Any]:
        """Up to a thousand at a time, each subject in order; `remaining` are left for the next call."""
        return await desk.replay_group(caller, group.group)

    @router.post("/{event_id}/replay", summary="Handle one again")
    async def replay(
        event_id: EventId, caller: Replayer, desk: Annotated[ParkedDesk, Depends(desk_of)]
    ) -> dict[str, Any]:
        """At once, with all its attempts before it."""
        return await desk.replay(caller, event_id)

    @router.post("/{event_id}/discard", summary="Never handle one")
    async def discard(
        event_id: EventId, discarded: Discard, caller: Discarder, desk: Annotated[ParkedDesk, Depends(desk_of)]
    ) -> dict[str, Any]:
        """Needs a second person's approval for `<service>/<event id>`. It is kept, with the reason."""
        return await desk.discard(caller, event_id, discarded.reason)

    @router.post("/{event_id}/fix", summary="Correct one")
    async def fix(
        event_id: EventId, correction: Correction, caller: Fixer, desk: Annotated[ParkedDesk, Depends(desk_of)]
    ) -> dict[str, Any]:
        """Needs a second person's approval of exactly these data: a dry run with them names it. It stays parked."""
        try:
            return await desk.fix(caller, event_id, correction.data)
        except CorrectionInvalid as wrong:
            raise _invalid(wrong) from wrong


def _place(group: Mapping[str, Any]) -> str:
    """Where a group stands in the list."""
    return f"{group['type']} {group['cause']} {group['release']}"


def _position(cursor: str) -> int:
    text = decode(cursor) or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_POSITION):
        raise Refusal("bad-request")
    return int(text)


def _invalid(wrong: CorrectionInvalid) -> RequestValidationError:
    return RequestValidationError(
        [{"loc": ("body", *error["pointer"].split("/")[1:]), "type": error["rule"]} for error in wrong.errors]
    )
