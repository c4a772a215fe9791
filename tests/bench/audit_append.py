"""`python -m tests.bench.audit_append [--records N]`: access records into the log, into checkpoints, verified."""

import argparse
import asyncio
import resource
import tempfile
import time
from pathlib import Path

import orjson

from cli.verify import verify_log
from services.audit.app import create_service
from services.audit.parts import AuditParts
from services.audit.settings import AuditSettings
from services.audit.usecases.append_records import append_records
from services.audit.usecases.publish_checkpoint import publish_checkpoint
from shared.auth.tokens import TokenVerifier
from shared.calendar.clock import SystemClock
from shared.crypto.keyring import Keyring
from shared.crypto.published import KeyringKeys
from shared.events.audit import RecordsMade
from shared.hosting import Kit
from shared.trail import Access, Actor, chained
from shared.trail.record import FIRST_PREVIOUS

BATCH = 1000


def batches(count: int) -> list[RecordsMade]:
    """Records of one source, as the relay sends them."""
    digest, made, now = FIRST_PREVIOUS, [], SystemClock().now()
    for first in range(1, count + 1, BATCH):
        records = []
        for sequence in range(first, min(first + BATCH, count + 1)):
            access = Access(
                Actor("staff", f"clerk-{sequence % 40}", team="clerk", equipment="pc-1", place="office"),
                "intake.request.view",
                "request",
                f"r-{sequence % 5000}",
                case=f"c-{sequence % 5000}",
                purpose="intake-check",
                subjects=1,
                subject_tokens=(f"t-{sequence % 100_000}",),
            )
            body, digest = chained(access, source="bench", sequence=sequence, previous=digest, at=now)
            records.append(orjson.loads(body))
        last = records[-1]["sequence"]
        made.append(RecordsMade(source="bench", first=first, last=last, records=tuple(records)))
    return made


async def append_all(parts: AuditParts, made: list[RecordsMade], *, publish: bool) -> float:
    """Seconds for all batches, each one committed durably, and in a checkpoint if wanted, before the next."""
    begun = time.perf_counter()
    for event in made:
        await parts.db.write(await append_records(parts, event))
        if publish:
            publish_checkpoint(parts)
    return time.perf_counter() - begun


def main() -> None:
    """Print seconds, records a second, and peak memory."""
    parser = argparse.ArgumentParser(prog="audit_append")
    parser.add_argument("--records", type=int, default=100_000)
    count = parser.parse_args().records
    made = batches(count)
    print(f"audit: {count:,} records in batches of {BATCH:,}, SQLite, synchronous=FULL")
    for publish in (False, True):
        with tempfile.TemporaryDirectory(prefix="shokai-bench-") as name:
            keyring = Keyring.create(Path(name) / "keys" / "keyring.json")
            kit = Kit(
                data_dir=Path(name), keyring=keyring, clock=SystemClock(), tokens=TokenVerifier(KeyringKeys(keyring))
            )
            service = create_service(AuditSettings(), kit)
            parts = service.parts
            assert isinstance(parts, AuditParts)
            seconds = asyncio.run(append_all(parts, made, publish=publish))
            _tell("append, a checkpoint each batch" if publish else "append", count, seconds)
            if not publish:
                begun = time.perf_counter()
                publish_checkpoint(parts)
                _tell("one checkpoint over all", count, time.perf_counter() - begun)
            begun = time.perf_counter()
            verdict = verify_log(name)
            _tell(f"verify offline ({'whole' if verdict.ok else 'WRONG'})", count, time.perf_counter() - begun)
            parts.db.close()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MiB (the records included)")


def _tell(what: str, count: int, seconds: float) -> None:
    """Wall-clock time; a busy machine slows it down."""
    print(f"{what:<36}{seconds:>8.2f} s{count / seconds:>12,.0f} records/s", flush=True)


if __name__ == "__main__":
    main()
