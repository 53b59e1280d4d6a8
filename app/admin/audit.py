"""The record of deeds: who did what, when, and whether anybody has touched the record since."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app import asking
from app.admin import bp
from app.admin.people import ROLES
from app.extensions import db
from app.security import actor
from app.templating import time_zone, words
from courses import audit, people
from courses.audit import AuditEntry
from courses.people import Permission
from courses.texts import N_

ENTRIES_ON_A_PAGE = 100
LINKS_CHECKED = 500
DEEDS = {
    "answer.mark": N_("Поставлен балл за ответ"),
    "attempt.extra_time": N_("Попытке добавлено время"),
    "attempt.late_accepted": N_("Опоздавшие ответы засчитаны"),
    "attempt.late_declined": N_("Опоздавшие ответы не засчитаны"),
    "attempt.reopen": N_("Попытка возвращена слушателю"),
    "attendance.mark": N_("Отмечено присутствие"),
    "certificate.issue": N_("Сертификат выпущен вручную"),
    "certificate.issue_batch": N_("Сертификаты выпущены группе"),
    "certificate.replace": N_("Сертификат заменён"),
    "certificate.revoke": N_("Сертификат аннулирован"),
    "course.import": N_("Курс загружен"),
    "course.publish": N_("Курс опубликован"),
    "offering.change": N_("Условия группы изменены"),
    "offering.close": N_("Набор закрыт"),
    "offering.draft": N_("Группа создана"),
    "offering.open": N_("Набор открыт"),
    "person.disable": N_("Учётная запись отключена"),
    "person.enable": N_("Учётная запись включена"),
    "person.enter": N_("Учётная запись создана в учебной части"),
    "person.rename": N_("Имя изменено"),
    "quiz.outage": N_("Возвращено время сбоя"),
    "quiz.regrade": N_("Исправление вопроса предложено"),
    "quiz.regrade_commit": N_("Исправление вопроса применено"),
    "quiz.regrade_undo": N_("Исправление вопроса отменено"),
    "quiz.terms": N_("Условия теста изменены"),
    "role.grant": N_("Дана роль"),
    "role.withdraw": N_("Снята роль"),
}
SUBJECTS = {
    "attempt": N_("Попытка"),
    "certificate": N_("Сертификат"),
    "course_version": N_("Версия курса"),
    "enrolment": N_("Зачисление"),
    "offering": N_("Группа"),
    "person": N_("Человек"),
    "regrade": N_("Исправление"),
}
MOMENTS = {
    "opens_at": N_("открыть"),
    "closes_at": N_("закрыть"),
    "since": N_("с"),
    "until": N_("до"),
    "starts_at": N_("начало"),
    "ends_at": N_("конец"),
    "enrol_until": N_("запись до"),
}
ADDRESSES = {
    "certificate": ("admin.certificate", "certificate_id"),
    "offering": ("admin.offering", "offering_id"),
    "person": ("admin.person", "person_id"),
}


@bp.get("/audit", endpoint="audit")
def audit_page() -> ResponseReturnValue:
    """The newest deeds, of one kind or of one person when asked, and whether the newest links hold."""
    people.require(actor(), Permission.AUDIT_SEE)
    action, actor_id = asking.one_of("action", DEEDS) or "", asking.number("person")
    entries, more = _page(action, actor_id)
    actors = people.names_of(db.session(), _mentioned(entries, actor_id))
    return render_template(
        "admin/audit.html",
        entries=entries,
        more=more,
        actors=actors,
        broken=audit.newest_broken_links(db.session(), limit=LINKS_CHECKED),
        action=action,
        narrowing=asking.narrowing("admin.audit", _choices(action, actor_id, actors)),
        **_said(),
    )


def told(entry: AuditEntry) -> str:
    """The deed's details in words; those that say nothing to a person are left out."""
    return ". ".join(part for part in (_detail(name, value) for name, value in _details(entry)) if part)


def about(entry: AuditEntry) -> str:
    """What the deed was done to: «Сертификат № 12»."""
    name = words().gettext(SUBJECTS[entry.subject]) if entry.subject in SUBJECTS else entry.subject
    return f"{name} № {entry.subject_id}"


def address(entry: AuditEntry) -> str:
    """The page of what the deed was done to; empty when there is none."""
    if entry.subject not in ADDRESSES:
        return ""
    endpoint, name = ADDRESSES[entry.subject]
    subject: dict[str, Any] = {name: entry.subject_id}
    return url_for(endpoint, **subject)


def _details(entry: AuditEntry) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in entry.details.items() if value not in ("", None, False)]


def _detail(name: str, value: Any) -> str:
    say = words().gettext
    if name == "role":
        return say(ROLES[value]) if value in ROLES else str(value)
    if name in MOMENTS:
        moment = datetime.fromisoformat(value)
        return f"{say(MOMENTS[name])} {words().date_time(moment, time_zone())}"
    if name == "reason":
        return say("закрыт сам: срок прошёл") if value == "over" else str(value)
    sentences = {
        "number": say("№ %(value)s"),
        "offering_id": say("группа № %(value)s"),
        "count": say("сертификатов: %(value)s"),
        "first": say("первый № %(value)s"),
        "last": say("последний № %(value)s"),
        "mark": say("балл %(value)s"),
        "attempts": say("попыток: %(value)s"),
        "seconds": say("секунд: %(value)s"),
        "seats": say("мест: %(value)s"),
        "early": say("до завершения программы"),
    }
    return sentences[name] % {"value": value} if name in sentences else ""


def _mentioned(entries: Sequence[AuditEntry], actor_id: int | None) -> set[int]:
    return {entry.actor_id for entry in entries} | ({actor_id} if actor_id else set())


def _page(action: str, actor_id: int | None) -> tuple[Sequence[AuditEntry], bool]:
    """The entries of one page, and whether there are earlier ones."""
    found = audit.newest(
        db.session(),
        before=asking.number("before"),
        action=action,
        actor_id=actor_id,
        limit=ENTRIES_ON_A_PAGE + 1,
    )
    return found[:ENTRIES_ON_A_PAGE], len(found) > ENTRIES_ON_A_PAGE


def _choices(action: str, actor_id: int | None, actors: Mapping[int, str]) -> dict[str, asking.Choice]:
    return {
        "action": (action, words().gettext(DEEDS[action]) if action else ""),
        "person": (actor_id, actors.get(actor_id or 0, "")),
    }


def _said() -> dict[str, Any]:
    """How the page says things."""
    deeds = {name: words().gettext(sentence) for name, sentence in DEEDS.items()}
    return {"checked": LINKS_CHECKED, "deeds": deeds, "told": told, "about": about, "address": address}
