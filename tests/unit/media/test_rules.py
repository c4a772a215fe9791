"""The other rules of reply media."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.domain.backups import destroy_at
from services.media.domain.envelopes import LabelScan, check_envelope
from services.media.domain.kinds import group_of, words_of
from services.media.domain.numbers import disc_number, dispatch_number, file_stem, position_of, volume_label
from services.media.domain.tracking import BadRow, canonical_tracking_number, read_tracking
from services.media.domain.volumes import Run
from shared.calendar.clock import JST
from shared.refusals import Refusal


@pytest.mark.parametrize(
    ("replied", "gone"),
    [
        ("2026-06-25T10:00:00+09:00", "2026-09-26T00:00:00+09:00"),
        ("2026-06-25T23:59:59+09:00", "2026-09-26T00:00:00+09:00"),
        ("2026-06-25T15:00:00+00:00", "2026-09-27T00:00:00+09:00"),  # already the 26th in Japan
        ("2026-11-30T10:00:00+09:00", "2027-03-01T00:00:00+09:00"),
        ("2027-11-29T10:00:00+09:00", "2028-03-01T00:00:00+09:00"),  # a leap year
        ("2026-05-31T10:00:00+09:00", "2026-09-01T00:00:00+09:00"),
        ("2026-12-01T10:00:00+09:00", "2027-03-02T00:00:00+09:00"),
    ],
)
def test_three_months_are_calendar_months(replied: str, gone: str) -> None:
    assert destroy_at(datetime.fromisoformat(replied), 3) == datetime.fromisoformat(gone)


@given(st.integers(0, 30_000), st.integers(1, 24))
def test_a_backup_is_never_kept_shorter_than_its_months(hours: int, months: int) -> None:
    replied = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=hours // 3, hours=hours % 24)
    kept = destroy_at(replied, months) - replied.astimezone(JST)
    assert kept.days >= months * 30 - 2
    assert kept.days <= months * 31 + 1


def test_numbers_are_in_order_and_tell_nothing() -> None:
    assert disc_number("2026-06-A", 7, 2) == "2606A-0007-2"
    assert position_of("2606A-0007-2") == 7
    assert volume_label("2606A-0007-2") == "K2606A_0007_2"
    assert len(volume_label(disc_number("2026-12-B", 9999, 99))) <= 16
    assert dispatch_number(2026, 6, 3) == "D2606-0003"
    assert file_stem(1) == "KAITO_001"


def test_individual_numbers_never_share() -> None:
    assert {kind: group_of(kind) for kind in ("provisional", "main", "deletion", "my_number")} == {
        "provisional": "general",
        "main": "general",
        "deletion": "general",
        "my_number": "my_number",
    }
    assert words_of(["main", "provisional", "main"]) == "仮照会・本照会"


def label(disc: str = "a", plan: str = "00012345", group: str = "general", *, inside: bool = False) -> LabelScan:
    return LabelScan(disc, plan, group, inside)


@pytest.mark.parametrize(
    ("labels", "more", "code"),
    [
        ([label(), label("b", plan="00067890")], {}, "wrong-envelope"),
        ([label(), label("b", group="my_number")], {}, "wrong-envelope"),
        ([label()], {"plan_number": "00067890"}, "wrong-envelope"),
        ([label(inside=True)], {}, "already-dispatched"),
        ([label(group="my_number")], {}, "seal-required"),
    ],
)
def test_what_does_not_belong_stops_the_envelope(labels: list[LabelScan], more: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_envelope(labels, **more)
    assert refused.value.code == code


def test_what_belongs_goes_in() -> None:
    check_envelope([label(), label("b")], plan_number="00012345")
    check_envelope([label(group="my_number")], seal_number="S-1")


@given(st.lists(st.integers(1, 50_000), min_size=1, max_size=40), st.integers(1, 6))
def test_halving_keeps_every_record_once_and_in_order(heights: list[int], times: int) -> None:
    runs = [Run.whole("r", heights)]
    assert runs[0].is_whole
    for _ in range(times):
        runs = [half for run in runs for half in (run.halves() if run.end_chunk - run.first_chunk > 1 else (run,))]
    assert [run.first_record for run in runs] == [1, *(run.last_record + 1 for run in runs[:-1])]
    assert runs[-1].last_record == list(accumulate(heights))[-1]
    assert [run.is_last for run in runs] == [False] * (len(runs) - 1) + [True]


@pytest.mark.parametrize("heights", [[], [5]])
def test_one_chunk_is_not_halved(heights: list[int]) -> None:
    with pytest.raises(Refusal) as refused:
        Run.whole("r", heights).halves()
    assert refused.value.code == "volume-too-small"


def test_a_reply_without_records_is_one_whole_run() -> None:
    run = Run.whole("r", [])
    assert (run.first_record, run.last_record, run.is_whole) == (1, 0, True)


def test_tracking_rows_and_what_cannot_be_used() -> None:
    rows, bad = read_tracking(
        "﻿追跡番号,局,状態,日時\n"
        "12-34,芝,引受,2026-06-25T18:00:00+09:00\n"
        "12-34,芝,ご不在のため持ち戻り,2026-06-26 10:00\n"
        "\n"
        "12-34,芝\n"
        ",芝,引受,2026/6/25 18:00\n"
        "12-34,芝,消えた,2026/6/25 18:00\n"
        "12-34,芝,引受,きのう\n".encode()
    )
    assert [(row.line, row.tracking_number, row.state) for row in rows] == [(2, "1234", "sent"), (3, "1234", "")]
    assert rows[0].at == datetime(2026, 6, 25, 18, tzinfo=JST)
    assert bad == [
        BadRow(5, "too-few-fields"),
        BadRow(6, "number-missing"),
        BadRow(7, "state-unknown"),
        BadRow(8, "time-unreadable"),
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_refusal(data: bytes) -> None:
    with suppress(Refusal):
        rows, bad = read_tracking(data)
        assert len(rows) + len(bad) <= data.count(b"\n") + data.count(b"\r")


def test_a_field_longer_than_csv_allows_is_a_refusal() -> None:
    with pytest.raises(Refusal):
        read_tracking(b"tracking_number,state,at\n" + b"x" * 200_000)


def test_tracking_numbers_are_compared_without_hyphens() -> None:
    assert canonical_tracking_number("12-34 ab") == "1234AB"
