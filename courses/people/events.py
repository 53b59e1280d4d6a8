"""The facts this subject tells."""

from dataclasses import dataclass

from courses.outbox import Fact


@dataclass(frozen=True, slots=True)
class PersonRegistered(Fact):
    """Somebody registered, or asked again for the letter that confirms the address."""

    person_id: int


@dataclass(frozen=True, slots=True)
class KnownAddressRegistered(Fact):
    """Somebody tried to register an address that already belongs to a person."""

    person_id: int


@dataclass(frozen=True, slots=True)
class PasswordResetAsked(Fact):
    """Somebody asked for a link to set a new password."""

    person_id: int


@dataclass(frozen=True, slots=True)
class PasswordChanged(Fact):
    """The password is a new one; the owner is told."""

    person_id: int
