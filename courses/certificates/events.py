"""The facts this subject tells."""

from dataclasses import dataclass

from courses.outbox import Fact


@dataclass(frozen=True, slots=True)
class CertificateNumbered(Fact):
    """A certificate has its number and its words; the paper is owed."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class CertificateIssued(Fact):
    """The paper is drawn and stored: it can be downloaded."""

    certificate_id: int


@dataclass(frozen=True, slots=True)
class CertificateRevoked(Fact):
    """A certificate is no longer valid: revoked, or replaced by another."""

    certificate_id: int
