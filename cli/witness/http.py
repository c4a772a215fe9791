"""The witness behind HTTP: C2SP tlog-witness, and what an auditor asks it."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cli.witness.book import Book, Seen
from cli.witness.folder import BOOK, WitnessKey, key_of, trusted
from services.audit.domain.cosignatures import cosigned, with_cosignatures
from services.audit.domain.notes import VerifierKey, signed_by
from services.audit.domain.witnessing import MOST_BYTES, SIZE_TYPE, Submission, agree, submission_of
from shared.calendar.clock import Clock, SystemClock
from shared.crypto.signatures import verify
from shared.refusals import Refusal

STATUS: Final[Mapping[str, int]] = {
    "submission-unreadable": 400,
    "key-not-trusted": 403,
    "log-unknown": 404,
    "size-differs": 409,
    "root-differs": 409,
    "submission-too-long": 413,
    "proof-wrong": 422,
}


class Witness:
    """Cosigns what extends what it saw."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.key: WitnessKey = key_of(folder)
        self.book = Book(folder / BOOK)
        self._folder = folder
        self._clock = clock or SystemClock()

    def add(self, body: bytes) -> str:
        """The cosignature line for a submission, after the checkpoint is on disk. Refusals: see `STATUS`."""
        submission = submission_of(body)
        keys = self._keys(submission.checkpoint.origin)
        if not any(submission.note.is_signed_by(key, verify) for key in keys):
            raise Refusal("key-not-trusted")
        at = int(self._clock.now().timestamp())
        statement = cosigned(submission.note.text, self.key.verifier, at, self.key.private.sign)
        note = with_cosignatures(signed_by(submission.note, keys), [statement.line])
        self.book.keep(
            submission.checkpoint.origin, lambda seen: _judged(submission, seen, Seen(submission.checkpoint, at, note))
        )
        return statement.line

    def latest(self, log: str) -> Seen:
        """The newest checkpoint of the log whose origin has this SHA-256 (hex). Refusal `log-unknown`."""
        for origin in trusted(self._folder):
            if hashlib.sha256(origin.encode()).hexdigest() == log and (seen := self.book.latest(origin)) is not None:
                return seen
        raise Refusal("log-unknown")

    def _keys(self, origin: str) -> tuple[VerifierKey, ...]:
        keys = trusted(self._folder).get(origin)
        if keys is None:
            raise Refusal("log-unknown")
        return keys


def _judged(submission: Submission, latest: Seen | None, new: Seen) -> Seen:
    agree(submission, None if latest is None else latest.checkpoint)
    return new


def create_app(witness: Witness) -> Starlette:
    """The routes of one witness. Nothing is authenticated but the checkpoint itself, as the protocol says."""

    async def add_checkpoint(request: Request) -> Response:
        body = await _body(request)
        return PlainTextResponse(await run_in_threadpool(witness.add, body))

    async def latest(request: Request) -> Response:
        seen = await run_in_threadpool(witness.latest, request.path_params["log"])
        return PlainTextResponse(seen.note)

    async def public_key(_: Request) -> Response:
        return PlainTextResponse(f"{witness.key.verifier.text}\n")

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(
        routes=[
            Route("/add-checkpoint", _answering(add_checkpoint), methods=["POST"]),
            Route("/checkpoint/{log}", _answering(latest)),
            Route("/public-key", public_key),
            Route("/health", health),
        ],
    )


def _answering(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            if refusal.code not in STATUS:
                raise
            if STATUS[refusal.code] == 409:
                return Response(f"{refusal.facts['size']}\n".encode(), 409, headers={"Content-Type": SIZE_TYPE})
            return PlainTextResponse(f"{refusal.code}\n", STATUS[refusal.code])

    return answer


async def _body(request: Request) -> bytes:
    parts, length = [], 0
    async for part in request.stream():
        parts.append(part)
        length += len(part)
        if length > MOST_BYTES:
            raise Refusal("submission-too-long")
    return b"".join(parts)
