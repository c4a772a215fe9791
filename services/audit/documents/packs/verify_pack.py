"""Verifies an auditor pack offline, with Python 3 alone:  python3 verify_pack.py PACK [LOG-KEY [WITNESS-KEY ...]]

Keys that you obtained another way, as name+id+key, are compared with those in the pack; without them a pack made anew
with other keys cannot be told. Exit code 0: everything is right; 1: something is wrong, and it says which byte or file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tarfile

BLOCK = 512
PIECE = 4096
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


class Wrong(Exception):
    """Something is wrong; the message says what and where."""


def main(arguments: list[str]) -> int:
    """Print the verdict; the exit code."""
    with open(arguments[0], "rb") as file:
        data = file.read()
    try:
        sys.stdout.write(verify(data, arguments[1:]) + "\n")
    except (Wrong, ValueError, KeyError, IndexError) as wrong:
        sys.stdout.write(f"NOT VERIFIED: {wrong}\n")
        return 1
    return 0


def verify(data: bytes, keys: list[str] | tuple[str, ...] = ()) -> str:
    """What is proven by the pack's bytes. Raises Wrong."""
    files, places = unpacked(data)
    check_manifest(files, places)
    named = files["log/keys"].decode().split()
    for key in keys:
        if key.strip() not in named:
            raise Wrong(f"log/keys: does not hold the key that you gave, {key.split('+')[0]}")
    text, signers = opened(files["log/checkpoint"], named)
    origin, size, root = text.split("\n")[:3]
    if origin != named[0].split("+")[0] or named[0] not in signers:
        raise Wrong("log/checkpoint: not signed by the log's key")
    if opened(files["SEAL"], [files["pack-key"].decode().strip()])[0] != seal_text(files["MANIFEST"]):
        raise Wrong("SEAL: is over another manifest")
    count = check_records(files, int(size), base64.b64decode(root))
    witnesses = ", ".join(key.split("+")[0] for key in signers[1:]) or "none"
    told = (
        "the keys that you gave" if keys else "the keys in the pack only: compare them with keys obtained another way"
    )
    return f"VERIFIED: {count} records in the log {origin} of {size}; witnesses: {witnesses}; by {told}"


def seal_text(manifest: bytes) -> str:
    """What the seal is over."""
    return f"shokai audit pack\n{hashlib.sha256(manifest).hexdigest()}\n"


def unpacked(data: bytes) -> tuple[dict[str, bytes], dict[str, int]]:
    """Each file and where it begins, every byte of the container compared with what it has to be."""
    files: dict[str, bytes] = {}
    places: dict[str, int] = {}
    at = 0
    while at + BLOCK <= len(data) and data[at : at + BLOCK] != bytes(BLOCK):
        head = data[at : at + BLOCK]
        try:
            found = tarfile.TarInfo.frombuf(head, "ascii", "strict")
        except (tarfile.TarError, UnicodeDecodeError, ValueError):
            raise Wrong(f"bytes {at} to {at + BLOCK}: the head of a file is damaged") from None
        expected = header(found.name, found.size)
        compare(head, expected, at)
        if found.name in files:
            raise Wrong(f"{found.name}: is there twice")
        files[found.name], places[found.name] = data[at + BLOCK : at + BLOCK + found.size], at + BLOCK
        at += BLOCK + found.size
        filling = -found.size % BLOCK
        compare(data[at : at + filling], bytes(filling), at)
        at += filling
    compare(data[at:], bytes(2 * BLOCK), at)
    return files, places


