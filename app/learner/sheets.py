"""Between the page and the quiz: fields into answers, answers into JSON, authors' texts into HTML."""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.question_files import FileUrl, file_url_of
from app.templating import language, settings, time_zone, words
from courses import markup
from courses.catalogue import Memory
from courses.errors import Invalid
from courses.questions import Advice
from courses.quizzes import Answer, Item, Saved, Sheet

FIELD = re.compile(r"s([0-9]{1,9})-(.{1,80})")
MOVE = re.compile(r"(up|down)-([0-9]{1,4})")
MOST_FIELDS = 2_000
MOST_VALUES = 1_000

Fields = dict[str, list[str]]


# ---- what the page says


def answers_of_form(form: MultiDict[str, str]) -> list[Answer]:
    """The answers of a plain form, whose fields are named «s12-choice»; «s12-seen» is what the page knew."""
    slots: dict[int, Fields] = {}
    for name, values in form.lists():
        match = FIELD.fullmatch(name)
        if match:
            slots.setdefault(int(match[1]), {})[match[2]] = values
    return [_answer_of_fields(slot_id, fields) for slot_id, fields in slots.items()]


def _answer_of_fields(slot_id: int, fields: Fields) -> Answer:
    seen, move = _whole(fields.pop("seen", [])), fields.pop("move", [])
    return Answer(slot_id, moved(fields, move[-1] if move else ""), seen=seen)


def _whole(values: list[str]) -> int | None:
    return int(values[-1][:9]) if values and values[-1].isascii() and values[-1].isdecimal() else None


def moved(fields: Fields, move: str) -> Fields:
    """The places of an ordering after ↑ or ↓ was pressed without script: the neighbour makes room."""
    match = MOVE.fullmatch(move)
    if not match:
        return fields
    places = {name: _whole(values) or 0 for name, values in fields.items() if name.startswith("place-")}
    order = sorted(places, key=lambda name: places[name])
    name = f"place-{match[2]}"
    if name not in places:
        return fields
    at = order.index(name)
    to = min(max(at + (1 if match[1] == "down" else -1), 0), len(order) - 1)
    order[at], order[to] = order[to], order[at]
    return fields | {one: [str(place)] for place, one in enumerate(order, 1)}


def answers_of_json(body: Any) -> tuple[str | None, list[Answer]]:
    """The same from the script; whatever has another shape is Invalid."""
    if not isinstance(body, Mapping) or not isinstance(body.get("answers"), list):
        raise Invalid("bad_answers")
    client = body.get("client")
    if client is not None and not isinstance(client, str):
        raise Invalid("bad_answers")
    return client, [_answer_of_json(one) for one in body["answers"]]


def _answer_of_json(one: Any) -> Answer:
    fields = one.get("fields") if isinstance(one, Mapping) else None
    if not isinstance(fields, Mapping) or len(fields) > MOST_FIELDS:
        raise Invalid("bad_answers")
    if not all(_are_texts(values) for values in fields.values()):
        raise Invalid("bad_answers")
    numbers = [one.get(name) for name in ("slot", "number", "seen")]
    if not all(_is_whole(given) or (given is None and place) for place, given in enumerate(numbers)):
        raise Invalid("bad_answers")
    return Answer(numbers[0], dict(fields), numbers[1], numbers[2])


def _are_texts(values: Any) -> bool:
    return (
        isinstance(values, list)
        and len(values) <= MOST_VALUES
        and all(isinstance(text, str) for text in values)
    )


def _is_whole(given: Any) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and -(2**31) < given < 2**31


# ---- what the page is told


def told(saved: Saved) -> dict[str, Any]:
    """The acknowledgement; the clock is the reader's, the seconds left are the server's."""
    clock = words().time(saved.at, time_zone(), seconds=True)
    return {
        "clock": clock,
        "refusal": saved.refusal,
        "remaining": saved.remaining,
        "slots": [
            {
                "slot": one.slot_id,
                "number": one.client_sequence,
                "fate": one.fate.value,
                "seen": one.sequence,
                "answered": one.answered,
                "conflict": words().time(one.conflict_at, time_zone()) if one.conflict_at else None,
            }
            for one in saved.slots
        ],
    }


def where_to(attempt_id: int, page: int, go: str) -> str:
    """The address a button of the attempt page leads to; without one, the same page."""
    if go == "review":
        return url_for("learner.review", attempt_id=attempt_id)
    wanted = int(go[5:9]) if go.startswith("page-") and go[5:].isdecimal() else page
    beside = go.startswith(("flag-", "check-", "again-"))
    anchor = f"s{go.split('-')[1]}-text" if beside else None
    return url_for("learner.attempt", attempt_id=attempt_id, page=wanted, _anchor=anchor)


