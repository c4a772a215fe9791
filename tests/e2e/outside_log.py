"""An auditor's own check of the log: RFC 6962 hashing, signed notes, tiles and Ed25519 in plain Python."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

TILE = 256

Get = Callable[[str], bytes | None]


def read_log(get: Get, public_key: str) -> list[dict[str, Any]]:
    """Every record of the log whose files `get` gives, after the signature, all hashes and all chains were checked."""
    origin, size, root = open_checkpoint(get("checkpoint") or b"", public_key)
    entries = [entry for number, width in tiles(size) for entry in bundle(fetch(get, "tile/entries", number, width))]
    assert len(entries) == size
    leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
    assert tree_root(leaves) == root, "the records do not give the signed root"
    for number, width in tiles(size):
        part = b"".join(leaves[number * TILE : number * TILE + width])
        assert fetch(get, "tile/0", number, width) == part, "a hash tile differs from its records"
    records = [json.loads(entry) for entry in entries]
    for record, entry in zip(records, entries, strict=True):
        assert json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == entry
    check_chains(records, entries)
    assert origin
    return records


def check_chains(records: list[dict[str, Any]], entries: list[bytes]) -> None:
    """Each source numbers its records without a gap, and each record names the one before it."""
    last: dict[str, tuple[int, str]] = {}
    for record, entry in zip(records, entries, strict=True):
        sequence, digest = last.get(record["source"], (0, "0" * 64))
        assert record["sequence"] == sequence + 1, "a record of a source is missing or doubled"
        assert record["previous"] == digest, "the chain of a source is broken"
        last[record["source"]] = (record["sequence"], hashlib.sha256(entry).hexdigest())


def open_checkpoint(note: bytes, public_key: str) -> tuple[str, int, bytes]:
    """Origin, size and root hash of a checkpoint that the key signed."""
    text, _, signatures = note.decode().partition("\n\n")
    body = text + "\n"
    name, key_id, encoded = public_key.strip().split("+", 2)
    key = base64.b64decode(encoded)
    assert key[0] == 1, "not an Ed25519 key"
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id
    marks = [line.split(" ") for line in signatures.splitlines() if line.startswith("\u2014 ")]
    signed = [base64.b64decode(mark) for _, signer, mark in marks if signer == name]
    assert any(s[:4].hex() == key_id and ed25519_verify(key[1:], body.encode(), s[4:]) for s in signed)
    origin, size, root = body.splitlines()[:3]
    return origin, int(size), base64.b64decode(root)


def tiles(size: int) -> list[tuple[int, int]]:
    """(number, width) of the tiles of level 0."""
    return [(start // TILE, min(TILE, size - start)) for start in range(0, size, TILE)]


def fetch(get: Get, prefix: str, number: int, width: int) -> bytes:
    """A tile; where a partial one has been replaced by the full one, the beginning of that."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    path = f"{prefix}/{'/'.join(groups)}"
    data = get(path if width == TILE else f"{path}.p/{width}")
    if data is None:
        full = get(path) or b""
        data = full[: width * 32] if "entries" not in prefix else cut_bundle(full, width)
    return data


def bundle(data: bytes) -> list[bytes]:
    """The entries of an entry bundle: each behind its length in two bytes."""
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : at + 2 + length])
        assert len(entries[-1]) == length
        at += 2 + length
    return entries


def cut_bundle(data: bytes, width: int) -> bytes:
    """The first entries of a bundle, as a bundle."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in bundle(data)[:width])


def tree_root(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()


P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]


def ed25519_verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032, section 5.1.7."""
    if len(signature) != 64:
        return False
    a, r, s = _point(key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return _equal(_times(s, BASE), _add(r, _times(h, a)))


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _equal(p: Point, q: Point) -> bool:
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


_base = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
assert _base is not None
BASE: Point = _base
