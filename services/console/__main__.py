"""The console as a program: `python -m services.console service|make-key PUBLIC_FILE`."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.console.app import create_app
from services.console.clients import ServiceClients
from services.console.settings import ConsoleSettings
from services.console.signing_in import make_key, read_key
from shared.calendar.clock import Clock
from shared.hosting.addresses import Addresses
from shared.hosting.distributed import clock_of
from shared.hosting.host_settings import HostSettings
from shared.hosting.listening import listening
from shared.hosting.polite import PoliteServer
from shared.refusals import Refusal
from shared.telemetry.logs import configure_logs, log
from shared.telemetry.spans import configure_traces, stop_traces

USE: Final = "use: service | make-key PUBLIC_FILE"


@dataclass(frozen=True)
class Place:
    """What the pages show of where they are."""

    clock: Clock
    association: str
    mode: str


def main(arguments: Sequence[str]) -> None:
    """Ends the process with 0, 1 (refused) or 2 (wrong use)."""
    configure_logs()
    try:
        match list(arguments):
            case ["service"]:
                asyncio.run(serve(HostSettings(), ConsoleSettings(), Addresses()))
            case ["make-key", public] if (private := ConsoleSettings().key_file) is not None:
                make_key(private, Path(public))
            case _:
                print(USE, file=sys.stderr)  # noqa: T201
                raise SystemExit(2)
    except Refusal as refusal:
        log("console").error("process.refused", code=refusal.code)
        raise SystemExit(1) from None


async def serve(host: HostSettings, settings: ConsoleSettings, addresses: Addresses) -> None:
    """Serve until SIGTERM. Refusals `console-key-missing`, `demo-clock-missing`, `addresses-missing`."""
    if addresses.missing:
        raise Refusal("addresses-missing", services=addresses.missing)
    place = Place(clock_of(host), host.association, host.mode)
    configure_traces("console", host.otlp_url)
    async with ServiceClients(
        addresses, read_key(settings.key_file), answer_seconds=settings.answer_seconds
    ) as clients:
        server = PoliteServer(listening(create_app(clients, place, unsigned=clients.unsigned), host))
        log("console").info("process.started", port=host.port)
        await server.serve()
    await asyncio.to_thread(stop_traces)
    log("console").info("process.stopped")


if __name__ == "__main__":
    main(sys.argv[1:])
