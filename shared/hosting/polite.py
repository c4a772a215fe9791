"""A web server that ends when it is asked to."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn


class PoliteServer(uvicorn.Server):
    """Being told to stop is no failure: the signal is not raised again, so that the process ends with 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """While it serves, SIGINT and SIGTERM ask it to finish."""
        loop = asyncio.get_running_loop()
        for asked in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(asked, self.handle_exit, asked, None)
        try:
            yield
        finally:
            for asked in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(asked)
