"""The states of an incident, what the law owes whom, the nine items, and what may stand in a text."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.incidents.duties import FLAGS, Assessment, categories_of, duties_of
from services.audit.domain.incidents.plain_text import refuse_numbers
from services.audit.domain.incidents.reports import draft_of, items
from services.audit.domain.incidents.states import STEPS, WRITTEN_BEFORE, refuse_unready, step
from shared.people.check_digits import my_number_of, resident_code_of
from shared.refusals import Refusal

LEARNED = date(2026, 6, 1)
assessments = st.builds(
    Assessment,
    people=st.none() | st.integers(0, 5000),
    my_numbers=st.booleans(),
    encrypted=st.sampled_from(["strong", "none", "unknown"]),
    happened=st.sampled_from(["leak", "loss", "damage", "misuse", "provision"]),
    flags=st.frozensets(st.sampled_from(FLAGS)),
)


def found(**more: Any) -> Assessment:
    stated: dict[str, Any] = {"people": 1, "my_numbers": True, "encrypted": "none", "happened": "leak"}
    return Assessment(**(stated | more))


def codes(assessment: Assessment) -> set[str]:
    return {category.code for category in categories_of(assessment, LEARNED)}


@pytest.mark.parametrize("now", STEPS)
@pytest.mark.parametrize("then", STEPS)
def test_the_full_matrix_of_states(now: str, then: str) -> None:
    if then in STEPS[now]:
        assert step(now, then) == then
        return
    with pytest.raises(Refusal) as refused:
        step(now, then)
    assert refused.value.code == "incident-step-refused"
    assert refused.value.facts["allowed"] == list(STEPS[now])


def test_every_state_is_reached_and_the_last_one_ends() -> None:
    reached = {"detected"}
    for _ in STEPS:
        reached |= {then for now in reached for then in STEPS[now]}
    assert reached == set(STEPS)
    assert STEPS["closed"] == ()
    assert {item for names in WRITTEN_BEFORE.values() for item in names} <= set(items())


def test_a_step_waits_for_assessment_duties_and_items() -> None:
    for assessed, owed, written, code in (
        (False, [], ["outline"], "incident-not-assessed"),
        (True, ["ppc-first"], ["outline", "data_items", "people"], "incident-duty-open"),
        (True, [], ["outline"], "incident-item-missing"),
    ):
        with pytest.raises(Refusal) as refused:
            refuse_unready("contained", "reported", assessed=assessed, owed=owed, written=written)
        assert refused.value.code == code
    refuse_unready("contained", "reported", assessed=True, owed=[], written=["outline", "data_items", "people"])
    refuse_unready("triaged", "closed", assessed=True, owed=[], written=[])


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        (found(), {"mna-1"}),
        (found(people=None), {"mna-1", "mna-4", "appi-4"}),
        (found(encrypted="strong"), set()),
        (found(encrypted="unknown"), {"mna-1"}),
        (found(people=0), set()),
        (found(people=100), {"mna-1"}),
        (found(people=101), {"mna-1", "mna-4"}),
        (found(people=101, encrypted="strong"), {"mna-4"}),
        (found(people=101, happened="loss"), {"mna-1"}),
        (found(people=1000), {"mna-1", "mna-4"}),
        (found(people=1001), {"mna-1", "mna-4", "appi-4"}),
        (found(people=1001, my_numbers=False), {"appi-4"}),
        (found(people=1000, my_numbers=False), set()),
        (found(my_numbers=False, flags=frozenset({"special_care"})), {"appi-1"}),
        (found(my_numbers=False, flags=frozenset({"property_damage"})), {"appi-2"}),
        (found(flags=frozenset({"wrongful_purpose"})), {"mna-1", "mna-2", "appi-3"}),
        (found(flags=frozenset({"open_to_many"})), {"mna-1", "mna-3"}),
        (found(happened="nothing", people=5000), set()),
    ],
)
def test_classes_of_the_law(assessment: Assessment, expected: set[str]) -> None:
    assert codes(assessment) == expected


@given(assessments, assessments)
def test_more_people_never_owe_less(one: Assessment, other: Assessment) -> None:
    more = Assessment(None, one.my_numbers, one.encrypted, one.happened, one.flags)
    assert codes(one) <= codes(more)
    with_flags = Assessment(one.people, one.my_numbers, one.encrypted, one.happened, one.flags | other.flags)
    assert codes(one) <= codes(with_flags)


def test_clocks_count_the_day_of_learning_and_ignore_closed_days() -> None:
    owed = {duty.code: duty for duty in duties_of(found(), LEARNED)}
    assert list(owed) == ["ppc-first", "jlis", "minister", "plans", "people", "ppc-final"]
    assert (owed["ppc-first"].due_on, owed["ppc-first"].warn_on) == (date(2026, 6, 5), (date(2026, 6, 3),))
    assert (owed["ppc-final"].due_on, owed["ppc-final"].warn_on) == (date(2026, 6, 30), (date(2026, 6, 25),))
    assert {code for code, duty in owed.items() if duty.due_on is None} == {"jlis", "minister", "plans", "people"}
    assert owed["ppc-first"].clock(date(2026, 6, 2), done=False) == "running"
    assert owed["ppc-first"].clock(date(2026, 6, 3), done=False) == "warning"
    assert owed["ppc-first"].clock(date(2026, 6, 5), done=False) == "warning"
    assert owed["ppc-first"].clock(date(2026, 6, 6), done=False) == "overdue"
    assert owed["ppc-first"].clock(date(2026, 6, 6), done=True) == "done"
    assert owed["people"].clock(LEARNED, done=False) == "at_once"


def test_sixty_days_where_the_purpose_may_have_been_wrongful() -> None:
    owed = {duty.code: duty for duty in duties_of(found(flags=frozenset({"wrongful_purpose"})), LEARNED)}
    assert (owed["ppc-final"].due_on, owed["ppc-final"].warn_on) == (date(2026, 7, 30), (date(2026, 7, 25),))


def test_what_no_class_holds_is_still_told_to_jlis_and_the_plans() -> None:
    assert [duty.code for duty in duties_of(found(encrypted="strong"), LEARNED)] == ["jlis", "plans"]
    assert duties_of(found(happened="nothing"), LEARNED) == ()


def test_rules_hold_from_their_day_on() -> None:
    assert duties_of(found(), date(2022, 3, 31)) == ()
    assert all(duty.source for duty in duties_of(found(), LEARNED))


def test_every_duty_has_a_draft_and_the_people_are_told_five_items() -> None:
    for duty in duties_of(found(), LEARNED):
        assert draft_of(duty.code, {}, {}).source
    assert [section.number for section in draft_of("people", {}, {}).sections] == [1, 2, 4, 5, 9]
    assert [section.number for section in draft_of("ppc-first", {}, {}).sections] == list(range(1, 10))


def test_a_draft_takes_what_was_written_then_the_facts_and_leaves_the_rest_open() -> None:
    draft = draft_of("ppc-first", {"cause": "封筒の取り違え"}, {"people": 3, "plans_ja": "(企業年金1先)"})
    told = {section.item: (section.text, section.origin) for section in draft.sections}
    assert told["cause"] == ("封筒の取り違え", "written")
    assert told["people"] == ("最大3人(企業年金1先)", "facts")
    assert told["outline"] == ("確認中", "open")


@pytest.mark.parametrize(
    "text",
    [
        my_number_of("12345678901"),
        f"番号 {my_number_of('12345678901')} の人",
        "１２３４　" + my_number_of("12345678901"),
        "-".join(my_number_of("12345678901")[at : at + 4] for at in (0, 4, 8)),
        resident_code_of("1234567890"),
    ],
)
def test_no_national_number_in_a_text(text: str) -> None:
    with pytest.raises(Refusal, match="text-holds-number"):
        refuse_numbers(text)


def test_counts_dates_and_identifiers_may_stand_in_a_text() -> None:
    refuse_numbers("2026-06-01 10:00 に 1,234 人分、ディスク 2606A-0001-1、追跡番号 1234-5678-9012")
