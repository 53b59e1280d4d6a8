"""Which addresses are accepted, and which are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.people.addresses import address_key, address_problem, clean_address


@pytest.mark.parametrize(
    "address",
    ["a@b.ru", "maria.ivanova+school@school-12.edu.ru", "x_y@mail.example", "o'neil@example.org"],
)
def test_ordinary_addresses_are_accepted(address):
    assert address_problem(clean_address(address)) is None


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "required"),
        ("ivanova", "not_an_address"),
        ("a@b", "not_an_address"),
        ("a b@c.ru", "not_an_address"),
        ("a@b.ru\nBcc: x@y.ru", "not_an_address"),
        ("a@-b.ru", "not_an_address"),
        ("a..b@c.ru", "not_an_address"),
        ("a@b.ru,c@d.ru", "not_an_address"),
        ("mаria@mail.ru", "cyrillic_letters"),
        ("a" * 65 + "@b.ru", "too_long"),
    ],
)
def test_other_text_is_refused_with_the_reason(address, code):
    assert address_problem(clean_address(address)) == code


def test_case_and_spaces_do_not_make_another_address():
    assert address_key(" Maria@School.RU ") == address_key("maria@school.ru")


def test_a_cyrillic_domain_takes_the_form_of_mail_servers():
    assert clean_address("maria@школа.рф") == "maria@xn--80atdl2c.xn--p1ai"
    assert address_problem(clean_address("maria@школа.рф")) is None


@given(st.text(max_size=300))
def test_no_text_breaks_the_check_and_no_accepted_address_breaks_a_header(text):
    clean = clean_address(text)
    if address_problem(clean) is None:
        assert clean.isascii()
        assert not set(clean) & set('\r\n <>,;:"()[]\\')
