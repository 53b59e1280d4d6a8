"""One's own account through the browser: registering, signing in and out, new passwords, devices."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.public.browser import device, local_path
from courses import notifications, people
from courses.clock import utcnow
from courses.notifications import addresses
from courses.people.models import Consent, MailToken, Person, SignInSession
from tests.factories import a_person

PASSWORD = "сирень у крыльца"
NEW = "луна над огородом"
FORM = {
    "family_name": "Иванова",
    "given_name": "Мария",
    "patronymic": "Петровна",
    "email": "maria@school.example",
    "password": PASSWORD,
    "time_zone": "Asia/Omsk",
    "language": "ru",
    "consent": "y",
}
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


def register(client, path="/register", **over):
    """Fill the form in as a person would, with the text of the consent that was shown."""
    shown = client.get(path).text
    text_hash = re.search(r'name="consent_hash"[^>]*value="([0-9a-f]{64})"', shown).group(1)
    return client.post(path, data=FORM | {"consent_hash": text_hash} | over)


def letters(settings):
    """What lies in the folder of letters, newest first."""
    return notifications.read_folder(settings.mail_folder)


def link_in(letter):
    """The first link of a letter, as a path."""
    found = [p.text for block in letter.paragraphs for line in block for p in line if p.link]
    return found[0].removeprefix("http://localhost")


@pytest.fixture
def maria(database, settings):
    """A person who may sign in."""
    with database.unit_of_work() as session:
        person = a_person(
            session,
            email="maria@school.example",
            family_name="Иванова",
            given_name="Мария",
            patronymic="Петровна",
            password_hash=people.check_new_password(PASSWORD),
        )
        agreed = people.document(people.PERSONAL_DATA, "ru", settings)
        people.give_consent(session, person.id, agreed, now=utcnow())
        return person.id


def sign_in_by_form(client, password=PASSWORD, email="maria@school.example", **over):
    return client.post(
        "/sign-in", data={"email": email, "password": password} | over, headers={"User-Agent": CHROME}
    )


def is_signed_in(client):
    return client.get("/account").status_code == 200


def test_from_registering_to_signed_in_with_one_letter(client, run_worker, settings, database):
    answer = register(client)
    assert (answer.status_code, answer.location) == (303, "/registered")
    assert "maria@school.example" in client.get("/registered").text
    run_worker()
    (letter,) = letters(settings)
    path = link_in(letter)
    page = client.get(path)
    assert page.status_code == 200
    assert 'type="password"' not in page.text
    assert not is_signed_in(client)
    answer = client.post(path)
    assert (answer.status_code, answer.location) == (303, "/study/")
    assert is_signed_in(client)
    assert client.get(path).status_code == 410
    with database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == FORM["email"])).one()
        assert (person.full_name, person.time_zone) == ("Иванова Мария Петровна", "Asia/Omsk")


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [("/courses/set?offering=4", "/courses/set?offering=4"), ("https://evil.example/", "/study/")],
)
def test_who_registers_on_the_way_to_a_course_arrives_there(client, run_worker, settings, wanted, led_to):
    link = re.search(r'href="(/register[^"]*)"', client.get("/sign-in", query_string={"next": wanted}).text)[
        1
    ]
    assert register(client, link).status_code == 303
    run_worker()
    assert client.post(link_in(letters(settings)[0])).location == led_to


def test_the_text_agreed_to_is_kept_for_ever(client, app, database):
    register(client)
    with database.reading() as session:
        consent = session.scalars(select(Consent)).one()
    kept = app.extensions["files"].get(consent.text_hash).decode()
    assert kept.startswith("# Согласие на обработку персональных данных")
    assert "{organisation}" not in kept


def test_looking_at_the_link_any_number_of_times_uses_nothing_up(client, app, run_worker, settings):
    register(client)
    run_worker()
    path = link_in(letters(settings)[0])
    scanner = app.test_client()
    for _ in range(3):
        assert scanner.get(path).status_code == 200
        assert scanner.head(path).status_code == 200
    assert client.post(path).status_code == 303


def test_whose_connection_broke_at_the_button_presses_it_again_and_is_in(client, run_worker, settings):
    register(client)
    run_worker()
    path = link_in(letters(settings)[0])
    with client.session_transaction() as cookie:
        before = dict(cookie)
    assert client.post(path).status_code == 303
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update(before)
    assert client.post(path).status_code == 303
    assert is_signed_in(client)


def test_in_another_browser_the_password_is_asked(app, client, run_worker, settings):
    register(client)
    run_worker()
    path = link_in(letters(settings)[0])
    phone = app.test_client()
    assert 'type="password"' in phone.get(path).text
    assert phone.post(path, data={"password": "не тот"}).status_code == 422
    assert not is_signed_in(phone)
    assert phone.post(path, data={"password": PASSWORD}).status_code == 303
    assert is_signed_in(phone)


def test_known_and_unknown_addresses_get_the_same_answer(app, maria, run_worker, settings):
    answers = []
    for email in ("maria@school.example", "new@school.example"):
        client = app.test_client()
        answer = register(client, email=email)
        page = client.get("/registered").text.replace(email, "ADDRESS")
        answers.append((answer.status_code, answer.location, page))
    assert answers[0] == answers[1]
    run_worker()
    told = {letter.to.split("<")[1].rstrip(">"): letter.subject for letter in letters(settings)}
    assert told == {
        "maria@school.example": "Вы уже зарегистрированы",
        "new@school.example": "Подтвердите адрес почты",
    }


def test_every_wrong_field_says_what_is_wrong(client, database):
    answer = register(
        client, family_name="Cмирнова", given_name="Анна2", email="anna", password="qwerty12", consent=""
    )
    assert answer.status_code == 422
    for sentence in (
        "Верно будет: Смирнова",
        "Только буквы",
        "Адрес должен быть вида",
        "угадывают первым",
        "Без согласия",
    ):
        assert sentence in answer.text
    assert "qwerty12" not in answer.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_the_tick_is_never_set_beforehand_not_even_after_an_error(client):
    assert not re.search(r'name="consent"[^_>]*checked', client.get("/register").text)


def test_a_consent_to_another_text_is_not_taken(client, database):
    answer = register(client, consent_hash="0" * 64)
    assert answer.status_code == 422
    assert "Текст согласия изменился" in answer.text


def test_the_confirming_letter_is_sent_again_on_request(client, run_worker, settings, database):
    register(client)
    run_worker()
    with database.unit_of_work() as session:
        token = session.scalars(select(MailToken)).one()
        token.created_at = utcnow() - timedelta(minutes=5)
    for email in ("maria@school.example", "nobody@school.example"):
        answer = client.post("/registered", data={"email": email}, follow_redirects=True)
        assert "Если этот адрес ждёт подтверждения" in answer.text
    run_worker()
    assert len(letters(settings)) == 2


def test_signing_in_starts_a_new_session_and_remembers_the_way(client, maria, database):
    answer = sign_in_by_form(client, next="/account/sessions")
    assert (answer.status_code, answer.location) == (303, "/account/sessions")
    page = client.get("/account/sessions").text
    assert "Chrome, Windows" in page
    assert "Вы вошли на этих устройствах" in page


@pytest.mark.parametrize(
    "goal", ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)",
             "/%0d%0aSet-Cookie:x", "evil", "/sign-in?next=/sign-in", "/a b", "/\t/evil.example"],
)  # fmt: skip
def test_one_is_never_sent_to_another_site(client, maria, goal):
    location = sign_in_by_form(client, next=goal).location
    assert location == "/study/" or (location.startswith("/%0d%0a") and "//" not in location[:2])


def test_wrong_password_and_unknown_address_get_the_same_page(client, maria):
    pages = [
        sign_in_by_form(client, "не тот", email) for email in ("maria@school.example", "no@school.example")
    ]
    assert [page.status_code for page in pages] == [422, 422]
    texts = [page.text.replace("maria@", "").replace("no@", "") for page in pages]
    assert texts[0] == texts[1]
    assert "Адрес или пароль не подходят" in texts[0]


def test_guessing_is_slowed_down_without_a_broker(client, maria):
    for _ in range(5):
        answer = sign_in_by_form(client, "не тот")
    assert "Слишком много неверных попыток. Подождите 1 минуту" in answer.text
    assert sign_in_by_form(client).status_code == 422


def test_who_has_not_confirmed_is_sent_to_the_letter(app, client, run_worker, settings, database):
    register(client)
    run_worker()
    other = app.test_client()
    answer = sign_in_by_form(other)
    assert answer.location == "/registered"
    assert "Сначала подтвердите адрес" in other.get("/registered").text
    path = link_in(letters(settings)[0])
    assert 'type="password"' not in other.get(path).text


def test_signing_out_needs_a_post_and_ends_the_session_for_good(client, maria, database):
    sign_in_by_form(client)
    with client.session_transaction() as cookie:
        secret = cookie["s"]
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 303
    assert not is_signed_in(client)
    with client.session_transaction() as cookie:
        cookie["s"] = secret
    assert not is_signed_in(client)


def test_a_device_is_signed_out_from_another(app, client, maria):
    phone = app.test_client()
    sign_in_by_form(client)
    sign_in_by_form(phone)
    page = client.get("/account/sessions").text
    (path,) = re.findall(r'action="(/account/sessions/\d+/end)"', page)
    assert client.post(path).status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(phone)


def test_all_other_devices_are_signed_out_at_once(app, client, maria):
    others = [app.test_client() for _ in range(3)]
    for browser in (client, *others):
        sign_in_by_form(browser)
    client.post("/account/sessions/end-others")
    assert is_signed_in(client)
    assert not any(is_signed_in(browser) for browser in others)


def test_anothers_device_does_not_exist(app, client, maria, database, sign_in):
    with database.unit_of_work() as session:
        stranger = a_person(session).id
    other = app.test_client()
    sign_in_by_form(client)
    sign_in(other, stranger)
    with database.reading() as session:
        mine = session.scalars(select(SignInSession.id).where(SignInSession.person_id == maria)).one()
    assert other.post(f"/account/sessions/{mine}/end").status_code == 404
    assert is_signed_in(client)


def test_a_forgotten_password_is_replaced_and_every_device_signed_out(
    app, client, maria, run_worker, settings
):
    phone = app.test_client()
    sign_in_by_form(phone)
    answer = client.post("/forgotten", data={"email": "Maria@School.example"})
    assert answer.location == "/forgotten?sent=1"
    run_worker()
    path = link_in(letters(settings)[0])
    assert "maria@school.example" in client.get(path).text
    assert "угадывают" in client.post(path, data={"password": "qwerty12"}).text
    assert client.post(path, data={"password": NEW}).location == "/sign-in"
    assert client.post(path, data={"password": NEW}).status_code == 410
    assert not is_signed_in(phone)
    assert sign_in_by_form(client).status_code == 422
    assert sign_in_by_form(client, NEW).status_code == 303
    run_worker()
    assert letters(settings)[0].subject == "Пароль изменён"


def test_asking_for_a_new_password_says_nothing_about_the_address(client, maria, run_worker, settings):
    answers = [
        client.post("/forgotten", data={"email": email}, follow_redirects=True).text
        for email in ("maria@school.example", "nobody@school.example", "no address")
    ]
    assert answers[0] == answers[1] == answers[2]
    run_worker()
    assert len(letters(settings)) == 1


def test_the_password_is_changed_by_the_old_one(app, client, maria):
    phone = app.test_client()
    sign_in_by_form(phone)
    sign_in_by_form(client)
    wrong = client.post("/account/password", data={"old_password": "не тот", "password": NEW})
    assert "Нынешний пароль не подходит" in wrong.text
    weak = client.post("/account/password", data={"old_password": PASSWORD, "password": "Иванова1"})
    assert weak.status_code == 422
    assert (
        client.post("/account/password", data={"old_password": PASSWORD, "password": NEW}).location
        == "/account"
    )
    assert is_signed_in(client)
    assert not is_signed_in(phone)


def test_the_profile_is_changed_and_the_language_with_it(client, maria):
    sign_in_by_form(client)
    wish = {"family_name": "Петрова", "given_name": "Мария", "patronymic": "", "time_zone": "Asia/Omsk"}
    answer = client.post("/account", data=wish | {"language": "en"})
    assert answer.status_code == 303
    assert "language=en" in answer.headers["Set-Cookie"]
    page = client.get("/account").text
    assert "Петрова Мария" in page
    assert '<html lang="en"' in page


def test_a_wrong_profile_is_refused_with_reasons(client, maria):
    sign_in_by_form(client)
    answer = client.post(
        "/account", data={"family_name": "", "given_name": "Mария", "time_zone": "x", "language": "fr"}
    )
    assert answer.status_code == 422
    for sentence in ("Заполните это поле", "Верно будет: Мария", "Выберите пояс", "Выберите язык"):
        assert sentence in answer.text


@pytest.mark.parametrize("path", ["/account", "/account/password", "/account/sessions"])
def test_the_account_is_shown_to_its_owner_only(client, path):
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")


def test_pages_of_the_account_are_not_kept_by_browsers(client, maria):
    sign_in_by_form(client)
    assert client.get("/account").headers["Cache-Control"] == "no-store"


def test_a_visit_is_noted_at_most_every_five_minutes(client, maria, database, count_queries):
    sign_in_by_form(client)
    with count_queries() as fresh:
        client.get("/account/sessions")
    assert not [one for one in fresh if one.startswith("UPDATE")]
    with database.unit_of_work() as session:
        session.scalars(select(SignInSession)).one().last_seen_at = utcnow() - timedelta(minutes=6)
    with count_queries() as later:
        client.get("/account/sessions")
    assert len([one for one in later if one.startswith("UPDATE")]) == 1


def test_a_cookie_from_before_signing_in_is_worth_nothing_after(client, maria):
    client.get("/sign-in")
    with client.session_transaction() as cookie:
        cookie["planted"] = "x"
    sign_in_by_form(client)
    with client.session_transaction() as cookie:
        assert set(cookie) == {"s", "_permanent"}


def test_the_cookie_carries_no_name_and_no_address(client, maria):
    answer = sign_in_by_form(client)
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("kafedra="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", ["/confirm/1.x", "/reset/1.x", "/reset/" + "9" * 400])
def test_a_forged_link_is_a_dead_link(client, path):
    answer = client.get(path)
    assert answer.status_code == 410
    assert "Ссылка больше не работает" in answer.text
    assert client.post(path, data={"password": NEW}).status_code == 410


@pytest.mark.parametrize("sign", ["\x00", "\ud83d", "🙂" * 300, "а\u0301" * 200])
def test_strange_text_is_refused_politely(client, sign):
    strange = sign.encode("utf-8", "surrogatepass")
    for path, data in (
        ("/sign-in", {"email": strange, "password": strange}),
        ("/forgotten", {"email": strange}),
        ("/registered", {"email": strange}),
        ("/register", dict.fromkeys(FORM, strange)),
    ):
        assert client.post(path, data=data).status_code in (303, 422)


def test_letters_lead_to_pages_that_exist(app):
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
        for address, endpoint in (
            (addresses.confirm("", "1.abc"), "public.confirm"),
            (addresses.reset("", "1.abc"), "public.reset"),
            (addresses.sign_in(""), "public.sign_in"),
            (addresses.forgotten(""), "public.forgotten"),
            (addresses.home(""), "learner.home"),
            (addresses.course("", 5), "learner.course"),
            (addresses.result("", 5), "learner.result"),
            (addresses.certificates(""), "learner.certificates"),
        ):
            assert adapter.match(address)[0] == endpoint


def test_nothing_personal_stands_in_the_log(client, capsys, run_worker):
    register(client)
    sign_in_by_form(client, "не тот")
    client.post("/forgotten", data={"email": "maria@school.example"})
    run_worker()
    shown = capsys.readouterr()
    for planted in ("maria", "Иванова", PASSWORD, "confirm/"):
        assert planted not in shown.out + shown.err


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (CHROME, "Chrome, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 YaBrowser/26.1 Mobile Safari/537.36",
            "Яндекс Браузер, Android",
        ),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_so_that_its_owner_knows_it(user_agent, words):
    assert device(user_agent) == words


def test_only_paths_of_this_site_are_goals():
    assert local_path("/study/?page=2#x", "/") == "/study/?page=2#x"
    assert local_path("/курсы", "/") == "/курсы"
    for bad in ("", None, "//x", "/\\x", "http://x", "/a\nb", "/" + "a" * 3000):
        assert local_path(bad, "/") == "/"
