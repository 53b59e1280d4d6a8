"""Headers, request ids, and who is signed in."""

import secrets
import time
from dataclasses import dataclass

import structlog
from flask import Flask, Response, abort, g, redirect, request, session, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response as BaseResponse

from app.extensions import db, login
from courses import people
from courses.clock import utcnow
from courses.people import Actor, Permission

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "manifest-src 'self'",
        "worker-src 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "X-Frame-Options": "DENY",
}
SESSION_KEY = "s"

log = structlog.get_logger("kafedra.web")


@dataclass(frozen=True)
class Viewer(UserMixin):
    """The signed-in person as pages and services need them."""

    signed_in: people.SignedIn

    def get_id(self) -> str:
        return str(self.signed_in.session_id)

    @property
    def actor(self) -> Actor:
        return self.signed_in.actor

    @property
    def id(self) -> int:
        return self.signed_in.actor.id

    @property
    def full_name(self) -> str:
        return self.signed_in.full_name

    @property
    def short_name(self) -> str:
        return self.signed_in.short_name

    @property
    def language(self) -> str:
        return self.signed_in.language

    @property
    def time_zone(self) -> str:
        return self.signed_in.time_zone

    def may(self, permission: str, offering_id: int | None = None) -> bool:
        """For templates: whether a link is worth showing; services decide for themselves."""
        if offering_id is None:
            return self.actor.may_anywhere(Permission(permission))
        return self.actor.may(Permission(permission), offering_id=offering_id)


def viewer() -> Viewer | None:
    """The signed-in person, or None."""
    return current_user._get_current_object() if current_user.is_authenticated else None


def actor() -> Actor:
    """Who asks; call only where somebody is signed in."""
    return current_user.actor


def install(app: Flask) -> None:
    """Give every answer its headers and every request its id."""

    @login.request_loader
    def load_from_cookie(_request: object) -> Viewer | None:
        secret = session.get(SESSION_KEY)
        if not isinstance(secret, str) or g.get("nobody"):
            return None
        signed_in = people.signed_in(db.session(), secret, now=utcnow())
        return Viewer(signed_in) if signed_in else None

    @login.unauthorized_handler
    def ask_to_sign_in() -> BaseResponse:
        if wants_json():
            return Response('{"error": "sign_in"}', 401, mimetype="application/json")
        goal = request.full_path.rstrip("?") if request.method == "GET" else url_for("learner.home")
        return redirect(url_for("public.sign_in", next=goal), 303)

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        if "\0" in request.path:
            abort(404)

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure or app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if request.endpoint not in ("static", "public.livez", "public.readyz"):
            log.info(
                "request",
                method=request.method,
                endpoint=request.endpoint,
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            )
        return response


def wants_json() -> bool:
    """Whether a script of ours asks, rather than a browser for a page."""
    return request.is_json or request.accept_mimetypes.best == "application/json"
