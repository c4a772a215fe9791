"""Field cipher, blind index and media passwords, as properties."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.errors import CipherDamaged, KeyDestroyed
from shared.crypto.keyring import Keyring
from shared.crypto.passwords import ALPHABET, new_medium_password

TEXT = st.text(max_size=40)


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.create(Path(tmp_path_factory.mktemp("keys")) / "keyring.json")


@given(values=st.lists(TEXT, max_size=20), place=TEXT)
def test_a_column_comes_back_as_it_was(keyring: Keyring, values: list[str], place: str) -> None:
    cipher = keyring.field_cipher("column")
    rows = [str(number) for number in range(len(values))]
    sealed = cipher.encrypt_many(values, place=place, rows=rows)
    assert cipher.decrypt_many(sealed, place=place, rows=rows) == values
    assert len(set(sealed)) == len(values)


@given(value=TEXT, here=st.tuples(TEXT, TEXT), there=st.tuples(TEXT, TEXT))
def test_a_value_opens_nowhere_but_where_it_stood(
    keyring: Keyring, value: str, here: tuple[str, str], there: tuple[str, str]
) -> None:
    cipher = keyring.field_cipher("column")
    sealed = cipher.encrypt(value, place=here[0], row=here[1])
    if here == there:
        assert cipher.decrypt(sealed, place=there[0], row=there[1]) == value
        return
    with pytest.raises(CipherDamaged):
        cipher.decrypt(sealed, place=there[0], row=there[1])


def test_place_and_row_cannot_lend_each_other_letters(keyring: Keyring) -> None:
    cipher = keyring.field_cipher("column")
    with pytest.raises(CipherDamaged):
        cipher.decrypt(cipher.encrypt("v", place="ab", row="c"), place="a", row="bc")


def test_every_flipped_bit_and_every_cut_is_refused(keyring: Keyring) -> None:
    cipher = keyring.field_cipher("column")
    sealed = cipher.encrypt("value", place="t.c", row="1")
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((CipherDamaged, KeyDestroyed)):
            cipher.decrypt(bytes(flipped), place="t.c", row="1")
    for length in range(len(sealed)):
        with pytest.raises(CipherDamaged):
            cipher.decrypt(sealed[:length], place="t.c", row="1")


def test_ciphers_of_two_names_do_not_open_each_other(keyring: Keyring) -> None:
    sealed = keyring.field_cipher("one").encrypt("v", place="t.c", row="1")
    with pytest.raises((CipherDamaged, KeyDestroyed)):
        keyring.field_cipher("two").decrypt(sealed, place="t.c", row="1")


@given(one=st.tuples(TEXT, TEXT), two=st.tuples(TEXT, TEXT))
def test_a_blind_index_is_equal_for_equal_values_of_one_scope_only(
    keyring: Keyring, one: tuple[str, str], two: tuple[str, str]
) -> None:
    index = keyring.blind_index("codes")
    indexes = [index.of(value, scope=scope) for value, scope in (one, two)]
    assert (indexes[0] == indexes[1]) == (one == two)
    assert len(indexes[0]) == 16


def test_media_passwords_are_long_readable_and_never_the_same() -> None:
    made = {new_medium_password() for _ in range(1000)}
    assert len(made) == 1000
    assert len(ALPHABET) == 32
    assert not set(ALPHABET) & set("IO01")
    for password in made:
        groups = password.split("-")
        assert [len(group) for group in groups] == [5, 5, 5, 5]
        assert set("".join(groups)) <= set(ALPHABET)
