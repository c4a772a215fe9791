"""Waking a coroutine from another thread."""

import asyncio
from collections.abc import Callable


def wake_here(event: asyncio.Event) -> Callable[[], None]:
    """Sets the event in the loop that runs now, from whichever thread it is called."""
    loop = asyncio.get_running_loop()

    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(event.set)

    return wake
