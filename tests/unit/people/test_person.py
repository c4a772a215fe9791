"""A person's comparable form, and the key that finds the same person twice."""

import polars as pl

from shared.people.columns.person import person_keys
from shared.people.person import ITEMS, RawPerson, normalise

ONE = RawPerson("ﾔﾏﾀﾞ ﾀﾛｳ", "髙橋　太郎", "5450101", "1", "1000013", "東京都千代田区霞が関３丁目２番１号")
SAME = RawPerson("ヤマダ　タロウ", "高橋　太郎", "19700101", "1", "", "千代田区霞ヶ関3-2-1")
OTHER = RawPerson("ヤマダ　タロウ", "高橋　太郎", "19700102", "1", "", "千代田区霞ヶ関3-2-1")


def test_same_person_same_key() -> None:
    rows = [[getattr(person, item) for item in ITEMS] for person in (ONE, SAME, OTHER)]
    keys = person_keys(pl.DataFrame(rows, schema=ITEMS, orient="row")).to_list()
    assert keys[0] == keys[1] != keys[2]


def test_normal_form_keeps_the_raw_birth_date() -> None:
    normal, same = normalise(ONE), normalise(SAME)
    assert normal.birth.raw == "5450101"
    assert normal.birth.western == same.birth.western == "19700101"
    assert (normal.kana_key, normal.kanji_key, normal.address) == (same.kana_key, same.kanji_key, same.address)
