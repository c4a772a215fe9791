"""Idempotency-Key: the same request sent twice acts once and is answered alike."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import Header, Request
from pydantic import BaseModel
from sqlalchemy import insert, select

from shared.db.database import Database
from shared.db.work import Work
from shared.refusals import Refusal


class Once:
    """Runs a transaction once per key; a call without a key is simply run."""

    def __init__(self, owner: str, key: str, request_digest: str) -> None:
        self._owner = owner
        self._key = key
        self._digest = request_digest

    async def write(self, database: Database, fn: Callable[[Work], BaseModel | dict[str, Any]]) -> dict[str, Any]:
        """The answer of `fn` as JSON-ready data, or the one kept from the first time.

        Refusal `idempotency-key-reused` where the key came with another request before.
        """
        return await database.write(lambda work: self._run(work, database, fn))

    def _run(self, work: Work, database: Database, fn: Callable[[Work], BaseModel | dict[str, Any]]) -> dict[str, Any]:
        if not self._key:
            return _plain(fn(work))
        table = database.plumbing.idempotency
        kept = select(table).where(table.c.caller == self._owner, table.c.key == self._key)
        row = work.session.connection().execute(kept).one_or_none()
        if row is not None:
            if row.request_digest != self._digest:
                raise Refusal("idempotency-key-reused")
            return dict(orjson.loads(row.answer))
        answer = _plain(fn(work))
        values = {"caller": self._owner, "key": self._key, "request_digest": self._digest}
        kept_answer = insert(table).values(**values, answer=orjson.dumps(answer), made_at=work.now)
        work.session.connection().execute(kept_answer)
        return answer


def _plain(answer: BaseModel | dict[str, Any]) -> dict[str, Any]:
    return answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer


async def once(
    request: Request,
    idempotency_key: Annotated[str, Header(max_length=200, description="Makes a repeat harmless")] = "",
) -> Once:
    """For Depends: the key of this call, bound to who sent it and to what was sent."""
    credential = request.headers.get("authorization", "")
    body = await request.body()
    what = b"\n".join((request.method.encode(), request.url.path.encode(), body))
    return Once(_owner(request, credential), idempotency_key, hashlib.sha256(what).hexdigest())


def _owner(request: Request, credential: str) -> str:
    """Keys belong to the principal, not to one of its tokens."""
    _, _, token = credential.partition(" ")
    verifier, parts = request.app.state.tokens, request.app.state.parts
    principal = verifier.principal(token.strip(), audience=parts.name)
    return f"{principal.kind}:{principal.id}"[:80]
