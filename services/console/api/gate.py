"""The door in front of every page: closed by default, and no order is taken that did not come from a page of ours."""

import secrets
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from services.console.sessions import Session, Sessions
from shared.refusals import Refusal

CHECK: Final = frozenset({"/check", "/check/worker.js", "/check/report.css", "/check/shokai-check.pyz"})
SIGNING_IN: Final = frozenset({"/sign-in", "/sign-in/passkey", "/sign-in/passkey/options"})
OPEN: Final = frozenset({"/", "/board", "/healthz", "/readyz", "/metrics"}) | SIGNING_IN | CHECK
"""Nothing personal, or what one signs in with. Files under /static are no routes."""
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
READING: Final = frozenset({"GET", "HEAD"})
LARGEST_FORM: Final = 65_536
MOST_FIELDS: Final = 50
FORM_TYPE: Final = "application/x-www-form-urlencoded"


def on_loopback(request: Request) -> bool:
    """Whether the browser reaches us on its own machine: the one place where cookies may travel without TLS."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname in LOOPBACK
    except ValueError:
        return False


def cookie_name(request: Request) -> str:
    """With the prefix that browsers bind to this host and to TLS, except on loopback."""
    return "shokai-session" if on_loopback(request) else "__Host-shokai-session"


class Gate:
    """A dependency of the whole application: finds the session, refuses whom it does not know, checks every form."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def __call__(self, request: Request) -> None:
        """Leaves `session` (or None) and `form` in the request's state.

        Refusals `form-not-ours`, `signed-out`, `too-large`, `bad-request`; ServiceRefused where the session may not
        go on.
        """
        is_open = request.url.path in OPEN
        is_order = request.method not in READING
        request.state.form = {}
        request.state.session = None
        if is_order and not _from_our_page(request):
            raise Refusal("form-not-ours")
        if is_order:
            request.state.form = await _form(request)
        if is_open:  # pages that refresh themselves do not keep anybody signed in
            return
        session = await self._sessions.current(word_of(request))
        if session is None:
            raise Refusal("signed-out")
        if is_order and not _has_word(request.state.form, session):
            raise Refusal("form-not-ours")
        request.state.session = session


def word_of(request: Request) -> str:
    """The session's word as the browser knows it; empty without one."""
    return request.cookies.get(cookie_name(request), "")


def signed_in(request: Request) -> Session:
    """For Depends: who is signed in. Refusal `signed-out`."""
    session: Session | None = request.state.session
    if session is None:
        raise Refusal("signed-out")
    return session


def form_of(request: Request) -> dict[str, str]:
    """For Depends: the form that the gate has checked."""
    form: dict[str, str] = request.state.form
    return form


Person = Annotated[Session, Depends(signed_in)]
Form = Annotated[dict[str, str], Depends(form_of)]


def _from_our_page(request: Request) -> bool:
    """Browsers say where an order comes from; one that does not say so is refused."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    try:
        return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "nobody")
    except ValueError:
        return False


def _has_word(form: dict[str, str], session: Session) -> bool:
    return secrets.compare_digest(form.get("form_word", "").encode(), session.form_word.encode())


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise Refusal("bad-request")
    body = await request.body()
    if len(body) > LARGEST_FORM:
        raise Refusal("too-large", limit_bytes=LARGEST_FORM)
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError as wrong:
        raise Refusal("bad-request") from wrong
    if len(dict(pairs)) != len(pairs):
        raise Refusal("bad-request")
    return dict(pairs)
