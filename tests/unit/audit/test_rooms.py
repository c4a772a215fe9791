"""The room log: the source document's own rows, and rules over any rows."""

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.rooms.checks import Act, checked, worth_keeping
from services.audit.domain.rooms.door_log import HEADER, numbered, read_door_log
from services.audit.domain.rooms.quality import findings_of, kinds
from services.audit.domain.rooms.stays import Passage, inside_now, presence, stays_of
from shared.calendar.clock import JST
from shared.refusals import Refusal

DOCUMENT = (Path(__file__).parent / "data" / "room_log.csv").read_bytes()
DAY = date(2019, 1, 4)


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2019, 1, 4, hour, minute, second, tzinfo=JST)


def went(direction: str, hour: int, minute: int, user: str = "123", staff_id: str = "operator-1") -> Passage:
    return Passage(at(hour, minute), "security_room", "door", user, staff_id, direction)  # type: ignore[arg-type]


def passages(data: bytes) -> list[Passage]:
    return [Passage(row.at, row.room, row.door, row.user, "", row.direction) for row in read_door_log(data)]


def row(*cells: str) -> bytes:
    return "\r\n".join([",".join(HEADER), ",".join(cells)]).encode()


class TestTheDocument:
    def test_fifteen_entries_and_no_exit(self) -> None:
        rows = read_door_log(DOCUMENT)
        assert Counter((one.room, one.direction) for one in rows) == {("security_room", "in"): 15}
        assert (rows[0].at, rows[0].user, rows[0].operator) == (at(9, 4), "123", "記録 花子")
        assert (rows[-1].at, rows[-1].user) == (at(13, 54), "789")

    def test_no_dwell_time_is_known(self) -> None:
        stays = stays_of(passages(DOCUMENT))
        assert len(stays) == 15
        assert all(stay.left_at is None for stay in stays)

    def test_what_does_not_fit_is_found(self) -> None:
        found = findings_of(passages(DOCUMENT), [], first=DAY, last=DAY, roster_known=True)
        assert Counter(one.code for one in found) == {
            "no-exits": 1,
            "re-entry": 12,
            "missing-exit": 3,
            "two-in-one-minute": 1,
            "unknown-user": 3,
        }
        (crowd,) = (one for one in found if one.code == "two-in-one-minute")
        assert (crowd.at, crowd.count) == (at(13, 38), 2)
        assert all(one.ja and one.en for one in found)

    def test_in_utf8_the_rows_are_the_same(self) -> None:
        again = DOCUMENT.decode("cp932").encode("utf-8-sig")
        assert list(numbered(read_door_log(again))) == list(numbered(read_door_log(DOCUMENT)))

    def test_an_act_before_anybody_came_is_one_with_nobody_in_the_room(self) -> None:
        acts = [Act(1, "r1", "operator-1", at(8, 59), "x", True), Act(2, "r2", "operator-1", at(9, 30), "x", True)]
        those = [
            Passage(one.at, one.room, one.door, one.user, "operator-1" if one.user == "123" else "", one.direction)
            for one in passages(DOCUMENT)
        ]
        assert [check.outcome for check in checked(acts, those, {"operator-1": "123"})] == ["room-empty", "entered"]