# ---- authors' texts


def say(text: str) -> Markup:
    """A phrase of an author in its own format, or one of our messages in the reader's language."""
    text_format = getattr(text, "text_format", "plain")
    if text_format == "message":
        return Markup.escape(words().gettext(str(text)))
    return _phrase(str(text), text_format)


def advise(advice: str) -> str:
    """What an answer still needs, with its numbers, in the reader's language."""
    if isinstance(advice, Advice):
        return words().ngettext(advice, advice.many, advice.number, **advice.values)
    return words().gettext(advice)


def say_block(text: str, text_format: str | None = None) -> Markup:
    """A longer text of an author, as paragraphs."""
    return _block(str(text), text_format or getattr(text, "text_format", "plain"))


def sayings(question: Mapping[str, Any], file_url: FileUrl) -> dict[str, Any]:
    """`say` and `say_block` for the texts of one question, which may show the files it keeps."""
    files = question.get("files")
    if not files:
        return {"say": say, "say_block": say_block}

    def figure_url(name: str) -> str | None:
        return file_url(name) if name in files else None

    def phrase(text: str) -> Markup:
        text_format = getattr(text, "text_format", "plain")
        if text_format == "message":
            return say(text)
        return Markup(markup.render_inline(str(text), text_format, figure_url=figure_url))  # noqa: S704 - rendered and sanitised there

    def block(text: str, text_format: str | None = None) -> Markup:
        chosen = str(text_format or getattr(text, "text_format", "plain"))
        return Markup(markup.render_text(str(text), chosen, figure_url=figure_url))  # noqa: S704 - rendered and sanitised there

    return {"say": phrase, "say_block": block}


@lru_cache(8192)
def _phrase(text: str, text_format: str) -> Markup:
    return Markup(markup.render_inline(text, text_format))  # noqa: S704 - rendered and sanitised there


@lru_cache(4096)
def _block(text: str, text_format: str) -> Markup:
    return Markup(markup.render_text(text, text_format))  # noqa: S704 - rendered and sanitised there


# ---- questions, drawn once and kept

EVERYTHING = frozenset(Item)
_kept: Memory[Markup] = Memory(5_000)


def asked(sheet: Sheet) -> Markup:
    """A question with its controls, filled in."""
    return _fragment("learner/_asked.html", sheet, sheet.shows)


def reviewed(sheet: Sheet, shown: frozenset[Item], *, own: bool = True) -> Markup:
    """A question with what may be shown of its verdict, feedback and right answer. `own` is false for whoever
    looks at another's answer."""
    return _fragment("learner/_reviewed.html", sheet, shown, own=own)


def _fragment(template: str, sheet: Sheet, shown: frozenset[Item], *, own: bool = True) -> Markup:
    """The same question in the same order with the same answer looks the same to everybody."""
    stands = json.dumps([sheet.variant, sheet.response, sheet.state, sheet.fraction])
    version_id = sheet.asked.question_version_id
    key = (template, language(), sheet.slot_id, version_id, shown, own, stands, _checks(sheet))
    drawn = _kept.get(key)
    if drawn is None:
        file_url = file_url_of(version_id)
        values = {
            "sheet": sheet,
            "shown": shown,
            "reveal": Item.RIGHT_ANSWER in shown,
            "own": own,
            **sayings(sheet.asked.body, file_url),
            "advise": advise,
            "number": number,
            "file_url": file_url,
        }
        drawn = Markup(current_app.jinja_env.get_template(template).render(values))  # noqa: S704 - a template
        _kept.keep(key, drawn)
    return drawn


def _checks(sheet: Sheet) -> tuple[Any, ...]:
    """What checks have made of a question, as far as it is drawn."""
    one = sheet.stands
    return one.certainty, one.state, one.fraction, len(one.tries), one.checked, one.resting


def number(value: float) -> str:
    """A mark as people write it: «7,5», «8»."""
    short = f"{value:.2f}".rstrip("0").rstrip(".")
    return short.replace(".", ",") if language() == "ru" else short


def minutes_and_seconds(seconds: int) -> str:
    """«24:08», «1:05:00»."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def seal_of(attempt_id: int) -> str:
    """The key that seals what a browser keeps of an attempt: 32 bytes in Base64, the same on all pages."""
    secret, name = settings().secret_key.encode(), f"attempt on a device:{attempt_id}".encode()
    return base64.b64encode(hmac.digest(secret, name, "sha256")).decode()


NAMES = {
    "seal_of": seal_of,
    "say": say,
    "say_block": say_block,
    "advise": advise,
    "number": number,
    "time_left": minutes_and_seconds,
}
