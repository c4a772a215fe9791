"""Records into the log: order, repeats, gaps, forgery; checkpoints and what a crash leaves."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cli.verify import verify_log
from services.audit.app import create_service
from services.audit.consumers import CONSUMES
from services.audit.domain.canonical import canonical
from services.audit.parts import AuditParts
from services.audit.settings import AuditSettings
from services.audit.storage import chains, log
from services.audit.storage.tables import AuditTable
from services.audit.usecases.append_records import append_records
from services.audit.usecases.publish_checkpoint import publish_checkpoint
from shared.bus import Permanent
from shared.db.migrate import differences
from shared.events.matcher import DeathCaseOpened
from shared.hosting import Service, run_due
from shared.hosting.jobs import JobRun
from shared.refusals import Refusal
from tests.integration.audit.conftest import AT, Source, batch, deliver
from tests.integration.conftest import Host


def parts_of(service: Service) -> AuditParts:
    parts = service.parts
    assert isinstance(parts, AuditParts)
    return parts


def publish(service: Service) -> None:
    publish_checkpoint(parts_of(service))


def size(service: Service) -> int:
    return service.parts.db.read_now(log.tree).size


async def run_log_jobs(service: Service, host: Host, until: datetime) -> list[JobRun]:
    """Run what is due of the log itself; other topics of the service have jobs of their own."""
    jobs = tuple(job for job in service.jobs if job.name in ("audit-checkpoint", "audit-gaps"))
    return await run_due([replace(service, jobs=jobs)], until, move_to=host.clock.set)


def open_alarms(service: Service) -> dict[str, int]:
    return service.parts.db.read_now(chains.open_alarms)


def test_the_tables_are_those_of_the_migration(audit: Service) -> None:
    assert differences(audit.parts.db.engine, AuditTable.metadata) == []


async def test_batches_in_any_order_and_twice_give_one_whole_log(audit: Service, host: Host) -> None:
    intake, media = Source("intake"), Source("media")
    batches = [intake.make(40), intake.make(300), media.make(5), intake.make(7)]
    for number in (1, 0, 2, 1, 3, 0):
        await deliver(parts_of(audit), batches[number])
    assert size(audit) == 352
    assert audit.parts.db.read_now(lambda session: chains.spans(session, "intake"))[0].last == 347
    publish(audit)
    verdict = verify_log(host.kit.data_dir)
    assert verdict.ok
    assert [(seen.source, seen.records) for seen in verdict.sources] == [("intake", 347), ("media", 5)]


async def test_overlapping_batches_add_only_what_is_new(audit: Service) -> None:
    records = Source("intake").make(10)
    await deliver(parts_of(audit), records[:6])
    await deliver(parts_of(audit), records[3:])
    assert size(audit) == 10
    assert open_alarms(audit) == {}


async def test_two_batches_at_once_do_not_disturb_each_other(audit: Service, host: Host) -> None:
    sources = [Source(f"service-{number}") for number in range(8)]
    await asyncio.gather(*(deliver(parts_of(audit), source.make(50)) for source in sources for _ in range(3)))
    publish(audit)
    assert verify_log(host.kit.data_dir).ok
    assert size(audit) == 1200


async def test_a_gap_becomes_an_alarm_after_a_minute_and_ends_when_the_records_arrive(
    audit: Service, host: Host
) -> None:
    source = Source("intake")
    records = source.make(30)
    await deliver(parts_of(audit), records[:10])
    await deliver(parts_of(audit), records[20:])
    early = await run_log_jobs(audit, host, AT + timedelta(seconds=59))
    assert [run.job for run in early if run.counts.get("gaps")] == []
    late = await run_log_jobs(audit, host, AT + timedelta(seconds=60))
    assert [run.counts for run in late if run.job == "audit-gaps"] == [{"gaps": 1}]
    assert open_alarms(audit) == {"gap": 1}
    await deliver(parts_of(audit), records[10:20])
    assert open_alarms(audit) == {}


async def test_a_record_altered_on_its_way_breaks_the_chain_and_raises_an_alarm(audit: Service, host: Host) -> None:
    records = Source("intake").make(20)
    records[7]["actor"] = "someone-else"
    await deliver(parts_of(audit), records)
    assert open_alarms(audit) == {"chain-broken": 1}
    publish(audit)
    first = verify_log(host.kit.data_dir).first
    assert first is not None
    assert (first.code, first.index, first.sequence) == ("chain-broken", 7, 9)


async def test_a_second_record_under_a_used_number_is_kept_as_evidence(audit: Service) -> None:
    records = Source("intake").make(5)
    await deliver(parts_of(audit), records)
    await deliver(parts_of(audit), [records[2] | {"actor": "someone-else"}])
    await deliver(parts_of(audit), [records[2] | {"actor": "someone-else"}])
    assert size(audit) == 5
    assert open_alarms(audit) == {"number-used-twice": 1}
    with audit.parts.db.engine.connect() as connection:
        kept = connection.execute(text("select canonical from disputed_record")).scalars().all()
    assert kept == [canonical(records[2] | {"actor": "someone-else"})]


@pytest.mark.parametrize(
    "wrong",
    [{"subjects": 1.5}, {"sequence": 0}, {"source": "media"}, {"at": "yesterday"}, {"at": None}, {"x": "y" * 70_000}],
)
async def test_a_malformed_record_parks_its_batch_and_leaves_the_log_alone(
    audit: Service, wrong: dict[str, object]
) -> None:
    records = Source("intake").make(3)
    records[1] |= wrong
    event = batch(records).model_copy(update={"source": "intake"})
    with pytest.raises(Permanent):
        await append_records(parts_of(audit), event)
    assert size(audit) == 0


async def test_a_checkpoint_is_due_after_five_seconds_or_a_thousand_records(audit: Service, host: Host) -> None:
    source = Source("intake")
    await deliver(parts_of(audit), source.make(1))
    assert await run_log_jobs(audit, host, AT + timedelta(seconds=4)) == []
    runs = await run_log_jobs(audit, host, AT + timedelta(seconds=5))
    assert [(run.at - AT, run.counts) for run in runs] == [(timedelta(seconds=5), {"records": 1})]
    await deliver(parts_of(audit), source.make(999))
    assert await run_log_jobs(audit, host, AT + timedelta(seconds=6)) == []
    await deliver(parts_of(audit), source.make(1))
    host.clock.set(AT + timedelta(seconds=7))
    runs = await run_log_jobs(audit, host, AT + timedelta(seconds=7))
    assert [run.counts for run in runs] == [{"records": 1000}]


async def test_partial_tiles_go_when_the_full_one_is_there(audit: Service, host: Host) -> None:
    source = Source("intake")
    folder = host.kit.data_dir / "audit" / "log"
    for count in (10, 100, 200):
        await deliver(parts_of(audit), source.make(count))
        publish(audit)
    assert not (folder / "tile" / "0" / "000.p").exists()
    assert (folder / "tile" / "0" / "000").stat().st_size == 8192
    assert sorted(path.name for path in (folder / "tile" / "0" / "001.p").iterdir()) == ["54"]
    assert (folder / "tile" / "1" / "000.p" / "1").stat().st_size == 32
    assert verify_log(folder).ok


def restarted(host: Host, audit: Service) -> Service:
    audit.parts.db.close()
    again = create_service(AuditSettings(), host.kit)
    host.services["audit"] = again
    return again


async def stop_bus(host: Host) -> None:
    assert host.bus is not None
    await host.bus.stop()


async def test_what_a_crash_left_between_store_and_folder_is_made_good_at_the_start(audit: Service, host: Host) -> None:
    folder = host.kit.data_dir / "audit" / "log"
    source = Source("intake")
    await deliver(parts_of(audit), source.make(300))
    publish(audit)
    before = (folder / "checkpoint").read_bytes()
    await deliver(parts_of(audit), source.make(300))
    publish(audit)
    after = (folder / "checkpoint").read_bytes()
    (folder / "checkpoint").write_bytes(before)
    for path in ("tile/0/001", "tile/entries/001", "tile/0/002.p/88", "tile/1/000.p/2"):
        (folder / path).unlink()
    await stop_bus(host)
    again = restarted(host, audit)
    assert (folder / "checkpoint").read_bytes() == after
    assert verify_log(folder).ok
    await deliver(parts_of(again), source.make(10))
    publish(again)
    assert verify_log(folder, earlier=[before.decode(), after.decode()]).ok


@pytest.mark.parametrize("store", ["sqlite"])  # the file itself is put back
async def test_a_store_restored_from_an_old_backup_signs_nothing(audit: Service, host: Host, tmp_path: Path) -> None:
    folder = host.kit.data_dir / "audit" / "log"
    source = Source("intake")
    await deliver(parts_of(audit), source.make(300))
    publish(audit)
    store = host.kit.data_dir / "audit" / "audit.sqlite3"
    with closing(sqlite3.connect(store)) as source_db, closing(sqlite3.connect(tmp_path / "old")) as copy:
        source_db.backup(copy)
    await deliver(parts_of(audit), source.make(10))
    publish(audit)
    shown = (folder / "checkpoint").read_bytes()
    await stop_bus(host)
    audit.parts.db.close()
    for leftover in (host.kit.data_dir / "audit").glob("audit.sqlite3*"):
        leftover.unlink()
    (tmp_path / "old").rename(store)
    again = create_service(AuditSettings(), host.kit)
    host.services["audit"] = again
    assert open_alarms(again) == {"log-forked": 1}
    await deliver(parts_of(again), Source("media").make(20))
    with pytest.raises(Refusal, match="log-forked"):
        publish(again)
    assert (folder / "checkpoint").read_bytes() == shown
    assert await run_log_jobs(again, host, AT + timedelta(minutes=1)) == []


async def test_the_origin_of_a_log_never_changes(audit: Service, host: Host) -> None:
    await stop_bus(host)
    with pytest.raises(Refusal, match="log-origin-fixed"):
        create_service(AuditSettings(log_origin="other.example/log"), host.kit)


def test_an_origin_with_a_space_is_refused() -> None:
    with pytest.raises(ValueError, match="origin"):
        AuditSettings(log_origin="two words")


async def test_somebody_told_dead_who_lives_is_one_alarm_however_often_it_is_told(audit: Service) -> None:
    event = DeathCaseOpened(case_id="case-1", plan_number="00012345", batch_id="batch-1")
    for _ in range(2):
        effect = await CONSUMES[DeathCaseOpened](parts_of(audit), event)
        assert effect is not None
        await parts_of(audit).db.write(effect)
    assert open_alarms(audit) == {"told-dead-alive": 1}
    [alarm] = audit.parts.db.read_now(lambda session: chains.alarms(session, state="open", after="", limit=9))
    assert alarm.source == "death_case/case-1"
