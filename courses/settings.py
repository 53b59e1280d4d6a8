"""The one list of switches, read from the environment by the web, the worker and the commands alike.

They are checked here and nowhere else: a variable that holds what it may not is a `SettingsError`, whose
sentence names it, what it holds and what it may hold. An empty variable is one that was not given.
"""

import hashlib
import ipaddress
import os
import re
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit
from zoneinfo import ZoneInfo

LONGEST_SOCKET_PATH = 100
SHORTEST_SECRET = 32
DEFAULT_SECRET = "development-only-secret-key-change-me"  # noqa: S105 - named so that production can refuse it
EXAMPLE_ORGANISATION = "Институт развития педагога «Кафедра»"
EXAMPLE_CITY = "Москва"
EXAMPLE_HEAD = "Е. В. Соколова"
EXAMPLE_DOMAIN = "kafedra.example"

ENVIRONMENTS = ("development", "production")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
ENCRYPTIONS = ("starttls", "tls", "none")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where one is reached that listens everywhere
HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
MAILBOX = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
PREFIX = re.compile(r"[\w-]{1,12}")
PASSWORD_IN_URL = re.compile(r"(://[^:/@]*:).*@|(?<=password=)[^&\s]+")
HARMLESS_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+]*://)?[\w.-]*(?::\w{0,5})?(?:/[\w./-]*)?(?:\?tls=\w*)?")
KIND_OF_ADDRESS = re.compile(r"[a-z][a-z0-9+]{0,30}(?=://)")

A_DATABASE = "адрес вида postgresql://имя:пароль@сервер:5432/база; особые знаки в пароле пишутся как %2F"
A_FILE_OR_DATABASE = "адрес вида sqlite:////путь/к/файлу или " + A_DATABASE
A_BROKER = "адрес вида redis://сервер:6379/0, rediss://… или unix:///путь/к/сокету"
A_SITE = "адрес сайта целиком, без пути, например https://kafedra.example.org"
A_MAIL_SERVER = "адрес вида smtp://имя:пароль@сервер:587?tls=starttls (tls — starttls, tls или none)"
A_MAILBOX = "адрес почты, например help@example.org"
A_SENDER = "адрес почты, можно с именем, например Кафедра <no-reply@example.org>"


