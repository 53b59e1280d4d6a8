"""`kafedra check`: what is configured, and what is wrong with it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import redis
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from app.command.prepare import STATIC, alembic_config
from courses import certificates
from courses.db import make_engine
from courses.errors import Invalid
from courses.files import FolderStore
from courses.settings import EXAMPLE_DOMAIN, EXAMPLE_ORGANISATION, Settings, hidden_password
from courses.texts import texts

DRAWN = "facsimile"
ATTESTED = {"seal": "печать", "signature": "подпись"}
Finding = tuple[bool, str, str]


@click.command()
def check() -> None:
    """Показать настройки и проверить, что каждая часть на месте. Код возврата 1, если что-то не так."""
    settings = Settings.from_env()
    findings = [finding for look in LOOKS for finding in look(settings)]
    for fine, what, detail in findings:
        click.echo(f"{'  хорошо ' if fine else '  ПЛОХО  '} {what}: {detail}")
    if not all(fine for fine, _, _ in findings):
        raise click.exceptions.Exit(1)


def _secret(settings: Settings) -> Iterator[Finding]:
    yield not settings.danger, "режим и секрет", settings.danger or settings.environment


def _address(settings: Settings) -> Iterator[Finding]:
    safe = settings.public_url.startswith("https://")
    if settings.production and not safe:
        yield (
            False,
            "адрес",
            f"{settings.public_url}: без https вход можно подслушать, а cookie ходят без Secure; "
            "задайте KAFEDRA_PUBLIC_URL=https://…",
        )
    else:
        yield True, "адрес", settings.public_url


def _folder(settings: Settings) -> Iterator[Finding]:
    if FolderStore(settings.files_folder).writable():
        yield True, "папка данных", str(settings.var)
    else:
        yield False, "папка данных", f"в {settings.var} нельзя писать; дайте права или задайте KAFEDRA_VAR"


def _temporary(_settings: Settings) -> Iterator[Finding]:
    """Uploads and drawings pass through it; a folder that Python fell back to is none."""
    try:
        folder = os.environ.get("TMPDIR") or tempfile.gettempdir()
        with tempfile.TemporaryFile(dir=folder):
            fine = not Path(folder).samefile(Path.cwd()) or "TMPDIR" in os.environ
    except OSError:
        fine, folder = False, os.environ.get("TMPDIR", "/tmp")  # noqa: S108 - only named
    yield (
        fine,
        "временная папка",
        folder if fine else f"в {folder} нельзя писать; дайте права или задайте TMPDIR",
    )


def _database(settings: Settings) -> Iterator[Finding]:
    shown = hidden_password(settings.database_url)
    try:
        engine = make_engine(settings.database_url)
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        engine.dispose()
    except SQLAlchemyError as error:
        yield False, "база данных", f"{shown} не открывается ({type(error).__name__}); проверьте DATABASE_URL"
        return
    yield True, "база данных", shown
    head = ScriptDirectory.from_config(alembic_config(settings.database_url)).get_current_head()
    if current == head:
        yield True, "схема базы", str(current)
    else:
        yield False, "схема базы", f"{current or 'пусто'}, нужна {head}; выполните kafedra migrate"


def _broker(settings: Settings) -> Iterator[Finding]:
    shown = hidden_password(settings.redis_url)
    try:
        redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2).ping()
    except (redis.RedisError, ValueError) as error:
        if settings.embedded_broker:
            yield True, "брокер", "встроенный, запускается вместе с kafedra run (сейчас не запущен)"
        else:
            yield False, "брокер", f"{shown} не отвечает ({type(error).__name__}); проверьте REDIS_URL"
        return
    yield True, "брокер", shown


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.smtp_url:
        yield True, "почта", hidden_password(settings.smtp_url)
    elif settings.production:
        yield False, "почта", "KAFEDRA_SMTP_URL не задан: письма не уйдут, люди не подтвердят адрес"
    else:
        yield True, "почта", f"без сервера, письма складываются в {settings.mail_folder}"


def _letterhead(settings: Settings) -> Iterator[Finding]:
    """Whom letters come from and whom people write to; the examples lead nowhere."""
    for what, name, held, harm in (
        ("отправитель писем", "KAFEDRA_MAIL_FROM", settings.mail_from, "письма не примут"),
        ("почта для людей", "KAFEDRA_CONTACT_EMAIL", settings.contact_email, "людям некуда написать"),
    ):
        invented = settings.production and EXAMPLE_DOMAIN in held
        yield not invented, what, f"{name} не задан: {held}, {harm}" if invented else held


def _issuer(settings: Settings) -> Iterator[Finding]:
    """What certificates say of the organisation: nothing invented where they are real."""
    named = (
        "" if settings.production and settings.organisation == EXAMPLE_ORGANISATION else settings.organisation
    )
    for what, name, held, harm in (
        ("организация", "KAFEDRA_ORGANISATION", named, "на сертификатах будет чужое название"),
        ("город", "KAFEDRA_CITY", settings.organisation_city, "на сертификатах не будет города"),
        ("руководитель", "KAFEDRA_HEAD_NAME", settings.head_name, "под сертификатами не будет имени"),
    ):
        yield bool(held), what, held or f"{name} не задан: {harm}"


def _images(settings: Settings) -> Iterator[Finding]:
    """The images of the seal and the signature open."""
    try:
        attested = certificates.attestation(settings, texts("ru"))
    except Invalid as refusal:
        yield (
            False,
            "печать и подпись",
            f"{refusal.details['file']} не открывается; нужен PNG или JPEG до 5 МБ",
        )
        return
    except OSError as error:
        yield False, "печать и подпись", f"не сохраняются в папке данных ({error.strerror})"
        return
    given = [name for what, name in ATTESTED.items() if attested.get(what, DRAWN) != DRAWN]
    drawn = "нарисованные, для показа" if settings.demo else "линия для подписи и «М. П.»"
    yield True, "печать и подпись", f"изображения: {', '.join(given)}" if given else drawn


def _assets(_settings: Settings) -> Iterator[Finding]:
    built = (STATIC / "build" / "manifest.json").exists()
    yield built, "стили и шрифты", "собраны" if built else "не собраны; выполните kafedra build"


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _secret,
    _address,
    _folder,
    _temporary,
    _database,
    _broker,
    _mail,
    _letterhead,
    _issuer,
    _images,
    _assets,
)
