"""One call to a witness: C2SP tlog-witness, add-checkpoint."""

import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from services.audit.domain.witnessing import MOST_BYTES

SECONDS: Final = 2.0
_PATH: Final = "/add-checkpoint"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0: nothing."""

    status: int
    body: bytes = b""


def add_checkpoint(url: str, body: bytes, ca: Path | None) -> Answer:
    """Submit a checkpoint to the witness at `url`. Blocks for `SECONDS` a step at most."""
    parts = urlsplit(url)
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, ca)
        try:
            connection.request("POST", parts.path + _PATH, body, {"Content-Type": "text/plain; charset=utf-8"})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(MOST_BYTES))
        finally:
            connection.close()
    except (OSError, HTTPException):
        return Answer(0)


def _connection(scheme: str, host: str, port: int | None, ca: Path | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context(cafile=ca))
    return HTTPConnection(host, port, timeout=SECONDS)
