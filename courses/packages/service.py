"""A package becomes a draft version of its course, whole or not at all; a version becomes a package again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from courses import audit, catalogue, markup, questions, quizzes
from courses.catalogue import Activity, ActivityKind, Course, CourseFile, CourseKind, CourseVersion, Module
from courses.errors import Conflict, NotFound
from courses.files import FileStore
from courses.packages.manifest import COURSE, quiz_settings
from courses.packages.package import Package, PackageActivity, PackageFigure, PackageModule
from courses.packages.writing import files_of_package, fingerprint
from courses.people import Actor, Permission, require
from courses.questions import Draft
from courses.texts import texts

COLUMNS = ("language", "title", "summary", "subject", "hours")
NOT_DESCRIBED = {*COLUMNS, "format", "key", "kind", "modules"}


def import_package(
    session: Session, package: Package, *, files: FileStore, by: Actor, now: datetime
) -> CourseVersion:
    """The draft version made of a package: of a new course, or the next one of the course with this key.

    When the newest version is made of an equal package already, it is returned and nothing is made.
    """
    require(by, Permission.COURSE_IMPORT)
    course = _course(session, package, by, now)
    mark = fingerprint(files_of_package(package))
    newest = session.scalars(
        select(CourseVersion)
        .where(CourseVersion.course_id == course.id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    ).first()
    if newest is not None and newest.fingerprint == mark:
        return newest
    version = _version(package, course, newest.number + 1 if newest else 1, mark, by, now)
    session.add(version)
    session.flush()
    _keep_figures(session, version, package, files)
    _make_modules(session, course.key, version, package, now)
    details = {"number": version.number, "fingerprint": mark}
    audit.record(session, "course.import", "course_version", version.id, by=by.id, now=now, **details)
    return version


def figure_url_of(key: str, number: int) -> Callable[[str], str]:
    """Where the figures of a version are served."""
    return lambda path: f"/courses/{key}/v{number}/{path}"


def export(session: Session, course_version_id: int, files: FileStore) -> dict[str, bytes]:
    """The canonical files of a version; importing them and exporting again gives the same bytes."""
    return files_of_package(package_of(session, course_version_id, files))


def package_of(session: Session, course_version_id: int, files: FileStore) -> Package:
    """A stored version as the package it was made of."""
    version = session.get(CourseVersion, course_version_id)
    if version is None:
        raise NotFound("course_version")
    course = session.get_one(Course, version.course_id)
    columns = {name: getattr(version, name) for name in COLUMNS}
    description = {"about": "about.md", **version.description}
    about = description.pop("about_text", "")
    manifest = {"key": course.key, "kind": course.kind.value, **columns, **description}
    stored = session.scalars(
        select(CourseFile).where(CourseFile.course_version_id == version.id).order_by(CourseFile.path)
    )
    figures = tuple(PackageFigure(file.path, file.media_type, files.get(file.file_key)) for file in stored)
    return Package(manifest, about, _modules_of(session, version.id), figures)


def quiz_drafts(session: Session, activity_id: int) -> list[Draft]:
    """The questions of a quiz in the author's order, for a preview; two queries."""
    return questions.drafts(session, _slots(session, [activity_id]).get(activity_id, []))


COURSES: Table = Course.metadata.tables["course"]


def _course(session: Session, package: Package, by: Actor, now: datetime) -> Course:
    kind = CourseKind(str(package.manifest["kind"]))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"key": package.key, "kind": kind, "created_at": now, "created_by_id": by.id}
    session.execute(insert(COURSES).values(values).on_conflict_do_nothing(index_elements=["key"]))
    course = catalogue.locked_course(session, package.key)
    if course is None:
        raise NotFound("course")
    if course.kind is not kind:
        raise Conflict("course_of_another_kind", key=package.key, kind=course.kind.value)
    return course


def _version(
    package: Package, course: Course, number: int, mark: str, by: Actor, now: datetime
) -> CourseVersion:
    manifest: dict[str, Any] = COURSE.ordered(dict(package.manifest))
    description = {name: value for name, value in manifest.items() if name not in NOT_DESCRIBED}
    about = markup.render(
        package.about, figure_url=figure_url_of(course.key, number), labels=_labels(package)
    )
    return CourseVersion(
        course_id=course.id,
        number=number,
        description={**description, "about_text": package.about},
        about_html=about.html,
        fingerprint=mark,
        search_words=catalogue.search_words(
            manifest["title"], manifest["summary"], _spoken(package, manifest, about.plain)
        ),
        created_at=now,
        created_by_id=by.id,
        **{name: manifest[name] for name in COLUMNS},
    )


def _spoken(package: Package, manifest: dict[str, Any], about: str) -> str:
    """Everything by which a course is looked for besides its title and summary: people and lessons, too."""
    people = [person["name"] for part in ("authors", "speakers") for person in manifest.get(part, [])]
    modules = [module.title for module in package.modules]
    lessons = [activity.title for activity in package.activities]
    return " ".join((manifest["audience"], *manifest["outcomes"], about, *people, *modules, *lessons))


