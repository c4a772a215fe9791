"""The console's pages on a port, with no service behind them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from socket import create_server
from time import sleep
from typing import NoReturn

import uvicorn

from services.console.app import create_app
from shared.calendar.clock import FixedClock


class Place:
    """Where the pages are."""

    clock = FixedClock(datetime(2026, 6, 1, tzinfo=UTC))
    association = ""
    mode = "production"


def nobody(service: str) -> NoReturn:
    """Pages that need no service ask none."""
    raise AssertionError(f"{service} was asked")


@contextmanager
def console() -> Iterator[str]:
    """The address of a running console."""
    with create_server(("127.0.0.1", 0)) as socket:
        app = create_app(nobody, Place(), unsigned=nobody)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        while not server.started:
            sleep(0.02)
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
        server.should_exit = True
        thread.join()
