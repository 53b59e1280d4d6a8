"""Agreeing on the first sign-in: whoever was entered by the office has never been asked.

Consent to the processing of personal data can only be given by the person. So the right password alone admits
nobody whose consent is not on record: the browser gets a note that it gave the password, and is admitted when
the person has agreed.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from courses.people.consents import Document, give_consent, has_agreed
from courses.people.models import Person
from courses.people.signing_in import Outcome, State, admit
from courses.people.tokens import pays_debt, person_of_debt


def agree(
    session: Session, debt: str, text: Document, *, device: str, secret_key: str, now: datetime
) -> Outcome:
    """Store the consent of the person who just gave their password, and admit them.

    A note that is too old or forged opens nothing: they sign in again. Pressing the button twice agrees once.
    """
    person_id = person_of_debt(debt)
    if person_id is None:
        return Outcome(State.WRONG)
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None or not pays_debt(person, debt, secret_key=secret_key, now=now):
        return Outcome(State.WRONG)
    if person.disabled_at is not None:
        return Outcome(State.DISABLED)
    if not has_agreed(session, person.id):
        give_consent(session, person.id, text, now=now)
    return admit(session, person, device=device, now=now)
