"""The plan of a course version as plain values; published versions never change, so their plans stay in
memory."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue.kinds import KINDS, Kind
from courses.catalogue.memory import Memory
from courses.catalogue.models import Activity, Course, CourseVersion, Module
from courses.catalogue.rules import ActivityKind
from courses.db import ask
from courses.errors import NotFound, Problem
from courses.texts import texts

KEPT = 200


@dataclass(frozen=True, slots=True)
class OutlineActivity:
    """One activity without its text."""

    id: int
    module_id: int
    position: int
    kind: ActivityKind
    key: str
    title: str
    minutes: int
    required: bool
    file_name: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OutlineModule:
    """A part of the course with its activities, in order."""

    id: int
    position: int
    key: str
    title: str
    summary: str
    activities: tuple[OutlineActivity, ...]

    @property
    def minutes(self) -> int:
        return sum(activity.minutes for activity in self.activities)


@dataclass(frozen=True)
class Outline:
    """A course version: what it is, and its modules in order. `description` is the rest of the manifest."""

    course_version_id: int
    course_id: int
    course_key: str
    number: int
    kind_name: str
    language: str
    title: str
    summary: str
    subject: str
    hours: int
    about_html: str
    description: dict[str, Any]
    published: bool
    modules: tuple[OutlineModule, ...]

    @property
    def kind(self) -> Kind:
        return KINDS[self.kind_name]

    @property
    def needs_attendance(self) -> bool:
        """Whether presence must be confirmed: as the manifest says, else as is usual for the kind."""
        chosen = self.description.get("completion", {}).get("attendance")
        return self.kind.needs_attendance if chosen is None else bool(chosen)

    @property
    def certificate(self) -> tuple[str, str]:
        """Title and text printed on the certificate: from the manifest, else as is usual for the kind."""
        given, words = self.description.get("certificate", {}), texts(self.language)
        title = given.get("title") or words.gettext(self.kind.certificate_title)
        return title, given.get("text") or words.gettext(self.kind.certificate_text, title=self.title)

    @cached_property
    def activities(self) -> tuple[OutlineActivity, ...]:
        """All activities through all modules, in order."""
        return tuple(activity for module in self.modules for activity in module.activities)

    @property
    def minutes(self) -> int:
        return sum(module.minutes for module in self.modules)

    def activity(self, activity_id: int) -> OutlineActivity:
        """One activity of this version; NotFound when it belongs to another."""
        for activity in self.activities:
            if activity.id == activity_id:
                return activity
        raise NotFound("activity")

    def neighbours(self, activity_id: int) -> tuple[OutlineActivity | None, OutlineActivity | None]:
        """What comes before and after an activity."""
        items = self.activities
        at = next(place for place, item in enumerate(items) if item.id == activity_id)
        return (items[at - 1] if at else None, items[at + 1] if at + 1 < len(items) else None)


@dataclass(frozen=True, slots=True)
class ActivityText:
    """The text of one activity, rendered and sanitised when the version was made."""

    activity_id: int
    body_html: str
    headings: list[Any]


TEXT = (
    select(Activity.id, Activity.body_html, Activity.headings, CourseVersion.published_at)
    .join(CourseVersion, CourseVersion.id == Activity.course_version_id)
    .where(Activity.id == bindparam("activity_id"))
)

_outlines: Memory[Outline] = Memory(KEPT)
_texts: Memory[ActivityText] = Memory(KEPT)


def version_outline(session: Session, course_version_id: int) -> Outline:
    """The plan of one version, out of memory when it was read before and is final."""
    key = (session.get_bind().engine, course_version_id)
    kept = _outlines.get(key)
    if kept is not None:
        return kept
    outline = _read(session, course_version_id)
    if outline.published:
        _outlines.keep(key, outline)
    return outline


def activity_text(session: Session, activity_id: int) -> ActivityText:
    """The rendered text of a lesson or practical task, out of memory when it was read before and is final."""
    key = (session.get_bind().engine, activity_id)
    kept = _texts.get(key)
    if kept is not None:
        return kept
    found = ask(session, TEXT, {"activity_id": activity_id}).first()
    if found is None:
        raise NotFound("activity")
    text = ActivityText(found.id, found.body_html, found.headings or [])
    if found.published_at is not None:
        _texts.keep(key, text)
    return text


def publishing_problems(outline: Outline) -> list[Problem]:
    """What a version still lacks to be offered to people."""
    if not outline.activities:
        return [Problem("nothing_to_study", outline.course_key)]
    problems = [Problem("module_empty", module.key) for module in outline.modules if not module.activities]
    problems += [
        Problem("quiz_empty", activity.key)
        for activity in outline.activities
        if activity.kind is ActivityKind.QUIZ and not activity.settings.get("questions")
    ]
    if not any(activity.required for activity in outline.activities) and not outline.needs_attendance:
        problems.append(Problem("nothing_required", outline.course_key))
    return problems


def _read(session: Session, course_version_id: int) -> Outline:
    row = session.execute(
        select(CourseVersion, Course.key, Course.kind)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.id == course_version_id)
    ).first()
    if row is None:
        raise NotFound("course_version")
    version: CourseVersion = row[0]
    return Outline(
        course_version_id=version.id,
        course_id=version.course_id,
        course_key=row[1],
        number=version.number,
        kind_name=row[2].value,
        language=version.language,
        title=version.title,
        summary=version.summary,
        subject=version.subject,
        hours=version.hours,
        about_html=version.about_html,
        description=version.description,
        published=version.published_at is not None,
        modules=_modules(session, course_version_id),
    )


def _modules(session: Session, course_version_id: int) -> tuple[OutlineModule, ...]:
    activities: dict[int, list[OutlineActivity]] = {}
    columns = [getattr(Activity, name) for name in OutlineActivity.__slots__]
    found = (
        select(*columns).where(Activity.course_version_id == course_version_id).order_by(Activity.position)
    )
    for row in session.execute(found):
        activities.setdefault(row.module_id, []).append(OutlineActivity(*row))
    modules = select(Module).where(Module.course_version_id == course_version_id).order_by(Module.position)
    return tuple(
        OutlineModule(m.id, m.position, m.key, m.title, m.summary, tuple(activities.get(m.id, ())))
        for m in session.scalars(modules)
    )
