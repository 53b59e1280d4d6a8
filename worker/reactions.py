"""The whole wiring on one page: when this fact is stored, do that. Every reaction is safe to run twice."""

from collections.abc import Callable

from courses import certificates, learning, notifications, people, quizzes
from courses.clock import utcnow
from worker.mail import send_letter
from worker.queue import database, files, reacts_to, settings, unit_of_work


@reacts_to(quizzes.AttemptFinished)
def grade_attempt(attempt_id: int) -> None:
    """A finished attempt gets its mark."""
    with unit_of_work() as session:
        quizzes.grade_attempt(session, attempt_id, now=utcnow())


@reacts_to(quizzes.RegradeProposed)
def count_regrade(regrade_id: int) -> None:
    """What a correction would change is written down, a batch of attempts at a time."""
    in_batches(quizzes.count_regrade, regrade_id)


@reacts_to(quizzes.RegradeCommitted)
def apply_regrade(regrade_id: int) -> None:
    """A correction that holds reaches the attempts that were graded before it."""
    in_batches(quizzes.apply_regrade, regrade_id)


@reacts_to(quizzes.RegradeUndone)
def restore_regrade(regrade_id: int) -> None:
    """A correction that holds no more gives the attempts back what they had."""
    in_batches(quizzes.restore_regrade, regrade_id)


def in_batches(step: Callable[..., int | None], regrade_id: int) -> None:
    """Each batch in a transaction of its own; a run that is broken off begins anew, and twice is once."""
    after: int | None = 0
    while after is not None:
        with unit_of_work() as session:
            after = step(session, regrade_id, after=after, now=utcnow())


@reacts_to(learning.ActivityCompleted, learning.AttendanceConfirmed, learning.EnrolmentOpened)
def complete_enrolment(enrolment_id: int, **_ids: int) -> None:
    """An enrolment whose rules are all met is completed; who comes back may have met them before."""
    with unit_of_work() as session:
        learning.complete_if_done(session, enrolment_id, now=utcnow())


@reacts_to(learning.EnrolmentCompleted)
def issue_certificate(enrolment_id: int) -> None:
    """A completed enrolment gets its number and snapshot; the paper follows as a reaction of its own."""
    with unit_of_work() as session:
        certificates.issue(session, enrolment_id, settings=settings(), by=people.SYSTEM, now=utcnow())


@reacts_to(certificates.CertificateNumbered)
def print_certificate(certificate_id: int) -> None:
    """A numbered certificate is drawn outside any transaction and stored."""
    with database().reading() as session:
        snapshot = certificates.unprinted(session, certificate_id)
    if snapshot is None:
        return
    key = files().put(certificates.render(snapshot, files()))
    with unit_of_work() as session:
        certificates.attach_pdf(session, certificate_id, key, now=utcnow())


@reacts_to(people.PersonRegistered)
def confirm_by_mail(person_id: int) -> None:
    """Somebody who registered gets the link that confirms the address."""
    with unit_of_work() as session:
        letter_id = notifications.tell_registered(session, person_id, now=utcnow())
    send_letter(database(), letter_id, settings())


@reacts_to(people.KnownAddressRegistered)
def tell_known_address(person_id: int) -> None:
    """The owner of an address learns that somebody tried to register it again."""
    with unit_of_work() as session:
        letter_id = notifications.tell_known_address(session, person_id, now=utcnow())
    send_letter(database(), letter_id, settings())


@reacts_to(people.PasswordResetAsked)
def send_reset_link(person_id: int) -> None:
    """A forgotten password is answered by a link."""
    with unit_of_work() as session:
        letter_id = notifications.tell_reset_asked(session, person_id, now=utcnow())
    send_letter(database(), letter_id, settings())


@reacts_to(people.PasswordChanged)
def tell_password_changed(person_id: int) -> None:
    """The owner learns that the password is a new one."""
    with unit_of_work() as session:
        letter_id = notifications.tell_password_changed(session, person_id, now=utcnow())
    send_letter(database(), letter_id, settings())


@reacts_to(learning.EnrolmentOpened)
def welcome(enrolment_id: int) -> None:
    """Somebody who enrolled is told when and where it begins."""
    with unit_of_work() as session:
        letter_id = notifications.tell_enrolled(session, enrolment_id, now=utcnow())
    send_letter(database(), letter_id, settings())


@reacts_to(certificates.CertificateIssued)
def tell_issued(certificate_id: int) -> None:
    """A certificate that can be downloaded is announced."""
    with unit_of_work() as session:
        letter_id = notifications.tell_certificate_issued(session, certificate_id, now=utcnow())
    send_letter(database(), letter_id, settings())


@reacts_to(certificates.CertificateRevoked)
def tell_revoked(certificate_id: int) -> None:
    """A certificate that is no longer valid is announced with the reason."""
    with unit_of_work() as session:
        letter_id = notifications.tell_certificate_revoked(session, certificate_id, now=utcnow())
    send_letter(database(), letter_id, settings())


@reacts_to(quizzes.AttemptMarked)
def tell_marked(attempt_id: int, **_ids: int) -> None:
    """Whoever waited for a person's mark learns that it is there."""
    with unit_of_work() as session:
        letter_id = notifications.tell_marked(session, attempt_id, now=utcnow())
    send_letter(database(), letter_id, settings())


@reacts_to(quizzes.AttemptRegraded)
def tell_regraded(attempt_id: int, regrade_id: int) -> None:
    """Whose grade a correction changed learns it with the reason, where the author wished so."""
    with unit_of_work() as session:
        letter_id = notifications.tell_regraded(session, attempt_id, regrade_id, now=utcnow())
    send_letter(database(), letter_id, settings())
