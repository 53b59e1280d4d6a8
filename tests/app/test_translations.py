"""Every text a person reads exists in both languages, and says the same with the same placeholders."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from app.command.messages import collect, missing
from courses.db import Database
from courses.people import Role
from courses.texts import DOMAIN, LANGUAGES, LOCALE_FOLDER, texts
from tests.factories import a_person, a_role

CYRILLIC = re.compile("[А-Яа-яЁё]+")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%s|%%")
TAG = re.compile(r"</?\w+[^>]*>")
ABOUT_LETTERS = ("К7М2-9ХРТ", "О, З, Ч", "Ш")  # what a receipt looks like
VOID = {"br", "hr", "img", "input", "link", "meta", "use", "path", "wbr"}


def catalogue(language: str) -> Catalog:
    with (LOCALE_FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


def sources(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, tuple | list) else [message.id]


@pytest.fixture(scope="module")
def english() -> list[Message]:
    return [message for message in catalogue("en") if message.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_just_the_texts_of_pages_and_code(language: str) -> None:
    wanted = {
        (message.id, message.context)
        for message in collect()
        if message.id and (language != "ru" or message.pluralizable)
    }
    held = {(message.id, message.context) for message in catalogue(language) if message.id}
    assert wanted - held == set(), "run `make messages` and translate what is new"
    assert held - wanted == set(), "run `make messages`: these are no longer used"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_untranslated_or_uncertain(language: str) -> None:
    found = catalogue(language)
    assert missing(found) == []
    assert [message.id for message in found if message.id and message.fuzzy] == []
    assert not found.obsolete


def test_russian_plurals_have_three_forms() -> None:
    for message in catalogue("ru"):
        if message.id:
            assert len(forms(message)) == 3, message.id
            assert forms(message)[2] == message.id[1], "the source holds the form for many"


def test_a_number_takes_its_form_in_both_languages() -> None:
    said = [texts("ru").hours(number).replace("\u00a0", " ") for number in (1, 2, 5, 11, 21, 22, 112)]
    assert said == ["1 час", "2 часа", "5 часов", "11 часов", "21 час", "22 часа", "112 часов"]
    said = [texts("en").hours(number).replace("\u00a0", " ") for number in (1, 2, 21)]
    assert said == ["1 hour", "2 hours", "21 hours"]


def test_english_keeps_the_placeholders_and_tags_of_the_source(english: list[Message]) -> None:
    for message in english:
        for form in forms(message):
            for pattern in (PLACEHOLDER, TAG):
                assert sorted(pattern.findall(form)) == sorted(pattern.findall(sources(message)[-1])), form


def test_english_is_written_in_latin_letters(english: list[Message]) -> None:
    for message in english:
        for form in forms(message):
            plain = form
            for letters in ABOUT_LETTERS:
                plain = plain.replace(letters, "")
            assert not CYRILLIC.search(plain), form


class Foreign(HTMLParser):
    """Collects the Cyrillic words of an English page that do not stand in a part marked as Russian."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._languages = ["en"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang") or self._languages[-1]
        if tag not in VOID:
            self._languages.append(language)
        if language == "en":
            for name in ("title", "aria-label", "placeholder", "alt", "content"):
                self.found += CYRILLIC.findall(given.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._languages.pop()

    def handle_data(self, data: str) -> None:
        if self._languages[-1] == "en":
            self.found += CYRILLIC.findall(data)


PUBLIC = ("/", "/sign-in", "/register", "/forgotten", "/display", "/verify", "/verify/x", "/nowhere")
OWN = ("/study/", "/study/certificates", "/account", "/account/password", "/account/sessions")
STAFF = (
    "/author/",
    "/author/import",
    "/admin/offerings",
    "/admin/register",
    "/admin/people",
    "/admin/audit",
)


@pytest.mark.parametrize("path", [*PUBLIC, *OWN, *STAFF])
def test_an_english_page_speaks_english(
    client: FlaskClient, database: Database, sign_in: Callable[..., None], path: str
) -> None:
    if path not in PUBLIC:
        with database.unit_of_work() as session:
            person = a_person(session, family_name="Smith", given_name="Ann", patronymic="", language="en")
            a_role(session, person, Role.ADMINISTRATOR)
            person_id = person.id
        sign_in(client, person_id)
    client.set_cookie("language", "en")
    page = client.get(path, follow_redirects=False)
    assert page.status_code in (200, 404), path
    reader = Foreign()
    reader.feed(page.text)
    own_names = set(CYRILLIC.findall("Институт развития педагога Кафедра, Русский"))
    assert [word for word in reader.found if word not in own_names] == []
