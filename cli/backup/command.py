"""`shokai backup` and `shokai restore`."""

import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.backup.filing import file_backup, file_restore_test
from cli.backup.making import back_up
from cli.backup.restoring import Restored, restore
from cli.backup.store import BackupFolder, Snapshot
from cli.data_dir import DataDir
from cli.moving.bundle import open_keyring
from cli.output import Json, Output
from shared.crypto.keyring import Keyring
from shared.refusals import Refusal

backup_app = typer.Typer()
restore_app = typer.Typer()

Key = Annotated[Path, typer.Option("--key", dir_okay=False, help="バックアップの鍵(別の場所に保管) / key of backups")]


@backup_app.command()
def backup(
    data_dir: Annotated[Path, typer.Option(file_okay=False, help="データディレクトリ(稼働中でもよい) / may be in use")],
    to: Annotated[Path, typer.Option(file_okay=False, help="バックアップの置き場 / folder of backups")],
    key: Key,
    keep: Annotated[int, typer.Option(min=1, help="残す世代数 / snapshots that are kept")] = 30,
    as_json: Json = False,
) -> None:
    """暗号化した検証済みのバックアップを取る / a sealed, verified snapshot; only blobs that are new are copied.

    The key file is made at the first run, with SHOKAI_BACKUP_PASSPHRASE where that is set. Keep it elsewhere:
    without it nothing comes back, with it everything does.
    """
    if not key.exists():
        Keyring.create(key, _passphrase())
    place = DataDir(data_dir)
    snapshot = back_up(place, BackupFolder(to, open_keyring(key, _passphrase())), keep)
    file_backup(place, snapshot)
    Output(as_json).result(
        {"snapshot": snapshot.id, "made_at": snapshot.made_at, "blobs": snapshot.blobs, "bytes": snapshot.bytes},
        lambda: _made(snapshot),
    )


@restore_app.command("restore")
def restore_(
    source: Annotated[
        Path, typer.Option("--from", exists=True, file_okay=False, help="バックアップの置き場 / backups")
    ],
    key: Key,
    data_dir: Annotated[
        Path | None, typer.Option(file_okay=False, help="新しいデータディレクトリ / new data directory")
    ] = None,
    journal: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="廃棄の記録(destroyed.jsonl) / what was destroyed since"),
    ] = None,
    no_journal: Annotated[
        bool, typer.Option("--no-journal", help="廃棄の記録が失われた / the journal is lost: say so")
    ] = False,
    snapshot: Annotated[str, typer.Option(help="世代(省略時は最新) / which one (default: the newest)")] = "",
    test_for: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="試験: 一時的に復元し、結果をここの証跡に残す / a test"),
    ] = None,
    as_json: Json = False,
) -> None:
    """バックアップから復元し、以後の廃棄をやり直す / restores, and destroys again what was destroyed since."""
    journals = list(journal or [])
    if test_for is not None and not journals:
        journals = [path for path in (test_for / "audit" / "destroyed.jsonl",) if path.exists()]
    if not journals and not no_journal:
        raise Refusal("journal-missing")
    backups = BackupFolder(source, open_keyring(key, _passphrase()))
    done = _restored(backups, data_dir, journals, snapshot, test_for)
    Output(as_json).result(asdict(done), lambda: _told(done))


def _restored(
    backups: BackupFolder, to: Path | None, journals: list[Path], snapshot: str, test_for: Path | None
) -> Restored:
    passphrase = os.environ.get("SHOKAI_KEYRING_PASSPHRASE")
    if test_for is None:
        if to is None:
            raise typer.BadParameter("--data-dir")
        return restore(backups, to, journals, snapshot_id=snapshot, passphrase=passphrase)
    with tempfile.TemporaryDirectory(prefix="shokai-restore-", dir=to) as room:
        done = restore(backups, Path(room) / "data", journals, snapshot_id=snapshot, passphrase=passphrase)
    file_restore_test(DataDir(test_for), done)
    return done


def _passphrase() -> str | None:
    return os.environ.get("SHOKAI_BACKUP_PASSPHRASE") or None


def _made(snapshot: Snapshot) -> str:
    return (
        f"バックアップ / backup: {snapshot.id} ({snapshot.blobs:,} データ / blobs, {snapshot.bytes:,} bytes,"
        f" 記録 / log {snapshot.log_size:,})"
    )


def _told(done: Restored) -> Any:
    return "\n".join(
        (
            f"復元 / restored: {done.snapshot} ({done.made_at})",
            f"  データ / blobs: {done.blobs:,}; 既に廃棄 / destroyed in the backup: {done.missing:,}",
            f"  再び廃棄 / destroyed again: {done.copies_destroyed:,} 複製 / copies,"
            f" {done.numbers_destroyed:,} 照会番号 / inquiry numbers,"
            f" {done.ledgers_destroyed:,} 台帳 / ledgers, {done.keys_destroyed:,} 鍵 / keys",
            f"  記録 / log: {done.log_size:,}, root {done.log_root}",
        )
    )
