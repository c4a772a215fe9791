"""What must hold for any run of accesses: scores, and that the way in which a run is cut changes nothing."""

import json
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.domain.detections.facts import Access, Facts
from services.audit.domain.detections.judging import Judged, judged, keys_of
from services.audit.domain.detections.memory import Kept, Memory
from services.audit.domain.detections.scoring import score_of, scores_on, together
from tests.unit.audit.detections.making import ACTS, DAY, ON_ROSTER, OTHER, act, numbered

ACTIONS = (
    "matcher.review.read",
    "media.disc.make_image",
    "media.package.receive",
    "matcher.review.take",
    "matcher.batch.hand_over",
    "authority.approval.request",
    "authority.approval.decide",
    "intake.request.withdraw",
)
FACTS = Facts(ACTS, {"op-1": ON_ROSTER, "op-2": OTHER}, {"t1": frozenset({"op-2"})})

single = st.builds(
    lambda minutes, **stated: act(**stated) if not minutes else _later(act(**stated), minutes),
    minutes=st.integers(0, 60 * 24 * 40),
    actor=st.sampled_from(("op-1", "op-2", "op-3")),
    actor_kind=st.sampled_from(("staff", "staff", "staff", "client", "job")),
    action=st.sampled_from(ACTIONS),
    object_id=st.sampled_from(("rv-1", "rv-2", "a-1")),
    case=st.sampled_from(("rv-1", "rv-2", "")),
    place=st.sampled_from(("office", "security_room")),
    outcome=st.sampled_from(("done", "done", "refused")),
    reason=st.sampled_from(("", "approved", "delivered")),
    tokens=st.sampled_from(((), ("t1",), ("t1", "t2"))),
    subjects=st.integers(0, 2000),
)
runs = st.lists(single, max_size=60).map(lambda made: numbered(sorted(made, key=lambda access: access.at)))


def _later(access: Access, minutes: int) -> Access:
    stated = {name: getattr(access, name) for name in Access.__dataclass_fields__}
    return Access(**(stated | {"at": access.at + timedelta(minutes=minutes)}))


class Store:
    """Keeps memory as a table does: as JSON, and gives out only what is asked for."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, datetime]] = {}

    def judge(self, accesses: list[Access]) -> list[Judged]:
        wanted = keys_of(accesses)
        known = {key: Kept(json.loads(row[0]), row[1]) for key, row in self.rows.items() if key in wanted}
        memory = Memory(known)
        results = list(judged(accesses, FACTS, memory))
        assert memory.changes.keys() <= wanted
        self.rows |= {key: (json.dumps(kept.value), kept.until) for key, kept in memory.changes.items()}
        return results


@settings(max_examples=60, deadline=None)
@given(runs, st.lists(st.integers(0, 60), max_size=5))
def test_cutting_a_run_into_batches_changes_nothing(accesses: list[Access], cuts: list[int]) -> None:
    whole = Store().judge(accesses)
    store, parts = Store(), []
    places = sorted({0, len(accesses), *(cut for cut in cuts if cut < len(accesses))})
    for begin, end in pairwise(places):
        parts += store.judge(accesses[begin:end])
    assert parts == whole


@settings(max_examples=60, deadline=None)
@given(runs)
def test_every_access_is_scored_once_and_within_bounds(accesses: list[Access]) -> None:
    results = Store().judge(accesses)
    assert [one.access for one in results] == accesses
    for one in results:
        points = [scores_on(DAY).of(sign.severity) for sign in one.signs]
        assert max(points, default=0) <= one.score <= 100
        assert all(sign.index == one.access.index for sign in one.signs)


@given(st.lists(st.integers(0, 100), max_size=12), st.integers(0, 100))
def test_points_add_up_as_chances_do(points: list[int], more: int) -> None:
    assert max(points, default=0) <= together(points) <= together([*points, more]) <= 100
    assert together(sorted(points)) == together(points)
    assert together([50, 50]) == 75


def test_what_an_access_is_scores_by_itself() -> None:
    plain = score_of(act(action="matcher.batch.list"), ACTS, ())
    read = score_of(act(), ACTS, ())
    bulk = score_of(act(action="matcher.batch.hand_over", subjects=1_000_000), ACTS, ())
    assert 0 == plain < read < bulk
    assert score_of(act(actor_kind="job", subjects=1_000_000), ACTS, ()) == 0
