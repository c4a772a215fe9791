"""The malware scanner (clamd, INSTREAM over TCP or a local socket); where it is required and silent, nothing passes."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from services.intake.settings import IntakeSettings
from services.intake.storage.file_streams import JoinedBlobs

PIECE_BYTES = 1 << 18
SECONDS = 120


def is_clean(settings: IntakeSettings, open_file: Callable[[], JoinedBlobs]) -> bool:
    """Whether the file may pass (F10): clean, or no scanner configured and none required."""
    if not settings.scanner:
        return not settings.scanning_required
    answer = b""
    with suppress(OSError), _connect(settings.scanner) as connection, open_file() as source:
        answer = _scan(connection, source)
    if not answer:
        return not settings.scanning_required
    return answer.rstrip(b"\0\r\n ").endswith(b"OK")


def _connect(address: str) -> socket.socket:
    """`host:port`, or the path of a local socket."""
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        connection.connect(address)
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), SECONDS)


def _scan(connection: socket.socket, source: JoinedBlobs) -> bytes:
    connection.sendall(b"zINSTREAM\0")
    while piece := source.read(PIECE_BYTES):
        connection.sendall(struct.pack("!I", len(piece)) + piece)
    connection.sendall(struct.pack("!I", 0))
    answer = b""
    while not answer.endswith(b"\0") and (more := connection.recv(4096)):
        answer += more
    return answer