def _keep_figures(session: Session, version: CourseVersion, package: Package, files: FileStore) -> None:
    for figure in package.figures:
        key = files.put(figure.data)
        session.add(
            CourseFile(
                course_version_id=version.id,
                path=figure.path,
                media_type=figure.media_type,
                file_key=key,
                size=len(figure.data),
            )
        )
    session.flush()


def _make_modules(
    session: Session, key: str, version: CourseVersion, package: Package, now: datetime
) -> None:
    figure_url, labels = figure_url_of(key, version.number), _labels(package)
    place = 0
    for position, part in enumerate(package.modules, 1):
        module = Module(
            course_version_id=version.id,
            position=position,
            key=part.key,
            title=part.title,
            summary=part.summary,
        )
        session.add(module)
        session.flush()
        for item in part.activities:
            place += 1
            activity = _activity(item, version.id, module.id, place)
            if item.body:
                shown = markup.render(item.body, figure_url=figure_url, labels=labels)
                activity.body_html = shown.html
                activity.headings = [{"id": h.id, "level": h.level, "text": h.text} for h in shown.headings]
            session.add(activity)
            session.flush()
            if item.kind is ActivityKind.QUIZ:
                _make_quiz(session, key, activity, item, now)


def _activity(item: PackageActivity, version_id: int, module_id: int, place: int) -> Activity:
    return Activity(
        course_version_id=version_id,
        module_id=module_id,
        position=place,
        kind=item.kind,
        key=item.key,
        title=item.title,
        minutes=item.minutes,
        required=item.required,
        file_name=item.path,
        body=item.body,
        body_html="",
        headings=None,
        settings=dict(item.settings),
    )


def _make_quiz(session: Session, bank: str, activity: Activity, item: PackageActivity, now: datetime) -> None:
    versions = questions.store(session, bank, item.drafts, now=now)
    marks = [float(draft.question.get("default_mark", 1.0)) for draft in item.drafts]
    quizzes.create_quiz(
        session,
        activity.id,
        time_limit=item.settings["time_limit"] * 60,
        attempts=item.settings["attempts"],
        pass_fraction=item.settings["pass_percent"] / 100,
        shuffle=item.settings["shuffle"],
        per_page=item.settings["per_page"],
        slots=list(zip(versions, marks, strict=True)),
        settings=quiz_settings(item.settings),
    )


def _modules_of(session: Session, version_id: int) -> tuple[PackageModule, ...]:
    found = session.scalars(
        select(Activity).where(Activity.course_version_id == version_id).order_by(Activity.position)
    ).all()
    asked = _slots(session, [activity.id for activity in found if activity.kind is ActivityKind.QUIZ])
    wanted = [version for versions in asked.values() for version in versions]
    drafts = dict(zip(wanted, questions.drafts(session, wanted), strict=True))
    by_module: dict[int, list[PackageActivity]] = {}
    for activity in found:
        own = tuple(drafts[version] for version in asked.get(activity.id, ()))
        by_module.setdefault(activity.module_id, []).append(_activity_of(activity, own))
    modules = session.scalars(
        select(Module).where(Module.course_version_id == version_id).order_by(Module.position)
    )
    return tuple(PackageModule(m.key, m.title, m.summary, tuple(by_module.get(m.id, ()))) for m in modules)


def _activity_of(activity: Activity, drafts: tuple[Any, ...]) -> PackageActivity:
    return PackageActivity(
        activity.kind,
        activity.file_name,
        activity.key,
        activity.title,
        activity.minutes,
        activity.required,
        activity.body,
        activity.settings,
        drafts,
    )


def _slots(session: Session, activity_ids: list[int]) -> dict[int, list[int]]:
    """The question versions of each quiz, in order."""
    rows = session.execute(
        select(quizzes.Quiz.activity_id, quizzes.Slot.question_version_id)
        .join(quizzes.Slot, quizzes.Slot.quiz_id == quizzes.Quiz.id)
        .where(quizzes.Quiz.activity_id.in_(activity_ids))
        .order_by(quizzes.Slot.quiz_id, quizzes.Slot.position)
    )
    found: dict[int, list[int]] = {}
    for activity_id, version_id in rows:
        found.setdefault(activity_id, []).append(version_id)
    return found


def _labels(package: Package) -> markup.Labels:
    """The words that rendering adds, in the language of the course."""
    words = texts(str(package.manifest["language"]))
    plain = markup.Labels()
    return markup.Labels(
        table=words.gettext(plain.table),
        footnotes=words.gettext(plain.footnotes),
        back=words.gettext(plain.back),
        callouts=tuple(words.gettext(callout) for callout in plain.callouts),
    )
