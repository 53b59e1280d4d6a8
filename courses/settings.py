"""The one list of switches, read from the environment by the web, the worker and the commands alike."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_SOCKET_PATH = 100
DEFAULT_SECRET = "development-only-secret-key-change-me"  # noqa: S105 - named so that production can refuse it
EXAMPLE_ORGANISATION = "Институт развития педагога «Кафедра»"
EXAMPLE_HEAD = "Е. В. Соколова"


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
        env = os.environ if env is None else env
        var = Path(env.get("KAFEDRA_VAR", "var")).absolute()
        port = int(env.get("KAFEDRA_PORT", "8000"))
        host = env.get("KAFEDRA_HOST", "127.0.0.1")
        environment = env.get("KAFEDRA_ENV", "development")
        return cls(
            environment=environment,
            secret_key=env.get("KAFEDRA_SECRET_KEY") or DEFAULT_SECRET,
            database_url=sqlalchemy_url(env.get("DATABASE_URL") or f"sqlite:///{var / 'kafedra.sqlite3'}"),
            redis_url=env.get("REDIS_URL") or f"unix://{embedded_socket(var)}",
            var=var,
            host=host,
            port=port,
            public_url=env.get("KAFEDRA_PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
            organisation=env.get("KAFEDRA_ORGANISATION", EXAMPLE_ORGANISATION),
            organisation_city=env.get("KAFEDRA_CITY", "Москва"),
            head_position=env.get("KAFEDRA_HEAD_POSITION", "Директор"),
            head_name=env.get("KAFEDRA_HEAD_NAME", "" if environment == "production" else EXAMPLE_HEAD),
            licence=env.get("KAFEDRA_LICENCE", ""),
            seal_image=_path(env.get("KAFEDRA_SEAL_IMAGE")),
            signature_image=_path(env.get("KAFEDRA_SIGNATURE_IMAGE")),
            contact_email=env.get("KAFEDRA_CONTACT_EMAIL", "help@kafedra.example"),
            time_zone=env.get("KAFEDRA_TIME_ZONE", "Europe/Moscow"),
            certificate_prefix=env.get("KAFEDRA_CERTIFICATE_PREFIX", ""),
            smtp_url=env.get("KAFEDRA_SMTP_URL", ""),
            mail_from=env.get("KAFEDRA_MAIL_FROM", "Кафедра <no-reply@kafedra.example>"),
            log_level=env.get("KAFEDRA_LOG_LEVEL", "INFO").upper(),
            web_workers=int(env.get("KAFEDRA_WEB_WORKERS", "2" if env.get("DATABASE_URL") else "1")),
            web_threads=int(env.get("KAFEDRA_WEB_THREADS", "4" if env.get("DATABASE_URL") else "8")),
            worker_children=int(env.get("KAFEDRA_WORKER_CHILDREN", "2" if env.get("DATABASE_URL") else "1")),
            trusted_proxies=int(env.get("KAFEDRA_TRUSTED_PROXIES", "0")),
            demo=env.get("KAFEDRA_DEMO", "") == "1",
        )

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def embedded_database(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def embedded_broker(self) -> bool:
        return self.redis_url == f"unix://{embedded_socket(self.var)}"

    @property
    def broker_url(self) -> str:
        """The broker's address in the form the task queue wants."""
        return self.redis_url.replace("unix://", "redis+socket://", 1)

    @property
    def files_folder(self) -> Path:
        return self.var / "files"

    @property
    def mail_folder(self) -> Path:
        return self.var / "mail"


def _path(text: str | None) -> Path | None:
    return Path(text).absolute() if text else None


def sqlalchemy_url(url: str) -> str:
    """Accept the short names administrators know: `postgres://` and `postgresql://` both mean psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def embedded_socket(var: Path) -> Path:
    """The embedded broker's socket; a path may have about 100 bytes, so a deep folder gets a short one."""
    path = var / "valkey" / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    short = hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"kafedra-{short}" / "valkey.sock"


def new_secret() -> str:
    """A secret fit for `KAFEDRA_SECRET_KEY`."""
    return secrets.token_urlsafe(48)
