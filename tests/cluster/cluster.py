"""Starts, stops and kills the processes of the distributed system, each by its name."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from tests.cluster.installation import SERVICES, Place, make_databases, make_vhost
from tests.parts.keeper import Keeper, free_port, wait_until
from tests.parts.postgres import Postgres
from tests.parts.proxy import Proxy
from tests.parts.rabbitmq import RabbitMQ

WITH_WORKERS: Final = ("intake", "matcher", "media")
FRONT: Final = "front"
KEEP_LOGS: Final = "SHOKAI_TEST_LOGS"
"""Names a folder into which the logs of the processes are copied at the end."""
START_SECONDS: Final = 120
STOP_SECONDS: Final = 60
STEP_SECONDS: Final = 120


class Cluster:
    """PostgreSQL, RabbitMQ, the services, their workers and a front, all of them this cluster's own.

    Names: `intake`, with `replicas` also `intake-2` and so on; `intake-worker`, `intake-worker-2`; `front`. With
    `lines` there is a proxy before each of the two servers: `database_line` and `bus_line`.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        workers: int = 1,
        replicas: Mapping[str, int] | None = None,
        environment: Mapping[str, str] | None = None,
        fsync: bool = False,
        lines: bool = False,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="shokai-cluster-"))
        self.place = Place(self.folder)
        self.place.make()
        (self.folder / "bootstrap.toml").write_text(bootstrap, "utf-8")
        self.postgres = Postgres(fsync=fsync, passwords=True)
        self.rabbitmq = RabbitMQ()
        self.database_line = Proxy(self.postgres.port) if lines else None
        self.bus_line = Proxy(self.rabbitmq.port) if lines else None
        self._more = dict(environment or {})
        self.of_process: dict[str, dict[str, str]] = {}
        """What single processes are told besides, at their next start."""
        self._light = WITH_WORKERS if workers else ()
        self._commands = _commands(workers, replicas or {})
        self.ports = {name: free_port() for name in (*self._commands, FRONT)}
        self.address = f"http://127.0.0.1:{self.ports[FRONT]}"
        self._processes: dict[str, Keeper] = {}
        self._vhost = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All processes but the two servers."""
        return (*self._commands, FRONT)

    def start(self) -> Self:
        """Install it and start everything; a start that fails leaves nothing behind."""
        try:
            self._start_servers()
            self._install()
            for name in self.names:
                self.launch(name)
            self.ready()
        except BaseException:
            self.close()
            raise
        return self

    def stop(self) -> None:
        """The polite end of every process at once: each has to finish its work and end with 0. Then the servers go."""
        try:
            running = dict(self._processes)
            for process in running.values():
                process.signal(signal.SIGTERM)
            codes = {name: process.exit_code(STOP_SECONDS) for name, process in running.items() if name != FRONT}
            assert not any(codes.values()), f"ended with {codes}: {self._last_words([n for n in codes if codes[n]])}"
        finally:
            self.close()

    def close(self) -> None:
        """End it without asking and remove its files."""
        for process in self._processes.values():
            process.end()
        self._processes.clear()
        for line in (self.database_line, self.bus_line):
            if line is not None:
                line.close()
        if (kept := os.environ.get(KEEP_LOGS)) and self.folder.exists():
            shutil.copytree(self.folder / "logs", Path(kept) / self.folder.name, dirs_exist_ok=True)
        self.rabbitmq.close()
        self.postgres.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.stop()
        else:
            self.close()

    def kill(self, name: str) -> None:
        """kill -9 of one process."""
        self._processes.pop(name).end()

    def stop_one(self, name: str) -> None:
        """The polite end of one process; it has to end with 0."""
        process = self._processes.pop(name)
        process.signal(signal.SIGTERM)
        code = process.exit_code(STOP_SECONDS)
        process.end()
        assert code == 0, f"{name} ended with {code}: {self._last_words([name])}"

    def launch(self, name: str) -> None:
        """Start one process without waiting for it."""
        assert name not in self._processes, f"{name} runs already"
        self._processes[name] = Keeper(
            self._front_command() if name == FRONT else self._commands[name],
            environment=self.environment(name),
            log=self.place.log(name),
            sweep=self.folder if name == FRONT else None,
        )

    def start_again(self, name: str) -> None:
        """Start one process that was killed or stopped, and wait until it answers."""
        self.launch(name)
        self.ready(name)

    def pause(self, name: str) -> None:
        """It stands still, its connections stay open (SIGSTOP)."""
        self._processes[name].signal(signal.SIGSTOP)

    def signal(self, name: str, what: signal.Signals) -> None:
        """Any signal; a process that ends by it counts as running no more."""
        self._processes[name].signal(what)

    def log_file(self, path: str) -> bytes | None:
        """A file of the log that the audit service publishes."""
        file = self.folder / "data" / "audit" / "log" / path
        return file.read_bytes() if file.is_file() else None

    def resume(self, name: str) -> None:
        """It goes on."""
        self._processes[name].signal(signal.SIGCONT)

    def running(self, name: str) -> bool:
        """Whether a process runs."""
        return name in self._processes and self._processes[name].running()

    def ready(self, *names: str) -> None:
        """Wait until these processes (none named: all that were started) do their work."""
        for name in names or tuple(self._processes):
            wait_until(lambda name=name: self._is_ready(name), f"{name} to be ready", START_SECONDS)  # type: ignore[misc]

    @property
    def published_log(self) -> Path:
        """Where the audit service writes its log for everybody."""
        return self.folder / "data" / "audit" / "log"

    def files(self) -> Iterator[Path]:
        """Every file that the system, its database server and its broker keep or write, logs included."""
        for folder in (self.folder, self.postgres.folder, self.rabbitmq.folder):
            yield from (path for path in folder.rglob("*") if path.is_file())

    def answers(self, name: str) -> bool:
        """Whether a process does its work just now."""
        try:
            return self._is_ready(name)
        except AssertionError:
            return False

    def log_of(self, name: str) -> str:
        """What a process wrote, from its first start on."""
        return self.place.log(name).read_text("utf-8", errors="replace")

    def url_of(self, name: str) -> str:
        """A process's own address."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def jobs_until(self, as_of: str, *, expect: int = 0) -> Any:
        """`shokai jobs run --as-of`, as the admin side calls it; gives what it printed."""
        return self.shokai("jobs", "run", "--as-of", as_of, expect=expect)

    def verifies(self) -> bool:
        """Whether `shokai audit verify` finds the published log in order."""
        return bool(self.shokai("audit", "verify", "--log", str(self.published_log))["ok"])

    def shokai(self, *arguments: str, expect: int = 0) -> Any:
        """The command with --json in the environment of the admin side; gives what it printed."""
        command = [sys.executable, "-c", "from cli.main import main; main()", *arguments, "--json"]
        control = {"SHOKAI_CONTROL_KEY_FILE": str(self.place.secret("control"))}
        environment = {**_system(), **control, **self.service_urls()}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == expect, f"exit code {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}"
        return json.loads(done.stdout)

    def run(self, service: str, step: str, *arguments: str) -> None:
        """A step that ends by itself, such as `migrate`."""
        name = f"{service}-{step}"
        command = [sys.executable, "-m", f"services.{service}", step, *arguments]
        with self.place.log(name).open("ab") as log:
            done = subprocess.run(
                command, env=self.environment(name), stdout=log, stderr=log, timeout=STEP_SECONDS, check=False
            )
        assert done.returncode == 0, f"{name} ended with {done.returncode}: {self._last_words([name])}"

    def service_urls(self) -> dict[str, str]:
        """Where the services are, as the environment tells it."""
        return {f"SHOKAI_{service.upper()}_URL": self.url_of(service) for service in SERVICES}

    def environment(self, name: str) -> dict[str, str]:
        """What a process is told: of secrets only its own."""
        service = name.partition("-")[0]
        told = {**_system(), **self._shared()}
        if service in SERVICES:
            told |= self._of_service(service)
        if service == "console":
            told |= {"SHOKAI_CONSOLE_KEY_FILE": str(self.folder / "secrets" / "console.key"), **self.service_urls()}
        if name.endswith("-migrate"):
            told |= self._of_owner(service)
        if name in self.ports:
            told |= {"SHOKAI_HOST": "127.0.0.1", "SHOKAI_PORT": str(self.ports[name])}
        return {**told, **self._more, **self.of_process.get(name, {})}

    def _start_servers(self) -> None:
        self.rabbitmq.launch()
        self.postgres.start()
        for line in (self.database_line, self.bus_line):
            if line is not None:
                line.start()
        make_databases(self.postgres, self.place)

    def _install(self) -> None:
        """Keys first, then the databases, while the broker is still coming up."""
        file = str(self.folder / "bootstrap.toml")
        with ThreadPoolExecutor(len(SERVICES)) as pool:
            steps = [pool.submit(self.run, "authority", "prepare", file)]
            steps += [pool.submit(self.run, "console", "make-key", str(self.folder / "machines" / "console.pem"))]
            steps += [pool.submit(self.run, service, "migrate") for service in SERVICES]
            self.rabbitmq.wait()
            self._vhost = make_vhost(self.rabbitmq, self.place)
            for step in steps:
                step.result()
            for loading in [pool.submit(self.run, service, "bootstrap", file) for service in ("authority", "intake")]:
                loading.result()

    def _shared(self) -> dict[str, str]:
        return {
            "SHOKAI_MODE": "demo",
            "SHOKAI_ASSOCIATION": "試験照会センター",
            "SHOKAI_CLOCK_FILE": str(self.folder / "keys" / "clock.json"),
        }

    def _of_service(self, service: str) -> dict[str, str]:
        database = self.database_line.port if self.database_line else self.postgres.port
        bus = self.bus_line.port if self.bus_line else self.rabbitmq.port
        return {
            "SHOKAI_KEYS_DIR": str(self.folder / "keys"),
            "SHOKAI_KEYRING_PASSPHRASE_FILE": str(self.place.secret("passphrase")),
            "SHOKAI_CONTROL_KEY_FILE": str(self.place.secret("control")),
            "SHOKAI_AUTHORITY_SERVICE_KEYS_DIR": str(self.folder / "machines"),
            "SHOKAI_BLOBS_URL": f"file://{self.folder / 'blobs'}",
            "SHOKAI_DATABASE_URL": f"postgresql://shokai_{{service}}@127.0.0.1:{database}/{{service}}",
            "SHOKAI_DATABASE_PASSWORD_FILE": str(self.place.secret(f"{service}-database")),
            "SHOKAI_BUS_URL": f"amqp://127.0.0.1:{bus}/{self._vhost}",
            "SHOKAI_BUS_USER": service,
            "SHOKAI_BUS_PASSWORD_FILE": str(self.place.secret(f"{service}-bus")),
            "SHOKAI_BUS_DECLARE": "false",
            "SHOKAI_DATA_DIR": str(self.folder / "data"),
            "SHOKAI_HANDLES": "light" if service in self._light else "all",
        }

    def _of_owner(self, service: str) -> dict[str, str]:
        return {
            "SHOKAI_DATABASE_OWNER_URL": f"postgresql://{{service}}_owner@127.0.0.1:{self.postgres.port}/{{service}}",
            "SHOKAI_DATABASE_OWNER_PASSWORD_FILE": str(self.place.secret(f"{service}-owner")),
        }

    def _front_command(self) -> list[str]:
        targets: dict[str, list[str]] = {}
        for name in self._commands:
            service, _, kind = name.partition("-")
            if not kind.startswith("worker"):
                targets.setdefault("" if service == "console" else service, []).append(self.url_of(name))
        return [sys.executable, "-m", "tests.cluster.front", str(self.ports[FRONT]), json.dumps(targets)]

    def _is_ready(self, name: str) -> bool:
        assert self.running(name), f"{name} ended by itself: {self._last_words([name])}"
        path = "/readyz" if name.partition("-")[0] in SERVICES and "worker" not in name else "/healthz"
        path = "/authority/healthz" if name == FRONT else path
        try:
            return httpx.get(f"{self.url_of(name)}{path}", timeout=5, trust_env=False).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def _last_words(self, names: Sequence[str]) -> str:
        return "\n".join(f"{name}: {self.log_of(name)[-3000:]}" for name in names)


def _commands(workers: int, replicas: Mapping[str, int]) -> dict[str, list[str]]:
    """How each process is started, by its name."""
    kinds = [(service, "service", replicas.get(service, 1)) for service in (*SERVICES, "console")]
    kinds += [(service, "worker", workers) for service in WITH_WORKERS]
    commands = {}
    for service, kind, many in kinds:
        base = service if kind == "service" else f"{service}-worker"
        for number in range(1, many + 1):
            name = base if number == 1 else f"{base}-{number}"
            commands[name] = [sys.executable, "-m", f"services.{service}", kind]
    return commands


def _system() -> dict[str, str]:
    kept = ("PATH", "HOME", "TMPDIR", "TZ")
    return {"LANG": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parents[2])} | {
        name: os.environ[name] for name in kept if name in os.environ
    }
