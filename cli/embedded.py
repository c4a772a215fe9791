"""The embedded mode: every service, the bus, the jobs and the console in one process on one data directory."""

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

import httpx
from starlette.types import ASGIApp

from cli.control import control_app
from cli.data_dir import DataDir, Mode
from cli.dispatch import Dispatch
from services.audit.app import create_service as create_audit
from services.audit.settings import AuditSettings
from services.authority.app import create_service as create_authority
from services.authority.parts import AuthorityParts
from services.authority.settings import AuthoritySettings
from services.authority.usecases.load_bootstrap import load_bootstrap
from services.console.app import create_app as create_console
from services.intake.app import create_service as create_intake
from services.intake.parts import IntakeParts
from services.intake.settings import IntakeSettings
from services.intake.usecases.load_plans import load_plans
from services.matcher.app import create_service as create_matcher
from services.matcher.settings import MatcherSettings
from services.media.app import create_service as create_media
from services.media.settings import MediaSettings
from shared.auth.principals import Principal
from shared.auth.tokens import TokenIssuer, TokenVerifier
from shared.bus import Inbox, LocalBus
from shared.calendar.clock import DemoClock
from shared.crypto.published import TOKENS, KeyringKeys
from shared.hosting import Kit, Service, run_due
from shared.hosting.house_events import HOUSE_EVENTS
from shared.hosting.installation import demo_start
from shared.hosting.jobs import JobRun
from shared.hosting.schedule import keep_schedule
from shared.ids import new_id
from shared.refusals import Refusal

CONSOLE_TOKEN_SECONDS: Final = 60


class Embedded:
    """One data directory in use. Killed at any moment, it goes on where it was at the next start."""

    def __init__(self, place: DataDir) -> None:
        self._lock = place.lock()
        self.place = place
        facts = place.facts()
        keyring = place.keyring()
        self.kit = Kit(
            data_dir=place.root,
            keyring=keyring,
            clock=place.clock(),
            tokens=TokenVerifier(KeyringKeys(keyring)),
            mode=facts.mode,
            association=facts.association,
        )
        self.services: dict[str, Service] = {service.name: service for service in _services(self.kit)}
        self._inboxes = {
            service.name: Inbox(
                service.parts.db,
                service.parts,
                {**HOUSE_EVENTS, **service.consumers},
                concurrency=service.concurrency,
            )
            for service in self.services.values()
        }
        self._bus = LocalBus({name: service.parts.db for name, service in self.services.items()}, self._inboxes)
        self._jobs_lock = asyncio.Lock()
        self._schedule: asyncio.Task[None] | None = None
        apps: dict[str, ASGIApp] = {name: service.app for name, service in self.services.items()}
        apps["control"] = control_app(self, place)
        self.app = Dispatch(apps, front=create_console(self.client, self.kit, unsigned=self.line))

    @classmethod
    def init(cls, data_dir: Path, bootstrap: Mapping[str, Any]) -> dict[str, Any]:
        """Make a data directory with keys, databases and the registers of a bootstrap; tell what was made."""
        association = bootstrap.get("association", {})
        mode = cast(Mode, association.get("mode", "production"))
        if mode not in ("demo", "production"):
            raise Refusal("bootstrap-invalid", where="association.mode")
        place = DataDir(data_dir)
        place.make(str(association.get("name", "")), mode, demo_start(bootstrap))
        try:
            cls(place)._register(bootstrap)
        except BaseException:
            shutil.rmtree(data_dir)
            raise
        registers = {name: len(bootstrap.get(name, ())) for name in ("plans", "clients", "staff", "equipment")}
        return {"data_dir": str(data_dir), "mode": mode, **registers}

    def _register(self, bootstrap: Mapping[str, Any]) -> None:
        try:
            load_bootstrap(cast(AuthorityParts, self.services["authority"].parts), bootstrap)
            load_plans(cast(IntakeParts, self.services["intake"].parts), bootstrap.get("plans", ()))
        finally:
            self.close()

    @classmethod
    def open(cls, data_dir: Path) -> "Embedded":
        """Take a data directory into use. Refusals `data-dir-missing` and `data-dir-in-use`."""
        return cls(DataDir(data_dir))

    async def start(self, *, jobs: bool = True) -> None:
        """Start the bus, and the schedule of jobs unless it is left to the caller."""
        await self._bus.start()
        if jobs:
            hosted = list(self.services.values())
            self._schedule = asyncio.create_task(keep_schedule(hosted, self.kit.clock, lock=self._jobs_lock))

    async def stop(self) -> None:
        """Stop everything; what is unfinished goes on at the next start."""
        if self._schedule is not None:
            self._schedule.cancel()
            with suppress(asyncio.CancelledError):
                await self._schedule
        await self._bus.stop()
        self.close()

    def close(self) -> None:
        """Let go of databases and lock."""
        for service in self.services.values():
            service.parts.db.close()
        self._lock.close()

    async def idle(self) -> None:
        """Wait until no event is on its way."""
        await self._bus.idle()

    async def run_jobs(self, as_of: datetime) -> list[JobRun]:
        """Bring the directory to `as_of`, running in order all that is due on the way.

        Refusals: `clock-backwards` for a time before the demo clock, `clock-ahead` for a future one in production.
        """
        clock = self.kit.clock
        async with self._jobs_lock:
            if isinstance(clock, DemoClock):
                clock.check(as_of)
            elif as_of > clock.now():
                raise Refusal("clock-ahead")
            await self.idle()
            runs = await run_due(list(self.services.values()), as_of, move_to=self._move_to, settle=self.idle)
            self._move_to(as_of)
            await self.idle()
            return runs

    def client(self, service: str) -> httpx.AsyncClient:
        """An HTTP client of a service inside this process, signed in as the console."""
        signer = self.kit.keyring.signer(TOKENS)
        console = Principal(kind="service", id="console", token_id=new_id())
        issuer = TokenIssuer(signer.key_id, signer.private_key)
        token = issuer.issue(console, audiences=[service], seconds=CONSOLE_TOKEN_SECONDS)
        transport = httpx.ASGITransport(app=self.services[service].app)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(transport=transport, base_url="http://inside", headers=headers)

    def line(self, service: str) -> httpx.AsyncClient:
        """An HTTP client of a service inside this process, without credentials."""
        transport = httpx.ASGITransport(app=self.services[service].app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://inside")

    def _move_to(self, at: datetime) -> None:
        clock = self.kit.clock
        if isinstance(clock, DemoClock) and (at > clock.now() or not clock.was_set):
            clock.set(at)


def _services(kit: Kit) -> tuple[Service, ...]:
    return (
        create_authority(AuthoritySettings(), kit),
        create_intake(IntakeSettings(), kit),
        create_matcher(MatcherSettings(), kit),
        create_media(MediaSettings(), kit),
        create_audit(AuditSettings(), kit),
    )
