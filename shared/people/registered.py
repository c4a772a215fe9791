"""A name as a register holds it: the name, and the known-as (通称) or former (旧氏) name that may stand beside it.

Registers write the other name in brackets or after a label: ＳＭＩＴＨ　ＪＯＨＮ（山田　太郎）, 山田【佐藤】　花子,
山田　花子「旧氏 佐藤」. A family name alone stands for the family name only: the given name is kept.
"""

import re
from dataclasses import dataclass

from shared.people.names import form_key, is_latin, parts

KNOWN_AS = "known_as"
FORMER = "former"
_OPEN, _CLOSE = "(（[［【〔「『〈《{｛", ")）]］】〕」』〉》}｝"
_BRACKETED = re.compile(f"[{re.escape(_OPEN)}]([^{re.escape(_OPEN + _CLOSE)}]*)[{re.escape(_CLOSE)}]")
_LABELS = {"通称名": KNOWN_AS, "通称": KNOWN_AS, "併記名": KNOWN_AS, "旧氏": FORMER, "旧姓": FORMER}
_LABEL = re.compile(f"({'|'.join(_LABELS)})[ \u3000:：]*")
_LABELLED = re.compile(f"[ \u3000]{_LABEL.pattern}([^{re.escape(_OPEN + _CLOSE)}]+)$")
# A name without a blank counts as a whole name from here on: 山田太郎. A shorter one may be a family name.
_WHOLE = 4


@dataclass(frozen=True)
class Alternative:
    """Another name of the same person: known_as or former."""

    kind: str
    text: str

    @property
    def whole(self) -> bool:
        """Whether it holds family and given name, as far as its length tells."""
        return len(parts(self.text)) > 1 or len(form_key(self.text)) >= _WHOLE


@dataclass(frozen=True)
class RegisteredName:
    """The name, and what the register holds beside it."""

    main: str
    alternatives: tuple[Alternative, ...] = ()


def read_name(text: str) -> RegisteredName:
    """The name and its alternatives; a text without brackets and labels is the name as it is."""
    found = [*_BRACKETED.finditer(text)] or [*_LABELLED.finditer(text)]
    main = _without(text, found).strip()
    if not found or not main:
        return RegisteredName(text)
    every = (_alternative(text, match, main) for match in found)
    return RegisteredName(main, tuple(alternative for alternative in every if alternative))


def _without(text: str, found: list[re.Match[str]]) -> str:
    for match in reversed(found):
        text = text[: match.start()] + " " * (match.re is _LABELLED) + text[match.end() :]
    return text


def _alternative(text: str, match: re.Match[str], main: str) -> Alternative | None:
    content = (match[0][1:-1] if match.re is _BRACKETED else match[0]).strip()
    label = _LABEL.match(content)
    kind = _LABELS[label[1]] if label else ""
    name = content[label.end() if label else 0 :].strip()
    if not name:
        return None
    family = parts(main)[0]
    given = main[len(family) :]
    with_given = given != "" and form_key(name).endswith(form_key(given))
    alone = len(parts(name)) == 1 and given != "" and not with_given
    within_family = len(parts(text[: match.start()])) == 1 and text[match.end() :].strip() != ""
    if alone and kind != KNOWN_AS and (within_family or kind == FORMER or not is_latin(main)):
        return Alternative(FORMER, name + given)
    return Alternative(kind or (FORMER if with_given and not is_latin(main) else KNOWN_AS), name)
