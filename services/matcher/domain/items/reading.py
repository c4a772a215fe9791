"""Two readings in kana: the same by rule through which foldings, or different.

The foldings are those of the public standard for resident-record systems (`shared.people.kana`); evidence names the
fewest that make the two readings alike.
"""

from collections.abc import Callable
from itertools import combinations
from typing import Final

from shared.people.characters import is_unreadable
from shared.people.kana import kana_form, with_large_kana, with_long_marks, with_present_sounds, without_sound_marks

_FOLDINGS: Final[dict[str, Callable[[str], str]]] = {
    "KANA-SOUND": with_present_sounds,
    "KANA-VOICED": without_sound_marks,
    "KANA-SMALL": with_large_kana,
    "KANA-LONG": with_long_marks,
}
_SETS: Final = tuple(names for count in (1, 2, 3, 4) for names in combinations(_FOLDINGS, count))


def compare_readings(asked: str, held: str) -> tuple[str, ...]:
    """The KANA-… reasons; none when the texts are the same and say something."""
    forms = kana_form(asked), kana_form(held)
    if not all(forms) or is_unreadable(asked) or is_unreadable(held):
        return ("KANA-MISSING",)
    if forms[0] == forms[1]:
        return () if asked == held else ("KANA-FORM",)
    return next((names for names in _SETS if _alike(*forms, names)), ("KANA-DIFFERS",))


def _alike(asked: str, held: str, names: tuple[str, ...]) -> bool:
    for name in names:
        if name == "KANA-LONG" and with_long_marks(_bare(asked)) == with_long_marks(_bare(held)):
            return True
        asked, held = _FOLDINGS[name](asked), _FOLDINGS[name](held)
    return asked == held


def _bare(form: str) -> str:
    """Without its long marks as written: オノ for オーノ."""
    return form.replace("ー", "")
