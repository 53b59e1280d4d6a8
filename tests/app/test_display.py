"""The look of pages and their language, and the documents to read."""

from dataclasses import replace

import pytest

from app.templating import CHOICES, Display
from courses import people
from courses.people.consents import FOLDER, document
from courses.people.models import Person
from tests.app.test_account import maria, sign_in_by_form  # noqa: F401 - a fixture
from tests.courses.people.steps import SETTINGS


def cookie(answer, name):
    """The Set-Cookie line of this name."""
    return next((line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}=")), "")


def test_the_low_vision_version_is_chosen_by_a_plain_form_and_stays_a_year(client):
    answer = client.post(
        "/display",
        data={"vision": "on", "size": "200", "scheme": "black", "images": "off", "spacing": "wide",
              "font": "serif", "next": "/about"},
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (303, "/about")
    for part in ("Max-Age=31536000", "Path=/", "SameSite=Lax"):
        assert part in cookie(answer, "display")
    page = client.get("/about").text
    assert 'data-vision="on" data-size="200" data-scheme="black" data-images="off"' in page
    assert 'data-spacing="wide" data-font="serif"' in page


def test_the_ordinary_version_comes_back_with_one_button(client):
    client.post("/display", data={"vision": "on", "size": "200", "theme": "dark"})
    answer = client.post("/display", data={"reset": "1", "next": "/about"})
    assert "Max-Age=0" in cookie(answer, "display")
    assert "data-vision" not in client.get("/about").text


def test_the_theme_button_leaves_the_rest_as_it_was(client):
    client.post("/display", data={"vision": "on", "size": "150"})
    client.post("/display", data={"theme": "dark"})
    chosen = Display.parse(client.get_cookie("display").value)
    assert chosen == Display(theme="dark", vision="on", size="150")


def test_every_option_is_offered_and_the_chosen_one_is_marked(client):
    client.post("/display", data={"vision": "on", "scheme": "beige"})
    page = client.get("/display").text
    for name in ("size", "scheme", "images", "spacing", "font"):
        for value in CHOICES[name]:
            assert f'name="{name}" value="{value}"' in page
    assert 'name="scheme" value="beige" checked' in page


@pytest.mark.parametrize("data", [{}, {"size": "9000"}, {"theme": "<script>"}, {"vision": ["on", "x"]}])
def test_what_is_unknown_changes_nothing(client, data):
    assert client.post("/display", data=data).status_code == 303
    assert "9000" not in client.get("/about").text


@pytest.mark.parametrize("path", ["/display", "/language"])
@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Referer": "https://evil.example/x"}]
)
def test_a_form_from_another_site_is_refused(client, path, headers):
    assert client.post(path, data={"vision": "on", "language": "en"}, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://localhost"}, {"Referer": "http://localhost/about"}, {}]
)
def test_our_own_forms_are_taken(client, headers):
    assert client.post("/display", data={"vision": "on"}, headers=headers).status_code == 303


def test_the_look_needs_no_token_and_starts_no_session(settings):
    from app.factory import create_app

    strict = create_app(replace(settings), TESTING=True, RATELIMIT_ENABLED=False)
    client = strict.test_client()
    answer = client.post("/display", data={"vision": "on"})
    assert answer.status_code == 303
    assert client.post("/language", data={"language": "en"}).status_code == 303
    assert client.post("/sign-in", data={"email": "a@b.ru", "password": "x"}).status_code == 400


def test_the_language_is_kept_in_the_browser(client):
    answer = client.post("/language", data={"language": "en", "next": "/about"})
    assert (answer.status_code, answer.location) == (303, "/about")
    assert '<html lang="en"' in client.get("/about").text
    assert client.post("/language", data={"language": "fr"}).status_code == 400


@pytest.mark.parametrize("goal", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_preferences_lead_to_our_own_pages_only(client, goal):
    for path, data in (("/display", {"vision": "on"}), ("/language", {"language": "en"})):
        assert client.post(path, data=data | {"next": goal}).location.startswith(("/display", "/"))
        assert "evil" not in client.post(path, data=data | {"next": goal}).location
    assert "evil" not in client.get(f"/display?next={goal}").text


def test_the_look_follows_a_person_to_another_browser(app, client, maria, database):  # noqa: F811
    sign_in_by_form(client)
    client.post("/display", data={"vision": "on", "size": "200"})
    with database.reading() as session:
        assert session.get_one(Person, maria).display == {"cookie": "vision=on&size=200"}
    phone = app.test_client()
    sign_in_by_form(phone)
    assert 'data-size="200"' in phone.get("/about").text


@pytest.mark.parametrize("path", ["/documents/personal-data", "/about", "/display", "/sign-in", "/register"])
def test_pages_for_everybody_open_without_signing_in(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<h1" in answer.text


def test_a_document_is_shown_whole_with_its_version(client, settings):
    page = client.get("/documents/personal-data").text
    assert settings.organisation in page
    assert settings.contact_email in page
    assert "Версия 2026-10" in page
    assert "{" not in page.split("<article")[1].split("</article")[0]


def test_the_same_document_in_english(client):
    client.post("/language", data={"language": "en"})
    assert "Consent to the processing of personal data" in client.get("/documents/personal-data").text


@pytest.mark.parametrize(
    "path", ["/documents/none", "/documents/personal-data?version=1999-01", "/documents/..%2f..%2fetc"]
)
def test_what_is_not_a_document_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_the_old_address_of_the_organisation_leads_on(client):
    assert client.get("/documents/about").location == "/about"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.ru.md")), ids=lambda file: file.name)
def test_every_document_has_a_title_and_an_english_twin(file):
    key, version, _ = file.name.split(".", 2)
    assert file.with_name(f"{key}.{version}.en.md").exists()
    for language in ("ru", "en"):
        text = document(key, language, SETTINGS, version=version)
        assert text.title
        assert not text.title.startswith("#")
        assert text.label == f"{version}.{language}"


def test_the_hash_is_of_the_text_as_shown():
    text = document(people.PERSONAL_DATA, "ru", SETTINGS)
    other = document(people.PERSONAL_DATA, "ru", replace(SETTINGS, organisation="Другая"))
    assert text.hash != other.hash
    assert len(text.hash) == 64
