"""Steps: a chain from what was written to what is compared, each link with a rule that has words."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given

from shared.people.dates import western
from shared.people.kana import kana_key
from shared.people.names import kanji_key
from shared.people.registered import read_name
from shared.people.steps import Step, birth_steps, kana_steps, name_steps
from shared.people.variants import rules, variants
from tests.unit.people.anything import BRACKETED, TEXT, THOROUGH

Steps = Callable[[str], tuple[Step, ...]]
KEYS: dict[str, tuple[Steps, Callable[[str], str]]] = {
    "name": (name_steps, lambda text: kanji_key(read_name(text).main)),
    "kana": (kana_steps, lambda text: kana_key(read_name(text).main)),
    "birth": (birth_steps, lambda text: western(text.strip(" ")) or text.strip(" ")),
}


@pytest.mark.parametrize("item", KEYS)
@THOROUGH
@given(text=TEXT | BRACKETED)
def test_steps_lead_from_the_text_to_its_key(item: str, text: str) -> None:
    steps, key = KEYS[item]
    at = text
    for step in steps(text):
        assert step.before == at != step.after
        assert step.rule in rules()
        at = step.after
    assert at == key(text)


@THOROUGH
@given(text=TEXT)
def test_variant_steps_replace_variants_by_their_bases(text: str) -> None:
    for step in name_steps(text):
        if step.rule.startswith("VARIANT"):
            assert step.after == "".join(_based(character, step.rule) for character in step.before), (
                "each replaced character is a variant under that relation"
            )


def _based(character: str, rule: str) -> str:
    base, relation = variants().get(character, (character, ""))
    return base if rule == f"VARIANT-{relation.upper()}" else character


def rule_names(steps: tuple[Step, ...]) -> list[str]:
    return [step.rule for step in steps]


def test_one_step_for_each_rule() -> None:
    assert rule_names(name_steps("髙橋　惠\U000e0100")) == [
        "SELECTORS",
        "WIDTH",
        "BLANKS",
        "VARIANT-JIS",
        "VARIANT-JOYO",
    ]
    assert rule_names(name_steps("\ufa19田　José")) == ["COMPATIBILITY", "WIDTH", "BLANKS", "CASE", "ACCENTS"]
    assert rule_names(name_steps("佐々木（鈴木）　一")) == ["ALTERNATIVE", "WIDTH", "BLANKS", "REPEATED"]
    assert rule_names(kana_steps("ﾊﾏﾀﾞ ｷｮｳｺ")) == ["WIDTH", "BLANKS", "SOUND-MARKS", "SMALL-KANA", "LONG-VOWELS"]
    assert rule_names(kana_steps("はまー")) == ["KATAKANA"]
    assert rule_names(birth_steps(" 3151225")) == ["DATE-BLANKS", "ERA"]
    assert rule_names(birth_steps("5640110")) == ["BEYOND-ERA"]
    assert birth_steps("19450000") == name_steps("山田太郎") == kana_steps("ヤマタ") == ()


def test_rules_have_words() -> None:
    for rule, words in rules().items():
        assert re.fullmatch("[A-Z0-9-]+", rule)
        assert words["ja"]
        assert words["en"]
