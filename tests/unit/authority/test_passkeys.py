"""Which pages may ask for a passkey, and which counters may follow one another."""

import pytest

from services.authority.domain.passkeys import accepted_origin, counter_goes_on


@pytest.mark.parametrize(
    ("origin", "host", "named", "ours"),
    [
        ("https://office.example", "office.example", (), True),
        ("http://office.example", "office.example", (), False),
        ("https://office.example:8443", "office.example", (), False),
        ("https://office.example:8443", "office.example", ("https://office.example:8443",), True),
        ("https://office.example", "office.example", ("https://office.example:8443",), False),
        ("https://evil.office.example", "office.example", (), False),
        ("http://localhost:8000", "localhost", (), True),
        ("https://localhost", "localhost", (), True),
        ("http://localhost.evil.example", "localhost", (), False),
        ("http://localhost:8000@evil.example", "localhost", (), False),
        ("http://127.0.0.1:8000", "localhost", (), False),
        ("null", "localhost", (), False),
    ],
)
def test_only_our_own_pages_ask(origin: str, host: str, named: tuple[str, ...], ours: bool) -> None:
    assert accepted_origin(origin, host=host, named=named) is ours


@pytest.mark.parametrize(
    ("known", "told", "goes_on"),
    [(0, 0, True), (0, 1, True), (4, 5, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
def test_a_counter_goes_up_or_is_not_kept_at_all(known: int, told: int, goes_on: bool) -> None:
    assert counter_goes_on(known, told) is goes_on
