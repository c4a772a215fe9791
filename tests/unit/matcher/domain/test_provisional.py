"""Kind 1: joined by seq, decided by the table; nothing of what the registry holds reaches the reply."""

from collections.abc import Sequence

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matcher.domain.answers import HELD, KEPT
from services.matcher.domain.compare import CODES
from services.matcher.domain.provisional import decided, judged
from services.matcher.domain.table import four_items_1
from services.matcher.usecases.match_provisional import _replies

TABLE = four_items_1()
ASKED = ("ﾔﾏﾀﾞ ﾊﾅｺ", "山田　花子", "19500101", "2", "1000001", "東京都千代田区千代田１－１")
OTHER = ("ｻﾄｳ ｼﾞﾛｳ", "佐藤　次郎", "19610203", "1", "5300001", "大阪府大阪市北区梅田９－９")
OUTCOMES = {"10", "20", "30", "40", "50", "review"}


def asked_frame(count: int) -> pl.DataFrame:
    rows = [{"seq": seq, **dict(zip(HELD, ASKED, strict=True))} for seq in range(1, count + 1)]
    return pl.DataFrame(rows, schema={"seq": pl.Int64, **dict.fromkeys(HELD, pl.String)})


def answers_frame(rows: Sequence[tuple[int, str, int, tuple[str, ...]]]) -> pl.DataFrame:
    """Rows of seq, result, candidate and the six items."""
    made = [
        {"seq": seq, **dict.fromkeys(KEPT, ""), "result": result, "candidate": candidate, "resident_code": "1" * 11}
        | dict(zip(HELD, items, strict=True))
        for seq, result, candidate, items in rows
    ]
    schema = {"seq": pl.Int64, **{name: pl.Int64 if name == "candidate" else pl.String for name in KEPT}}
    return pl.DataFrame(made, schema=schema)


def outcomes(rows: Sequence[tuple[int, str, int, tuple[str, ...]]]) -> list[str]:
    count = max(row[0] for row in rows)
    return decided(judged(asked_frame(count), answers_frame(rows), TABLE), TABLE)["outcome"].to_list()


def test_the_table_speaks_for_each_situation() -> None:
    nobody = ("",) * 6
    moved = (*ASKED[:5], OTHER[5])
    rows = [
        (1, "0", 1, ASKED),
        (2, "1", 1, nobody),
        (3, "9", 1, nobody),
        (4, "2", 1, nobody),
        (5, "0", 1, OTHER),
        (6, "0", 1, moved),
        (7, "0", 1, OTHER),
        (7, "0", 2, ASKED),
        (8, "0", 1, ASKED),
        (8, "0", 2, ASKED),
    ]
    assert outcomes(rows) == ["10", "20", "50", "30", "40", "review", "review", "30"]


def test_a_crowd_proposes_the_one_who_agrees() -> None:
    pairs = judged(asked_frame(1), answers_frame([(1, "0", 1, OTHER), (1, "0", 2, ASKED)]), TABLE)
    [row] = decided(pairs, TABLE).to_dicts()
    assert (row["candidate"], row["name_kanji"]) == (2, ASKED[1])


def test_several_people_have_no_differing_items_in_particular() -> None:
    pairs = judged(asked_frame(1), answers_frame([(1, "0", 1, OTHER), (1, "0", 2, OTHER)]), TABLE)
    [row] = decided(pairs, TABLE).to_dicts()
    assert (row["outcome"], row["differing"]) == ("30", "")


ITEM = st.one_of(
    *(st.sampled_from((ours, theirs)) for ours, theirs in zip(ASKED, OTHER, strict=True)), st.text(max_size=8)
)
PEOPLE = st.lists(st.lists(ITEM, min_size=6, max_size=6).map(tuple), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=6))
def test_outcome_and_differing_are_codes_and_nothing_else(answers: list[list[tuple[str, ...]]]) -> None:
    rows = [(seq, "0", which, one) for seq, some in enumerate(answers, 1) for which, one in enumerate(some, 1)]
    verdicts = decided(judged(asked_frame(len(answers)), answers_frame(rows), TABLE), TABLE)
    assert verdicts["seq"].to_list() == list(range(1, len(answers) + 1))
    assert set(verdicts["outcome"]) <= OUTCOMES
    named = {code for text in verdicts["differing"] if text for code in text.split(";")}
    assert named <= set(CODES)


REPLY = ("slice", "serial", "member_id", "outcome", "inquiry_number", "differing")
# Beside what the asker sent and a number drawn at random, a reply holds words of these closed lists and nothing else.
WORDS = {"", *OUTCOMES, *CODES}
ANYONE = st.tuples(*[st.text(max_size=12)] * 6)


@settings(max_examples=100, deadline=None)
@given(ANYONE, st.lists(ANYONE, min_size=1, max_size=5), st.sampled_from(["0", "1", "2", "9"]), st.data())
def test_a_reply_holds_nothing_of_the_registrys_that_the_asker_did_not_send(
    asked: tuple[str, ...], registered: list[tuple[str, ...]], result: str, data: st.DataObject
) -> None:
    """Whatever the registry holds: the columns that a plan gets say outcome and codes, never a value."""
    alike = data.draw(st.sets(st.integers(0, 5)))
    held = [tuple(asked[at] if at in alike else text for at, text in enumerate(one)) for one in registered]
    questions = pl.DataFrame(
        [(1, 0, "00012345", 7, "M-7", *asked)],
        schema=["seq", "slice", "plan", "serial", "member_id", *HELD],
        orient="row",
        schema_overrides={"seq": pl.Int64},
    )
    answers = answers_frame([(1, result, which, one) for which, one in enumerate(held, 1)])
    rows = questions.drop(HELD).join(decided(judged(questions, answers, TABLE), TABLE), on="seq", how="left")
    numbers = pl.DataFrame({"seq": [1], "inquiry_number": ["A1B2C3D4E5"]}, schema_overrides={"seq": pl.Int64})
    [reply] = _replies(rows, numbers.filter(rows["outcome"] == "10")).to_dicts()
    assert tuple(reply) == REPLY
    assert (reply["slice"], reply["serial"], reply["member_id"]) == (0, 7, "M-7")
    assert reply["inquiry_number"] in ("A1B2C3D4E5", "")
    assert {reply["outcome"], *reply["differing"].split(";")} <= WORDS
    told = ";".join((reply["outcome"], reply["differing"]))
    for value in {text for one in held for text in one} - set(asked) - {""}:
        assert value not in told or any(value in word for word in WORDS)
