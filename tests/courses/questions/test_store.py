"""Lists of questions in the bank: what stays the same question, and what becomes its next version."""

from typing import Any

from sqlalchemy.orm import Session

from courses import questions
from courses.clock import utcnow
from courses.questions import Draft, QuestionVersion


def asked(text: str, name: str = "Сеть") -> Draft:
    question: dict[str, Any] = {
        "type": "true_false",
        "name": name,
        "text": text,
        "text_format": "plain",
        "right": True,
        "feedback_true": "",
        "feedback_false": "",
    }
    return Draft(question, category=("Общее",))


def stored(session: Session, *drafts: Draft) -> list[QuestionVersion]:
    ids = questions.store(session, "bank", drafts, now=utcnow())
    return [session.get_one(QuestionVersion, one) for one in ids]


def test_a_changed_question_is_the_next_version_of_its_namesake(session: Session) -> None:
    (first,) = stored(session, asked("Сеть держится на связах."))
    (second,) = stored(session, asked("Сеть держится на связях."))
    assert (second.question_id, second.number) == (first.question_id, 2)


def test_a_changed_namesake_before_the_unchanged_one_is_a_question_of_its_own(session: Session) -> None:
    (known,) = stored(session, asked("Сеть держится на связях."))
    changed, same = stored(session, asked("Сеть бывает закрытой."), asked("Сеть держится на связях."))
    assert same.id == known.id
    assert changed.question_id != known.question_id


def test_questions_of_one_list_are_never_versions_of_one_another(session: Session) -> None:
    first, second = stored(session, asked("Первый."), asked("Второй."))
    assert first.question_id != second.question_id
    again = stored(session, asked("Второй, иначе."), asked("Второй."), asked("Первый."))
    assert len({one.question_id for one in again}) == 3
    assert [one.id for one in again[1:]] == [second.id, first.id]
