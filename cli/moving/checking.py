"""What must be true of a bundle before, and of the installation after: rows, log, references."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from cli.moving.blobs import bundled_store, state_of, told
from cli.moving.bundle import Bundle, DatabaseTold, LogTold, Manifest, TableTold, digest_of
from cli.verify import verify_log
from services.audit.domain.checkpoints import Checkpoint, checkpoint_of
from services.audit.domain.findings import Finding
from services.audit.domain.notes import VerifierKey, note_of
from services.audit.domain.verification import Verification
from services.audit.parts import LOG_KEY
from services.audit.storage import log as stored_log
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.crypto.keyring import Keyring
from shared.db.transfer import Held, Shape, held, open_copy, revision, rows, shapes
from shared.refusals import Refusal

Note = Callable[[int], None]
NAMES_A_BLOB = {"id", "size", "sha256", "purpose"}


def check_databases(bundle: Bundle, manifest: Manifest, note: Note) -> None:
    """Refusal `bundle-altered` with service and table where a copy is not what the manifest says."""
    done = 0

    def noted(more: int) -> None:
        nonlocal done
        done += more
        note(done)

    for service, stated in manifest.databases.items():
        table = _altered(bundle.database(service), stated, noted)
        if table is not None:
            raise Refusal("bundle-altered", service=service, table=table)


def check_files(bundle: Bundle, manifest: Manifest) -> None:
    """Refusal `bundle-altered` where the log's files or the blobs' are not those of the export."""
    if digest_of(bundle.log) != manifest.log.files:
        raise Refusal("bundle-altered", part="log")
    if told(bundle.blobs) != manifest.blobs:
        raise Refusal("bundle-altered", part="blobs")


def check_same(service: str, table: str, before: Held, after: Held) -> None:
    """Refusal `rows-differ` where a table does not hold on PostgreSQL what it held before."""
    if (before.rows, before.digest) != (after.rows, after.digest):
        raise Refusal("rows-differ", service=service, table=table, before=before.rows, after=after.rows)


def check_log(connection: Connection, folder: Path, stated: LogTold, keyring: Keyring, note: Note) -> None:
    """The log derived anew, from the database and from the published files; both go on from the stated checkpoint.

    Refusal `log-not-verified` with the first finding. Records that are still on their way to the log are none.
    """
    kept = checkpoint_of(note_of(stated.checkpoint.encode()).text)
    with Session(connection) as session:
        run = Verification(
            lambda tile: stored_log.tile_data(session, tile),
            Checkpoint(stated.origin, stated.size, bytes.fromhex(stated.root)),
            [kept],
            lambda done, total: note(done),
        )
        run.run()
        if stored_log.tree(session).root.hex() != stated.root:
            run.findings.append(Finding("root-differs"))
    key = VerifierKey(stated.origin, keyring.signer(LOG_KEY).public_key)
    published = verify_log(folder, key.text, earlier=[stated.checkpoint])
    for where, findings in (("database", run.findings), ("folder", published.findings)):
        wrong = [found for found in findings if found.code != "records-missing"]
        if wrong:
            raise Refusal("log-not-verified", where=where, finding=wrong[0].code, index=wrong[0].index)


def check_references(bundle: Bundle, manifest: Manifest, keyring: Keyring, store: BlobStore) -> dict[str, int]:
    """Whether each blob that a row names opens as it did before; counts by state.

    Rows outlive blobs: a reference to what is destroyed stays closed. Refusal `blob-differs` where it is not the same.
    """
    before, states = bundled_store(bundle.blobs, keyring), {"open": 0, "gone": 0, "damaged": 0}
    seen: set[str] = set()
    for service, ref in _references(bundle, manifest):
        if ref.id not in seen:
            seen.add(ref.id)
            state = state_of(store, ref)
            if state != state_of(before, ref):
                raise Refusal("blob-differs", service=service, blob=ref.id, state=state)
            states[state] += 1
    return states


def read_only(stack: ExitStack, file: Path) -> Connection:
    """A connection to a copied database."""
    return stack.enter_context(open_copy(file).connect())


def _altered(file: Path, stated: DatabaseTold, note: Note) -> str | None:
    """The first table that is not as stated; the file's name where it cannot even be read."""
    try:
        with open_copy(file).connect() as connection:
            if revision(connection) != stated.revision:
                return "alembic_version"
            present = shapes(connection)
            for name in sorted({*present, *stated.tables}):
                if not _is_as_stated(connection, name, present.get(name), stated.tables.get(name), note):
                    return name
    except SQLAlchemyError:
        return file.name
    return None


def _is_as_stated(connection: Connection, name: str, shape: Shape | None, stated: TableTold | None, note: Note) -> bool:
    if shape is None or stated is None or shape != stated.shape:
        return False
    try:
        return held(connection, name, shape, note) == stated.held
    except (SQLAlchemyError, ValueError, TypeError, AttributeError):
        return False  # a value that its column cannot have


def _references(bundle: Bundle, manifest: Manifest) -> Iterator[tuple[str, BlobRef]]:
    with ExitStack() as stack:
        for service, database in manifest.databases.items():
            connection = read_only(stack, bundle.database(service))
            for name, table in database.tables.items():
                for value in _spoken(connection, name, table.shape):
                    yield from ((service, ref) for ref in _named(value))


def _spoken(connection: Connection, name: str, shape: Shape) -> Iterator[Any]:
    """What rows say in JSON: their columns of that kind, and events that are not handled yet."""
    kinds = [kind for _, kind in shape.columns]
    places = {each: at for at, (each, _) in enumerate(shape.columns)}
    event = name in ("outbox", "inbox")
    if "json" not in kinds and not event:
        return
    for row in rows(connection, name, shape):
        yield from (json.loads(value) for kind, value in zip(kinds, row, strict=True) if kind == "json" and value)
        if event and ("status" not in places or row[places["status"]] != "done"):
            yield json.loads(row[places["body"]])


def _named(value: Any) -> Iterator[BlobRef]:
    if isinstance(value, Mapping):
        if set(value) >= NAMES_A_BLOB:
            try:
                yield BlobRef.model_validate(value)
                return
            except ValidationError:
                pass
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _named(each)