def header(name: str, size: int) -> bytes:
    """The head of a file, as the pack has it."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def compare(found: bytes, expected: bytes, start: int) -> None:
    """Raise Wrong with the first byte that differs."""
    for at, (one, other) in enumerate(zip(found, expected)):  # noqa: B905 - runs on Python 3.8 too
        if one != other:
            raise Wrong(f"byte {start + at}: outside the files, not what a pack has there")
    if len(found) != len(expected):
        raise Wrong(f"byte {start + min(len(found), len(expected))}: cut off, or too long")


def check_manifest(files: dict[str, bytes], places: dict[str, int]) -> None:
    """Every file whole, by digests of pieces of 4,096 bytes; none missing, none too many."""
    for name in ("MANIFEST", "SEAL", "pack-key", "log/keys", "log/checkpoint", "records.jsonl", "proofs.jsonl"):
        if name not in files:
            raise Wrong(f"{name}: is missing")
    try:
        text, _ = opened(files["SEAL"], [files["pack-key"].decode().strip()])
    except (Wrong, ValueError, IndexError):
        raise Wrong("SEAL or pack-key: the seal is not whole") from None
    if text != seal_text(files["MANIFEST"]):
        raise Wrong("MANIFEST or SEAL: the seal is over another manifest")
    stated = json.loads(files["MANIFEST"])
    for name, digests in stated.items():
        if name not in files:
            raise Wrong(f"{name}: is missing")
        check_pieces(name, files[name], digests, places[name])
    for name in files:
        if name not in stated and name not in ("MANIFEST", "SEAL"):
            raise Wrong(f"{name}: is not in the manifest")


def check_pieces(name: str, data: bytes, digests: list[str], place: int) -> None:
    """The pieces of one file."""
    for number, digest in enumerate(digests):
        piece = data[number * PIECE : (number + 1) * PIECE]
        if hashlib.sha256(piece).hexdigest() != digest:
            start = number * PIECE
            stop = start + len(piece)
            of_pack = f"bytes {place + start} to {place + stop} of the pack"
            raise Wrong(f"{name}: altered in its bytes {start} to {stop} ({of_pack})")
    if len(data) > len(digests) * PIECE:
        raise Wrong(f"{name}: longer than the manifest says")


def check_records(files: dict[str, bytes], size: int, root: bytes) -> int:
    """Every record's proof against the root; how many."""
    records = files["records.jsonl"].split(b"\n")[:-1]
    proofs = [json.loads(line) for line in files["proofs.jsonl"].split(b"\n")[:-1]]
    if len(records) != len(proofs):
        raise Wrong("proofs.jsonl: not one proof for each record")
    for number, (record, proof) in enumerate(zip(records, proofs)):  # noqa: B905
        hashes = [bytes.fromhex(node) for node in proof["hashes"]]
        if not included(proof["index"], size, hashlib.sha256(b"\x00" + record).digest(), hashes, root):
            raise Wrong(f"records.jsonl line {number + 1}: is not record {proof['index']} of the log")
    return len(records)


def included(index: int, size: int, leaf: bytes, hashes: list[bytes], root: bytes) -> bool:
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def opened(note: bytes, keys: list[str]) -> tuple[str, list[str]]:
    """The text of a signed note, and which of the keys have signed it. Raises Wrong where none has."""
    text, _, lines = note.decode().rpartition("\n\n")
    text += "\n"
    signers = [key for key in keys if any(is_signed(text, line, key) for line in lines.split("\n"))]
    if not signers:
        raise Wrong("no right signature: " + text.split("\n")[0])
    return text, signers


def is_signed(text: str, line: str, key: str) -> bool:
    """Whether a line is a right signature of a key: of a note (kind 1) or a cosignature (kind 4)."""
    name, _, rest = key.partition("+")
    typed = base64.b64decode(rest.partition("+")[2])
    if not line.startswith(f"\u2014 {name} "):
        return False
    raw = base64.b64decode(line.rsplit(" ", 1)[1])
    if raw[:4] != hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]:
        return False
    if typed[0] == 4:
        at = int.from_bytes(raw[4:12], "big")
        return ed25519_verify(typed[1:], f"cosignature/v1\ntime {at}\n{text}".encode(), raw[12:])
    return ed25519_verify(typed[1:], text.encode(), raw[4:])


def ed25519_verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032, section 5.1.7."""
    if len(signature) != 64 or len(key) != 32:
        return False
    a, r, s = _point(key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    p, q = _times(s, BASE), _add(r, _times(h, a))
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def _point(data: bytes) -> tuple[int, int, int, int] | None:
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


def _add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: tuple[int, ...]) -> tuple[int, ...]:
    result: tuple[int, ...] = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or (0, 1, 1, 0)

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
