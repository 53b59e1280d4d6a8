"""Putting questions into a bank: what is there already stays itself, what has changed becomes a new
version."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.questions.formats import Draft
from courses.questions.models import Question, QuestionCategory, QuestionVersion

ID_NUMBER = "id_number"
_ESCAPED = re.compile(r"\\(.)|/")

Known = dict[tuple[str, str, str], list[tuple[Question, int]]]


def store(session: Session, bank: str, drafts: Sequence[Draft], *, now: datetime) -> list[int]:
    """The version ids of these questions, in order, in the bank of a course.

    A question that is in the bank exactly so is the version that is there. One that has the category, name
    and type of a question of the bank is its next version. Questions of one list are never versions of one
    another.
    """
    categories = _categories(session, bank, {category_path(draft.category) for draft in drafts})
    prints, known = _in_bank(session, bank)
    ids: list[int] = []
    read = [(category_path(draft.category), body_of(draft)) for draft in drafts]
    marks = [fingerprint(path, body) for path, body in read]
    taken = {prints[mark].question_id for mark in marks if mark in prints}
    for (path, body), mark in zip(read, marks, strict=True):
        if mark not in prints:
            alike = [item for item in known[path, body["name"], body["type"]] if item[0].id not in taken]
            question, number = alike[0] if alike else (_new(session, categories[path], body, now), 0)
            prints[mark] = _version(session, question, number + 1, body, mark, now)
        version = prints[mark]
        taken.add(version.question_id)
        ids.append(version.id)
    return ids


def body_of(draft: Draft) -> dict[str, Any]:
    """A question as it is stored."""
    return {**draft.question, ID_NUMBER: draft.id_number} if draft.id_number else dict(draft.question)


def draft_of(body: dict[str, Any], path: str) -> Draft:
    """A stored question as a format writes it."""
    question = dict(body)
    id_number = question.pop(ID_NUMBER, "")
    return Draft(question, category=category_names(path), id_number=id_number)


def category_path(names: Sequence[str]) -> str:
    """The names of a category as one text; a slash inside a name is kept apart from those between names."""
    return "/".join(name.replace("\\", "\\\\").replace("/", "\\/") for name in names)


def category_names(path: str) -> tuple[str, ...]:
    """The names again."""
    if not path:
        return ()
    names = [""]
    end = 0
    for found in _ESCAPED.finditer(path):
        names[-1] += path[end : found.start()] + (found[1] or "")
        end = found.end()
        if found[1] is None:
            names.append("")
    names[-1] += path[end:]
    return tuple(names)


def fingerprint(path: str, body: dict[str, Any]) -> str:
    """Equal questions in equal places have equal fingerprints, whichever database kept them."""
    content = json.dumps([path, _plain_numbers(body)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _plain_numbers(value: Any) -> Any:
    """JSON knows one sort of number: 1 and 1.0 are the same."""
    if isinstance(value, dict):
        return {key: _plain_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_numbers(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _categories(session: Session, bank: str, paths: set[str]) -> dict[str, int]:
    found = session.scalars(select(QuestionCategory).where(QuestionCategory.bank == bank))
    ids = {category.path: category.id for category in found}
    for path in sorted(paths - set(ids)):
        category = QuestionCategory(bank=bank, path=path)
        session.add(category)
        session.flush()
        ids[path] = category.id
    return ids


def _in_bank(session: Session, bank: str) -> tuple[dict[str, QuestionVersion], Known]:
    """Every version of the bank by fingerprint, and its questions by place and name with their newest
    number."""
    rows = session.execute(
        select(QuestionVersion, Question, QuestionCategory.path)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(QuestionCategory, QuestionCategory.id == Question.category_id)
        .where(QuestionCategory.bank == bank)
        .order_by(Question.id, QuestionVersion.number)
    ).all()
    prints = {version.fingerprint: version for version, _, _ in rows}
    newest = {question.id: (question, version, path) for version, question, path in rows}
    known: Known = defaultdict(list)
    for question, version, path in newest.values():
        known[path, question.name, version.type].append((question, version.number))
    return prints, known


def _new(session: Session, category_id: int, body: dict[str, Any], now: datetime) -> Question:
    question = Question(category_id=category_id, name=body["name"], created_at=now)
    session.add(question)
    session.flush()
    return question


def _version(
    session: Session, question: Question, number: int, body: dict[str, Any], mark: str, now: datetime
) -> QuestionVersion:
    version = QuestionVersion(
        question_id=question.id, number=number, type=body["type"], body=body, fingerprint=mark, created_at=now
    )
    session.add(version)
    session.flush()
    return version
