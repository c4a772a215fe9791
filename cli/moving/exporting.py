"""A data directory into a bundle. The directory stays as it is, and is closed afterwards if that is asked for."""

import os
import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from cli.data_dir import DataDir, Facts
from cli.moving import blobs
from cli.moving.bundle import (
    SCHEMAS,
    SIGNING_KEY,
    Bundle,
    DatabaseTold,
    LogTold,
    Manifest,
    TableTold,
    copy_file,
    digest_of,
    open_keyring,
)
from cli.output import Output
from services.audit.domain.checkpoints import checkpoint_of
from services.audit.domain.notes import note_of
from services.audit.storage import log as stored_log
from services.audit.storage.log_folder import LogFolder
from services.audit.storage.tables import LogHead
from shared.calendar.clock import SystemClock
from shared.crypto.durable import sync_directory
from shared.crypto.file import KeyringFile
from shared.crypto.keyring import Keyring
from shared.crypto.signatures import Signer
from shared.db.transfer import back_up, held, open_copy, revision, shapes
from shared.ids import new_id
from shared.refusals import Refusal

CLOSED: Final = "shokai.moved.json"
DRAFTS: Final = shutil.ignore_patterns(".*")


def export(data_dir: Path, out: Path, *, keys: bool, final: bool, output: Output) -> dict[str, Any]:
    """Write a bundle of a directory that no server holds; tell what is in it.

    `keys`: with the keyring. `final`: nothing can start on the directory afterwards. Refusals `data-dir-missing`,
    `data-dir-in-use`, `folder-exists`, `log-forked`.
    """
    place, bundle = DataDir(data_dir), Bundle(out)
    facts = place.facts()
    with closing(place.lock()):
        bundle.make()
        try:
            manifest = _fill(place, facts, bundle, keys=keys, output=output)
        except BaseException:
            shutil.rmtree(out, ignore_errors=True)
            raise
        if final:
            place.facts_file.replace(place.root / CLOSED)
            sync_directory(place.root)
    return {"out": str(out), **manifest.summary(), "keyring": keys, "closed": final}


def _fill(place: DataDir, facts: Facts, bundle: Bundle, *, keys: bool, output: Output) -> Manifest:
    signer: Signer = _keyring(place).signer(SIGNING_KEY)
    # Keys that somebody rotates or destroys meanwhile wait: blobs and keyring have to fit.
    with KeyringFile(place.keyring_file).exclusive():
        with output.progress("データ / blobs", 0) as note:
            blobs.carry_out(place.root / "blobs", bundle.blobs, note)
        if keys:
            copy_file(place.keyring_file, bundle.keyring_file)
    databases = {}
    for name in SCHEMAS:
        if not (place.root / name / f"{name}.sqlite3").exists():
            raise Refusal("data-dir-missing", where=name)
        back_up(place.root / name / f"{name}.sqlite3", bundle.database(name))
        databases[name] = _told(bundle.database(name))
        output.step(f"{name}: {databases[name].rows:,} 行 / rows")
    if facts.mode == "demo":
        copy_file(place.clock_file, bundle.clock_file)
    manifest = Manifest(
        id=new_id(),
        made_at=SystemClock().now().isoformat(),
        association=facts.association,
        mode=facts.mode,
        databases=databases,
        log=_log(place, bundle),
        blobs=blobs.told(bundle.blobs),
    )
    bundle.seal(manifest, signer)
    return manifest


def _keyring(place: DataDir) -> Keyring:
    return open_keyring(place.keyring_file, os.environ.get("SHOKAI_KEYRING_PASSPHRASE"))


def _told(file: Path) -> DatabaseTold:
    with open_copy(file).connect() as connection:
        tables = {
            name: TableTold(shape=shape, held=held(connection, name, shape))
            for name, shape in shapes(connection).items()
        }
        return DatabaseTold(revision=revision(connection), tables=tables)


def _log(place: DataDir, bundle: Bundle) -> LogTold:
    """Refusal `log-forked` where the published log is not the one in the database."""
    source = place.root / "audit" / "log"
    shutil.copytree(source, bundle.log, copy_function=_copied, ignore=DRAFTS, dirs_exist_ok=True)
    published = LogFolder(bundle.log).checkpoint()
    if published is None:
        raise Refusal("log-not-found")
    shown = checkpoint_of(note_of(published).text)
    with Session(open_copy(bundle.database("audit"))) as session:
        tree, head = stored_log.tree(session), session.get_one(LogHead, 1)
        known = stored_log.checkpoint_at(session, shown.size)
        if known is None or known.root != shown.root:
            raise Refusal("log-forked")
        return LogTold(
            origin=head.origin,
            size=tree.size,
            root=tree.root.hex(),
            checkpoint=published.decode(),
            files=digest_of(bundle.log),
        )


def _copied(source: str, target: str) -> None:
    copy_file(Path(source), Path(target))


def told(result: Mapping[str, Any]) -> str:
    """The result for people."""
    log, blobs_told = result["log"], result["blobs"]
    lines = [
        f"書き出し / exported: {result['out']}",
        f"  行 / rows: {sum(result['rows'].values()):,}; データ / blobs: {blobs_told['blobs']:,}"
        f" ({blobs_told['bytes']:,} bytes)",
        f"  記録 / log: {log['origin']}, {log['size']:,} 件 / records, root {log['root']}",
    ]
    if result["keyring"]:
        lines.append(
            "注意: 鍵束が入っています。封印されたデータをすべて開けられます。取り込みの後に消去してください。"
            " / Mind: the keyring is in it, which opens all that is sealed. Destroy the bundle after the import."
        )
    else:
        lines.append(
            "鍵束は入っていません。別の経路で運び、--keyring で渡してください。"
            " / The keyring is not in it: carry it by another way, and give it with --keyring."
        )
    if result["closed"]:
        lines.append(
            "元のディレクトリは閉じました。もう起動しません。 / The directory is closed: nothing starts on it any more."
        )
    return "\n".join(lines)
