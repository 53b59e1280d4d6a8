"""What the addresses of pages ask for; what makes no sense is not asked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from flask import Request, request, url_for
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest

LARGEST_NUMBER = 2**31 - 1
MOST_DIGITS = 10
MOST_PAGES = 1_000_000
LONGEST_SEARCH = 200
LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
NOWHERE = urlsplit("")

Word = TypeVar("Word", bound=str)
Chip = tuple[str, str]  # the address of the page without the choice, and the choice in words
Choice = tuple[str | int | None, str]  # as it stands in the address, and in words


class CleanValues(ImmutableMultiDict[str, Any]):
    """Values without zero bytes: nobody types them, and not every database can hold them."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        for name, values in self.lists():
            clean = [value.replace("\0", "") if isinstance(value, str) else value for value in values]
            dict.__setitem__(self, name, clean)


class CleanRequest(Request):
    """A request whose addresses and forms carry only what can be stored."""

    parameter_storage_class = CleanValues

    def get_json(self, *args: Any, **kwargs: Any) -> Any:
        """What a script sent; brackets nested deeper than anybody means are no JSON."""
        try:
            return super().get_json(*args, **kwargs)
        except RecursionError:
            raise BadRequest from None


def whole(text: str | None) -> int | None:
    """The number, if the text is one that a column can hold."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        return None
    return int(text) if 0 < int(text) <= LARGEST_NUMBER else None


def number(name: str) -> int | None:
    """The number asked for in the address, or None."""
    return whole(request.args.get(name))


def page_number() -> int:
    """The page that is wanted."""
    return min(number("page") or 1, MOST_PAGES)


def text(name: str = "q") -> str:
    """The words to look for, without what no name or title holds."""
    words = "".join(letter if letter.isprintable() else " " for letter in request.args.get(name, ""))
    return " ".join(words.split())[:LONGEST_SEARCH]


def one_of(name: str, allowed: Iterable[Word]) -> Word | None:
    """One of the words known here, or None."""
    asked = request.args.get(name, "")
    return next((word for word in allowed if word == asked), None)


def parted(address: str | None) -> SplitResult:
    """An address as somebody sent it, in its parts; one that makes no sense has none."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return NOWHERE


def local_path(text: str | None, default: str) -> str:
    """`text` if it is a path on this site, else `default`."""
    if not text or len(text) > 2000 or not LOCAL.fullmatch(text):
        return default
    parts = parted(text)
    return default if parts.scheme or parts.netloc or not parts.path else text


@dataclass(frozen=True)
class Narrowing:
    """What a list is narrowed by: each choice as it stands in the address, and in words."""

    parts: Mapping[str, str]
    chips: Sequence[Chip]


def narrowing(endpoint: str, choices: Mapping[str, Choice]) -> Narrowing:
    """The choices made; each chip leads to the page without its choice. An empty value is no choice."""
    parts = {name: str(value) for name, (value, _) in choices.items() if value}

    def without(gone: str) -> str:
        values: dict[str, Any] = {name: part for name, part in parts.items() if name != gone}
        return url_for(endpoint, **values)

    return Narrowing(parts, [(without(name), choices[name][1]) for name in parts])
