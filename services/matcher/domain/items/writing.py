"""Two names as written, in kanji or Latin letters: which reasons make them one, or nearly one.

`shared.people.variants` relates characters by strength; two names of different length are never commonly confused.
"""

from collections import Counter

from shared.people.characters import compatibility_forms
from shared.people.names import (
    form_key,
    is_latin,
    kanji_key,
    latin_parts,
    new_form_key,
    parts,
    same_character_key,
)
from shared.people.variants import are_confused


def compare_writing(asked: str, held: str) -> tuple[str, ...] | None:
    """The NAME-…, KANJI-… and LATIN-… reasons; None when the names differ, an empty tuple when the texts are one."""
    if asked == held:
        return ()
    forms = form_key(asked), form_key(held)
    if forms[0] == forms[1]:
        same = compatibility_forms(asked) == compatibility_forms(held)
        return ("KANJI-FORM",) if same else ("KANJI-SAME-CHARACTER",)
    if is_latin(asked) and is_latin(held):
        return _latin(latin_parts(asked), latin_parts(held))
    return _by_variants(*forms) or _nearly(asked, held)


def _by_variants(asked: str, held: str) -> tuple[str, ...] | None:
    if kanji_key(asked) != kanji_key(held):
        return None
    if same_character_key(asked) == same_character_key(held):
        return ("KANJI-SAME-CHARACTER",)
    if new_form_key(asked) == new_form_key(held):
        return ("KANJI-OLD-FORM",)
    return ("KANJI-SAME-CHARACTER", "KANJI-OLD-FORM")


def _nearly(asked: str, held: str) -> tuple[str, ...] | None:
    if kanji_key(_exchanged(asked)) == kanji_key(held) or kanji_key(asked) == kanji_key(_exchanged(held)):
        return ("NAME-PARTS-SWAPPED",)
    keys = kanji_key(asked), kanji_key(held)
    if len(keys[0]) != len(keys[1]):
        return None
    differing = [(one, other) for one, other in zip(*keys, strict=True) if one != other]
    return ("KANJI-CONFUSED",) if all(are_confused(*pair) for pair in differing) else None


def _exchanged(name: str) -> str:
    """Family and given name the other way round, where the name has two parts."""
    both = parts(name)
    return "".join(reversed(both)) if len(both) == 2 else name


def _turned(asked: tuple[str, ...], held: tuple[str, ...]) -> bool:
    """Whether only the family name changed ends: THI LAN TRAN is TRAN THI LAN, but TRAN LAN THI may be her sister."""
    return any(asked[at:] + asked[:at] == held for at in range(len(asked)))


def _latin(asked: tuple[str, ...], held: tuple[str, ...]) -> tuple[str, ...] | None:
    if "".join(asked) == "".join(held):
        return ("KANJI-FORM",)
    if sorted(asked) == sorted(held):
        return ("NAME-ORDER",) if _turned(asked, held) else ("NAME-PARTS-SWAPPED",)
    shorter, longer = (Counter(name) for name in sorted((asked, held), key=len))
    common = shorter & longer
    initials = tuple((shorter - common).elements())
    rest = tuple((longer - common).elements())
    left_out = all(len(part) == 1 and any(other.startswith(part) for other in rest) for part in initials)
    return ("LATIN-PART-MISSING",) if common.total() >= 2 and left_out else None
