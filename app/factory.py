"""The composition root of the web."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, MapAdapter
from whitenoise import WhiteNoise

from app import errors, security, templating
from app.asking import CleanRequest
from app.assets import Assets
from app.extensions import csrf, db, limiter, login, nudge
from courses import logs, packages
from courses.db import engine_options, prepare
from courses.files import FolderStore
from courses.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "app" / "static"
MAX_REQUEST = packages.MOST_BYTES + 2 * 1024 * 1024  # the form around the file
LARGEST_ID = 2**31 - 1
HASHED = r"^.+\.[0-9a-f]{10}\.\w+$"  # a file under its content's name never changes


class IdConverter(IntegerConverter):
    """Numbers in addresses: one that no column can hold names nothing, nor do the digits of other scripts."""

    regex = "[0-9]+"

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **({"max": LARGEST_ID} | options))


class Web(Flask):
    """The application. A Host header that names no host is a bad request like any other: it gets its page."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        try:
            return super().create_url_adapter(request)
        except BadRequest as refusal:
            if request is None:
                raise
            request.routing_exception = refusal
            return self.url_map.bind(urlsplit(self.extensions["kafedra"].public_url).netloc)


def create_app(settings: Settings | None = None, **overrides: object) -> Flask:
    """The composition root of the web; `overrides` are Flask settings for tests."""
    settings = settings or Settings.from_env()
    app = Web("app", template_folder=str(ROOT / "templates"), static_folder=str(STATIC))
    app.request_class = CleanRequest
    app.config.update(_config(settings))
    app.config.update(overrides)
    app.extensions["kafedra"] = settings
    app.extensions["files"] = FolderStore(settings.files_folder)
    app.extensions["assets"] = Assets(STATIC)
    logs.configure(settings.log_level)
    app.url_map.converters["int"] = IdConverter
    _start_extensions(app, settings)
    security.install(app)
    templating.install(app)
    errors.install(app)
    _open_doors(app, settings)
    if settings.trusted_proxies:
        behind = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=behind, x_proto=1, x_host=0)  # type: ignore[method-assign]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(STATIC / "build"),
        prefix="static/build/",
        immutable_file_test=HASHED,
        autorefresh=app.debug,
    )
    return app


def _config(settings: Settings) -> dict[str, object]:
    secure = settings.public_url.startswith("https://")
    limits = settings.redis_url.replace("unix://", "redis+unix://", 1)
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "SESSION_COOKIE_NAME": "__Host-kafedra" if secure else "kafedra",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_I18N_ENABLED": False,  # the forms bring their own, see `app.forms.Form`
        "WTF_CSRF_SSL_STRICT": secure,
        "MAX_CONTENT_LENGTH": MAX_REQUEST,
        "LARGEST_FILE_MB": packages.MOST_BYTES // 1024**2,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "RATELIMIT_STORAGE_URI": limits,
        "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    }


def _start_extensions(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    login.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    nudge.connect(settings.redis_url)


def _open_doors(app: Flask, settings: Settings) -> None:
    from app import admin, author, learner, public  # noqa: PLC0415 - the doors need the extensions

    app.register_blueprint(public.bp)
    app.register_blueprint(learner.bp, url_prefix="/study")
    app.register_blueprint(author.bp, url_prefix="/author")
    app.register_blueprint(admin.bp, url_prefix="/admin")
    if not settings.production:
        from app import development  # noqa: PLC0415 - not part of a production installation

        app.register_blueprint(development.bp)
