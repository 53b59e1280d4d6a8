"""How names are cleaned, and which are pointed out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.people.names import clean_name, in_one_alphabet, name_problem, name_problems, search_key

RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Иванова  ", "Иванова"),
        ("Салтыков – Щедрин", "Салтыков-Щедрин"),
        ("Петрова\u200b\u00a0Водкина", "Петрова Водкина"),
        ("О’Нил", "О'Нил"),
        ("ИВАНОВА", "Иванова"),
        ("иванова-петрова", "Иванова-Петрова"),
        ("гейдар оглы", "Гейдар оглы"),
        ("Наи\u0306ля", "Найля"),
        ("МакДональд", "МакДональд"),
        ("-Иванова-", "Иванова"),
        ("ВАН", "Ван"),
        ("ван", "Ван"),
        ("ДЕ", "Де"),
        ("ВАН ДЕР", "Ван Дер"),
        ("ВАН ДЕР ВААЛЬС", "ван дер Ваальс"),
        ("О'НИЛ", "О'Нил"),
        ("анна-о’хара", "Анна-О'Хара"),
        ("ЛУК'ЯНОВ", "Лук'янов"),
        ("ȚURCANU", "Țurcanu"),
        ("Ю", "Ю"),
    ],
)
def test_slips_of_the_keyboard_are_put_right(typed, kept):
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    "name",
    ["Иванова", "Салтыкова-Щедрина", "Гейдар оглы", "Ким", "О'Нил", "Д'Артаньян", "Петрова (Сидорова)",
     "Smith", "Müller", "Ғабитұлы", "Бин-Ладен Мл.", "Ю",
     "Ștefan", "Țurcanu", "Iliușin", "Balți", "S\u0326tefan"],
)  # fmt: skip
def test_real_names_are_accepted(name):
    assert name_problem(clean_name(name)) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "required"), ("Иванов2", "letters_only"), ("<b>Иван</b>", "letters_only"), ("-", "required"),
     ("И" * 101, "too_long"), ("Иван\nВасил", None), ("'", "letters_only"), ("Иван🙂", "letters_only")],
)  # fmt: skip
def test_what_is_no_name_is_refused(name, code):
    problem = name_problem(clean_name(name))
    assert (problem.code if problem else None) == code


def test_a_patronymic_may_be_missing():
    assert name_problem("", required=False) is None
    assert name_problems({"family_name": "Ким", "given_name": "Лев", "patronymic": ""}) == {}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Cергеева", "Сергеева"),
        ("Петpова", "Петрова"),
        ("Кoвалёва", "Ковалёва"),
        ("Smіth", ""),
        ("Jоhn", "John"),
    ],
)
def test_a_look_alike_letter_is_found_and_the_spelling_offered(typed, meant):
    problem = name_problem(typed)
    assert problem.code == ("look_alike" if meant else "two_alphabets")
    assert problem.suggestion == meant


def test_a_part_wholly_in_latin_look_alikes_is_found_beside_russian_parts():
    found = name_problems({"family_name": "Петрова", "given_name": "AHHA", "patronymic": ""})
    assert found["given_name"].suggestion == "АННА"
    assert all(ord(letter) > 0x400 for letter in found["given_name"].suggestion)


def test_a_foreigner_may_have_a_latin_and_a_russian_part():
    assert name_problems({"family_name": "Smith", "given_name": "Мария", "patronymic": ""}) == {}


@given(st.text(max_size=150))
def test_cleaning_twice_is_cleaning_once_and_never_fails(text):
    once = clean_name(text)
    assert clean_name(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "  " not in once
    assert once == once.strip()


@given(st.text(max_size=150))
def test_an_accepted_name_holds_nothing_that_could_leave_its_line_or_markup(text):
    clean = clean_name(text)
    if name_problem(clean) is None:
        assert not set(clean) & set('\r\n\t<>"&;,@/\\\u200b\u00ad')


@given(st.text(RUSSIAN, min_size=2, max_size=30), st.data())
def test_any_russian_name_with_look_alikes_is_given_back_whole(name, data):
    twins = dict(zip("асекорху", "acekopxy", strict=True))
    places = [at for at, letter in enumerate(name) if letter in twins]
    if not places or len(places) == len(name):
        return
    at = data.draw(st.sampled_from(places))
    mixed = name[:at] + twins[name[at]] + name[at + 1 :]
    assert in_one_alphabet(mixed) == name


def test_search_folds_case_and_yo():
    assert search_key("ЁЛКИН", "Пётр", "") == "елкин петр"


def test_a_letter_put_together_of_two_signs_is_found_like_the_whole_one():
    apart = unicodedata.normalize("NFD", "Найдёнов Андрей")
    assert apart != "Найдёнов Андрей"
    assert search_key(apart) == search_key("Найдёнов", "Андрей") == "найденов андрей"
