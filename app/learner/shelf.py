"""How a course is laid out on the learner's pages: addresses, lines of the outline, what is still missing."""

from typing import Any

from flask import url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user

from app.extensions import db
from app.templating import words
from courses import catalogue
from courses.catalogue import MISSING_SENTENCES, ActivityKind, OutlineActivity
from courses.learning import Study


def who() -> str:
    """Guesses are counted per person, wherever they sit."""
    return str(getattr(current_user, "id", None) or get_remote_address())


def course_page(offering_id: int) -> str:
    """The public page of the offering's course."""
    offering = catalogue.get_offering(db.session(), offering_id)
    key = catalogue.version_outline(db.session(), offering.course_version_id).course_key
    return url_for("public.course", key=key)


def activity_url(here: Study, item: OutlineActivity) -> str:
    """Where an item is studied."""
    return url_for("learner.activity", enrolment_id=here.enrolment_id, key=item.key)


def next_url(here: Study, item: OutlineActivity) -> str:
    """What comes after an item; after the last one, the course."""
    following = here.neighbours(item.id)[1]
    if following is None:
        return url_for("learner.course", enrolment_id=here.enrolment_id)
    return activity_url(here, following)


def report(here: Study, item: OutlineActivity) -> str:
    """What the learner has reported about a practical task."""
    record = here.records.get(item.id)
    return record.report if record else ""


def modules(here: Study, current: int | None = None) -> list[dict[str, Any]]:
    """The outline as its macro wants it."""
    return [
        {
            "title": module.title,
            "note": _duration(module.minutes),
            "items": [_line(here, item, current) for item in module.activities],
        }
        for module in here.outline.modules
    ]


def _duration(minutes: int) -> str:
    """«4 ч 45 мин», «25 мин»."""
    hours, rest = divmod(minutes, 60)
    parts = [words().gettext("%(num)d ч", num=hours)] if hours else []
    return " ".join([*parts, words().gettext("%(num)d мин", num=rest)] if rest or not hours else parts)


def _line(here: Study, item: OutlineActivity, current: int | None) -> dict[str, Any]:
    return {
        "url": activity_url(here, item),
        "title": item.title,
        "state": here.state(item.id).value,
        "side": _side(here, item),
        "current": item.id == current,
    }


def _side(here: Study, item: OutlineActivity) -> str:
    """The kind and the length of an item, or the result of a quiz."""
    record = here.records.get(item.id)
    if item.kind is ActivityKind.QUIZ:
        if record is not None and record.grade is not None:
            return words().gettext("тест, %(percent)d %%", percent=int(record.grade * 100 + 0.0001))
        kind = words().gettext("тест")
    else:
        kind = words().gettext("практика") if item.kind is ActivityKind.PRACTICAL else ""
    parts = [kind, _duration(item.minutes), "" if item.required else words().gettext("по желанию")]
    return ", ".join(part for part in parts if part)


def lacks(here: Study) -> list[tuple[str, bool, str | None, str | None]]:
    """What completion asks for, line by line: done or not, and where to do it."""
    if here.completed_at is not None:
        return []
    reached = here.standing.progress
    lines: list[tuple[str, bool, str | None, str | None]] = []
    if reached.required:
        note = words().gettext("Пройдено %(done)s из %(total)s", done=reached.done, total=reached.required)
        where = url_for("learner.continue_", enrolment_id=here.enrolment_id)
        lines.append((words().gettext("Обязательные занятия"), not reached.left, note, where))
    for item_id in reached.failed:
        item = here.outline.activity(item_id)
        text = words().gettext("Тест «%(title)s» не сдан", title=item.title)
        lines.append((text, False, words().gettext("Нужна ещё одна попытка"), activity_url(here, item)))
    if here.outline.needs_attendance:
        lines.append(_attendance_line(here))
    lines += [
        (words().gettext(MISSING_SENTENCES[code]), False, None, None)
        for code in here.standing.missing
        if code == "still_running"
    ]
    return lines


def _attendance_line(here: Study) -> tuple[str, bool, str | None, str | None]:
    text = words().gettext("Участие во встрече")
    if here.attended_at is not None:
        return text, True, words().gettext("Подтверждено"), None
    if here.takes_code_word:
        return (
            text,
            False,
            words().gettext("Введите кодовое слово, которое назовут на встрече"),
            "#attendance",
        )
    return text, False, words().gettext("Отмечает преподаватель"), None
