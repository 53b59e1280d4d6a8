"""Russian word forms, ё and е, unfinished words and marked matches, the same on both databases."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.catalogue.models import CourseVersion
from courses.catalogue.search import Query, search_words, stems
from tests.factories import a_course

SHELF = (
    ("Сетевое взаимодействие педагога", "Учимся работать вместе.", "Для учителей всех предметов"),
    ("Ёлка в классе", "Проект к Новому году.", "Что думает педагог"),
    ("Digital networks at school", "For teachers.", "Учительская"),
)


def shelf(session: Session) -> dict[int, str]:
    titles = {}
    for title, summary, text in SHELF:
        version = a_course(
            session, quiz=False, title=title, summary=summary, search_words=search_words(title, summary, text)
        )
        titles[version.id] = title
    return titles


def found(session: Session, words: str) -> list[str]:
    titles = shelf(session)
    query, dialect = Query(words), session.get_bind().dialect.name
    statement = query.applied(select(CourseVersion.id), dialect).order_by(query.rank(dialect))
    return [titles[version_id] for version_id in session.scalars(statement)]


@pytest.mark.parametrize("words", ["учителей", "учитель", "УЧИТЕЛЮ", "для учителя"])
def test_every_form_of_a_word_finds_it(session: Session, words: str) -> None:
    assert "Сетевое взаимодействие педагога" in found(session, words)


@pytest.mark.parametrize("words", ["ёлка", "елка", "ЁЛКИ", "елку"])
def test_yo_and_ye_are_one_letter(session: Session, words: str) -> None:
    assert found(session, words) == ["Ёлка в классе"]


def test_a_word_in_the_title_comes_before_one_in_the_description(session: Session) -> None:
    assert found(session, "педагоги") == ["Сетевое взаимодействие педагога", "Ёлка в классе"]


def test_the_last_word_may_be_unfinished(session: Session) -> None:
    assert found(session, "взаимодейст") == ["Сетевое взаимодействие педагога"]


def test_every_word_must_be_found(session: Session) -> None:
    assert found(session, "педагог ёлка") == ["Ёлка в классе"]
    assert found(session, "педагог математика") == []


def test_english_words_have_forms_too(session: Session) -> None:
    assert found(session, "network") == ["Digital networks at school"]


@pytest.mark.parametrize("words", ["'", '"', "a:*", "!", "& | <->", "\x00", "%_", "(", "* NEAR AND OR NOT"])
def test_signs_and_operators_are_only_signs(session: Session, words: str) -> None:
    query, dialect = Query(words), session.get_bind().dialect.name
    if query:
        session.scalars(query.applied(select(CourseVersion.id), dialect).order_by(query.rank(dialect))).all()


def test_matches_are_marked_and_everything_else_is_escaped() -> None:
    marked = Query("учителей сет").marked("Сетевая <b>школа</b> учителя & ёлка")
    assert marked == "<mark>Сетевая</mark> &lt;b&gt;школа&lt;/b&gt; <mark>учителя</mark> &amp; ёлка"


def test_little_words_are_not_looked_for_unless_there_is_nothing_else() -> None:
    assert Query("для учителей и").stems == stems("учителей")
    assert Query("и").stems == ["и"]
    assert not Query(" -- ")
