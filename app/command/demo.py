"""The sample courses, offerings and people of a demo, loaded through the same doors as anybody's."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.command.accounts import ACCOUNTS, PASSWORD
from app.command.opened import opened_database
from courses import catalogue, packages, people
from courses.catalogue import Course, Offering, Terms
from courses.clock import utcnow
from courses.db import Database
from courses.files import FolderStore
from courses.people import Person, Registration, Role
from courses.settings import Settings

SAMPLES = Path(packages.__file__).parent / "samples"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOSCOW = ZoneInfo("Europe/Moscow")


def terms_of(kind: str, now: datetime) -> Terms:
    """When the sample of each kind takes place, counted from the moment it is loaded."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    ten = now.astimezone(MOSCOW).replace(hour=10, minute=0, second=0, microsecond=0)
    if kind == "seminar":
        start = ten + 9 * DAY
        return Terms(
            starts_at=start,
            ends_at=start + 4 * HOUR,
            enrol_until=start,
            seats=60,
            meeting_url="https://meet.kafedra.example/cifrovye-instrumenty",
            code_word="подорожник",
        )
    if kind == "master_class":
        return Terms(
            starts_at=hour,
            ends_at=hour + 6 * HOUR,
            enrol_until=hour + 6 * HOUR,
            seats=25,
            meeting_url="https://meet.kafedra.example/obratnaya-svyaz",
            code_word="мелок",
        )
    if kind == "workshop":
        return Terms(starts_at=ten + 5 * DAY, ends_at=ten + 33 * DAY, enrol_until=ten + 12 * DAY, seats=30)
    return Terms()


@click.command()
def demo() -> None:
    """Загрузить примеры: курсы, наборы и людей. Что уже есть, не трогается."""
    settings = Settings.from_env()
    if settings.production:
        raise click.ClickException(
            "Примеры загружаются только в показательную установку, не при KAFEDRA_ENV=production."
        )
    files = FolderStore(settings.files_folder)
    with opened_database(settings) as database:
        for folder in sorted(path.parent for path in SAMPLES.glob("*/course.yaml")):
            load(database, files, folder)
        for account in ACCOUNTS:
            with database.reading() as session:
                known = session.scalar(select(Person.id).where(Person.email_key == account.email))
            if known is None:
                enter(
                    database,
                    files,
                    account.email,
                    account.family_name,
                    account.given_name,
                    account.patronymic,
                    account.role,
                )


def load(database: Database, files: FolderStore, folder: Path) -> None:
    """Import, publish and offer one package in one transaction, unless its course is there already."""
    known = select(Course.id).where(Course.key == folder.name)
    with database.reading() as session:
        if session.scalar(known) is not None:
            return
    package, problems = packages.read(folder)
    errors = [problem for problem in problems if problem.severity == "error"]
    if package is None or errors:
        raise click.ClickException(f"Пример {folder.name} повреждён: kafedra course check {folder}")
    with database.unit_of_work() as session:
        if session.scalar(known) is not None:
            return
        now = utcnow()
        version = packages.import_package(session, package, files=files, by=people.SYSTEM, now=now)
        catalogue.publish(session, version.id, by=people.SYSTEM, now=now)
        terms = terms_of(str(package.manifest["kind"]), now)
        catalogue.open_offering(session, version.id, terms=terms, by=people.SYSTEM, now=now)
    click.echo(f"Загружен пример: {package.manifest['title']}")


def enter(
    database: Database,
    files: FolderStore,
    email: str,
    family: str,
    given: str,
    patronymic: str,
    role: str | None,
) -> None:
    """One sample person, consent given; the instructor leads the seminar and the master class only."""
    checked = people.check_registration(Registration(email, PASSWORD, family, given, patronymic))
    with database.unit_of_work() as session:
        now = utcnow()
        person_id = people.enter(session, checked, by=people.SYSTEM, now=now)
        text = people.document(people.PERSONAL_DATA, "ru", Settings.from_env())
        people.give_consent(session, person_id, text, now=now)
        files.put(text.data)
        for offering_id in _led_by(session, role):
            people.grant_role(
                session, person_id, Role(str(role)), offering_id=offering_id, by=people.SYSTEM, now=now
            )


def _led_by(session: Session, role: str | None) -> list[int | None]:
    if role is None:
        return []
    if role != Role.INSTRUCTOR.value:
        return [None]
    kinds = ("seminar", "master_class")
    led = select(Offering.id).join(Course, Course.id == Offering.course_id).where(Course.kind.in_(kinds))
    return list(session.scalars(led))
