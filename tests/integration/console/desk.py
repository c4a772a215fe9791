"""A browser without a screen: keeps cookies, fills forms in as the page has them, says where it comes from."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.e2e.outside_client import STAFF


class FormFields(HTMLParser):
    """The named fields of each form of a page, by the form's action."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._open: dict[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes hidden fields; what a person fills in, the test says."""
        found = dict(attrs)
        if tag == "form":
            self._open = self.forms.setdefault(found.get("action") or "", {})
        elif tag == "input" and found.get("type") == "hidden" and self._open is not None:
            self._open[found["name"] or ""] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self._open = None


class Desk:
    """One person's browser at one piece of equipment."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
        self.page = httpx.Response(200, text="")
        self._origin = address

    def get(self, path: str, expect: int = 200, **more: Any) -> str:
        """A page."""
        self.page = self.http.get(path, **more)
        assert self.page.status_code == expect, f"{path}: {self.page.status_code} {words(self.page.text)[:600]}"
        return self.page.text

    def send(self, action: str, typed: Mapping[str, str] | None = None, expect: int = 303) -> str:
        """Submit the form of the page in front of us; then follow to where it leads."""
        fields = FormFields(self.page.text).forms[action]
        self.post(action, {**fields, **(typed or {})}, expect=expect)
        if self.page.status_code == 303:
            return self.get(self.page.headers["location"])
        return self.page.text

    def post(self, path: str, form: dict[str, str], expect: int, **headers: str) -> httpx.Response:
        """A form as it is given; the origin is this address unless another is said."""
        self.page = self.http.post(path, data=form, headers={"Origin": self._origin, **headers})
        assert self.page.status_code == expect, f"{path}: {self.page.status_code} {words(self.page.text)[:600]}"
        return self.page

    def sign_in(self, staff_id: str, /, expect: int = 303, **more: str) -> str:
        """Sign in as a member of the walk's staff, at their equipment."""
        self.get("/sign-in")
        return self.send("/sign-in", credentials(staff_id, **more), expect)


def credentials(staff_id: str, /, **more: str) -> dict[str, str]:
    """What the walk's staff type at their equipment."""
    equipment = STAFF[staff_id][1]
    return {
        "staff_id": staff_id,
        "password": f"password-of-{staff_id}",
        "totp": "",
        "equipment_id": equipment,
        "equipment_secret": f"secret-of-{equipment}",
        **more,
    }


def words(page: str) -> str:
    """What is readable of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
