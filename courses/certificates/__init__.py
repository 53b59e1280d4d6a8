"""Certificates: numbered without a gap, printed from a snapshot, checked by anybody with the code.

A completed enrolment gets one certificate (`issue`): its number and everything printed on it are fixed in
one transaction, and the paper follows (`unprinted` → `render` → `attach_pdf`), byte for byte the same
whenever it is drawn again. What was issued never changes and is never deleted: it can be revoked, or
replaced by another, and the public page says so at once.
"""

from courses.certificates import frozen  # noqa: F401 - the guard over what was issued
from courses.certificates.attesting import attestation
from courses.certificates.batches import candidate, preview_batch, start_batch
from courses.certificates.events import CertificateIssued, CertificateNumbered, CertificateRevoked
from courses.certificates.exports import register_csv
from courses.certificates.models import Certificate
from courses.certificates.offerings import (
    OfferingsQuery,
    access_learner,
    learner_papers,
    offering_card,
    offerings_page,
    papers_progress,
)
from courses.certificates.own import Paper, any_paper, my_certificates, my_paper, unissued
from courses.certificates.printing import is_valid, owed, paper, render, unprinted
from courses.certificates.queries import RegisterQuery, certificate_card, register_page
from courses.certificates.rules import REFUSAL_SENTENCES, State
from courses.certificates.service import attach_pdf, issue, replace, revoke
from courses.certificates.snapshot import wording_problem
from courses.certificates.verification import Verification, verify

__all__ = [
    "REFUSAL_SENTENCES",
    "Certificate",
    "CertificateIssued",
    "CertificateNumbered",
    "CertificateRevoked",
    "OfferingsQuery",
    "Paper",
    "RegisterQuery",
    "State",
    "Verification",
    "access_learner",
    "any_paper",
    "attach_pdf",
    "attestation",
    "candidate",
    "certificate_card",
    "is_valid",
    "issue",
    "learner_papers",
    "my_certificates",
    "my_paper",
    "offering_card",
    "offerings_page",
    "owed",
    "paper",
    "papers_progress",
    "preview_batch",
    "register_csv",
    "register_page",
    "render",
    "replace",
    "revoke",
    "start_batch",
    "unissued",
    "unprinted",
    "verify",
    "wording_problem",
]
