"""The public code: read as people type it, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.certificates import rules
from courses.certificates.codes import ALPHABET, grouped, new_code, read_code

LETTERS = st.text(ALPHABET, min_size=16, max_size=16)


@given(LETTERS, st.sampled_from(["-", " ", "", "–", " - ", "_", "\u00a0"]), st.booleans())
def test_a_code_is_read_however_it_is_spaced_and_cased(letters, between, small):
    typed = between.join(letters[at : at + 4] for at in range(0, 16, 4))
    assert read_code(typed.lower() if small else typed) == grouped(letters)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("OOOO-IIII-LLLL-0000", "0000-1111-1111-0000"),
        ("аbcd-1234-МНРС-ТХКЕ", "ABCD-1234-MHPC-TXKE"),
        ("https://kafedra.example/verify/7kq4-m2xp-9rtd-5h3w", "7KQ4-M2XP-9RTD-5H3W"),
        ("http://localhost:8000/verify/7KQ4M2XP9RTD5H3W/?x=1", "7KQ4-M2XP-9RTD-5H3W"),
        ("７ＫＱ４ Ｍ２ＸＰ ９ＲＴＤ ５Ｈ３Ｗ", "7KQ4-M2XP-9RTD-5H3W"),
    ],
)
def test_look_alikes_and_whole_addresses_are_understood(typed, meant):
    assert read_code(typed) == meant


@given(st.text(max_size=400))
def test_nothing_else_is_a_code_and_nothing_breaks(text):
    read = read_code(text)
    assert read is None or (len(read) == 19 and set(read) <= {*ALPHABET, "-"})


@pytest.mark.parametrize("entry", ["http://[::/x", "//[a]b/c", "https://a/verify/?x#y", "/", "///?#"])
def test_an_address_that_makes_no_sense_is_no_code(entry):
    assert read_code(entry) is None


def test_codes_differ():
    assert len({new_code() for _ in range(5000)}) == 5000


@pytest.mark.parametrize(
    ("text", "title", "printed"),
    [
        ("за участие в курсе «Сеть»", "Сеть", ("за участие в курсе", "")),
        (
            "за работу в «Мастерская «Урок»: шаг»",
            "Мастерская «Урок»: шаг",
            ("за работу в", ""),
        ),
        (
            "за доклад на семинаре «Сеть» в Пскове",
            "Сеть",
            ("за доклад на семинаре", "в Пскове"),
        ),
        ("за работу в жюри", "Сеть", ("за работу в жюри", "")),
        ("за участие в курсе объёмом 36 часов", "Сеть", ("за участие в курсе", "")),
        ("за участие в курсе «Другое»", "Сеть", ("за участие в курсе «Другое»", "")),
        ("has completed the course “Net”", "Net", ("has completed the course", "")),
    ],
)
def test_the_wording_goes_around_the_title(text, title, printed):
    assert rules.around_title(text, title) == printed
