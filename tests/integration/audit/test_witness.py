"""The audit service and its witness: cosigned checkpoints, a witness that is away, a log that lies."""

import asyncio
import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
import pytest_asyncio

from cli.verify import verify_log
from cli.witness.folder import make_folder, trust
from services.audit.app import create_service
from services.audit.domain.canonical import canonical
from services.audit.domain.chain import FIRST_PREVIOUS
from services.audit.domain.checkpoints import checkpoint_of
from services.audit.domain.notes import note_of
from services.audit.domain.proofs import consistency_proof
from services.audit.domain.witnessing import submission_text
from services.audit.parts import LOG_KEY, AuditParts
from services.audit.settings import AuditSettings
from services.audit.storage import chains, log
from services.audit.usecases.publish_checkpoint import publish_checkpoint
from services.audit.usecases.witnesses.ask import ask_witnesses, next_asking
from shared.hosting import Service, run_due
from tests.integration.audit.conftest import Source, deliver
from tests.integration.conftest import Host, staff
from tests.parts.made_log import write_log

NAME = "witness.example/w1"


class Process:
    """A witness as it runs elsewhere: a process of its own with nothing but its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "cli.witness", str(self.folder), "--port", str(self.port)]
        self._running = subprocess.Popen(command, env={**os.environ, "PYTHONWARNINGS": "ignore"})
        until = monotonic() + 20
        while True:
            try:
                assert httpx.get(f"{self.url}/health").status_code == 200
                return
            except httpx.HTTPError:
                assert self._running.poll() is None, "the witness has ended"
                assert monotonic() < until, "the witness does not answer"
                sleep(0.05)

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None


@pytest.fixture
def store() -> str:
    """What is stored is plain rows, the same on both engines."""
    return "sqlite"


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Process]:
    make_folder(tmp_path / "witness", NAME)
    process = Process(tmp_path / "witness")
    yield process
    process.kill()


def key_of(process: Process) -> str:
    return (process.folder / "public-key").read_text().strip()


@pytest_asyncio.fixture
async def audit(host: Host, witness: Process) -> AsyncIterator[Service]:
    settings = AuditSettings(witnesses=(f"{witness.url} {key_of(witness)}",))
    service = create_service(settings, host.kit)
    await host.start(service)
    trust(witness.folder, parts_of(service).log_key.text)
    yield service


def parts_of(service: Service) -> AuditParts:
    assert isinstance(service.parts, AuditParts)
    return service.parts


async def run_jobs(host: Host, service: Service, seconds: float) -> None:
    """Let the clock go on and run what falls due."""
    host.clock.set(host.clock.now() + timedelta(seconds=seconds))
    await run_due([service], host.clock.now(), move_to=lambda at: None)


async def test_checkpoints_are_cosigned_and_the_verification_says_by_whom(
    audit: Service, host: Host, witness: Process, tmp_path: Path
) -> None:
    witness.start()
    parts, folder = parts_of(audit), host.kit.data_dir / "audit" / "log"
    source = Source("intake")
    for count in (40, 300):
        await deliver(parts, source.make(count))
        await run_jobs(host, audit, 10)
    size = parts.db.read_now(log.tree).size
    verdict = await asyncio.to_thread(verify_log, folder, parts.log_key.text, witness_keys=[key_of(witness)])
    assert verdict.ok
    assert [(one.witness, one.size, one.first_hand) for one in verdict.witnesses] == [(NAME, size, False)]
    assert any("only the witness can tell" in limit for limit in verdict.limits)

    for held in (str(witness.folder), witness.url):  # asked itself, beside its disk and over HTTP
        verdict = await asyncio.to_thread(
            verify_log, folder, parts.log_key.text, witness_keys=[key_of(witness)], witness_logs=[held]
        )
        assert verdict.ok
        assert verdict.witnesses[0].first_hand
        assert not verdict.limits

    async with host.client("audit", staff("auditor")) as client:
        (shown,) = (await client.get("/audit/v1/log/witnesses")).json()["items"]
        assert (shown["size"], shown["failures"], shown["cause"]) == (size, 0, "")
        assert (await client.get("/audit/v1/log/cosigned")).content == (folder / "cosigned").read_bytes()
    make_folder(tmp_path / "other", "witness.example/w2")
    other = (tmp_path / "other" / "public-key").read_text()
    verdict = await asyncio.to_thread(verify_log, folder, parts.log_key.text, witness_keys=[other])
    assert [found.code for found in verdict.findings] == ["not-witnessed"]


async def test_a_killed_witness_is_asked_again_and_remembers(audit: Service, host: Host, witness: Process) -> None:
    witness.start()
    parts, source = parts_of(audit), Source("intake")
    await deliver(parts, source.make(10))
    await run_jobs(host, audit, 10)
    witness.kill()
    await deliver(parts, source.make(10))
    await run_jobs(host, audit, 10)
    assert await next_asking(parts, host.clock.now()) is None, "a pause after a failure"
    checkpoint = parts.folder.checkpoint()
    assert checkpoint is not None
    assert len(note_of(checkpoint).signatures) == 1, "the checkpoint is published without its witness"
    witness.start()
    await run_jobs(host, audit, 60)
    checkpoint = parts.folder.checkpoint()
    assert checkpoint is not None
    assert [signature.name for signature in note_of(checkpoint).signatures] == [parts.log_key.name, NAME]


async def test_a_witness_that_never_answers_keeps_no_checkpoint_waiting(host: Host, tmp_path: Path) -> None:
    key = make_folder(tmp_path / "silent", NAME)
    with silent() as url:
        service = create_service(AuditSettings(witnesses=(f"{url} {key.text}",)), host.kit)
        await host.start(service)
        parts = parts_of(service)
        await deliver(parts, Source("intake").make(3))
        publish_checkpoint(parts)
        begun = monotonic()
        assert await ask_witnesses(parts, host.clock.now()) == {"cosigned": 0, "failed": 1}
        assert monotonic() - begun < 4
        await deliver(parts, Source("media").make(3))
        assert publish_checkpoint(parts) == 3


@contextmanager
def silent() -> Iterator[str]:
    """A place that takes a call and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


