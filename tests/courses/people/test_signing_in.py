"""Signing in, being slowed down, signing out, and new passwords."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from courses import people
from courses.errors import Conflict, Invalid, NotFound
from courses.people import SYSTEM, Actor, Purpose, Role, State
from courses.people.guard import FREE_FAILURES, LONGEST_LOCK, lock_after
from courses.people.models import Consent, Person, SignInGuard, SignInSession
from courses.people.passwords import HASHER
from tests.courses.people.steps import (
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
from tests.factories import an_offering

NEW = "луна над огородом"


@pytest.fixture
def maria(session):
    confirm(session, register(session))
    return session.scalars(select(Person).where(Person.email_key == WISH.email)).one()


def open_rows(session, person):
    return session.scalars(
        select(SignInSession).where(SignInSession.person_id == person.id, SignInSession.ended_at.is_(None))
    ).all()


def test_the_right_password_opens_a_session_with_a_secret_of_its_own(session, maria):
    first, second = sign_in(session), sign_in(session)
    assert first.state is second.state is State.ADMITTED
    assert first.secret != second.secret
    assert len(first.secret) >= 43
    assert not session.scalars(select(SignInSession).where(SignInSession.secret_hash == first.secret)).all()
    assert people.signed_in(session, first.secret, now=NOW).actor == Actor(maria.id)


def test_case_and_spaces_of_the_address_do_not_matter(session, maria):
    assert sign_in(session, email="  MARIA@School.Example ").state is State.ADMITTED


def test_wrong_password_and_unknown_address_look_the_same(session, maria):
    assert sign_in(session, "не тот") == sign_in(session, "не тот", "nobody@school.example")


def test_after_five_failures_even_the_right_password_waits(session, maria):
    for _ in range(FREE_FAILURES - 1):
        assert sign_in(session, "не тот").state is State.WRONG
    fifth = sign_in(session, "не тот")
    assert (fifth.state, fifth.locked_until) == (State.LOCKED, NOW + timedelta(seconds=30))
    assert sign_in(session, now=NOW + timedelta(seconds=29)).state is State.LOCKED
    assert sign_in(session, now=NOW + timedelta(seconds=30)).state is State.ADMITTED


def test_a_password_sent_just_before_the_lock_ends_is_no_failure(session, maria):
    for _ in range(FREE_FAILURES):
        sign_in(session, "не тот")
    ends = NOW + timedelta(seconds=30)
    proof = tried(session, now=ends - timedelta(milliseconds=5))
    outcome = people.sign_in(session, proof, device="", secret_key=KEY, now=ends)
    assert (outcome.state, outcome.locked_until) == (State.LOCKED, ends)
    assert session.scalars(select(SignInGuard.failures)).one() == FREE_FAILURES
    assert sign_in(session, now=ends).state is State.ADMITTED


def test_an_untried_password_admits_nobody_even_when_the_lock_was_forgiven(session, maria):
    for _ in range(FREE_FAILURES):
        sign_in(session, "не тот")
    proof = tried(session)
    people.ask_for_reset(session, WISH.email, now=NOW)
    people.reset_password(session, link(session, Purpose.RESET), maria.password_hash, secret_key=KEY, now=NOW)
    assert people.sign_in(session, proof, device="", secret_key=KEY, now=NOW).state is State.LOCKED
    assert session.scalars(select(SignInGuard.failures)).one() == 0


def test_locks_grow_to_fifteen_minutes_and_no_further(session, maria):
    assert [lock_after(FREE_FAILURES + more).total_seconds() for more in range(7)] == [
        30, 60, 120, 240, 480, 900, 900,
    ]  # fmt: skip
    assert lock_after(10_000) == LONGEST_LOCK


def test_an_unknown_address_is_slowed_down_in_the_same_way(session):
    states = [sign_in(session, "x", "nobody@school.example").state for _ in range(6)]
    assert states == [State.WRONG] * 4 + [State.LOCKED] * 2


def test_the_right_password_ends_the_counting(session, maria):
    for _ in range(3):
        for _ in range(FREE_FAILURES - 1):
            assert sign_in(session, "не тот").state is State.WRONG
        assert sign_in(session).state is State.ADMITTED


def test_a_day_without_failures_is_forgiven(session, maria):
    for _ in range(FREE_FAILURES):
        sign_in(session, "не тот")
    later = NOW + timedelta(days=1)
    assert sign_in(session, "не тот", now=later).state is State.WRONG


def test_the_guard_names_nobody(session, maria):
    sign_in(session, "не тот")
    row = session.scalars(select(SignInGuard)).one()
    assert "maria" not in row.address_hash
    assert len(row.address_hash) == 64


def test_guesses_at_once_are_counted_one_by_one(database):
    with database.unit_of_work() as session:
        confirm(session, register(session))
    start = threading.Barrier(4)

    def guess():
        with database.reading() as session:
            proof = tried(session, "не тот")
        start.wait()
        with database.unit_of_work() as session:
            people.sign_in(session, proof, device="", secret_key=KEY, now=NOW)

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalars(select(SignInGuard.failures)).all() == [4]


def test_a_password_changed_in_the_meantime_does_not_let_the_old_one_in(session, maria):
    proof = tried(session)
    maria.password_hash = people.check_new_password(NEW)
    session.flush()
    assert people.sign_in(session, proof, device="", secret_key=KEY, now=NOW).state is State.WRONG


def test_a_weak_hash_is_made_anew_at_sign_in(session, maria):
    maria.password_hash = type(HASHER)(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    session.flush()
    assert sign_in(session).state is State.ADMITTED
    assert "m=19456" in maria.password_hash
    assert sign_in(session).state is State.ADMITTED


def test_nobody_signs_in_as_the_system(session):
    assert sign_in(session, "", "system@kafedra.invalid").state is State.WRONG
    people.ask_for_reset(session, "system@kafedra.invalid", now=NOW)
    assert facts(session) == []


def test_a_session_ends_after_two_idle_weeks_or_thirty_days(session, maria):
    secret = sign_in(session).secret
    session_id = people.signed_in(session, secret, now=NOW).session_id
    assert people.signed_in(session, secret, now=NOW + timedelta(days=13, hours=23))
    assert people.signed_in(session, secret, now=NOW + timedelta(days=14)) is None
    for day in (10, 20, 29):
        people.keep_session(session, session_id, now=NOW + timedelta(days=day))
    assert people.signed_in(session, secret, now=NOW + timedelta(days=29, hours=23))
    assert people.signed_in(session, secret, now=NOW + timedelta(days=30)) is None


def test_the_visit_is_noted_at_most_every_five_minutes(session, maria):
    signed_in = people.signed_in(session, sign_in(session).secret, now=NOW)
    assert not signed_in.is_due(NOW + timedelta(minutes=4))
    assert signed_in.is_due(NOW + timedelta(minutes=5))


@pytest.mark.parametrize("secret", ["", "x", "\udcff", "A" * 10_000])
def test_another_secret_is_nobody(session, maria, secret):
    sign_in(session)
    assert people.signed_in(session, secret, now=NOW) is None


def test_who_is_signed_in_is_one_query_with_all_roles(session, maria, count_queries):
    secret, led = sign_in(session).secret, an_offering(session).id
    people.grant_role(session, maria.id, Role.CONTENT_DEVELOPER, by=SYSTEM, now=NOW)
    people.grant_role(session, maria.id, Role.INSTRUCTOR, offering_id=led, by=SYSTEM, now=NOW)
    session.flush()
    with count_queries() as counted:
        signed_in = people.signed_in(session, secret, now=NOW)
    assert len(counted) == 1
    held = {(grant.role, grant.offering_id) for grant in signed_in.actor.grants}
    assert held == {(Role.CONTENT_DEVELOPER, None), (Role.INSTRUCTOR, led)}
    assert signed_in.short_name == "Иванова\u00a0М.\u00a0П."


def test_one_session_is_ended_and_the_others_go_on(session, maria):
    first, second = sign_in(session), sign_in(session)
    first_id = people.signed_in(session, first.secret, now=NOW).session_id
    people.end_session(session, first_id, by=Actor(maria.id), now=NOW)
    session.flush()
    assert people.signed_in(session, first.secret, now=NOW) is None
    assert people.signed_in(session, second.secret, now=NOW)


def test_anothers_session_does_not_exist(session, maria):
    session_id = people.signed_in(session, sign_in(session).secret, now=NOW).session_id
    with pytest.raises(NotFound):
        people.end_session(session, session_id, by=Actor(maria.id + 1), now=NOW)


def test_ending_all_others_keeps_this_one(session, maria):
    mine = people.signed_in(session, sign_in(session).secret, now=NOW)
    sign_in(session)
    people.end_sessions(session, maria.id, but=mine.session_id, now=NOW)
    listed = people.open_sessions(session, maria.id, current=mine.session_id, now=NOW)
    assert [(one.id, one.current, one.device) for one in listed] == [
        (mine.session_id, True, "Firefox, Linux")
    ]


def test_a_new_password_by_link_ends_every_session_and_the_lock(session, maria):
    secret = sign_in(session).secret
    for _ in range(FREE_FAILURES):
        sign_in(session, "не тот")
    people.ask_for_reset(session, WISH.email, now=NOW)
    used = link(session, Purpose.RESET)
    people.reset_password(session, used, people.check_new_password(NEW), secret_key=KEY, now=NOW)
    session.flush()
    assert people.signed_in(session, secret, now=NOW) is None
    assert sign_in(session, NEW).state is State.ADMITTED
    assert facts(session)[-2:] == ["PasswordResetAsked", "PasswordChanged"]
    with pytest.raises(Conflict):
        people.reset_password(session, used, "x", secret_key=KEY, now=NOW)


def test_a_reset_link_works_one_hour_and_the_newest_only(session, maria):
    people.ask_for_reset(session, WISH.email, now=NOW)
    old = link(session, Purpose.RESET)
    assert people.link_owner(session, Purpose.RESET, old, secret_key=KEY, now=NOW + timedelta(minutes=59))
    with pytest.raises(Conflict, match="link_expired"):
        people.link_owner(session, Purpose.RESET, old, secret_key=KEY, now=NOW + timedelta(minutes=60))
    people.ask_for_reset(session, WISH.email, now=NOW + timedelta(minutes=2))
    with pytest.raises(Conflict, match="link_used"):
        people.link_owner(session, Purpose.RESET, old, secret_key=KEY, now=NOW + timedelta(minutes=3))


def test_a_reset_also_confirms_the_address(session):
    register(session)
    people.ask_for_reset(session, WISH.email, now=NOW)
    hashed = people.check_new_password(NEW)
    people.reset_password(session, link(session, Purpose.RESET), hashed, secret_key=KEY, now=NOW)
    assert sign_in(session, NEW).state is State.CONSENT_OWED
    assert (
        session.scalars(select(Person).where(Person.email_key == WISH.email)).one().email_confirmed_at == NOW
    )


def test_changing_the_password_ends_the_other_sessions_and_open_links(session, maria):
    old_secret = sign_in(session).secret
    people.ask_for_reset(session, WISH.email, now=NOW)
    outcome = people.change_password(
        session,
        tried(session),
        people.check_new_password(NEW),
        device="Firefox, Linux",
        secret_key=KEY,
        by=Actor(maria.id),
        now=NOW,
    )
    session.flush()
    assert people.signed_in(session, old_secret, now=NOW) is None
    assert people.signed_in(session, outcome.secret, now=NOW)
    assert len(open_rows(session, maria)) == 1
    with pytest.raises(Conflict):
        people.link_owner(session, Purpose.RESET, link(session, Purpose.RESET), secret_key=KEY, now=NOW)


def test_what_a_stranger_agreed_to_does_not_bind_the_owner_of_the_address(session):
    register(session, replace(WISH, given_name="Злата"))
    people.ask_for_reset(session, WISH.email, now=NOW)
    stored = people.check_new_password(NEW)
    people.reset_password(session, link(session, Purpose.RESET), stored, secret_key=KEY, now=NOW)
    outcome = sign_in(session, NEW)
    assert (outcome.state, outcome.secret) == (State.CONSENT_OWED, "")
    given = session.scalars(select(Consent)).one()
    assert given.withdrawn_at == NOW
    admitted = people.agree(session, outcome.debt, consent(), device="", secret_key=KEY, now=NOW)
    assert admitted.state is State.ADMITTED
    assert sign_in(session, NEW).state is State.ADMITTED


def test_what_the_owner_agreed_to_outlives_a_new_password(session, maria):
    people.ask_for_reset(session, WISH.email, now=NOW)
    stored = people.check_new_password(NEW)
    people.reset_password(session, link(session, Purpose.RESET), stored, secret_key=KEY, now=NOW)
    assert sign_in(session, NEW).state is State.ADMITTED
    assert [one.given_at for one in people.consents_of(session, maria.id)] == [NOW]


def test_the_old_password_is_needed_to_change_it(session, maria):
    outcome = people.change_password(
        session, tried(session, "не тот"), "hash", device="", secret_key=KEY, by=Actor(maria.id), now=NOW
    )
    assert outcome.state is State.WRONG
    assert sign_in(session).state is State.ADMITTED


def test_a_weak_new_password_is_refused():
    with pytest.raises(Invalid) as refusal:
        people.check_new_password("Ivanova1", "Иванова Мария Петровна", "maria@school.example")
    assert refusal.value.details["password"] in ("own_words", "too_common")


def test_what_is_long_over_is_forgotten(session, maria):
    sign_in(session)
    sign_in(session, "не тот")
    people.forget_old(session, now=NOW + timedelta(days=80))
    assert session.scalars(select(SignInSession)).all() != []
    assert session.scalars(select(SignInGuard)).all() == []
    people.forget_old(session, now=NOW + timedelta(days=91))
    assert session.scalars(select(SignInSession)).all() == []
