"""The rules of the code hold in every module, and each of them can fail."""

import ast
from collections.abc import Callable, Iterator
from textwrap import dedent

import pytest

from tests.architecture import code_rules as rules
from tests.architecture.source import Finding, Source, sources

Rule = Callable[[Source], Iterator[Finding]]

EVERY_RULE: tuple[Rule, ...] = (
    rules.reads_clock,
    rules.makes_ids,
    rules.commits,
    rules.impure_domain,
    rules.free_log_names,
    rules.long_functions,
    rules.long_files,
    rules.empty_names,
    rules.sql_outside_storage,
    rules.untold_modules,
)

BAD: tuple[tuple[Rule, str, str], ...] = (
    (rules.reads_clock, "services/intake/jobs.py", "at = datetime.now(UTC)"),
    (rules.reads_clock, "services/intake/jobs.py", "at = datetime.datetime.utcnow()"),
    (rules.reads_clock, "shared/http/once.py", "day = date.today()"),
    (rules.reads_clock, "cli/main.py", "import time\nat = time.time()"),
    (rules.reads_clock, "cli/main.py", "from time import time\nat = time()"),
    (rules.makes_ids, "services/media/usecases/make.py", "import uuid\nnew = uuid.uuid4()"),
    (rules.makes_ids, "services/media/usecases/make.py", "from uuid import uuid4\nnew = uuid4()"),
    (rules.makes_ids, "services/media/usecases/make.py", "import uuid_utils\nnew = uuid_utils.uuid7()"),
    (rules.commits, "services/intake/storage/requests.py", "session.commit()"),
    (rules.commits, "cli/main.py", "connection.rollback()"),
    (rules.impure_domain, "services/intake/domain/states.py", "async def wait(): ..."),
    (rules.impure_domain, "services/intake/domain/states.py", "text = open('rules.toml').read()"),
    (rules.impure_domain, "services/intake/domain/states.py", "import random"),
    (rules.impure_domain, "services/intake/domain/states.py", "from os import environ"),
    (rules.impure_domain, "services/intake/domain/rows.py", "print('here')"),
    (rules.impure_domain, "services/intake/domain/states.py", "def f():\n    global seen\n    seen = 1"),
    (rules.free_log_names, "services/intake/jobs.py", "log.info(f'closed {cycle}')"),
    (rules.free_log_names, "services/intake/jobs.py", "self._log.warning('Something odd')"),
    (rules.free_log_names, "services/intake/jobs.py", "log('intake').error('intake.job.failed', name)"),
    (rules.long_functions, "cli/main.py", "def f():\n" + "    x = 1\n" * 60),
    (rules.long_files, "cli/main.py", "x = 1\n" * 401),
    (rules.empty_names, "services/intake/utils.py", ""),
    (rules.empty_names, "shared/common/words.py", ""),
    (rules.sql_outside_storage, "services/intake/api/requests.py", "from sqlmodel import Session, select"),
    (rules.sql_outside_storage, "services/intake/usecases/close.py", "import sqlalchemy"),
    (rules.untold_modules, "cli/main.py", "x = 1"),
)

GOOD: tuple[tuple[Rule, str, str], ...] = (
    (rules.reads_clock, "services/intake/jobs.py", "at = parts.clock.now()\nstarted = time.monotonic()"),
    (rules.reads_clock, "shared/calendar/clock.py", "at = datetime.now(UTC)"),
    (rules.makes_ids, "shared/bus/relay.py", "import uuid\nname = uuid.uuid5(NAMESPACE, 'x')"),
    (rules.makes_ids, "shared/ids.py", "import uuid_utils\nnew = uuid_utils.uuid7()"),
    (rules.commits, "shared/db/database.py", "session.commit()"),
    (rules.impure_domain, "services/intake/storage/requests.py", "import os"),
    (rules.free_log_names, "services/intake/jobs.py", "log('intake').info('intake.cycle.closed', cycle=cycle)"),
    (rules.long_functions, "cli/main.py", "def f():\n" + "    x = 1\n" * 59),
    (rules.sql_outside_storage, "services/intake/usecases/close.py", "from sqlmodel import Session"),
    (rules.sql_outside_storage, "services/intake/storage/requests.py", "from sqlmodel import select"),
    (rules.empty_names, "services/intake/domain/commonly_used_forms.py", ""),
)


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule: Rule) -> None:
    broken = [str(finding) for source in sources() for finding in rule(source)]
    assert not broken, f"{rule.__doc__}\n" + "\n".join(broken)


@pytest.mark.parametrize(("rule", "path", "text"), BAD)
def test_a_bad_module_is_found(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, dedent(text))))


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_a_good_module_passes(rule: Rule, path: str, text: str) -> None:
    assert not list(rule(Source(path, dedent(text))))


def test_every_rule_has_a_bad_sample() -> None:
    assert {rule for rule, _, _ in BAD} == set(EVERY_RULE)


def test_no_exception_outlives_its_reason() -> None:
    functions = {
        (source.path, node.name)
        for source in sources()
        for node in source.walk()
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= rules.FUNCTION_LINES
    }
    assert set(rules.LONGER_FUNCTIONS) <= functions


def test_a_rule_over_nothing_is_an_error() -> None:
    with pytest.raises(LookupError):
        sources("no_such_folder")


@pytest.mark.parametrize("rule", [rules.empty_names, rules.long_files], ids=lambda rule: rule.__name__)
def test_tests_and_scripts_keep_names_and_sizes_too(rule: Rule) -> None:
    broken = [str(finding) for source in sources("tests", "scripts") for finding in rule(source)]
    assert not broken, "\n".join(broken)
