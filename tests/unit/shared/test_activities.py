"""The register of processing activities: every act belongs to one, by the day of the act."""

from datetime import date

import pytest

from shared.trail import actions
from shared.trail.activities import activities, activity_of

TODAY = date(2026, 6, 1)


def test_every_recorded_action_belongs_to_an_activity() -> None:
    assert [name for name in actions() if activity_of(name, "", TODAY) is None] == []


@pytest.mark.parametrize(
    ("action", "purpose", "code"),
    [
        ("matcher.batch.hand_over", "", "jlis-exchange"),
        ("matcher.batch.mask", "", "destruction"),
        ("matcher.copy.destroy", "", "destruction"),
        ("matcher.reply.make", "", "reply-delivery"),
        ("media.disc.seal", "", "reply-delivery"),
        ("intake.media.read_in", "replacement", "intake-check"),
        ("audit.record.search", "", "audit"),
        ("authority.staff.add", "", "operation"),
    ],
)
def test_the_pattern_that_says_most_decides_and_a_stated_purpose_before_it(
    action: str, purpose: str, code: str
) -> None:
    found = activity_of(action, purpose, TODAY)
    assert found is not None
    assert found.code == code


def test_nothing_belongs_to_an_activity_before_it_is_in_force() -> None:
    assert activity_of("matcher.reply.make", "", date(2025, 2, 28)) is None


def test_individual_numbers_have_a_basis_of_their_own() -> None:
    (row,) = [row for row in activities() if row.code == "jlis-exchange"]
    assert not any("番号利用法" in one for one in row.basis(my_number=False))
    assert any("番号利用法" in one for one in row.basis(my_number=True))
    assert all(row.source for row in activities())
