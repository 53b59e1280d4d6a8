"""The register in a spreadsheet: complete, in order, and no cell is a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import certificates
from courses.certificates import RegisterQuery, State, queries
from courses.certificates.exports import COLUMNS, harmless
from courses.errors import Forbidden
from courses.people import Actor
from courses.texts import texts


def table(database, by, asked=None):
    with database.reading() as session:
        lines = certificates.register_csv(
            session, asked or RegisterQuery(), by=by, words=texts("ru"), zone="Europe/Moscow"
        )
        return "".join(lines)


def rows_of(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_the_file_opens_in_a_russian_spreadsheet(database, issue, earned, print_it, chief):
    made = [issue(earned(family_name=family)) for family in ("Иванова", "Ёлкин")]
    print_it(made[0].id)
    text = table(database, chief)
    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    head, *rows = rows_of(text)
    assert head == list(COLUMNS)
    assert [row[0] for row in rows] == [one.number for one in made]
    assert [row[5] for row in rows] == ["Действителен", "Готовится"]
    assert rows[0][8] == made[0].code


@pytest.mark.parametrize(
    "title", ['=HYPERLINK("http://x")', "+7 уроков", "-1", "@SUM(A1)", "\t=1", " =1+1", "|cmd"]
)
def test_no_cell_begins_a_formula(database, issue, earned, chief, title):
    issue(earned(course={"title": title}))
    [_, row] = rows_of(table(database, chief))
    assert row[3] == f"'{title}"


@given(st.text(max_size=50))
def test_whatever_a_cell_says_it_is_no_formula(text):
    assert not harmless(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "|"))
    assert harmless(text).endswith(text)


def test_a_separator_or_a_quote_breaks_nothing(database, issue, earned, chief):
    title = 'Сеть; "узлы"\nи связи'
    issue(earned(course={"title": title}))
    [_, row] = rows_of(table(database, chief))
    assert row[3] == title


def test_a_long_register_comes_in_pieces(database, issue, earned, chief, count_queries, monkeypatch):
    monkeypatch.setattr(queries, "ROWS_IN_A_PIECE", 2)
    for _ in range(3):
        issue(earned())
    with database.reading() as session, count_queries() as sent:
        lines = certificates.register_csv(
            session, RegisterQuery(), by=chief, words=texts("ru"), zone="Europe/Moscow"
        )
        assert len(list(lines)) == 4
    assert len([line for line in sent if line.startswith("SELECT")]) == 3


def test_only_who_may_see_the_register_takes_it_home(database):
    with database.reading() as session, pytest.raises(Forbidden):
        certificates.register_csv(
            session, RegisterQuery(), by=Actor(2), words=texts("ru"), zone="Europe/Moscow"
        )


def test_the_file_holds_what_was_asked_for(database, issue, earned, print_it, chief):
    first, _ = issue(earned(family_name="Фёдорова")), issue(earned(family_name="Иванова"))
    print_it(first.id)
    assert len(rows_of(table(database, chief, RegisterQuery(text="федорова")))) == 2
    assert len(rows_of(table(database, chief, RegisterQuery(state=State.PRINTING)))) == 2
    assert len(rows_of(table(database, chief, RegisterQuery(prefix="СМ")))) == 1
