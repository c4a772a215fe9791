"""One reply as an encrypted ZIP: CSV in the plan's character set, the same in UTF-8, the letter, the manifest.

Two passes over the chunks, one for each CSV, so that memory is that of one chunk whatever the reply's size.
"""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.media.domain.kinds import KIND_WORDS
from services.media.making.reply_frames import OUTCOME_COLUMN, Tally, reply_frames
from services.media.making.words import compact_date, english_date, japanese_date, printed_date
from shared.blobs.columns import get_frame
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.crypto.fields import FieldCipher
from shared.discs.sealed_zip import Digest, Digesting, Member, SealBroken, digests, seal, unseal
from shared.layouts import KIND_CODES, layout
from shared.layouts.columns import Writing, write
from shared.papers.press import Press

LAYOUT: Final = "pfa-reply-1"
MANIFEST: Final = "MANIFEST.json"
READ_BUFFER: Final = 1 << 18


class Unbalanced(Exception):
    """The records written are not as many as the reply said it has. Names the reply, never a record's content."""


@dataclass(frozen=True)
class Content:
    """A reply, or a run of its records, and all that its papers say. `total` counts the whole reply's records."""

    reply_id: str
    request_id: str
    plan_number: str
    plan_name: str
    plan_address: str
    association: str
    kind: str
    charset: str
    cycle: str
    reply_serial: int
    registry_as_of: str
    chunks: tuple[BlobRef, ...]
    rejected_chunk: BlobRef | None
    first_record: int
    records: int
    rejected: int
    total: int
    stem: str = "KAITO_001"

    @property
    def is_whole(self) -> bool:
        return self.records == self.total


@dataclass(frozen=True)
class Workshop:
    """What sealing needs: the chunks' store, the cipher of individual numbers, the press."""

    blobs: BlobStore
    numbers: FieldCipher
    press: Press


class SealedReply:
    """The encrypted ZIP being made; iterate over it for its bytes. `manifest` holds after the last one."""

    def __init__(self, workshop: Workshop, content: Content, *, password: str, at: datetime) -> None:
        self._workshop = workshop
        self._content = content
        self._password = password
        self._at = at
        self._digests: dict[str, Digest] = {}
        self._tally = Tally()
        self.manifest: dict[str, Any] = {}

    def __iter__(self) -> Iterator[bytes]:
        return seal(self._members(), password=self._password, at=self._at)

    def _members(self) -> Iterator[Member]:
        stem = self._content.stem
        first = self._csv(self._content.charset, counting=True)
        yield from self._digested(f"{stem}.csv", first)
        self._check_balance(first)
        yield from self._digested(f"{stem}.utf8.csv", self._csv("utf-8", counting=False))
        yield from self._digested(f"{stem}.pdf", [self._letter()])
        self.manifest = self._manifest(first.unmapped)
        yield Member(MANIFEST, [json.dumps(self.manifest, ensure_ascii=False, indent=1).encode()])

    def _digested(self, name: str, chunks: "Writing | list[bytes]") -> Iterator[Member]:
        passing = Digesting(chunks)
        yield Member(name, passing)
        self._digests[name] = passing.digest

    def _csv(self, charset: str, *, counting: bool) -> Writing:
        content = self._content
        header = {
            "kind": KIND_CODES[content.kind],
            "plan_number": content.plan_number,
            "created": compact_date(self._at),
            "reply_serial": f"{content.reply_serial:03d}",
            "request_id": content.request_id,
            "charset": charset,
            "registry_as_of": content.registry_as_of.replace("-", ""),
        }
        rejected = [get_frame(self._workshop.blobs, content.rejected_chunk)] if content.rejected_chunk else []
        return write(layout(LAYOUT), header, self._frames(counting), charset=charset, rejected=rejected)

    def _frames(self, counting: bool) -> Iterator[Any]:
        content = self._content
        numbers = self._workshop.numbers if content.kind == "my_number" else None
        for frame in reply_frames(self._workshop.blobs, content.chunks, request_id=content.request_id, numbers=numbers):
            if counting:
                self._tally.count(frame, OUTCOME_COLUMN[content.kind])
                if content.charset == "cp932":
                    self._tally.look_for_unmapped(frame)
            yield frame

    def _check_balance(self, writing: Writing) -> None:
        if (writing.records, writing.rejected) != (self._content.records, self._content.rejected):
            raise Unbalanced(f"reply {self._content.reply_id}")

    def _letter(self) -> bytes:
        content, tally = self._content, self._tally
        ja, en = KIND_WORDS[content.kind]
        data = {
            "association": content.association,
            "plan_number": content.plan_number,
            "plan_name": content.plan_name,
            "plan_address": content.plan_address,
            "reply_date": {"ja": japanese_date(self._at), "en": english_date(self._at)},
            "kind": {"ja": ja, "en": en},
            "cycle": content.cycle,
            "request_id": content.request_id,
            "registry_as_of": printed_date(content.registry_as_of),
            "range": "" if content.is_whole else _range(content),
            "outcomes": _outcome_rows(content.kind, tally),
            "records": f"{content.records:,}",
            "rejected": f"{content.rejected:,}",
            "files": _file_rows(content),
            "csv_name": f"{content.stem}.csv",
            "utf8_name": f"{content.stem}.utf8.csv",
            "characters": _character_rows(tally, self._workshop.press),
        }
        return self._workshop.press.print("reply_letter", data, at=self._at)

    def _manifest(self, unmapped: int) -> dict[str, Any]:
        content = self._content
        return {
            "format": "shokai-manifest-1",
            "reply_id": content.reply_id,
            "request_id": content.request_id,
            "plan_number": content.plan_number,
            "kind": content.kind,
            "cycle": content.cycle,
            "created": self._at.isoformat(),
            "files": [
                {"name": name, "size": digest.size, "sha256": digest.sha256} for name, digest in self._digests.items()
            ],
            "counts": {
                "records": content.records,
                "rejected": content.rejected,
                "outcomes": dict(sorted(self._tally.outcomes.items())),
                "first_record": content.first_record,
                "records_in_reply": content.total,
            },
            "unmapped_characters": unmapped,
        }


