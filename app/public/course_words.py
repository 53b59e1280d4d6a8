"""The page of a course: its facts in words, and the one button that names the state."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, url_for
from sqlalchemy.orm import Session

from app.public.shelf_words import cover_url, dates_in_words
from app.security import Viewer
from app.templating import words
from courses import catalogue, learning
from courses.catalogue import SUBJECTS, ActivityKind, CourseView, Intake, OfferingLine, Outline
from courses.learning import Enrolment
from courses.texts import N2_, N_

CLOSED = {
    Intake.NOT_OPEN_YET: N_("Набор ещё не открыт"),
    Intake.OVER: N_("Набор закрыт"),
    Intake.CLOSED: N_("Набор закрыт"),
    Intake.FULL: N_("Мест больше нет"),
}
NEXT = {
    Intake.NOT_OPEN_YET: N_("Загляните через несколько дней."),
    Intake.OVER: N_("Эта группа уже закончила. Следующий набор появится на этой странице."),
    Intake.CLOSED: N_("Запись закончилась. Следующий набор появится на этой странице."),
    Intake.FULL: N_(
        "Место может освободиться, если кто-то откажется. Загляните позже или выберите другие даты."
    ),
}


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do on the page.

    `method` is post for a form, get for a link, empty for a button that rests.
    """

    text: str
    url: str = ""
    method: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CoursePage:
    """What the template shows."""

    outline: Outline
    offerings: tuple[OfferingLine, ...]
    chosen: OfferingLine | None
    enrolment: Enrolment | None
    action: Action
    cover: str
    dates: str
    preview: bool = False

    @property
    def content(self) -> Hashable:
        """Everything the page of somebody who is not signed in depends on."""
        return self.outline.course_version_id, self.offerings, self.chosen


def parts_of(page: CoursePage) -> str:
    """The parts of the page below its head, in the order of the kind."""
    return render_template("public/_course_parts.html", page=page, course=page.outline, **HELPERS)


def course_page(
    session: Session, key: str, asked: int | None, *, person: Viewer | None, now: datetime
) -> CoursePage:
    """The page of a course for this reader: two queries, one more for who is signed in."""
    view = catalogue.course_view(session, key, asked, now=now)
    mine = learning.enrolments_in_course(session, view.course_id, by=person.actor) if person else []
    chosen, enrolment = view.chosen, None
    if mine and asked is None:
        chosen = next((offering for offering in view.offerings if offering.id == mine[0].offering_id), chosen)
    if chosen is not None:
        enrolment = next((one for one in mine if one.offering_id == chosen.id), None)
    enrolment = enrolment or (mine[0] if mine else None)
    return CoursePage(
        outline=view.outline,
        offerings=view.open_offerings,
        chosen=chosen,
        enrolment=enrolment,
        action=_action(view, chosen, enrolment, signed_in=person is not None),
        cover=cover_url(view.outline.kind_name, view.outline.title),
        dates=dates_of(chosen) if chosen else "",
    )


def dates_of(offering: OfferingLine) -> str:
    """When an offering takes place, in words."""
    return dates_in_words(offering.starts_at, offering.ends_at, offering.time_zone)


def _action(
    view: CourseView, chosen: OfferingLine | None, enrolment: Enrolment | None, *, signed_in: bool
) -> Action:
    say = words().gettext
    kind = view.outline.kind
    if enrolment is not None and enrolment.completed_at is not None:
        return Action(say("Мой сертификат"), url_for("learner.certificates"), "get", say("Вы уже закончили."))
    if enrolment is not None:
        here = chosen is None or enrolment.offering_id == chosen.id
        note = say("Вы записаны.") if here else say("Вы записаны в другую группу этой программы.")
        return Action(say(kind.go_on), url_for("learner.course", enrolment_id=enrolment.id), "get", note)
    if chosen is None:
        return Action(
            say("Набор закрыт"), note=say("Когда откроется новый набор, он появится на этой странице.")
        )
    if chosen.intake is not Intake.OPEN:
        return Action(say(CLOSED[chosen.intake]), note=say(NEXT[chosen.intake]))
    if not signed_in:
        back = url_for("public.course", key=view.key, offering=chosen.id)
        note = say("Запись занимает минуту.")
        return Action(say("Войти и записаться"), url_for("public.sign_in", next=back), "get", note)
    return Action(say(kind.enrol), url_for("learner.enrol", offering_id=chosen.id), "post")


def load_in_words(outline: Outline) -> str:
    """«36 часов: 15 занятий, 5 тестов»."""
    say = words()
    kinds = [activity.kind for activity in outline.activities]
    parts = (
        (N2_("%(num)d занятие", "%(num)d занятий"), ActivityKind.LESSON),
        (N2_("%(num)d тест", "%(num)d тестов"), ActivityKind.QUIZ),
        (N2_("%(num)d практическое задание", "%(num)d практических заданий"), ActivityKind.PRACTICAL),
    )
    counted = [say.ngettext(*forms, kinds.count(kind)) for forms, kind in parts if kind in kinds]
    return f"{say.hours(outline.hours)}: {', '.join(counted)}" if counted else say.hours(outline.hours)


def rules_in_words(outline: Outline) -> list[str]:
    """What one must do for the certificate."""
    say = words()
    required = [activity for activity in outline.activities if activity.required]
    found = []
    if outline.needs_attendance:
        found.append(say.gettext("быть на встрече: участие подтвердит преподаватель или кодовое слово"))
    if required:
        count = len(required)
        found.append(
            say.ngettext("пройти %(num)d обязательное занятие", "пройти %(num)d обязательных занятий", count)
        )
    thresholds = {a.settings["pass_percent"] for a in required if a.kind is ActivityKind.QUIZ and a.settings}
    if thresholds:
        least = min(thresholds)
        found.append(
            say.gettext("набрать в каждом обязательном тесте не меньше %(percent)d %%", percent=least)
        )
    if outline.kind_name == "workshop":
        found.append(say.gettext("дождаться конца последнего этапа"))
    return found


HELPERS = {
    "dates_of": dates_of,
    "load_in_words": load_in_words,
    "rules_in_words": rules_in_words,
    "subjects": SUBJECTS,
}
