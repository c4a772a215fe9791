"""Staff sign in through the pages: who gets in, how long, and what is refused at the door."""

import asyncio
import base64
import re
from time import monotonic
from typing import Any, Final

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from sqlmodel import col, select

from services.authority.domain.totp import STEP_SECONDS, code_at
from services.authority.storage.sessions import end_session
from services.authority.storage.tables import StaffSession
from services.console import sessions
from services.console.api.gate import OPEN
from shared.calendar.clock import SystemClock
from shared.db import Work
from tests.integration.console.conftest import TOTP_SECRET
from tests.integration.console.desk import Desk, credentials, words
from tests.unit.cli.apart import Apart

NOBODY_NEEDED: Final = OPEN | {"/static"}


def test_a_signed_in_person_is_named_and_sees_their_pages(desk: Desk) -> None:
    page = desk.sign_in("operator-1")
    assert "operator-1" in page
    assert 'href="/reviews"' in page
    assert 'aria-current="page"' in page
    cookie = desk.http.cookies.jar
    assert {one.name for one in cookie} == {"shokai-session"}


def test_the_cookie_is_for_this_host_and_no_script(desk: Desk) -> None:
    desk.get("/sign-in")
    set_cookie = desk.post("/sign-in", credentials("operator-1"), 303).headers["set-cookie"]
    assert re.fullmatch(r"shokai-session=[\w-]{43}; HttpOnly; Path=/; SameSite=strict", set_cookie)


def test_away_from_loopback_cookies_need_tls(house: Apart) -> None:
    client = httpx.Client(base_url=house.url("front"), headers={"Host": "office.shokai.example"})
    sent = {**credentials("operator-1"), "remember": "yes"}
    answer = client.post("/sign-in", data=sent, headers={"Origin": "https://office.shokai.example"})
    assert answer.status_code == 303
    session, machine = answer.headers.get_list("set-cookie")
    assert session.startswith("__Host-shokai-session=")
    assert machine.startswith("__Secure-shokai-equipment=")
    assert all("; Secure" in one and "; HttpOnly" in one and "; SameSite=strict" in one for one in (session, machine))
    assert "; Path=/sign-in;" in machine
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_machine_that_is_known_need_not_be_typed_again(desk: Desk) -> None:
    desk.sign_in("operator-1", remember="yes")
    desk.send("/sign-out")
    assert "登録済み" in desk.get("/sign-in")
    page = desk.send("/sign-in", {"staff_id": "operator-1", "password": "password-of-operator-1"})
    assert "operator-1" in page


@pytest.mark.parametrize(
    "wrong", [{"password": "x"}, {"staff_id": "nobody"}, {"equipment_secret": "x"}, {"equipment_id": "none"}]
)
def test_wrong_credentials_are_not_told_apart(desk: Desk, wrong: dict[str, str]) -> None:
    page = desk.sign_in("auditor-1", expect=401, **wrong)
    assert "サインインできません" in page
    assert "Sign-in failed" in page
    assert "入力内容と機器を確かめてください" in page
    assert not desk.http.cookies


@pytest.mark.parametrize("missing", ["staff_id", "password", "equipment_id"])
def test_an_empty_field_is_no_server_error(desk: Desk, missing: str) -> None:
    assert "入力の形式が正しくありません" in desk.sign_in("operator-1", expect=422, **{missing: ""})


