"""Whole request files, broken in every way that a file can be broken; the same files for the same seed."""

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from shared.check import FileFacts
from shared.people.inquiry_numbers import ALPHABET, check_character

PLAN: Final = "00012345"
Broken = tuple[bytes, bytes, dict[str, Any]]
BreakFile = Callable[[random.Random, bytes, bytes], Broken]
TODAY: Final = date(2026, 6, 1)
LARGE: Final = 50_100
KINDS: Final = {"1": "provisional", "2": "main", "3": "my_number", "4": "deletion"}


@dataclass(frozen=True)
class FuzzedFile:
    """A file, and what is known of it."""

    data: bytes
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> FileFacts:
        known: dict[str, Any] = {"today": TODAY, "plan_number": PLAN, "kind": self.kind}
        return FileFacts(**(known | self.facts))


def _one_way(code: int) -> bytes:
    return bytes((code >> 8, code & 255))


def _not_round_trip() -> list[bytes]:
    """The double-byte codes of CP932 that Python writes otherwise than it reads them: NEC and IBM doubles."""
    found = []
    for code in range(0x8140, 0xFC4C):
        try:
            text = _one_way(code).decode("cp932")
        except UnicodeDecodeError:
            continue
        if len(text) == 1 and text.encode("cp932") != _one_way(code):
            found.append(_one_way(code))
    return found


NOT_ROUND_TRIP: Final = _not_round_trip()
LONE: Final = tuple(bytes([each]) for each in (0x80, 0xA0, 0xFD, 0xFE, 0xFF))
GAIJI: Final = (b"\xf0\x40", b"\xf4\x80", b"\xf9\xfc")
BAD_UTF8: Final = (b"\xc0\xaf", b"\xed\xa0\x80", b"\xe3\x81", b"\xff", b"\xf4\x90\x80\x80", b"\x80")
# Each changes a good record's field into something of which the check has an opinion.
LONG: Final[dict[str, list[str]]] = {
    "name_kana": ["ｱ " + "ｱ" * 58, "ｱ " + "ｱ" * 59],
    "name_kanji": ["山" * 20 + "　" + "田" * 19, "山" * 20 + "　" + "田" * 20],
    "address": ["一" * 100, "東京都千代田区" + "一" * 93, "東京都千代田区" + "一" * 94],
}
VALUES: Final[dict[str, list[str]]] = {
    name: values + LONG.get(name, [])
    for name, values in tomllib.loads(Path(__file__).with_name("values.toml").read_text("utf-8")).items()
}
COLUMNS: Final = {
    "1": ("serial", "member_id", "name_kana", "name_kanji", "birth_date", "sex", "postal_code", "address"),
    "2": ("serial", "member_id", "inquiry_number"),
    "4": ("serial", "member_id", "inquiry_number", "reason"),
}
COLUMNS["3"] = COLUMNS["2"]
TOWNS: Final = (
    ("1000005", "東京都千代田区丸の内"),
    ("2300051", "神奈川県横浜市鶴見区鶴見中央"),
    ("0600001", "北海道札幌市中央区北１条西"),
    ("6008008", "京都府京都市下京区長刀鉾町"),
    ("5300001", "大阪府大阪市北区梅田"),
    ("1830022", "府中市宮西町"),
    ("", "愛知県弥富市鯏浦町"),
)
FAMILIES: Final = (
    ("ﾔﾏﾀﾞ", "山田"),
    ("ｻﾄｳ", "佐藤"),
    ("ﾀｶﾊｼ", "高橋"),
    ("ﾜﾀﾅﾍﾞ", "渡辺"),
    ("ｻｲﾄｳ", "斎藤"),
    ("ｵｵﾉ", "大野"),
)
GIVEN: Final = (("ﾀﾛｳ", "太郎"), ("ﾊﾅｺ", "花子"), ("ｹﾝｲﾁ", "健一"), ("ﾕｳｺ", "優子"), ("ﾏｺﾄ", "誠"))
WIDE: Final = str.maketrans("0123456789-", "０１２３４５６７８９－")


def fuzzed_files(seed: int, records: int) -> Iterator[FuzzedFile]:
    """Files with at least that many records together: most of some dozens, one that exceeds a chunk of 50,000 lines."""
    source = random.Random(seed)
    breakers = cycle(_BREAK_FILE)
    made = LARGE if records > LARGE else 0
    if made:
        yield _file(source, LARGE, kind="2")
    while made < records:
        count = source.choice((0, 1, 3, 40, 300, 900))
        made += count
        broken = next(breakers) if source.random() < 0.5 else _whole
        yield _file(source, count, broken=broken)


def _whole(source: random.Random, head: bytes, tail: bytes) -> Broken:
    return head, tail, {}


def _file(source: random.Random, count: int, kind: str = "", broken: BreakFile = _whole) -> FuzzedFile:
    kind = kind or source.choices("1234", (8, 2, 1, 1))[0]
    charset = source.choice(("cp932", "utf-8"))
    lines = [_line(source, kind, at, charset) for at in range(1, count + 1)]
    lines += [line.replace(b"2,1,M1,", b"2,%d,M%d," % (count + 1, count + 1)) for line in lines[:1]]  # twice
    count = len(lines)
    head = f"1,{kind},{PLAN},20260601,001,{charset}".encode()
    tail = f"9,{count}".encode()
    head, tail, facts = broken(source, head, tail)
    ends = source.choice((b"\r\n", b"\r\n", b"\r\n", b"\n"))
    data = ends.join([head, *lines, tail]) + source.choice((ends, ends, b"", ends * 2, b"\x1a", ends + b" \t"))
    asked = kind if source.random() < 0.95 else source.choice("1234")
    return FuzzedFile(data, asked, facts)


