"""Who is signed in: held in this process alone, found by an opaque word that the browser keeps in a cookie.

A session lives as long as its token. Each use after a minute renews the token, so ten idle minutes end it.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

import jwt

from services.console.calls import AsPerson, Json, Lines, ServiceAway, ServiceRefused, ask

RENEW_AFTER_SECONDS: Final = 60.0
SESSIONS_PATH: Final = "/authority/v1/sessions"


@dataclass(eq=False)
class Session:
    """One signed-in person. `word` is what the browser knows; `form_word` stands in each form; the token stays here."""

    word: str
    form_word: str
    staff_id: str
    team: str
    equipment: str
    place: str
    token: str = field(repr=False)
    ends_at: float = 0.0
    renew_at: float = 0.0
    one: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    def take(self, issued: Json) -> None:
        """Go on with the token that authority issued."""
        now = monotonic()
        self.token = str(issued["access_token"])
        self.ends_at = now + float(issued["expires_in"])
        self.renew_at = now + min(RENEW_AFTER_SECONDS, float(issued["expires_in"]) / 2)


class Sessions:
    """All sessions of this process."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._open: dict[str, Session] = {}

    def as_person(self, session: Session) -> AsPerson:
        """Calls in that person's name."""
        return AsPerson(self._lines, session.token)

    async def sign_in(self, credentials: Json, *, way: str = "") -> Session:
        """A new session for what authority accepts. Raises ServiceRefused with its reason, and ServiceAway.

        `way`: "/passkey" where the credentials are a signed challenge."""
        issued = await ask(self._lines, "authority", "POST", SESSIONS_PATH + way, json=dict(credentials))
        session = _opened(issued)
        self._forget_ended()
        self._open[session.word] = session
        return session

    async def challenge(self) -> Json:
        """What a browser needs to sign in with a passkey."""
        options: Json = await ask(self._lines, "authority", "POST", f"{SESSIONS_PATH}/passkey-options")
        return options

    async def current(self, word: str) -> Session | None:
        """The living session behind a browser's word, with a token that was looked at lately.

        Raises ServiceRefused where authority says that it may not go on.
        """
        session = self._open.get(word)
        if session is None:
            return None
        async with session.one:
            if monotonic() >= session.ends_at:
                self.forget(session)
                return None
            if monotonic() >= session.renew_at:
                await self._renew(session)
        return session

    async def sign_out(self, session: Session) -> None:
        """End it here at once, and all its tokens at authority."""
        self.forget(session)
        try:
            await self.as_person(session).delete(f"{SESSIONS_PATH}/current")
        except (ServiceRefused, ServiceAway):
            return  # nobody has the token any more; it ends by itself within minutes

    def forget(self, session: Session) -> None:
        """Nobody is found by its word any more."""
        self.forget_word(session.word)

    def forget_word(self, word: str) -> None:
        """The same, by the word itself, whoever's it is."""
        self._open.pop(word, None)

    async def _renew(self, session: Session) -> None:
        try:
            session.take(await self.as_person(session).post(f"{SESSIONS_PATH}/current/renewal"))
        except ServiceRefused:
            self.forget(session)
            raise
        except ServiceAway:
            return  # the token that it has is good until it ends

    def _forget_ended(self) -> None:
        now = monotonic()
        for session in [one for one in self._open.values() if now >= one.ends_at]:
            self.forget(session)


def _opened(issued: Json) -> Session:
    # Authority has just given it over its own line: there is nobody else whose signature could stand here.
    claims: dict[str, Any] = jwt.decode(str(issued["access_token"]), options={"verify_signature": False})
    session = Session(
        word=secrets.token_urlsafe(32),
        form_word=secrets.token_urlsafe(32),
        staff_id=str(claims["sub"]),
        team=str(claims["team"]),
        equipment=str(claims["equipment"]),
        place=str(claims["place"]),
        token="",
    )
    session.take(issued)
    return session
