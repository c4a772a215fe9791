"""What a register holds beside a name: 通称 and 旧氏 in brackets of any kind, or after a label."""

import pytest
from hypothesis import given

from shared.people.registered import FORMER, KNOWN_AS, Alternative, read_name
from tests.unit.people.anything import BRACKETED, TEXT, THOROUGH


@pytest.mark.parametrize(
    ("text", "main", "kind", "other"),
    [
        ("ＳＭＩＴＨ　ＪＯＨＮ（山田　太郎）", "ＳＭＩＴＨ　ＪＯＨＮ", KNOWN_AS, "山田　太郎"),
        ("SMITH JOHN[山田太郎]", "SMITH JOHN", KNOWN_AS, "山田太郎"),
        ("SMITH JOHN「通称　山田　太郎」", "SMITH JOHN", KNOWN_AS, "山田　太郎"),
        ("SMITH JOHN 通称 山田　太郎", "SMITH JOHN", KNOWN_AS, "山田　太郎"),
        ("金　明浩(金田　明)", "金　明浩", KNOWN_AS, "金田　明"),
        ("山田【佐藤】　花子", "山田　花子", FORMER, "佐藤　花子"),
        ("山田[佐藤] 花子", "山田 花子", FORMER, "佐藤 花子"),
        ("山田　花子〔旧姓：佐藤〕", "山田　花子", FORMER, "佐藤　花子"),
        ("山田　花子「旧氏　佐藤」", "山田　花子", FORMER, "佐藤　花子"),
        ("山田　花子（佐藤　花子）", "山田　花子", FORMER, "佐藤　花子"),
        ("山田　花子（佐藤花子）", "山田　花子", FORMER, "佐藤花子"),
        ("ﾔﾏﾀﾞ(ｻﾄｳ) ﾊﾅｺ", "ﾔﾏﾀﾞ ﾊﾅｺ", FORMER, "ｻﾄｳ ﾊﾅｺ"),
    ],
)
def test_beside_the_name(text: str, main: str, kind: str, other: str) -> None:
    read = read_name(text)
    assert (read.main, read.alternatives) == (main, (Alternative(kind, other),))


@pytest.mark.parametrize("text", ["山田　花子", "", "（山田）", "山田　花子（", "通称　花子", "山田（）"])
def test_nothing_beside(text: str) -> None:
    assert read_name(text).alternatives == ()


@THOROUGH
@given(text=TEXT | BRACKETED)
def test_any_text_has_a_name(text: str) -> None:
    read = read_name(text)
    assert read.main or not text
    assert read_name(read.main).main == read.main or read.alternatives == ()
