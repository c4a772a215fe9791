"""Every environment variable is listed with what it means."""

import re
from typing import Final

from cli.embedded import Embedded
from scripts.pages.settings import OTHERS, settings_page
from tests.architecture.source import sources

ROW: Final = re.compile(r"^\| `(SHOKAI_\w+)` \|.*\| ([^|]*) \|$", re.MULTILINE)


def test_every_setting_says_what_it_means(system: Embedded) -> None:
    rows = ROW.findall(settings_page(system.services))
    assert len(rows) > len(OTHERS)
    assert not [name for name, meaning in rows if not meaning.strip()]


def test_every_variable_that_the_code_names_is_listed(system: Embedded) -> None:
    page = settings_page(system.services)
    named = {name for source in sources() for name in re.findall(r'"(SHOKAI_[A-Z_]*[A-Z])"', source.text)}
    assert named
    assert not {name for name in named if f"`{name}`" not in page}
