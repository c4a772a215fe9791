"""What happens to names and readings."""

from functools import cache
from random import Random

from tests.accuracy.kinds import Happening, Kind, kinds_of
from tests.accuracy.people import family_name, readings
from tests.accuracy.sheets import Sheet
from tests.accuracy.tables import modern_forms, old_forms, same_letters, tables

_SELECTOR = "\U000e0100"


def _registry_old_form(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The registry writes one character in another of its forms; the plan writes the modern one."""
    for part in ("family", "given"):
        text = getattr(held, part)
        spots = [at for at, letter in enumerate(text) if letter in old_forms()]
        if spots and not held.latin:
            at = rng.choice(spots)
            setattr(held, part, text[:at] + rng.choice(old_forms()[text[at]]) + text[at + 1 :])
            return True
    return False


def _all_old_forms(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """Every character that has an old form stands in it; two or more."""
    whole = held.family + held.given
    if held.latin or sum(letter in old_forms() for letter in whole) < 2:
        return False
    table = {ord(modern): olds[0] for modern, olds in old_forms().items()}
    held.family, held.given = held.family.translate(table), held.given.translate(table)
    return True


def _plan_old_form(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The plan took over the form that the person signs with."""
    return _registry_old_form(held, asked, rng)


def _plan_modern(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The plan's machine knows only modern forms."""
    before = asked.family + asked.given
    asked.family, asked.given = asked.family.translate(modern_forms()), asked.given.translate(modern_forms())
    return asked.family + asked.given != before


def _selector(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The registry names the glyph by a variation selector."""
    if held.latin:
        return False
    held.family = held.family[0] + _SELECTOR + held.family[1:]
    return True


def _other_kana(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """A given name in hiragana written in katakana, or the other way round."""
    text = "".join(
        chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in asked.given
    )
    changed = text != asked.given and not asked.latin
    asked.given = text if changed else asked.given
    return changed


def _confused(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """One character taken for another that looks alike."""
    table = tables()["confused"]
    for part in rng.sample(("family", "given"), 2):
        text = getattr(asked, part)
        spots = [at for at, letter in enumerate(text) if letter in table]
        if spots and not asked.latin:
            at = rng.choice(spots)
            setattr(asked, part, text[:at] + table[text[at]] + text[at + 1 :])
            return True
    return False


def _homophone(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """Another given name that sounds the same."""
    plain = same_letters(asked.given)
    others = [name for name in readings().get(asked.given_kana, ()) if same_letters(name) != plain]
    if not others or asked.latin:
        return False
    asked.given = rng.choice(others)
    return True


def _neighbour_kanji(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """A wrong pick of the input method: one character of the given name is another one."""
    if asked.latin:
        return False
    at = rng.randrange(len(asked.given))
    asked.given = asked.given[:at] + rng.choice("仁仙伊伯余佳侑俊元光克兵冬初加北千") + asked.given[at + 1 :]
    return asked.given != held.given


def _kanji_dropped(asked: Sheet, held: Sheet, rng: Random) -> bool:
    if asked.latin or len(asked.given) < 2:
        return False
    asked.given = asked.given[:-1]
    return True


def _married(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The plan knows the name before marriage."""
    if asked.latin:
        return False
    asked.family, asked.family_kana = _another_family(asked, rng)
    asked.kana = ""
    return True


def _former_beside(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The plan knows the name before marriage, and the registry has it in brackets behind the present one."""
    if asked.latin:
        return False
    asked.family, asked.family_kana = _another_family(asked, rng)
    asked.kana = ""
    held.bracket = f"（{asked.family}）"
    return True


def _former_unused(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The registry has a former name in brackets; the plan knows the present one."""
    if asked.latin:
        return False
    held.bracket = f"（{_another_family(held, rng)[0]}）"
    return True


def _another_family(sheet: Sheet, rng: Random) -> tuple[str, str]:
    while (other := family_name(rng))[0] == sheet.family:
        pass
    return other


def _swapped(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """Given name first, reading as well."""
    if asked.latin:
        return False
    asked.family, asked.given = asked.given, asked.family
    asked.family_kana, asked.given_kana = asked.given_kana, asked.family_kana
    return True


def _known_as(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """A foreign resident asked for by the 通称 that the registry holds in brackets."""
    if not held.latin or asked.kanji:
        return False
    family, family_kana = family_name(rng)
    held.tail = f"（{family}　健一）"
    asked.kanji, asked.kana, asked.other_name = f"{family}　健一", f"{family_kana}　ケンイチ", True
    return True


def _known_as_unused(asked: Sheet, held: Sheet, rng: Random) -> bool:
    if not held.latin or held.tail:
        return False
    held.tail = f"（{family_name(rng)[0]}　健一）"
    return True


def _known_as_unheld(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """A foreign resident asked for by a 通称 of which the registry says nothing."""
    if not held.latin:
        return False
    family, family_kana = family_name(rng)
    asked.kanji, asked.kana, asked.other_name = f"{family}　健一", f"{family_kana}　ケンイチ", True
    return True


def _latin_order(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """Given name before family name."""
    if not asked.latin or asked.kanji:
        return False
    asked.kanji = f"{asked.given}　{asked.family}"
    return True


def _latin_case(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """Small letters, the given names without a blank."""
    if not asked.latin or asked.kanji:
        return False
    asked.kanji = f"{asked.family.title()}　{asked.given.replace(' ', '').title()}"
    return True


def _latin_wide(asked: Sheet, held: Sheet, rng: Random) -> bool:
    if not asked.latin or asked.kanji:
        return False
    wide = "".join(
        chr(ord(letter) + 0xFEE0) if letter.isascii() and letter.isalpha() else letter for letter in asked.given
    )
    asked.given = wide
    return True


def _latin_part_missing(asked: Sheet, held: Sheet, rng: Random) -> bool:
    if not asked.latin or asked.kanji or " " not in asked.given:
        return False
    asked.given = asked.given.split(" ")[0]
    return True


def _latin_typo(asked: Sheet, held: Sheet, rng: Random) -> bool:
    if not asked.latin or asked.kanji or len(asked.family) < 4:
        return False
    asked.family = asked.family[:1] + asked.family[2] + asked.family[1] + asked.family[3:]
    return asked.family != held.family


def _in_kana(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """A foreign resident's name written in kana in place of Latin letters."""
    if not asked.latin or asked.kanji:
        return False
    asked.kanji = f"{asked.family_kana}　{asked.given_kana}"
    return True


def _gaiji_registry(asked: Sheet, held: Sheet, rng: Random) -> bool:
    if held.latin:
        return False
    held.family = "\ue123" + held.family[1:]
    return True


def _geta(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The plan's machine lacks the character and writes a placeholder."""
    if asked.latin:
        return False
    asked.family = rng.choice("〓■●") + asked.family[1:]
    return True


def _one_part(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """No blank between family and given name."""
    asked.blank = ""
    return not asked.latin


def _empty(asked: Sheet, held: Sheet, rng: Random) -> bool:
    asked.empty.add("name_kanji")
    return True


def _replaced(sheet: Sheet, rng: Random, pairs: list[list[str]], both: bool) -> bool:
    """One of the pairs applied to the reading where it fits; the other way round too when `both`."""
    found = [(a, b) for pair in pairs for a, b in ((pair, pair[::-1]) if both else (pair,)) if a in sheet.reading]
    if not found:
        return False
    before, after = rng.choice(found)
    sheet.kana = sheet.reading.replace(before, after, 1)
    return True


def _reading(table: str, both: bool = False) -> Happening:
    def befalls(asked: Sheet, held: Sheet, rng: Random) -> bool:
        return _replaced(asked, rng, tables()["kana"][table], both)

    return befalls


def _all_large(asked: Sheet, held: Sheet, rng: Random) -> bool:
    large = asked.reading.translate(_large())
    changed = large != asked.reading
    asked.kana = large
    return changed


@cache
def _large() -> dict[int, str]:
    return {
        ord(small): large for small, large in [*tables()["kana"]["small"], ["ァ", "ア"], ["ィ", "イ"], ["ェ", "エ"]]
    }


def _typo(places: int) -> Happening:
    def befalls(asked: Sheet, held: Sheet, rng: Random) -> bool:
        """Kana taken for those that look alike."""
        pairs = tables()["kana"]["taken_for"]
        table = {pairs[at]: pairs[at + 1] for at in range(0, len(pairs), 2)} | {
            pairs[at + 1]: pairs[at] for at in range(0, len(pairs), 2)
        }
        text = list(asked.reading)
        spots = [at for at, letter in enumerate(text) if letter in table]
        if len(spots) < places:
            return False
        for at in rng.sample(spots, places):
            text[at] = table[text[at]]
        asked.kana = "".join(text)
        return True

    return befalls


def _kana_exchanged(asked: Sheet, held: Sheet, rng: Random) -> bool:
    text = asked.given_kana
    if len(text) < 3 or text[1] == text[2]:
        return False
    asked.kana = asked.family_kana + "　" + text[0] + text[2] + text[1] + text[3:]
    return True


def _other_reading(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The same characters read in another way: 裕子 as ユウコ for ヒロコ."""
    other = tables()["kana"]["other_reading"].get(asked.given)
    if other is None or other == asked.given_kana:
        return False
    asked.given_kana, asked.kana = other, ""
    return True


def _no_reading(asked: Sheet, held: Sheet, rng: Random) -> bool:
    held.without_reading = True
    return True


@cache
def name_kinds() -> tuple[Kind, ...]:
    """All that happens to names."""
    return kinds_of(
        "name",
        (
            ("name: registry writes an old form", "right", 0.12, _registry_old_form),
            ("name: registry writes two old forms", "right", 0.03, _all_old_forms),
            ("name: plan writes an old form", "right", 0.005, _plan_old_form),
            ("name: plan writes modern forms only", "right", 0.5, _plan_modern),
            ("name: variation selector", "right", 0.01, _selector),
            ("name: hiragana for katakana", "right", 0.02, _other_kana),
            ("name: former name held, present asked", "right", 0.004, _former_unused),
            ("name: former name held and asked", "right", 0.001, _former_beside),
            ("name: 通称 held and asked", "right", 0.15, _known_as),
            ("name: 通称 held, Latin asked", "right", 0.15, _known_as_unused),
            ("name: Latin, given name first", "right", 0.05, _latin_order),
            ("name: Latin, small letters, joined", "right", 0.1, _latin_case),
            ("name: Latin, full width", "right", 0.2, _latin_wide),
            ("name: no blank between parts", "right", 0.005, _one_part),
            ("reading: large for small kana", "right", 0.1, _all_large),
            ("reading: one small kana large", "right", 0.01, _reading("small")),
            ("reading: long mark for vowel", "right", 0.02, _reading("long", both=True)),
            ("reading: voiced or plain", "right", 0.003, _reading("sounds", both=True)),
            ("reading: ヅ ヂ ヲ", "right", 0.01, _reading("alike", both=True)),
            ("reading: the registry has none", "right", 0.03, _no_reading),
            ("reading: one kana mistaken", "wrong", 0.001, _typo(1)),
            ("reading: two kana mistaken", "wrong", 0.0003, _typo(2)),
            ("reading: two kana exchanged", "wrong", 0.0003, _kana_exchanged),
            ("reading: another reading", "wrong", 0.001, _other_reading),
            ("name: character commonly confused", "wrong", 0.004, _confused),
            ("name: homophone", "wrong", 0.001, _homophone),
            ("name: another character", "wrong", 0.0005, _neighbour_kanji),
            ("name: last character dropped", "wrong", 0.0001, _kanji_dropped),
            ("name: before marriage", "wrong", 0.003, _married),
            ("name: family and given exchanged", "wrong", 0.0001, _swapped),
            ("name: 通称 asked, registry has none", "wrong", 0.02, _known_as_unheld),
            ("name: Latin, a part missing", "wrong", 0.02, _latin_part_missing),
            ("name: Latin, letters exchanged", "wrong", 0.01, _latin_typo),
            ("name: Latin written in kana", "wrong", 0.02, _in_kana),
            ("name: 外字 in the registry", "unclear", 0.0003, _gaiji_registry),
            ("name: placeholder for a character", "unclear", 0.0003, _geta),
            ("name: empty", "unclear", 0.0, _empty),
        ),
    )