class SettingsError(ValueError):
    """A variable that holds what it may not; the text is the sentence for the administrator."""

    def __init__(self, name: str, held: str, wanted: str) -> None:
        said = f"задано «{held}», это не подходит" if held else "не задано"
        super().__init__(f"{name}: {said}. Нужно: {wanted}.")
        self.name = name


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation chooses. Every field is one environment variable, named in `from_env`."""

    environment: str
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    var: Path
    host: str
    port: int
    public_url: str
    organisation: str
    organisation_city: str
    head_position: str
    head_name: str
    licence: str
    seal_image: Path | None
    signature_image: Path | None
    contact_email: str
    time_zone: str
    certificate_prefix: str
    smtp_url: str = field(repr=False)
    mail_from: str
    log_level: str
    web_workers: int
    web_threads: int
    worker_children: int
    trusted_proxies: int
    demo: bool

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; what is missing falls back to the embedded set-up under `var/`."""
        given = _Given(os.environ if env is None else env)
        return cls(
            environment=given.word("KAFEDRA_ENV", "development", ENVIRONMENTS),
            secret_key=given.text("KAFEDRA_SECRET_KEY", DEFAULT_SECRET),
            demo=given.word("KAFEDRA_DEMO", "0", ("0", "1")) == "1",
            log_level=given.word("KAFEDRA_LOG_LEVEL", "INFO", LOG_LEVELS, fold=True),
            **_places(given),
            **_issuer(given),
            **_mail(given),
            **_sizes(given),
        )

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def danger(self) -> str:
        """Why nothing may start with these settings, in a sentence; empty when it may.

        The secret everybody can read in the source is for one's own machine with its own embedded database,
        which no proxy opens to others.
        """
        open_to_others = (
            self.production
            or not is_loopback(self.host)
            or not self.embedded_database
            or self.trusted_proxies > 0
            or not is_loopback(urlsplit(self.public_url).hostname or "")
        )
        weak = self.secret_key == DEFAULT_SECRET or len(self.secret_key) < SHORTEST_SECRET
        if open_to_others and weak:
            return (
                "KAFEDRA_SECRET_KEY не задан или слишком короток. Задайте случайную строку не короче "
                f"{SHORTEST_SECRET} знаков, например: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        if self.production and self.demo:
            return "KAFEDRA_DEMO=1 недопустим при KAFEDRA_ENV=production: уберите его."
        return ""

    @property
    def embedded_database(self) -> bool:
        return self.database_url == embedded_database(self.var)

    @property
    def embedded_broker(self) -> bool:
        return self.redis_url == f"unix://{embedded_socket(self.var)}"

    @property
    def broker_url(self) -> str:
        """The broker's address in the form the task queue wants."""
        return self.redis_url.replace("unix://", "redis+socket://", 1)

    @property
    def listens_on(self) -> str:
        """Host and port as a server wants them."""
        return _with_port(self.host, self.port)

    @property
    def reached_at(self) -> str:
        """Host and port at which this machine itself reaches the web."""
        return _with_port(EVERYWHERE.get(self.host, self.host), self.port)

    @property
    def files_folder(self) -> Path:
        return self.var / "files"

    @property
    def mail_folder(self) -> Path:
        return self.var / "mail"


@dataclass(frozen=True, slots=True)
class _Given:
    """The environment, asked for one variable at a time."""

    env: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        """What it holds; empty is not given."""
        return self.env.get(name, "").strip() or default

    def word(self, name: str, default: str, allowed: Collection[str], *, fold: bool = False) -> str:
        """One of a few words."""
        held = self.text(name, default)
        word = held.upper() if fold else held
        if word not in allowed:
            raise SettingsError(name, held, " или ".join(allowed))
        return word

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number within its bounds."""
        held = self.text(name, str(default))
        if not (held.isascii() and held.isdigit() and len(held) < 9 and low <= int(held) <= high):
            raise SettingsError(name, held, f"целое число от {low} до {high}")
        return int(held)

    def matching(self, name: str, default: str, shape: re.Pattern[str], wanted: str) -> str:
        """A text of one shape; the default is not questioned."""
        held = self.text(name)
        if held and not shape.fullmatch(held):
            raise SettingsError(name, held, wanted)
        return held or default

    def url(self, name: str, schemes: Collection[str], wanted: str) -> tuple[str, SplitResult]:
        """An address of one of these kinds, and its parts; both empty when it is not given."""
        held = self.text(name)
        try:
            parts = urlsplit(held)
            fine = parts.port is None or parts.port > 0
        except ValueError:
            raise SettingsError(name, without_secrets(held), wanted) from None
        kind, mark, _ = held.partition("://")
        if held and not (mark and kind in schemes and fine and not re.search(r"\s", held)):
            raise SettingsError(name, without_secrets(held), wanted)
        return held, parts

    def path(self, name: str) -> Path | None:
        """A file, from the folder the command was started in."""
        held = self.text(name)
        return Path(held).absolute() if held else None


def _places(given: _Given) -> dict[str, Any]:
    var = Path(given.text("KAFEDRA_VAR", "var")).absolute()
    host, port = _host(given), given.number("KAFEDRA_PORT", 8000, 1, 65535)
    return {
        "var": var,
        "host": host,
        "port": port,
        "public_url": _public_url(given) or f"http://{_with_port(EVERYWHERE.get(host, host), port)}",
        "database_url": _database_url(given) or embedded_database(var),
        "redis_url": _redis_url(given) or f"unix://{embedded_socket(var)}",
    }


def _issuer(given: _Given) -> dict[str, Any]:
    """What certificates say; names that are invented for a demo are printed by no real installation."""
    invented = given.text("KAFEDRA_ENV") != "production"
    return {
        "organisation": given.text("KAFEDRA_ORGANISATION", EXAMPLE_ORGANISATION),
        "organisation_city": given.text("KAFEDRA_CITY", EXAMPLE_CITY if invented else ""),
        "head_position": given.text("KAFEDRA_HEAD_POSITION", "Директор"),
        "head_name": given.text("KAFEDRA_HEAD_NAME", EXAMPLE_HEAD if invented else ""),
        "licence": given.text("KAFEDRA_LICENCE"),
        "seal_image": given.path("KAFEDRA_SEAL_IMAGE"),
        "signature_image": given.path("KAFEDRA_SIGNATURE_IMAGE"),
        "time_zone": _time_zone(given),
        "certificate_prefix": given.matching(
            "KAFEDRA_CERTIFICATE_PREFIX", "", PREFIX, "от 1 до 12 букв, цифр или дефисов, например ПИРО"
        ),
    }


def _mail(given: _Given) -> dict[str, Any]:
    sender = given.text("KAFEDRA_MAIL_FROM", f"Кафедра <no-reply@{EXAMPLE_DOMAIN}>")
    if not MAILBOX.fullmatch(parseaddr(sender)[1]):
        raise SettingsError("KAFEDRA_MAIL_FROM", sender, A_SENDER)
    return {
        "smtp_url": _smtp_url(given),
        "mail_from": sender,
        "contact_email": given.matching(
            "KAFEDRA_CONTACT_EMAIL", f"help@{EXAMPLE_DOMAIN}", MAILBOX, A_MAILBOX
        ),
    }


def _sizes(given: _Given) -> dict[str, Any]:
    """How many of everything; an installation with a database of its own is the larger one."""
    workers, threads, children = (2, 4, 2) if given.text("DATABASE_URL") else (1, 8, 1)
    return {
        "web_workers": given.number("KAFEDRA_WEB_WORKERS", workers, 1, 256),
        "web_threads": given.number("KAFEDRA_WEB_THREADS", threads, 1, 256),
        "worker_children": given.number("KAFEDRA_WORKER_CHILDREN", children, 1, 256),
        "trusted_proxies": given.number("KAFEDRA_TRUSTED_PROXIES", 0, 0, 16),
    }


def _host(given: _Given) -> str:
    name, held = "KAFEDRA_HOST", given.text("KAFEDRA_HOST", "127.0.0.1")
    if ":" not in held and HOST.fullmatch(held):
        return held
    try:
        return str(ipaddress.IPv6Address(held))
    except ValueError:
        raise SettingsError(
            name, held, "имя или IP-адрес этой машины без порта, например 127.0.0.1 или 0.0.0.0"
        ) from None


def _public_url(given: _Given) -> str:
    """It is printed on certificates for ever, so a real installation has to say it."""
    name = "KAFEDRA_PUBLIC_URL"
    held, parts = given.url(name, ("http", "https"), A_SITE)
    if not held:
        if given.text("KAFEDRA_ENV") == "production":
            raise SettingsError(name, "", A_SITE)
        return ""
    bare = not (parts.username or parts.path.strip("/") or parts.query or parts.fragment)
    if not parts.hostname or not bare:
        raise SettingsError(name, without_secrets(held), A_SITE)
    return held.rstrip("/?#")


def _database_url(given: _Given) -> str:
    name = "DATABASE_URL"
    schemes = ("postgres", "postgresql", "postgresql+psycopg", "sqlite")
    held, parts = given.url(name, schemes, A_DATABASE)
    if parts.scheme == "sqlite" and not held.startswith("sqlite:///"):
        raise SettingsError(name, held, A_FILE_OR_DATABASE)
    if parts.scheme == "sqlite" and parts.path in ("", "/", "/:memory:"):
        raise SettingsError(name, held, A_FILE_OR_DATABASE)
    return sqlalchemy_url(held)


def _redis_url(given: _Given) -> str:
    held, parts = given.url("REDIS_URL", ("redis", "rediss", "unix"), A_BROKER)
    if held and not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise SettingsError("REDIS_URL", without_secrets(held), A_BROKER)
    return held


def _smtp_url(given: _Given) -> str:
    name = "KAFEDRA_SMTP_URL"
    held, parts = given.url(name, ("smtp", "smtps"), A_MAIL_SERVER)
    encryption = parse_qs(parts.query).get("tls", ["starttls"])[0]
    if held and (not parts.hostname or encryption not in ENCRYPTIONS):
        raise SettingsError(name, without_secrets(held), A_MAIL_SERVER)
    return held


def _time_zone(given: _Given) -> str:
    name = given.text("KAFEDRA_TIME_ZONE", "Europe/Moscow")
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):
        raise SettingsError(
            "KAFEDRA_TIME_ZONE", name, "часовой пояс из базы IANA, например Europe/Moscow или Asia/Omsk"
        ) from None


def _with_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach a server that listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def without_secrets(held: str) -> str:
    """What may be shown of an address that makes no sense: where its password stands nobody can tell, so it
    is shown only when it surely has none."""
    if HARMLESS_ADDRESS.fullmatch(held) and "pass" not in held.lower():
        return held
    kind = KIND_OF_ADDRESS.match(held)
    return f"{kind[0]}://…" if kind else "…"


def hidden_password(url: str) -> str:
    """The address without its password, for one that makes sense."""
    return PASSWORD_IN_URL.sub(lambda found: f"{found[1]}•••@" if found[1] else "•••", url)


def sqlalchemy_url(url: str) -> str:
    """Accept the short names administrators know: `postgres://` and `postgresql://` both mean psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def embedded_database(var: Path) -> str:
    """The embedded database's address."""
    return f"sqlite:///{var / 'kafedra.sqlite3'}"


def embedded_socket(var: Path) -> Path:
    """The embedded broker's socket; a path may have about 100 bytes, so a deep folder gets a short one."""
    path = var / "valkey" / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    short = hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"kafedra-{short}" / "valkey.sock"
