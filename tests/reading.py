"""Somebody who reads pages without JavaScript: a client that keeps cookies, finds forms, fills them in and sends them.

Forms are sent as a browser sends them: with every field that the page has, hidden ones too, and what the reader typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx

HTML = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "fr"}

Typed = str | int | bool | Sequence[str]


@dataclass
class PageForm:
    """One form of a page, as it would be sent untouched."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """What a field says; of several the last."""
        return [value for each, value in self.fields if each == name][-1]

    def sent(self, typed: Mapping[str, Typed]) -> dict[str, list[str]]:
        """The fields with what was typed in place of what was there."""
        told: dict[str, list[str]] = {}
        for name, value in self.fields:
            told.setdefault(name, []).append(value)
        for name, value in typed.items():
            if isinstance(value, bool):
                told[name] = ["false", "true"] if value else ["false"]
            else:
                told[name] = [str(value)] if isinstance(value, str | int) else list(value)
        return told


@dataclass(frozen=True)
class Sheet:
    """A page as it came."""

    answer: httpx.Response
    path: str
    forms: list[PageForm]
    text: str
    links: list[str]

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return self.answer.status_code

    @property
    def html(self) -> str:
        """Its source."""
        return self.answer.text

    def form(self, action: str) -> PageForm:
        """The one form that leads to this path."""
        found = [form for form in self.forms if urlsplit(form.action).path == action]
        assert len(found) == 1, f"{len(found)} forms lead to {action}; there are {[form.action for form in self.forms]}"
        return found[0]


class Reader:
    """Reads and sends with one client, following every redirect as a browser does."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def read(self, path: str, **query: Any) -> Sheet:
        """A page."""
        return sheet_of(await self.client.get(path, params=query or None, headers=HTML, follow_redirects=True))

    async def send(self, sheet: Sheet, action: str, **typed: Typed) -> Sheet:
        """The page after a form was filled in and sent; `needs__motor` types into the field `needs.motor`."""
        return await self.send_form(sheet, sheet.form(action), {k.replace("__", "."): v for k, v in typed.items()})

    async def send_form(self, sheet: Sheet, form: PageForm, typed: Mapping[str, Typed]) -> Sheet:
        """The same for a form at hand."""
        told = form.sent(typed)
        headers = HTML | {"Referer": str(sheet.answer.url)}
        if form.method == "get":
            answer = await self.client.get(form.action, params=told, headers=headers, follow_redirects=True)
        else:
            answer = await self.client.post(form.action, data=told, headers=headers, follow_redirects=True)
        return sheet_of(answer)


def sheet_of(answer: httpx.Response) -> Sheet:
    """An answer as a page."""
    reading = _Reading()
    reading.feed(answer.text)
    url = urlsplit(str(answer.url))
    path = f"{url.path}?{url.query}" if url.query else url.path
    return Sheet(answer, path, reading.forms, " ".join("".join(reading.words).split()), reading.links)


class _Reading(HTMLParser):
    """Collects the forms, links and words of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._form: PageForm | None = None
        self._silent = 0
        self._select = ""
        self._chosen: str | None = None
        self._first: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        match tag:
            case "script" | "style" | "head":
                self._silent += 1
            case "a":
                self.links.append(told.get("href", ""))
            case "form":
                self._form = PageForm(told.get("action", ""), told.get("method", "get").lower())
                self.forms.append(self._form)
            case "input" if self._form is not None and "name" in told and "disabled" not in told:
                boxed = told.get("type") in ("checkbox", "radio")
                if not boxed or "checked" in told:
                    self._form.fields.append((told["name"], told.get("value", "on" if boxed else "")))
            case "select":
                self._select, self._chosen, self._first = told.get("name", ""), None, None
            case "option" if self._select:
                value = told.get("value", "")
                self._first = value if self._first is None else self._first
                if "selected" in told:
                    self._chosen = value
            case "textarea":
                self._area = told.get("name", "")
                if self._form is not None:
                    self._form.fields.append((self._area, ""))
            case "button" if self._form is not None:
                self._form.buttons.append(told.get("name", ""))
        self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "script" | "style" | "head":
                self._silent -= 1
            case "form":
                self._form = None
            case "select":
                if self._form is not None and self._select:
                    chosen = self._first if self._chosen is None else self._chosen
                    self._form.fields.append((self._select, chosen or ""))
                self._select = ""
            case "textarea":
                self._area = None
        self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._form is not None:
            name, before = self._form.fields[-1]
            # Browsers leave out the line break right after the tag.
            self._form.fields[-1] = (name, before + (data.removeprefix("\n") if not before else data))
        if not self._silent:
            self.words.append(data)
