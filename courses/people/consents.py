"""Documents a person reads or agrees to: versioned texts in `templates/consents`, and who agreed to which.

A text is named `<key>.<version>.<language>.md`; the highest version is in force, the others stay readable.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from courses.errors import NotFound
from courses.files import key_of
from courses.people.models import Consent
from courses.settings import Settings

FOLDER = Path(__file__).resolve().parent.parent.parent / "templates" / "consents"
NAME = re.compile(r"(?P<key>[a-z-]+)\.(?P<version>[0-9]{4}-[0-9]{2})\.(?P<language>ru|en)\.md")
PERSONAL_DATA = "personal-data"


@dataclass(frozen=True, slots=True)
class Document:
    """One text exactly as it is shown; `hash` is the SHA-256 of its bytes and its key in the file store."""

    key: str
    version: str
    language: str
    title: str
    text: str

    @property
    def data(self) -> bytes:
        return self.text.encode()

    @property
    def hash(self) -> str:
        return key_of(self.data)

    @property
    def label(self) -> str:
        """The version and language under which a consent records the text."""
        return f"{self.version}.{self.language}"


def document(key: str, language: str, settings: Settings, *, version: str | None = None) -> Document:
    """The text in force (or of that version), filled in with the organisation's name and addresses."""
    versions = _versions().get((key, language)) or _versions().get((key, "ru")) or {}
    chosen = version or max(versions, default="")
    if chosen not in versions:
        raise NotFound("document")
    text = versions[chosen]
    for name, value in (
        ("organisation", settings.organisation),
        ("city", settings.organisation_city),
        ("email", settings.contact_email),
        ("site", settings.public_url),
    ):
        text = text.replace("{" + name + "}", value)
    title, _, _ = text.partition("\n")
    known = language if (key, language) in _versions() else "ru"
    return Document(key, chosen, known, title.removeprefix("# ").strip(), text)


def give_consent(session: Session, person_id: int, text: Document, *, now: datetime) -> None:
    """Store that the person agreed to this very text; an earlier consent to the same document is replaced."""
    session.execute(
        update(Consent)
        .where(Consent.person_id == person_id, Consent.document == text.key, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    session.add(
        Consent(
            person_id=person_id,
            document=text.key,
            text_version=text.label,
            text_hash=text.hash,
            given_at=now,
        )
    )


def withdraw_consents(session: Session, person_id: int, *, now: datetime) -> None:
    """The consents given so far in the person's name are in force no more; the rows stay."""
    session.execute(
        update(Consent)
        .where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def has_agreed(session: Session, person_id: int) -> bool:
    """Whether the person's consent to the processing of personal data is in force, to any version of it."""
    query = select(Consent.id).where(
        Consent.person_id == person_id, Consent.document == PERSONAL_DATA, Consent.withdrawn_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def consents_of(session: Session, person_id: int) -> list[Consent]:
    """The consents the person gave that are in force, newest first."""
    query = (
        select(Consent)
        .where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.id.desc())
    )
    return list(session.scalars(query))


@cache
def _versions() -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for file in sorted(FOLDER.glob("*.md")):
        name = NAME.fullmatch(file.name)
        if name:
            texts = found.setdefault((name["key"], name["language"]), {})
            texts[name["version"]] = file.read_text(encoding="utf-8")
    return found
