"""People whom the benchmark once found taken for one another, and the writings of one person that stood beside them."""

from dataclasses import replace

import pytest

from services.matcher.domain.compare import AGREES, compare
from shared.people.person import RawPerson

SOMEBODY = RawPerson("ｻﾄｳ ﾊﾅｺ", "佐藤　花子", "19600102", "2", "", "東京都千代田区霞が関三丁目２番１号")


def agrees(asked: RawPerson, held: RawPerson) -> bool:
    """Whether nothing would keep the two apart."""
    return set(compare(asked, held).judgements) <= set(AGREES)


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("静岡県清水市高橋３－９－１２", "静岡県静岡市駿河区高橋三丁目９番１２号"),
        ("府中市栄町二丁目１５番２７号", "広島県府中市栄町二丁目１５番２７号"),
        ("奈良県奈良市秋篠新町２３０７番地　ＮＫビル２０３", "奈良県奈良市秋篠新町２３０７番地２０３"),
        ("埼玉県加須市阿良川２６９番地　ベルメゾン７０１号", "埼玉県加須市阿良川２６９－７０１"),
        ("京都府京都市下京区徳屋町７４９－４", "京都府京都市下京区新徳屋町７４９番地４"),
        ("香川県丸亀市九番丁２８番地", "香川県丸亀市九番丁南２８番地"),
    ],
)
def test_another_address_is_not_waved_through(asked: str, held: str) -> None:
    assert not agrees(replace(SOMEBODY, address=asked), replace(SOMEBODY, address=held))


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("静岡県清水市高橋３－９－１２", "静岡県静岡市清水区高橋三丁目９番１２号"),
        ("埼玉県加須市阿良川２６９番地　ハイツ７０１号", "埼玉県加須市阿良川２６９番地－７０１"),
        ("東京都千代田区霞が関３－２－１－２０１", "東京都千代田区霞が関三丁目２番１号　霞ハイツ２０１号"),
        ("京都府京都市下京区徳屋町７４９－４", "京都府京都市下京区烏丸通四条下る徳屋町７４９番地４"),
    ],
)
def test_the_same_address_still_agrees(asked: str, held: str) -> None:
    assert agrees(replace(SOMEBODY, address=asked), replace(SOMEBODY, address=held))


@pytest.mark.parametrize(
    ("asked", "held", "same"),
    [
        ("TRAN　THI LAN", "TRAN　LAN THI", False),
        ("NGUYEN　VAN ANH", "NGUYEN　ANH VAN（佐藤　健一）", False),
        ("THI LAN　TRAN", "TRAN　THI LAN", True),
        ("LAN　TRAN", "TRAN　LAN", True),
    ],
)
def test_only_the_family_name_changes_ends(asked: str, held: str, same: bool) -> None:
    unread = replace(SOMEBODY, name_kana="")
    assert agrees(replace(unread, name_kanji=asked), replace(unread, name_kanji=held)) is same
