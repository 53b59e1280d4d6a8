"""A version as a learner would meet it: the same pages and pieces, with nothing to send and no answers
shown."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import question_files
from app.author import bp
from app.extensions import db
from app.learner.sheets import NAMES, sayings
from app.public.course_words import HELPERS, Action, CoursePage, parts_of
from app.public.shelf_words import cover_url
from app.question_files import FileUrl
from app.security import actor
from app.templating import words
from courses import catalogue, packages, quizzes
from courses.catalogue import ActivityKind, Outline, OutlineActivity
from courses.errors import NotFound
from courses.questions import TYPES, Draft


@dataclass(frozen=True, slots=True)
class Sheet:
    """One question as it is asked."""

    number: int
    text: str
    text_format: str
    controls: Any
    file_url: FileUrl
    says: dict[str, Any]


@bp.get("/versions/<int:version_id>/preview")
def preview(version_id: int) -> ResponseReturnValue:
    """The public page of the course."""
    outline = catalogue.access_version(db.session(), version_id, by=actor())
    page = CoursePage(
        outline=outline,
        offerings=(),
        chosen=None,
        enrolment=None,
        action=Action(words().gettext(outline.kind.enrol)),
        cover=cover_url(outline.kind_name, outline.title),
        dates="",
        preview=True,
    )
    return render_template("author/preview.html", page=page, parts=Markup(parts_of(page)), **HELPERS)  # noqa: S704 - a template escapes


@bp.get("/versions/<int:version_id>/preview/<key>")
def preview_activity(version_id: int, key: str) -> ResponseReturnValue:
    """One lesson, practical task or quiz."""
    outline = catalogue.access_version(db.session(), version_id, by=actor())
    item = _item(outline, key)
    previous, following = _neighbours(outline, item)
    address = partial(url_for, "author.preview_file", version_id=version_id, key=key)
    return render_template(
        "author/preview_activity.html",
        outline=outline,
        item=item,
        previous=previous,
        following=following,
        text=catalogue.activity_text(db.session(), item.id),
        sheets=_sheets(item, address),
        slots=_correctable(outline, item),
        **NAMES,
    )


@bp.get("/versions/<int:version_id>/preview/<key>/<int:number>/<path:name>")
def preview_file(version_id: int, key: str, number: int, name: str) -> ResponseReturnValue:
    """A picture of a question of a quiz; the number is its place in the author's order, from 1."""
    outline = catalogue.access_version(db.session(), version_id, by=actor())
    item = next((activity for activity in outline.activities if activity.key == key), None)
    drafts = packages.quiz_drafts(db.session(), item.id) if item else []
    if not 1 <= number <= len(drafts):
        raise NotFound("question")
    return question_files.picture(drafts[number - 1].question, name)


def _item(outline: Outline, key: str) -> OutlineActivity:
    item = next((activity for activity in outline.activities if activity.key == key), None)
    if item is None:
        raise NotFound("activity")
    return item


def _correctable(outline: Outline, item: OutlineActivity) -> list[int]:
    """The slots of a published quiz, for those who may correct it."""
    if item.kind is not ActivityKind.QUIZ or not outline.published:
        return []
    return quizzes.correctable_slots(db.session(), item.id, by=actor())


def _sheets(item: OutlineActivity, address: Callable[..., str]) -> list[Sheet]:
    """The questions in the author's order, their options mixed in a way that stays the same from look
    to look."""
    if item.kind is not ActivityKind.QUIZ:
        return []
    made: list[Sheet] = []
    for place, draft in enumerate(packages.quiz_drafts(db.session(), item.id), 1):
        number = sum(sheet.number > 0 for sheet in made) + 1
        made.append(_sheet(draft, number, lambda name, place=place: address(number=place, name=name)))
    return made


def _sheet(draft: Draft, number: int, file_url: FileUrl) -> Sheet:
    question = draft.question
    kind = TYPES[question["type"]]
    variant = kind.start(question, random.Random(number))  # noqa: S311 - a preview, not an exam
    shown = kind.filled(question, variant)
    return Sheet(
        0 if question["type"] == "description" else number,
        shown["text"],
        shown.get("text_format", "markdown"),
        kind.controls(question, variant, {}),
        file_url,
        sayings(question, file_url),
    )


def _neighbours(
    outline: Outline, item: OutlineActivity
) -> tuple[OutlineActivity | None, OutlineActivity | None]:
    items = outline.activities
    at = items.index(item)
    return (items[at - 1] if at else None, items[at + 1] if at + 1 < len(items) else None)
