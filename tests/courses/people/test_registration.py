"""Registering and confirming: nobody learns who is registered, and nobody confirms what another made."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from courses import people
from courses.errors import Conflict, Invalid, NotFound
from courses.outbox import OutboxMessage
from courses.people import Purpose, State
from courses.people.models import Consent, MailToken, Person
from tests.courses.people.steps import (
    CHECKED,
    KEY,
    NOW,
    PASSWORD,
    WISH,
    confirm,
    consent,
    facts,
    link,
    register,
    sign_in,
    tried,
)  # fmt: skip

OTHER = replace(WISH, password="чужая дубовая калитка", given_name="Злата")


def the_person(session):
    return session.scalars(select(Person).where(Person.email_key == WISH.email)).one()


def test_registering_stores_a_person_who_cannot_sign_in_yet(session):
    register(session)
    person = the_person(session)
    assert person.full_name == "Иванова Мария Петровна"
    assert person.search_key == "иванова мария петровна"
    assert person.email_confirmed_at is None
    assert sign_in(session).state is State.UNCONFIRMED
    assert facts(session) == ["PersonRegistered"]


def test_the_consent_is_kept_with_version_hash_and_time(session):
    register(session)
    given = session.scalars(select(Consent)).one()
    assert (given.document, given.text_version) == ("personal-data", consent().label)
    assert given.text_hash == consent().hash
    assert given.given_at == NOW
    assert [one.id for one in people.consents_of(session, given.person_id)] == [given.id]


def test_the_facts_carry_ids_only(session):
    register(session)
    payloads = session.scalars(select(OutboxMessage.payload)).all()
    assert json.dumps(payloads) == json.dumps([{"person_id": the_person(session).id}])


def test_every_wrong_value_is_named_at_once():
    wish = replace(
        WISH,
        email="maria",
        password="qwerty12",
        family_name="Иванова2",
        given_name="Cветлана",
        time_zone="Mars",
    )
    with pytest.raises(Invalid) as refusal:
        people.check_registration(wish)
    assert refusal.value.details == {
        "email": "not_an_address",
        "password": "too_common",
        "family_name": "letters_only",
        "given_name": "look_alike",
        "time_zone": "unknown",
    }


def test_the_button_in_the_registering_browser_confirms_and_signs_in(session):
    claim = register(session)
    outcome = confirm(session, claim)
    assert outcome.state is State.ADMITTED
    signed_in = people.signed_in(session, outcome.secret, now=NOW)
    assert signed_in.full_name == "Иванова Мария Петровна"
    assert the_person(session).email_confirmed_at == NOW


def test_in_another_browser_the_password_is_needed(session):
    register(session)
    assert confirm(session, "").state is State.WRONG
    assert confirm(session, "", tried(session, "не тот пароль")).state is State.WRONG
    assert the_person(session).email_confirmed_at is None
    assert confirm(session, "", tried(session)).state is State.ADMITTED


def test_another_persons_password_confirms_nothing(session):
    register(session)
    register(session, replace(WISH, email="other@school.example"))
    proof = tried(session, email=WISH.email)
    assert confirm(session, "", proof).state is State.WRONG


def test_a_link_works_once(session):
    claim = register(session)
    used = link(session, Purpose.CONFIRM)
    confirm(session, claim)
    with pytest.raises(Conflict, match="link_used"):
        people.link_owner(session, Purpose.CONFIRM, used, secret_key=KEY, now=NOW)


def test_the_registering_browser_may_press_the_button_again(session):
    claim = register(session)
    used = link(session, Purpose.CONFIRM)
    first = confirm(session, claim)
    again = people.confirm_address(
        session, used, claim=claim, proof=None, device="", secret_key=KEY, now=NOW + timedelta(minutes=1)
    )
    assert first.state is again.state is State.ADMITTED
    assert the_person(session).email_confirmed_at == NOW


def test_a_used_link_opens_nothing_in_another_browser_even_with_the_password(session):
    claim = register(session)
    used = link(session, Purpose.CONFIRM)
    confirm(session, claim)
    with pytest.raises(Conflict, match="link_used"):
        people.confirm_address(
            session, used, claim="", proof=tried(session), device="", secret_key=KEY, now=NOW
        )


def test_a_link_works_three_days(session):
    claim = register(session)
    assert people.link_owner(
        session,
        Purpose.CONFIRM,
        link(session, Purpose.CONFIRM),
        secret_key=KEY,
        now=NOW + timedelta(days=2.9),
    )
    with pytest.raises(Conflict, match="link_expired"):
        confirm(session, claim, now=NOW + timedelta(days=3))


def test_a_confirmed_address_keeps_its_owner_and_the_owner_is_told(session):
    confirm(session, register(session))
    before = the_person(session).password_hash
    claim = register(session, OTHER)
    person = the_person(session)
    assert (person.password_hash, person.given_name) == (before, "Мария")
    assert len(claim) == 24
    assert facts(session) == ["PersonRegistered", "KnownAddressRegistered"]


def test_the_answer_looks_the_same_for_known_and_unknown(session):
    known = register(session)
    confirm(session, known)
    again = register(session)
    assert (type(again), len(again)) == (type(known), len(known))
    assert not people.claimed(session, the_person(session).id, again, secret_key=KEY)


def test_registering_again_before_confirming_takes_the_newest_values(session):
    register(session, OTHER)
    claim = register(session, WISH, NOW + timedelta(minutes=5))
    person = the_person(session)
    assert person.given_name == "Мария"
    assert confirm(session, claim, now=NOW + timedelta(minutes=6)).state is State.ADMITTED
    assert sign_in(session, now=NOW + timedelta(minutes=7)).state is State.ADMITTED


def test_who_registers_anothers_address_gains_nothing_when_the_owner_opens_the_letter(session):
    mine = register(session)
    register(session, OTHER, NOW + timedelta(minutes=5))
    later = NOW + timedelta(minutes=6)
    assert confirm(session, mine, tried(session, now=later), now=later).state is State.WRONG
    assert the_person(session).email_confirmed_at is None


def test_letters_to_one_address_are_not_sent_more_often_than_once_a_minute(session):
    register(session)
    register(session, now=NOW + timedelta(seconds=30))
    people.ask_for_confirmation(session, WISH.email, now=NOW + timedelta(seconds=40))
    assert facts(session) == ["PersonRegistered"]
    people.ask_for_confirmation(session, " MARIA@school.example", now=NOW + timedelta(minutes=2))
    assert facts(session) == ["PersonRegistered"] * 2


def test_letters_to_one_address_are_not_more_than_eight_a_day(session):
    for minute in range(0, 60, 2):
        register(session, now=NOW + timedelta(minutes=minute))
    assert facts(session) == ["PersonRegistered"] * 8
    people.ask_for_confirmation(session, WISH.email, now=NOW + timedelta(days=1, minutes=20))
    assert len(facts(session)) == 9


def test_a_new_link_ends_the_old_one(session):
    register(session)
    old = link(session, Purpose.CONFIRM)
    people.ask_for_confirmation(session, WISH.email, now=NOW + timedelta(minutes=2))
    with pytest.raises(Conflict):
        people.link_owner(session, Purpose.CONFIRM, old, secret_key=KEY, now=NOW + timedelta(minutes=2))


def test_asking_for_a_letter_says_nothing_about_an_unknown_address(session):
    people.ask_for_confirmation(session, "nobody@school.example", now=NOW)
    people.ask_for_reset(session, "nobody@school.example", now=NOW)
    assert facts(session) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "1",
        "1.",
        "x.y",
        "1.AAAAAAAAAAAAAAAAAAAAAAAA",
        "0.",
        "-1.x",
        "١.x",
        "9" * 30 + ".x",
        "1.\udcff",
    ],
)
def test_a_forged_link_opens_nothing(session, text):
    register(session)
    with pytest.raises(NotFound):
        people.link_owner(session, Purpose.CONFIRM, text, secret_key=KEY, now=NOW)


def test_a_link_of_one_purpose_or_installation_does_not_open_another(session):
    register(session)
    text = link(session, Purpose.CONFIRM)
    with pytest.raises(NotFound):
        people.link_owner(session, Purpose.RESET, text, secret_key=KEY, now=NOW)
    with pytest.raises(NotFound):
        people.link_owner(session, Purpose.CONFIRM, text, secret_key="another key", now=NOW)


def test_every_changed_sign_of_a_link_is_noticed(session):
    register(session)
    text = link(session, Purpose.CONFIRM)
    for at in range(text.index(".") + 1, len(text)):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        with pytest.raises(NotFound):
            people.link_owner(session, Purpose.CONFIRM, changed, secret_key=KEY, now=NOW)


def test_two_at_once_make_one_person(database):
    CHECKED.setdefault(WISH, people.check_registration(WISH))
    start = threading.Barrier(4)
    claims, failures = [], []

    def run():
        start.wait()
        try:
            with database.unit_of_work() as session:
                claims.append(register(session))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        assert (
            session.scalar(select(func.count()).select_from(Person).where(Person.email_key == WISH.email))
            == 1
        )
        assert session.scalar(select(func.count()).select_from(MailToken)) == 1
    assert len(set(claims)) == 1
    assert PASSWORD not in repr(claims)
