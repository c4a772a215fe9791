"""The balance sheet: what went in comes out, or the difference shows."""

from services.matcher.domain.sheet import Hop, Loss, Sheet


def test_a_hop_balances_when_all_is_accounted_for() -> None:
    assert Hop("matched", 3, {"10": 2, "in_review": 1}).balanced
    assert Hop("matched", 3, {"10": 2}).missing == 1
    assert not Hop("matched", 3, {"10": 2}).balanced
    assert not Hop("matched", 3, {"10": 4}).balanced


def test_a_hop_that_is_not_reached_is_no_fault() -> None:
    assert Hop("replied", 3, {}, reached=False).balanced


def test_one_loss_unbalances_a_sheet_whose_counts_agree() -> None:
    hops = [Hop("matched", 1, {"10": 1})]
    assert Sheet(hops, []).balanced
    assert not Sheet(hops, [Loss("matched", "request", (7,), 1)]).balanced
    assert not Sheet([Hop("matched", 2, {"10": 1})], []).balanced
