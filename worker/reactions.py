"""The whole wiring on one page: when this fact is stored, do that. Every reaction is safe to run twice."""

from courses import certificates, learning, people, quizzes
from courses.clock import utcnow
from worker.queue import files, reacts_to, settings, unit_of_work

SYSTEM = people.SYSTEM


@reacts_to(quizzes.AttemptFinished)
def grade_attempt(attempt_id: int) -> None:
    """A finished attempt gets its mark."""
    with unit_of_work() as session:
        quizzes.grade_attempt(session, attempt_id, now=utcnow())


@reacts_to(quizzes.AttemptGraded, learning.ActivityCompleted)
def complete_enrolment(enrolment_id: int, **_ids: int) -> None:
    """An enrolment whose rules are all met is completed."""
    with unit_of_work() as session:
        learning.complete_if_done(session, enrolment_id, now=utcnow())


@reacts_to(learning.EnrolmentCompleted)
def issue_certificate(enrolment_id: int) -> None:
    """A completed enrolment gets its certificate: number and snapshot first, the paper after."""
    with unit_of_work() as session:
        certificate = certificates.issue(session, enrolment_id, settings=settings(), by=SYSTEM, now=utcnow())
        certificate_id = certificate.id
    print_certificate(certificate_id)


@reacts_to(certificates.CertificateNumbered)
def print_certificate(certificate_id: int) -> None:
    """A numbered certificate is drawn and stored."""