class TestFiles:
    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"\x81\xff\xff", "room-log-encoding"),
            (b"", "room-log-header"),
            (b"a,b,c\n", "room-log-header"),
            (row("扉", "0-06", "アクセス制御", "2019/2/30 9:04", "a", "b", "1", "n", "x"), "room-log-rows"),
            (row("扉", "0-06", "アクセス制御", "2019/1/4 9:04", "a", "b", "1"), "room-log-rows"),
            (row("扉", "0-06\0", "アクセス制御", "2019/1/4 9:04", "a", "b", "1", "n", "x"), "room-log-rows"),
            (row("扉", "0-06", "アクセス制御", "2019/1/4 9:04", "a", "b", "名前", "n", "x"), "room-log-rows"),
        ],
    )
    def test_what_cannot_be_read_is_refused_whole(self, data: bytes, code: str) -> None:
        with pytest.raises(Refusal) as refused:
            read_door_log(data)
        assert refused.value.code == code
        assert refused.value.facts.get("lines", [2]) == [2]

    def test_a_refused_opening_and_another_door_are_no_passage(self) -> None:
        room = "018 10F マイナンバー 室"
        cells = ("扉", "0-06", "アクセス拒否", "2019/1/4 9:04", "000 区画外", room, "1", "n", "x")
        (refused,) = read_door_log(row(*cells))
        assert (refused.room, refused.direction) == ("security_room", "")
        (other,) = read_door_log(
            row("扉", "0-06", "アクセス制御", "2019/1/4 9:04", "000 区画外", "019 書庫", "1", "n", "x")
        )
        assert (other.room, other.direction) == ("", "")

    def test_out_of_the_room_is_an_exit(self) -> None:
        cells = ("扉", "0-06", "アクセス制御", "2019/1/4 9:04:30", "018 10Fマイナンバー室", "000 区画外", "1", "n", "x")
        (left,) = read_door_log(row(*cells))
        assert (left.direction, left.at) == ("out", at(9, 4, 30))

    @given(st.binary(max_size=200))
    def test_no_bytes_break_it(self, data: bytes) -> None:
        for file in (data, ",".join(HEADER).encode() + b"\n" + data):
            with suppress(Refusal):
                assert all(one.at.tzinfo for one in read_door_log(file))


class TestPresence:
    def test_between_entry_and_exit_the_minutes_of_both_included(self) -> None:
        stays = stays_of([went("in", 9, 4), went("out", 9, 30)])
        told = {minute: presence(stays, at(*minute)) for minute in ((9, 3), (9, 4), (9, 30), (9, 31))}
        assert list(told.values()) == ["outside", "inside", "inside", "outside"]

    def test_an_open_stay_says_no_more_than_that_one_came_in_that_day(self) -> None:
        stays = stays_of([went("in", 9, 4)])
        assert presence(stays, at(18, 0)) == "entered"
        assert presence(stays, at(9, 4) + timedelta(days=1)) == "outside"

    def test_someone_else_inside_does_not_help(self) -> None:
        act = Act(1, "r", "operator-2", at(9, 10), "x", True)
        numbered_ = {"operator-1": "123", "operator-2": "456"}
        found = [went("in", 9, 4), went("out", 9, 30)]
        assert checked([act], found, numbered_)[0].outcome == "not-inside"
        assert checked([act], found, {"operator-1": "123"})[0].outcome == "number-unknown"

    def test_only_what_was_unconfirmed_or_is_contradicted_is_kept(self) -> None:
        sure = Act(1, "r", "operator-1", at(9, 10), "x", False)
        found = [went("in", 9, 4), went("out", 9, 30)]
        (inside,) = checked([sure], found, {"operator-1": "123"})
        (outside,) = checked([Act(2, "s", "operator-1", at(10, 0), "x", False)], found, {"operator-1": "123"})
        assert (worth_keeping(inside), worth_keeping(outside)) == (False, True)
        assert outside.outcome == "room-empty"

    @given(
        st.lists(st.tuples(st.sampled_from(["in", "out"]), st.integers(0, 1439), st.sampled_from("AB")), max_size=30)
    )
    def test_stays_never_overlap_and_end_after_they_begin(self, drawn: list[tuple[str, int, str]]) -> None:
        moved = [
            went(way, minute // 60, minute % 60, user, user) for way, minute, user in sorted(drawn, key=lambda x: x[1])
        ]
        stays = stays_of(moved)
        assert len(stays) == sum(one.direction == "in" for one in moved)
        closed = [stay for stay in stays if stay.left_at is not None]
        assert all(stay.entered_at <= stay.left_at for stay in closed)  # type: ignore[operator]
        last = {one.user: one.direction for one in moved}
        assert inside_now(moved) == {user for user, way in last.items() if way == "in"}


def test_a_business_day_without_rows_is_found_and_a_holiday_is_not() -> None:
    friday, tuesday = date(2026, 5, 29), date(2026, 6, 2)
    found = findings_of([], [], first=friday, last=tuesday, roster_known=False)
    assert [(one.code, one.day.day) for one in found] == [("day-without-rows", day) for day in (29, 1, 2)]


def test_every_declared_finding_has_a_weight_and_two_sentences() -> None:
    assert {kind.weight for kind in kinds().values()} <= {"info", "warning", "alarm"}
    for kind in kinds().values():
        assert kind.ja.format(user="u", count=1) != kind.en.format(user="u", count=1)
