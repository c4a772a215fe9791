"""What an operator prepares once: folders, secrets, databases with two roles each, a virtual host with few rights."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from tests.parts.postgres import Postgres
from tests.parts.rabbitmq import RabbitMQ

SERVICES: Final = ("authority", "intake", "matcher", "media", "audit")
TOPOLOGY: Final = Path(__file__).parents[2] / "deploy" / "rabbitmq" / "topology.json"


@dataclass(frozen=True)
class Place:
    """The folders of an installation, and what is in them."""

    root: Path

    def make(self) -> None:
        """Lay the folders out and draw the secrets."""
        for name in ("secrets", "keys", "machines", "blobs", "data", "logs"):
            (self.root / name).mkdir(mode=0o700)
        for name in ("passphrase", "control"):
            self.secret(name)
        for service in SERVICES:
            for use in ("owner", "database", "bus"):
                self.secret(f"{service}-{use}")

    def secret(self, name: str) -> Path:
        """The file with a secret, drawn when it is first asked for."""
        file = self.root / "secrets" / name
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
        return file

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.root / "logs" / f"{name}.log"


def make_databases(postgres: Postgres, place: Place) -> None:
    """A database for each service, its owner, and the role that the service itself is given."""
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        for service in SERVICES:
            database, role, owner = (
                sql.Identifier(name) for name in (service, f"shokai_{service}", f"{service}_owner")
            )
            for user, use in ((role, "database"), (owner, "owner")):
                password = sql.Literal(place.secret(f"{service}-{use}").read_text())
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(user, password))
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
            admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))


def make_vhost(rabbitmq: RabbitMQ, place: Place) -> str:
    """The topology as it is deployed, with a user for each service that may send events and read its own queue."""
    vhost = f"shokai-{secrets.token_hex(4)}"
    definitions: dict[str, Any] = json.loads(TOPOLOGY.read_text())
    for rows in definitions.values():
        for row in rows if isinstance(rows, list) else ():
            if "vhost" in row:
                row["vhost"] = vhost
    definitions["vhosts"] = [{**row, "name": vhost} for row in definitions["vhosts"]]
    definitions["users"] = [_user(service, place.secret(f"{service}-bus").read_text()) for service in SERVICES]
    definitions["permissions"] = [
        {
            "user": service,
            "vhost": vhost,
            "configure": "^$",
            "write": r"^shokai\.events$",
            "read": rf"^events\.{service}$",
        }
        for service in SERVICES
    ]
    file = place.root / "secrets" / "definitions.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(definitions))
    rabbitmq.ctl("import_definitions", str(file))
    return vhost


def _user(name: str, password: str) -> dict[str, Any]:
    salt = secrets.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [],
    }
