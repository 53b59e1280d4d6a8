"""Two at once in learning: the same person twice, and a seat that two want."""

from datetime import timedelta

from sqlalchemy import func, select

from courses import learning
from courses.clock import utcnow
from courses.db import Database
from courses.errors import Conflict
from courses.learning import Enrolment
from courses.learning.models import ActivityRecord
from tests.courses.quizzes.test_races import at_once, doing
from tests.factories import a_person, an_actor, an_enrolment, an_offering, the_quiz_of

NOW = utcnow()


def test_a_double_click_on_the_last_seat_is_one_click(database: Database) -> None:
    with database.unit_of_work() as session:
        by, offering_id = an_actor(a_person(session)), an_offering(session, seats=1).id
    results = at_once([doing(database, learning.enrol, offering_id, by=by, now=NOW)] * 6)
    assert len({enrolment.id for enrolment in results}) == 1


def test_the_last_seat_goes_to_one_and_the_others_are_told(database: Database) -> None:
    with database.unit_of_work() as session:
        people = [an_actor(a_person(session)) for _ in range(6)]
        offering_id = an_offering(session, seats=1).id
    deeds = [doing(database, learning.enrol, offering_id, by=by, now=NOW) for by in people]
    results = at_once(deeds)
    assert sum(isinstance(one, Enrolment) for one in results) == 1
    assert {one.code for one in results if isinstance(one, Conflict)} == {"full"}


def test_leaving_and_coming_back_at_once_never_wait_for_each_other(database: Database) -> None:
    with database.unit_of_work() as session:
        person, offering = a_person(session), an_offering(session, seats=3)
        by, enrolment = an_actor(person), an_enrolment(session, person, offering)
    leave = doing(database, learning.withdraw, enrolment.id, by=by, now=NOW)
    back = doing(database, learning.enrol, offering.id, by=by, now=NOW + timedelta(minutes=1))
    for result in at_once([leave, back] * 4):
        assert result is None or isinstance(result, Enrolment) or type(result).__name__ == "NotFound"


def test_one_result_told_many_times_at_once_is_one_record(database: Database) -> None:
    with database.unit_of_work() as session:
        enrolment = an_enrolment(session, a_person(session), an_offering(session))
        activity_id = the_quiz_of(session, enrolment).activity_id
    told = {"fraction": 0.5, "passed": False, "now": NOW}
    assert (
        at_once([doing(database, learning.record_result, enrolment.id, activity_id, **told)] * 6)
        == [None] * 6
    )
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ActivityRecord)) == 1