def _line(source: random.Random, kind: str, at: int, charset: str) -> bytes:
    values = _good(source, kind, at)
    if source.random() < 0.35:
        for _ in range(source.randint(1, 2)):
            name = source.choice(COLUMNS[kind])
            values[name] = source.choice(VALUES[name])
    line = ",".join(["2", *values.values()]).encode(charset, errors="replace")
    return source.choice(_BREAK_LINE)(source, line, charset) if source.random() < 0.04 else line


def _good(source: random.Random, kind: str, at: int) -> dict[str, str]:
    if kind != "1":
        body = "".join(source.choices(ALPHABET, k=9))
        return dict(zip(COLUMNS[kind], (str(at), f"M{at}", body + check_character(body), "1"), strict=False))
    (kana, kanji), (kana_given, given), (postal, town) = map(source.choice, (FAMILIES, GIVEN, TOWNS))
    birth = f"{source.randint(1930, 2005)}{source.randint(1, 12):02}{source.randint(1, 28):02}"
    number = f"{source.randint(1, 40)}-{source.randint(1, 30)}".translate(WIDE)
    person = (f"{kana} {kana_given}", f"{kanji}　{given}", birth, source.choice("12"), postal, town + number)
    return dict(zip(COLUMNS["1"], (str(at), f"M{at}", *person), strict=True))


def _into(source: random.Random, line: bytes, piece: bytes) -> bytes:
    at = source.randint(0, len(line))
    return line[:at] + piece + line[at:]


def _at_end_of_a_field(source: random.Random, line: bytes, piece: bytes) -> bytes:
    fields = line.split(b",")
    at = source.randrange(len(fields))
    fields[at] += piece
    return b",".join(fields)


_QUOTES: Final = (b'"%b"', b'"%b', b'%b"', b'"%b,"', b'"%b""x"', b' "%b"', b'"%b" ', b'"%b\r"')
_PIECES: Final = (b"\x00", b"\r", b"\n", b"\r\r\n", b"\n\n", b"\x1a", b"\x0b", b"\x85", b"\xe2\x80\xa8")
_ENDS: Final = (b",", b",,", b"\r", b"\r\r", b" ", b"\x00", b"\x81")
_STARTS: Final = (b"1", b"3", b"9", b"", b'"2"', b" 2", b"\xef\xbb\xbf2")
_LINES: Final = (b"", b" ", b"\t", b",", b'"', b'""', b"9,1", b"2", b"\xef\xbb\xbf")
_HEADS: Final = (b"", b"2,1", b"1,1,00012345", b'"1,1,00012345,20260601,001,cp932', b"\xff1,1")
_TAILS: Final = (b"", b"9", b"9,", b"9,x", b"9,007", b"9,1,2", b'"9",3', b"9,99999999999999999999")


def _quoted(source: random.Random, line: bytes, charset: str) -> bytes:
    fields = line.split(b",")
    at = source.randrange(len(fields))
    fields[at] = source.choice(_QUOTES) % fields[at]
    return b",".join(fields)


_BREAK_LINE: Final[tuple[Callable[[random.Random, bytes, str], bytes], ...]] = (
    lambda source, line, charset: _into(source, line, source.choice(LONE if charset == "cp932" else BAD_UTF8)),
    lambda source, line, charset: _at_end_of_a_field(source, line, source.choice(LONE + BAD_UTF8)),
    lambda source, line, charset: _at_end_of_a_field(source, line, source.choice(NOT_ROUND_TRIP)),
    lambda source, line, charset: _at_end_of_a_field(source, line, source.choice(GAIJI)),
    lambda source, line, charset: _into(source, line, source.choice(_PIECES)),
    lambda source, line, charset: line + source.choice(_ENDS),
    lambda source, line, charset: line[: source.randint(0, len(line))],
    lambda source, line, charset: source.choice(_STARTS) + line[1:],
    lambda source, line, charset: source.choice(_LINES),
    lambda source, line, charset: line + source.choice((b"x", b'"')) * source.choice((70_000, 140_000)),
    _quoted,
    _quoted,
)
_BREAK_FILE: Final[tuple[BreakFile, ...]] = (
    lambda source, head, tail: (head, b"", {}),
    lambda source, head, tail: (b"\xef\xbb\xbf" + head, tail, {}),
    lambda source, head, tail: (head.replace(b"utf-8", b"cp932"), tail, {}),
    lambda source, head, tail: (head.replace(b"cp932", b"utf-8"), tail, {}),
    lambda source, head, tail: (head.replace(b",001,", source.choice((b",000,", b",1,", b",0001,"))), tail, {}),
    lambda source, head, tail: (head.replace(b"20260601", source.choice((b"20260631", b"2026061", b""))), tail, {}),
    lambda source, head, tail: (head.replace(b"00012345", source.choice((b"00099999", b"123", b""))), tail, {}),
    lambda source, head, tail: (source.choice(_HEADS), tail, {}),
    lambda source, head, tail: (head.replace(b"1,", b"1,5,", 1), tail, {}),
    lambda source, head, tail: (head.replace(head[-5:], b"sjis"), tail, {}),
    lambda source, head, tail: (head, source.choice(_TAILS), {}),
    lambda source, head, tail: (head, tail, {"plan_number": None}),
    lambda source, head, tail: (head, tail, {"received_before": True, "clean": False, "contract_in_force": False}),
    lambda source, head, tail: (head, tail, {"registered_records": 3}),
    lambda source, head, tail: (head, tail, {"max_records": 29}),
    lambda source, head, tail: (head, tail, {"max_bytes": 900}),
)
