"""What may be set for a process of the distributed mode, alike for every service. Secrets come as files."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.blobs.bucket import S3Settings
from shared.bus.rabbit import BusSettings
from shared.db.postgres import PostgresSettings


class HostSettings(BaseSettings):
    """Environment: SHOKAI_…"""

    model_config = SettingsConfigDict(env_prefix="SHOKAI_", frozen=True)

    database_url: str = ""
    """Where the services' databases are: `postgresql://user@host:5432/{service}`; several hosts as libpq has them."""
    database_password_file: Path | None = None
    """File with the password of that user."""
    database_owner_url: str = ""
    """The same with the role that owns the tables; for `migrate` alone."""
    database_owner_password_file: Path | None = None
    """File with the owner's password."""
    database_role: str = "shokai_{service}"
    """The restricted role that `migrate` grants its rights to."""
    database_pool: int = 5
    """Connections that a process keeps open; it may take three times as many more for a moment."""
    database_statement_seconds: int = 60
    """Longest statement."""
    database_lock_seconds: int = 30
    """Longest wait for another writer."""
    bus_url: str = ""
    """RabbitMQ: `amqp(s)://host:port/vhost`, several with commas between them."""
    bus_user: str = ""
    """User of the broker; empty with a client certificate: login by the certificate (SASL EXTERNAL)."""
    bus_password_file: Path | None = None
    """File with the user's password."""
    bus_ca_file: Path | None = None
    """Certificates that the broker's own is checked with."""
    bus_cert_file: Path | None = None
    """This process's certificate for the broker."""
    bus_key_file: Path | None = None
    """The key of that certificate."""
    bus_declare: bool = True
    """Declare exchange and queues at start; false: only check that they are there."""
    blobs_url: str = "file:///var/lib/shokai/blobs"
    """Where bulk data lies: `file:///path` or `s3://bucket/prefix`."""
    s3_endpoint: str = ""
    """Address of the S3-compatible store; empty: the one of the region."""
    s3_region: str = ""
    """Region of the bucket."""
    s3_access_key_file: Path | None = None
    """File with the access key id."""
    s3_secret_key_file: Path | None = None
    """File with the secret access key."""
    keys_dir: Path = Path("/var/lib/shokai/keys")
    """The keyring and, where bulk data lies in a bucket, the small files with the blobs' wrapped keys."""
    keyring_passphrase_file: Path | None = None
    """File with the keyring's passphrase."""
    data_dir: Path = Path("/var/lib/shokai/data")
    """A folder of the service's own: the audit service publishes its log there."""
    mode: Literal["demo", "production"] = "production"
    """`demo` has a clock of its own and knows shared secrets of clients."""
    association: str = ""
    """Name of the association, as papers and pages show it."""
    clock_file: Path | None = None
    """The demo's clock, the same file for every process."""
    host: str = "0.0.0.0"  # noqa: S104  # a container's only address; what reaches it is the network policy's matter
    """Address to listen on."""
    port: int = 8000
    """Port to listen on."""
    tls_cert_file: Path | None = None
    """Certificate (with its chain) to listen with over TLS 1.3; none: plain HTTP, for a proxy that ends TLS."""
    tls_key_file: Path | None = None
    """The key of that certificate."""
    tls_client_ca_file: Path | None = None
    """Certificates that those of clients are checked with; whoever is registered with a certificate shows it."""
    trusted_proxies: str = ""
    """Addresses or networks, with commas, whose header Client-Cert (RFC 9440) tells the caller's certificate."""
    handles: Literal["all", "light"] = "all"
    """`light` leaves the heavy events to the service's workers."""
    drain_seconds: int = 25
    """Time that running work has to finish after SIGTERM."""
    control_key_file: Path | None = None
    """File with the key of the control door; none: there is no door."""
    otlp_url: str = ""
    """OpenTelemetry collector (OTLP over HTTP); empty: traces are not exported."""

    def postgres(self, service: str) -> PostgresSettings:
        """How the service reaches its database."""
        return self._postgres(self.database_url, self.database_password_file, service)

    def postgres_owner(self, service: str) -> PostgresSettings:
        """How its migrations do."""
        return self._postgres(self.database_owner_url, self.database_owner_password_file, service)

    def s3(self) -> S3Settings:
        """How the bucket is reached, where bulk data lies in one. Plain HTTP only where the address says so."""
        return S3Settings(
            endpoint=self.s3_endpoint,
            region=self.s3_region,
            access_key=secret(self.s3_access_key_file),
            secret_key=secret(self.s3_secret_key_file),
            allow_http=self.s3_endpoint.startswith("http://"),
        )

    def bus(self, service: str) -> BusSettings:
        """How the service reaches the broker."""
        return BusSettings(
            service=service,
            urls=tuple(url.strip() for url in self.bus_url.split(",") if url.strip()),
            user=self.bus_user,
            password=secret(self.bus_password_file),
            ca_file=self.bus_ca_file,
            cert_file=self.bus_cert_file,
            key_file=self.bus_key_file,
            declare=self.bus_declare,
        )

    def _postgres(self, url: str, password: Path | None, service: str) -> PostgresSettings:
        return PostgresSettings(
            url=url.replace("{service}", service),
            password=secret(password),
            pool=self.database_pool,
            statement_seconds=self.database_statement_seconds,
            lock_seconds=self.database_lock_seconds,
        )


def secret(file: Path | None) -> str:
    """What a secret's file holds, without the line end that editors add; empty where there is none."""
    return "" if file is None else file.read_text("utf-8").rstrip("\r\n")
