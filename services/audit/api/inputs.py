"""What the routes take. Search words are ids and codes only, so that no search can bring a name into the log."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Query
from pydantic import AfterValidator, AwareDatetime

from services.audit.parts import AuditParts
from shared.http import parts_of
from shared.people.check_digits import is_my_number, is_resident_code

_WORD: Final = r"^[A-Za-z0-9._:/@-]*$"
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64}")

Since = Annotated[AwareDatetime | None, Query(alias="from", description="At or after, RFC 3339 with offset")]
Before = Annotated[AwareDatetime | None, Query(alias="to", description="Before, RFC 3339 with offset")]
Size = Annotated[int, Query(ge=0, lt=2**53)]
AnySize = Annotated[int | None, Query(ge=0, lt=2**53)]
TheParts = Annotated[AuditParts, Depends(parts_of)]


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("blank")
    return text.strip()


def _no_numbers(text: str) -> str:
    """Texts are kept for years: an individual number or a resident code has no place in them."""
    digits = re.findall(r"[0-9]{11,12}", unicodedata.normalize("NFKC", text))
    if any(is_my_number(number) or is_resident_code(number) for number in digits):
        raise ValueError("an individual number or a resident code")
    return text


def _no_number_by_itself(word: str) -> str:
    """A search stands in the log for ever, with its words. Digits within an id of ours are nobody's number."""
    _no_numbers(_ID.sub("", word))
    return word


Word = Annotated[str, Query(max_length=200, pattern=_WORD), AfterValidator(_no_number_by_itself)]
ObjectWord = Annotated[str, Query(alias="object", max_length=200, pattern=_WORD), AfterValidator(_no_number_by_itself)]
Reason = Annotated[str, AfterValidator(_not_blank)]
Text = Annotated[str, AfterValidator(_no_numbers)]
Said = Annotated[str, AfterValidator(_not_blank), AfterValidator(_no_numbers)]


def asked(words: dict[str, str | datetime | None]) -> str:
    """How a search stands in the record: its words, as name=value."""
    texts = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in words.items()}
    return "&".join(f"{name}={text}" for name, text in texts.items() if text) or "all"