async def test_a_log_cut_off_or_written_anew_with_the_stolen_key_is_found_by_the_witness(
    audit: Service, host: Host, witness: Process, tmp_path: Path
) -> None:
    """The thief has our disk and our key, and signs what he likes; the witness has signed something else."""
    witness.start()
    parts, source = parts_of(audit), Source("intake")
    await deliver(parts, source.make(50))
    await run_jobs(host, audit, 10)
    thief = Thief(parts, tmp_path / "forged")
    records = source.made[:]
    added = Source("intake", source.sequence, source.digest).make(1, outcome="refused")
    for name, forged in {
        "cut off": records[:40],
        "written anew": rechained([{**record, "actor": "nobody"} for record in records]),
        "grown over a removed one": rechained([*records[:30], *records[31:], *added, *added]),
    }.items():
        folder = thief.forge(name, forged)
        assert verify_log(folder, parts.log_key.text).ok, "by itself it is whole"
        verdict = await asyncio.to_thread(
            verify_log, folder, parts.log_key.text, witness_keys=[key_of(witness)], witness_logs=[witness.url]
        )
        assert {found.code for found in verdict.findings} & {"cut-off", "not-extended"}, name
        assert await asyncio.to_thread(thief.submits, folder, witness.url, 50) in (409, 422), name


async def test_a_store_set_back_to_a_backup_is_refused_by_the_witness_and_raises_an_alarm(
    audit: Service, host: Host, witness: Process
) -> None:
    witness.start()
    parts, source = parts_of(audit), Source("intake")
    await deliver(parts, source.make(20))
    await run_jobs(host, audit, 10)
    body = f"old 0\n\n{parts.db.read_now(log.last_checkpoint).note}"  # type: ignore[union-attr]
    answer = await asyncio.to_thread(httpx.post, f"{witness.url}/add-checkpoint", content=body)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "text/x.tlog.size"
    thief = Thief(parts, host.kit.data_dir / "forged")
    ahead = thief.forge("ahead", [*source.made, {**source.made[0], "sequence": 21}])
    assert await asyncio.to_thread(thief.submits, ahead, witness.url, 20) == 200
    await deliver(parts, source.make(5))
    await run_jobs(host, audit, 10)
    assert parts.db.read_now(chains.open_alarms) == {"witness-refused": 1}
    await run_jobs(host, audit, 60)
    assert parts.db.read_now(chains.open_alarms) == {"witness-refused": 1}, "told once"


async def test_a_witness_answers_nonsense_as_the_specification_says(audit: Service, witness: Process) -> None:
    witness.start()
    foreign = "old 0\n\nelsewhere.example/log\n1\n" + "A" * 43 + "=\n\n— a AAAAAAAA\n"
    unsigned = foreign.replace("elsewhere.example/log", parts_of(audit).log_key.name)
    for body, status in [("", 400), ("old 0\n\nx", 400), (foreign, 404), (unsigned, 403), ("x" * 70_000, 413)]:
        answer = await asyncio.to_thread(httpx.post, f"{witness.url}/add-checkpoint", content=body)
        assert answer.status_code == status, body[:40]


def rechained(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records of one source with their numbers and digests made to fit."""
    made, previous = [], FIRST_PREVIOUS
    for sequence, record in enumerate(records, 1):
        made.append({**record, "sequence": sequence, "previous": previous})
        previous = hashlib.sha256(canonical(made[-1])).hexdigest()
    return made


class Thief:
    """Holds the key that signs the log, and shows whatever log he likes."""

    def __init__(self, parts: AuditParts, folder: Path) -> None:
        self._name, self._sign, self._folder = parts.log_key, parts.keyring.signer(LOG_KEY).sign, folder

    def forge(self, name: str, records: list[dict[str, Any]]) -> Path:
        return write_log(self._folder / name, records, self._name, self._sign)

    def submits(self, folder: Path, url: str, known: int) -> int:
        """The witness's answer to the forged log, laid before it with the best proof that there is."""
        note = (folder / "checkpoint").read_text()
        size = checkpoint_of(note_of(note.encode()).text).size
        proof = consistency_proof(lambda tile: (folder / tile.path).read_bytes(), min(known, size), size)
        body = submission_text(min(known, size), proof, note)
        return httpx.post(f"{url}/add-checkpoint", content=body).status_code