def test_a_one_time_password_is_asked_for_where_there_is_one(desk: Desk) -> None:
    at = {"equipment_id": "jlis-1", "equipment_secret": "secret-of-jlis-1"}
    careful = {"staff_id": "careful-1", "password": "password-of-careful-1", **at}
    desk.get("/sign-in")
    assert "サインインできません" in desk.send("/sign-in", careful, 401)
    now = int(SystemClock().now().timestamp())
    code = code_at(base64.b32decode(TOTP_SECRET), now // STEP_SECONDS)
    assert "careful-1" in desk.send("/sign-in", {**careful, "totp": f"{code[:3]} {code[3:]}"})


def test_signing_out_ends_the_session_and_its_tokens(desk: Desk, house: Apart) -> None:
    desk.sign_in("operator-1")
    cookies = dict(desk.http.cookies)
    assert "サインイン" in desk.send("/sign-out")
    assert not desk.http.cookies
    assert httpx.get(f"{house.url('front')}/home", cookies=cookies).status_code == 401


def test_a_session_ends_with_its_token(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign_in("operator-1")
    now = monotonic()
    monkeypatch.setattr(sessions, "monotonic", lambda: now + 601)
    page = desk.get("/home", expect=401)
    assert "サインインしていません" in page
    assert 'href="/sign-in"' in page


def test_use_renews_the_token(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign_in("operator-1")
    start = monotonic()
    for minutes in range(1, 20):
        monkeypatch.setattr(sessions, "monotonic", lambda at=start + minutes * 61: at)
        desk.get("/home")
    monkeypatch.setattr(sessions, "monotonic", lambda: start + 20 * 61)
    desk.get("/alive", expect=204)


def test_a_board_that_refreshes_itself_keeps_nobody_signed_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign_in("operator-1")
    start = monotonic()
    for minutes in range(1, 11):
        monkeypatch.setattr(sessions, "monotonic", lambda at=start + minutes * 61: at)
        desk.get("/board")
    desk.get("/home", expect=401)


def test_the_token_never_reaches_the_browser(desk: Desk) -> None:
    page = desk.sign_in("operator-1")
    assert "eyJ" not in page + str(desk.page.headers) + str(desk.http.cookies)


def test_every_page_but_the_open_ones_asks_to_sign_in(house: Apart, console_routes: list[tuple[str, str]]) -> None:
    assert len(console_routes) > 10
    for method, path in console_routes:
        if path in NOBODY_NEEDED:
            continue
        asked = path.replace("{review_id}", "1").replace("{batch_id}", "1")
        url, origin = f"{house.url('front')}{asked}", {"Origin": house.url("front")}
        if method == "GET":
            answer = httpx.get(url)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
        else:
            assert httpx.post(url, data={"a": "b"}, headers=origin).status_code == 401, path


@pytest.fixture
def console_routes(house: Apart) -> list[tuple[str, str]]:
    """Method and path of every route of the console."""
    front: Any = house.embedded.app._front
    return [
        (method, str(route.path))
        for route in iter_route_contexts(front.routes)
        for method in (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_an_order_from_another_page_is_refused(desk: Desk, path: str, headers: dict[str, str]) -> None:
    desk.sign_in("operator-1")
    fields = {"form_word": re.findall(r'name="form_word" value="([^"]+)"', desk.page.text)[0]}
    assert "この画面から送られた操作ではありません" in desk.post(path, fields, 403, **headers).text
    desk.get("/home")


@pytest.mark.parametrize("form_word", [None, "", "x", "é"])
def test_an_order_without_the_pages_own_word_is_refused(desk: Desk, form_word: str | None) -> None:
    desk.sign_in("operator-1")
    desk.post("/sign-out", {"a": "b"} if form_word is None else {"form_word": form_word}, 403)
    desk.get("/home")


def test_anothers_word_is_of_no_use(desk: Desk, house: Apart) -> None:
    desk.sign_in("operator-1")
    other = Desk(house.url("front"))
    other.sign_in("operator-2")
    stolen = re.findall(r'name="form_word" value="([^"]+)"', other.page.text)[0]
    desk.post("/sign-out", {"form_word": stolen}, 403)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=1&a=2", "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % at for at in range(60)), "application/x-www-form-urlencoded", 400),
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 400),
        (b"", "", 400),
    ],
)
def test_a_bad_form_is_no_server_error(desk: Desk, body: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": kind, "Origin": str(desk.http.base_url).rstrip("/")}
    answer = desk.http.post("/sign-in", content=body, headers=headers)
    assert answer.status_code == status
    assert "実行できませんでした" in answer.text


def test_pages_stay_out_of_caches_and_frames(desk: Desk) -> None:
    desk.sign_in("operator-1")
    for path in ("/home", "/reviews", "/nowhere", "/sign-in"):
        headers = desk.http.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_an_address_that_is_none_is_told_in_words(desk: Desk) -> None:
    assert "そのアドレスはありません" in words(desk.get("/nowhere", expect=404))


def test_authority_away_is_told_in_words(desk: Desk, house: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = house.embedded.services["authority"].app
    desk.get("/sign-in")

    async def away(scope: object, receive: object, send: object) -> None:
        raise httpx.ConnectTimeout("away")

    monkeypatch.setattr(authority, "middleware_stack", away)
    page = desk.send("/sign-in", credentials("operator-1"), 503)
    assert "必要なサービスが応答しません" in page
    assert "authority" in page


def test_a_session_that_authority_ended_ends_here(desk: Desk, house: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign_in("clerk-2")
    authority: Any = house.embedded.services["authority"].parts

    def end_all(work: Work) -> None:
        for one in work.session.scalars(select(StaffSession).where(col(StaffSession.staff_id) == "clerk-2")):
            end_session(work, one, authority.machine.now())

    asyncio.run_coroutine_threadsafe(authority.db.write(end_all), house._loop).result(30)
    start = monotonic()
    monkeypatch.setattr(sessions, "monotonic", lambda: start + 61)
    assert "トークンが無効です" in desk.get("/home", expect=401)
    assert "サインインしていません" in desk.get("/home", expect=401)
