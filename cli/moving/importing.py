"""A bundle into an installation of the distributed mode. It can be run again, wherever it was interrupted."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

from alembic.util import CommandError
from sqlalchemy import Connection

from cli.moving import checking
from cli.moving.bundle import SCHEMAS, Bundle, Manifest, copy_file, open_keyring
from cli.moving.target import COPYING, VERIFIED, Target
from cli.output import Output
from services.audit.settings import AuditSettings
from shared.blobs.places import make_room
from shared.blobs.store import BlobStore
from shared.crypto.durable import write_durably
from shared.db.migrate import migrate
from shared.db.sqlite import SqliteStore
from shared.db.transfer import Shape, copy_table, go_on_numbering, held, mark, marked, revision, shapes
from shared.hosting.distributed import migrate_service
from shared.hosting.host_settings import HostSettings, secret
from shared.refusals import Refusal

CHECKPOINT: Final = "checkpoint"
Note = Callable[[int], None]


class Import:
    """One run of the import."""

    def __init__(self, bundle: Bundle, keyring_file: Path, settings: HostSettings, output: Output) -> None:
        if not bundle.manifest_file.exists():
            raise Refusal("not-a-bundle")
        self._bundle, self._output = bundle, output
        self._target = Target(settings)
        self._keyring = open_keyring(keyring_file, secret(settings.keyring_passphrase_file))
        self._keyring_bytes = keyring_file.read_bytes()
        self._manifest = bundle.read(self._keyring)

    def run(self) -> dict[str, Any]:
        """Bring everything over and verify it. Every refusal before the last step leaves a system that cannot start."""
        manifest, target = self._manifest, self._target
        _check_settings(target.settings, manifest)
        with closing(target), target.alone():
            stage = target.stage(manifest, self._keyring_bytes)
            states: dict[str, int] = {}
            if stage != VERIFIED:
                self._check_bundle()
                if not stage:
                    target.check_empty()
                target.reach(COPYING, manifest)
                self._carry()
                states = self._verify()
                target.reach(VERIFIED, manifest)
            target.finish(self._keyring_bytes)
        settings = {"SHOKAI_MODE": manifest.mode, "SHOKAI_ASSOCIATION": manifest.association}
        return {**manifest.summary(), "references": states, "settings": settings}

    def _check_bundle(self) -> None:
        total = sum(database.rows for database in self._manifest.databases.values())
        with self._output.progress("束の確認 / checking the bundle", total) as note:
            checking.check_databases(self._bundle, self._manifest, note)
        checking.check_files(self._bundle, self._manifest)

    def _carry(self) -> None:
        for name in SCHEMAS:
            migrate_service(self._target.settings, SCHEMAS[name])
            with ExitStack() as stack:
                self._fill(name, *self._newest(stack, name))
        with self._output.progress("データ / blobs", self._manifest.blobs.blobs) as note:
            self._target.blobs.carry_in(self._bundle.blobs, note)
        _carry_log(self._bundle.log, self._target.log)
        clock = self._target.settings.clock_file
        if self._manifest.mode == "demo" and clock is not None:
            make_room(clock.parent)
            write_durably(clock, self._bundle.clock_file.read_bytes())

    def _newest(self, stack: ExitStack, service: str) -> tuple[Connection, bool]:
        """The service's copy at the target's revision: as it lies, or (False) brought there in a passing copy."""
        file, schema = self._bundle.database(service), SCHEMAS[service]
        if self._manifest.databases[service].revision == self._target.run(service, revision):
            return checking.read_only(stack, file), True
        room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shokai-import-")))
        copy_file(file, room / file.name)
        store = SqliteStore(f"sqlite:///{room / file.name}")
        stack.callback(store.engine.dispose)
        try:
            migrate(store.engine, schema.metadata, schema.migrations)
        except CommandError:
            raise Refusal("bundle-newer", service=service) from None
        self._output.step(f"{service}: 移行済みの写し / copy brought to the newest revision")
        return stack.enter_context(store.engine.connect()), False

    def _fill(self, service: str, source: Connection, as_it_lies: bool) -> None:
        """One transaction: every table copied and compared, and the note that says so. Filled already: compared."""
        carried, stated = shapes(source), self._manifest.databases[service]

        def fill(target: Connection) -> None:
            if set(shapes(target)) != set(carried):
                raise Refusal("bundle-newer", service=service)
            done = 0

            def noted(more: int) -> None:
                nonlocal done
                done += more
                note(done)

            filled = marked(target) == self._manifest.id
            for name, shape in carried.items():
                before = stated.tables[name].held if as_it_lies else held(source, name, shape)
                if not filled:
                    _copy(source, target, service, name, shape, before.last_number, noted)
                checking.check_same(service, name, before, held(target, name, shape))
            mark(target, self._manifest.id)

        with self._output.progress(service, stated.rows) as note:
            self._target.run(service, fill)

    def _verify(self) -> dict[str, int]:
        manifest, target = self._manifest, self._target
        with self._output.progress("記録の検証 / verifying the log", manifest.log.size) as note:
            target.run("audit", lambda each: checking.check_log(each, target.log, manifest.log, self._keyring, note))
        store = BlobStore(target.blobs.root, self._keyring, "import", data=target.blobs.data)
        states = checking.check_references(self._bundle, manifest, self._keyring, store)
        self._output.step("参照の確認 / references: " + ", ".join(f"{state} {n:,}" for state, n in states.items()))
        return states


def told(result: Mapping[str, Any]) -> str:
    """The result for people."""
    log, settings, rows = result["log"], result["settings"], sum(result["rows"].values())
    return "\n".join(
        (
            f"取り込み / imported: {rows:,} 行 / rows, {result['blobs']['blobs']:,} データ / blobs",
            f"  記録 / log: {log['origin']}, {log['size']:,} 件 / records, root {log['root']}",
            "  次の設定で起動 / start with: " + " ".join(f"{name}={value}" for name, value in settings.items()),
            "注意: 元のディレクトリを二度と起動せず、束を消去してください。"
            " / Mind: never start the old directory again, and destroy the bundle.",
        )
    )


def _check_settings(settings: HostSettings, manifest: Manifest) -> None:
    """Refusals where services with these settings would not be the same system."""
    if settings.mode != manifest.mode:
        raise Refusal("mode-differs", bundle=manifest.mode, setting=settings.mode)
    if manifest.mode == "demo" and settings.clock_file is None:
        raise Refusal("demo-clock-missing")
    if AuditSettings().log_origin not in ("", manifest.log.origin):
        raise Refusal("log-origin-fixed", origin=manifest.log.origin)


def _copy(source: Connection, target: Connection, service: str, name: str, shape: Shape, last: int, note: Note) -> None:
    try:
        copy_table(source, target, name, shape, note)
    except Refusal as refusal:
        raise Refusal("row-refused", service=service, **refusal.facts) from None
    go_on_numbering(target, name, shape, last)


def _carry_log(source: Path, target: Path) -> None:
    """The published files; the checkpoint last, so that it never shows what is not there."""
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    for file in sorted(files, key=lambda path: path.name == CHECKPOINT):
        place = target / file.relative_to(source)
        make_room(place.parent)
        write_durably(place, file.read_bytes())
