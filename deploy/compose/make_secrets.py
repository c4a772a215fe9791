"""Draws every secret of a Compose installation, each into the volume of whoever reads it. What is there stays.

Runs as the one-shot `secrets`, with the standard library alone. `/secrets/<reader>/<name>`: nobody but the reader's
user can open it. Nothing is printed but what was made.
"""

import base64
import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

PLACE: Final = Path("/secrets")
SERVICES: Final = ("authority", "intake", "matcher", "media", "audit")
SHOKAI, POSTGRES, RABBITMQ = 10001, 999, 999
READERS: Final = {
    "postgres": POSTGRES,
    "rabbitmq": RABBITMQ,
    "owner": SHOKAI,
    "keyring": SHOKAI,
    "control": SHOKAI,
    **dict.fromkeys(SERVICES, SHOKAI),
}
TOPOLOGY: Final = Path("/topology.json")


def main() -> None:
    """Draw what is missing."""
    for room in ("console", "machines"):  # the console draws its own pair of keys; authority reads the public half
        os.chown(PLACE / room, SHOKAI, SHOKAI)
        (PLACE / room).chmod(0o700)
    for service in SERVICES:
        owner = _drawn("owner", service)
        password = _drawn(service, "database")
        _keep("postgres", f"owner_{service}", owner)
        _keep("postgres", f"app_{service}", password)
        _drawn(service, "bus")
    _drawn("postgres", "superuser")
    _drawn("keyring", "passphrase")
    _drawn("control", "key")
    _drawn("rabbitmq", "operator")
    _keep("rabbitmq", "definitions.json", json.dumps(_definitions(), indent=1), anew=True)


def _definitions() -> dict[str, Any]:
    """Exchange, queues and bindings as they lie beside this file, and the users with what each may do.

    The services only find them there: none may declare anything, send to anything but the exchange, or read another's
    queue.
    """
    users = [_user("operator", _read("rabbitmq", "operator"), ["administrator"])]
    users += [_user(service, _read(service, "bus"), []) for service in SERVICES]
    rights = [_right("operator", ".*", ".*", ".*")]
    rights += [_right(service, "^$", r"^shokai\.events$", rf"^events\.{service}$") for service in SERVICES]
    return {**json.loads(TOPOLOGY.read_text()), "users": users, "permissions": rights}


def _right(user: str, configure: str, write: str, read: str) -> dict[str, str]:
    return {"user": user, "vhost": "shokai", "configure": configure, "write": write, "read": read}


def _user(name: str, password: str, tags: list[str]) -> dict[str, Any]:
    salt = hashlib.sha256(b"salt" + password.encode()).digest()[
        :4
    ]  # the same each time: unchanged users stay as they are
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    }


def _drawn(reader: str, name: str) -> str:
    _keep(reader, name, secrets.token_urlsafe(32))
    return _read(reader, name)


def _read(reader: str, name: str) -> str:
    return (PLACE / reader / name).read_text()


def _keep(reader: str, name: str, value: str, *, anew: bool = False) -> None:
    """Written whole, readable by the reader's user alone; once, or each time `anew`."""
    folder = PLACE / reader
    os.chown(folder, READERS[reader], READERS[reader])
    folder.chmod(0o500)
    file = folder / name
    if file.exists() and not anew:
        return
    fresh = folder / f".{name}"
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o400)
    fresh.write_text(value)
    os.chown(fresh, READERS[reader], READERS[reader])
    fresh.replace(file)
    print(f"made {reader}/{name}")  # noqa: T201


if __name__ == "__main__":
    main()
