"""Pseudonyms of people for the access record: the same person, the same token; without the key, nobody."""

from shared.crypto.keyring import Keyring

KEY = "subjects"


def subject_token(keyring: Keyring, resident_code: str) -> str:
    """The token of the person behind a resident code."""
    return keyring.blind_index(KEY).of(resident_code, scope="resident_code").hex()
