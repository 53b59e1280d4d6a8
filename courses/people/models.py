"""Persons, the roles and sessions they hold, the letters' tokens and the consents they gave."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, Id, partial, word
from courses.people.names import in_full, in_short
from courses.people.rules import Role


class Person(Base):
    """Personal data: names, address, language, zone. Erasure blanks them and keeps the row's id.

    `email_key` is the address as it is compared (trimmed, casefolded). `search_key` is the name casefolded,
    ё as е.
    `display` holds the reading preferences (theme, low-vision version).
    """

    __tablename__ = "person"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    email_confirmed_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    family_name: Mapped[str] = mapped_column(String(100))
    given_name: Mapped[str] = mapped_column(String(100))
    patronymic: Mapped[str] = mapped_column(String(100), default="")
    search_key: Mapped[str] = mapped_column(String(320), default="", index=True)
    language: Mapped[str] = mapped_column(String(5), default="ru")
    time_zone: Mapped[str] = mapped_column(String(40), default="Europe/Moscow")
    display: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @property
    def full_name(self) -> str:
        """«Иванова Мария Петровна»."""
        return in_full(self.family_name, self.given_name, self.patronymic)

    @property
    def short_name(self) -> str:
        """«Иванова М. П.» with no-break spaces."""
        return in_short(self.family_name, self.given_name, self.patronymic)


class RoleGrant(Base):
    """A role held on the whole site, or on one offering when `offering_id` is set.

    Offerings belong to a subject above this one, so their table is only named here.
    """

    __tablename__ = "role_grant"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(word(Role))
    offering_id: Mapped[int | None] = mapped_column(ForeignKey("offering.id"), index=True)
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("person_id", "role", "offering_id"),
        Index(
            "uq_role_grant_on_the_site", "person_id", "role", unique=True, **partial("offering_id IS NULL")
        ),
    )


class SignInSession(Base):
    """A signed-in browser. The cookie holds the secret, this row its SHA-256; ended means signed out."""

    __tablename__ = "sign_in_session"

    id: Mapped[Id]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    device: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class MailToken(Base):
    """A single-use link sent by mail. The link is `id.mac`, made again from the row whenever it is needed."""

    __tablename__ = "mail_token"

    id: Mapped[Id]
    purpose: Mapped[str] = mapped_column(String(24))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    nonce: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Consent(Base):
    """A person's consent to one document, in the exact version of its text that was shown."""

    __tablename__ = "consent"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    document: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[str] = mapped_column(String(20))
    text_hash: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class SignInGuard(Base):
    """Failed sign-ins of one address, kept in the database so that slowing them down needs no broker.

    `address_hash` is a keyed hash: the table names nobody.
    """

    __tablename__ = "sign_in_guard"

    id: Mapped[Id]
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failure_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


Index("ix_sign_in_session_open", SignInSession.person_id, SignInSession.ended_at)
