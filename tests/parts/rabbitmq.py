"""A RabbitMQ node of the tests' own, on free ports, with its own name, cookie and port mapper."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from tests.parts.certificates import Authority
from tests.parts.keeper import Keeper, free_port, wait_until
from tests.parts.postgres import NotOurs

BINARIES: Final = Path("/usr/lib/rabbitmq/bin")
# No busy waiting: the machine's cores are for the tests.
ERLANG: Final = "+sbwt none +sbwtdcpu none +sbwtdio none"
STARTED: Final = "Server startup complete"
START_SECONDS: Final = 90
EXTERNAL: Final = "rabbitmq_auth_mechanism_ssl"


class RabbitMQ:
    """Started with `start`, to be stopped, killed and started again; what is durable stays."""

    def __init__(
        self,
        *,
        conf: str = "",
        plugins: tuple[str, ...] = (),
        name: str = "",
        home: Path | None = None,
        epmd: int = 0,
        tls: bool = False,
    ) -> None:
        if not (BINARIES / "rabbitmq-server").exists():
            raise FileNotFoundError("RabbitMQ is not installed: scripts/setup tests")
        self.folder = Path(tempfile.mkdtemp(prefix="shokai-rabbitmq-"))
        self.home = home or self.folder
        self.port = free_port()
        self.node = f"{name or 'shokai-' + secrets.token_hex(4)}@localhost"
        self.epmd = epmd or free_port()
        self._has_mapper = not epmd
        self._conf, self._plugins = conf, plugins
        if tls:
            self.certificates = Authority(self.folder / "tls")
            self.tls_port = free_port()
            self._plugins = (*plugins, EXTERNAL)
            self._conf += self._tls()
        self._keeper: Keeper | None = None
        self._mapper: Keeper | None = None
        self._write()

    def url(self, vhost: str = "/", user: str = "guest") -> str:
        """A virtual host of it."""
        return f"amqp://{user}:{user}@127.0.0.1:{self.port}/{'%2f' if vhost == '/' else vhost}"

    def tls_url(self, vhost: str = "/") -> str:
        """The same over TLS, for a client with a certificate of `certificates`: it is the user by its common name."""
        return f"amqps://localhost:{self.tls_port}/{'%2f' if vhost == '/' else vhost}"

    def start(self) -> "RabbitMQ":
        """Start it, for the first time or again, and wait until it serves."""
        self.launch()
        self.wait()
        return self

    def launch(self) -> None:
        """Start it without waiting."""
        environment = self.environment()
        if self._has_mapper and self._mapper is None:
            command = ["/usr/bin/epmd", "-port", str(self.epmd), "-address", "127.0.0.1"]
            self._mapper = Keeper(command, environment=environment, log=self.folder / "epmd.log")
        log = self.folder / "log" / "node.log"
        log.unlink(missing_ok=True)
        self._keeper = Keeper(
            [str(BINARIES / "rabbitmq-server")],
            environment=environment,
            log=self.folder / "console.log",
            sweep=self.folder,
        )

    def wait(self) -> None:
        """Wait until a launched node serves."""
        log = self.folder / "log" / "node.log"
        wait_until(lambda: log.exists() and STARTED in log.read_text(errors="replace"), "RabbitMQ", START_SECONDS)

    def stop(self) -> None:
        """As an operator does it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does it."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """It stands still, its connections stay open (SIGSTOP)."""
        assert self._keeper is not None
        os.kill(self._beam(), signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        os.kill(self._beam(), signal.SIGCONT)

    def close(self) -> None:
        """End it for good and remove its files."""
        for keeper in (self._keeper, self._mapper):
            if keeper is not None:
                keeper.end()
        self._keeper = self._mapper = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def ctl(self, *arguments: str) -> str:
        """`rabbitmqctl`; what it printed."""
        command = [str(BINARIES / "rabbitmqctl"), "-n", self.node, "-q", *arguments]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {arguments[0]}: {done.stdout[-500:]}{done.stderr[-500:]}")
        return done.stdout

    def create_vhost(self, user: str = "guest") -> str:
        """A virtual host for one test, open to the user."""
        name = f"test-{secrets.token_hex(6)}"
        self.eval(
            f'rabbit_vhost:add(<<"{name}">>, <<"test">>), rabbit_auth_backend_internal:set_permissions('
            f'<<"{user}">>, <<"{name}">>, <<".*">>, <<".*">>, <<".*">>, <<"test">>).'
        )
        return name

    def eval(self, expression: str) -> str:
        """An Erlang expression inside the node."""
        return self.ctl("eval", expression)

    def close_all_connections(self) -> None:
        """Cut every client's connection."""
        self.ctl("close_all_connections", "--global", "test")

    def create_user(self, name: str, vhost: str, password: str = "") -> None:
        """A user of one virtual host; without a password it logs in by its certificate."""
        self.ctl("add_user", name, password or secrets.token_hex(16))
        self.ctl("set_permissions", "-p", vhost, name, ".*", ".*", ".*")

    def running(self) -> bool:
        """Whether its process runs."""
        return self._keeper is not None and self._keeper.running()

    def _beam(self) -> int:
        return int((self.folder / "pid").read_text())

    def _end(self, how: signal.Signals) -> None:
        assert self._keeper is not None
        keeper, self._keeper = self._keeper, None
        os.kill(self._beam(), how)
        wait_until(lambda: not keeper.running(), "RabbitMQ to end")
        keeper.end()

    def _write(self) -> None:
        (self.folder / "log").mkdir()
        cookie = self.home / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text(secrets.token_hex(16))
            cookie.chmod(0o400)
        (self.folder / "plugins").write_text(f"[{','.join(self._plugins)}].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.local = 127.0.0.1:{self.port}\nloopback_users = none\nlog.file.level = info\n"
            f"disk_free_limit.absolute = 50MB\nvm_memory_high_watermark.absolute = 2GB\n{self._conf}"
        )

    def _tls(self) -> str:
        server = self.certificates.server()
        return (
            f"listeners.ssl.local = 127.0.0.1:{self.tls_port}\n"
            f"ssl_options.cacertfile = {self.certificates.ca_file}\n"
            f"ssl_options.certfile = {server.cert_file}\n"
            f"ssl_options.keyfile = {server.key_file}\n"
            "ssl_options.verify = verify_peer\nssl_options.fail_if_no_peer_cert = true\n"
            "ssl_cert_login_from = common_name\n"
            "auth_mechanisms.1 = EXTERNAL\nauth_mechanisms.2 = PLAIN\nauth_mechanisms.3 = AMQPLAIN\n"
        )

    def environment(self) -> dict[str, str]:
        """What the node and its commands are told by their environment."""
        folder = self.folder
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_MNESIA_DIR": str(folder / "mnesia" / "node"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": str(folder / "log" / "node.log"),
            "RABBITMQ_SCHEMA_DIR": str(folder / "schema"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_DIST_PORT": str(self._dist_port()),
            "RABBITMQ_CTL_DIST_PORT_MIN": "1024",
            "RABBITMQ_CTL_DIST_PORT_MAX": "65000",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{ERLANG} -kernel inet_dist_use_interface {{127,0,0,1}}",
            "ERL_EPMD_PORT": str(self.epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def _dist_port(self) -> int:
        kept = self.folder / "dist-port"
        if not kept.exists():
            kept.write_text(str(free_port()))
        return int(kept.read_text())


class GivenRabbitMQ:
    """A broker that was there before (SHOKAI_TEST_AMQP_URL): one virtual host for all tests."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, vhost: str = "/", user: str = "") -> str:
        """The given address, whatever is asked for."""
        return self._url

    def create_vhost(self, user: str = "") -> str:
        """There is but one."""
        return self._url.rpartition("/")[2]

    def close(self) -> None:
        """It stays."""

    def stop(self) -> None:
        """Refused."""
        raise NotOurs

    def ctl(self, *arguments: str) -> str:
        """Refused."""
        raise NotOurs

    start = kill = pause = resume = close_all_connections = stop