def read_back(blobs: BlobStore, ref: BlobRef, *, password: str, manifest: dict[str, Any]) -> None:
    """Opens the sealed reply with the other implementation and compares all of it. SealBroken when anything differs."""
    with io.BufferedReader(blobs.open(ref), READ_BUFFER) as file:
        check_sealed(file, password=password, manifest=manifest)


def check_sealed(file: io.BufferedIOBase, *, password: str, manifest: dict[str, Any]) -> None:
    """As read_back, on an open file."""
    found = digests(file, password=password)  # type: ignore[arg-type]
    inside = json.loads(b"".join(unseal(file, MANIFEST, password=password)))  # type: ignore[arg-type]
    told = {each["name"]: Digest(each["size"], each["sha256"]) for each in manifest["files"]}
    found.pop(MANIFEST)
    if found != told or inside != manifest:
        raise SealBroken("a sealed reply is not what its manifest says")


def _range(content: Content) -> str:
    last = content.first_record + content.records - 1
    return f"{content.first_record:,} – {last:,} / {content.total:,}"


def _outcome_rows(kind: str, tally: Tally) -> Sequence[dict[str, str]]:
    words = layout(LAYOUT).codes(OUTCOME_COLUMN[kind])
    return [
        {"code": code, "ja": word["ja"], "en": word["en"], "count": f"{tally.outcomes[code]:,}"}
        for code, word in words.items()
        if tally.outcomes[code]
    ]


def _file_rows(content: Content) -> Sequence[dict[str, str]]:
    charset = content.charset.upper()
    return [
        {"name": f"{content.stem}.csv", "ja": f"回答データ（{charset}）", "en": f"Reply data, {charset}"},
        {"name": f"{content.stem}.utf8.csv", "ja": "回答データ（UTF-8）", "en": "The same, UTF-8"},
        {"name": f"{content.stem}.pdf", "ja": "この回答書", "en": "This letter"},
        {"name": MANIFEST, "ja": "ファイルの一覧と検査値", "en": "Names, sizes, digests"},
    ]


def _character_rows(tally: Tally, press: Press) -> Sequence[dict[str, str]]:
    return [
        {
            "glyph": letter if press.shows(letter) else "",
            "code_point": f"U+{ord(letter):04X}",
            "count": f"{tally.characters[letter]:,}",
            "serials": ", ".join(serials) + (" …" if tally.characters[letter] > len(serials) else ""),
        }
        for letter, serials in sorted(tally.serials.items())
    ]
