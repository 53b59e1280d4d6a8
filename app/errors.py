"""Domain refusals and bad requests, turned into pages. The only place that maps them to HTTP."""

import secrets
import time
from collections.abc import Sequence
from math import ceil

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from redis import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.extensions import db, limiter
from app.security import wants_json
from courses.errors import Conflict, DomainError, Forbidden, Invalid, NotFound

STATUS = {NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 422}
LONG = 120  # characters: words worth giving back, longer than any password or token of ours
PAGES = frozenset({400, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503})

log = structlog.get_logger("kafedra.web")


def install(app: Flask) -> None:
    """Every refusal becomes a page that says what to do next; a bug becomes a 500 with a number to quote."""
    app.register_error_handler(DomainError, _refusal)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def _refusal(error: DomainError) -> ResponseReturnValue:
    return _page(STATUS[type(error)], code=error.code)


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    """What was typed is given back to be copied: the page it came from may be gone."""
    return _page(400, code="stale_form", typed=[text for text in request.form.values() if len(text) >= LONG])


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    wait = _seconds_to_wait()
    body, status = _page(status, code=error.name.lower().replace(" ", "_"), minutes=ceil(wait / 60))
    headers = [item for item in error.get_headers() if item[0] not in ("Content-Type",)]
    return body, status, [*headers, ("Retry-After", str(wait))] if wait else headers


def _seconds_to_wait() -> int:
    """For who asked too often; nobody else costs the broker a second question.

    When the broker has gone in the meantime, the longest it can be.
    """
    limit = limiter.current_limit
    if limit is None or not limit.breached:
        return 0
    try:
        return max(1, round(limit.reset_at - time.time()))
    except RedisError as error:
        log.warning("limit.uncounted", reason=type(error).__name__)
        return limit.limit.get_expiry()


def _bug(error: Exception) -> tuple[Response | str, int]:
    db.session.rollback()
    number = g.get("request_id") or secrets.token_hex(8)
    away = isinstance(error, OperationalError | InterfaceError)
    log.error("database_away" if away else "bug", exc_info=error, reference=number)
    return _page(503 if away else 500, code="away" if away else "bug", reference=number)


def _page(
    status: int, *, code: str, reference: str = "", minutes: int = 0, typed: Sequence[str] = ()
) -> tuple[Response | str, int]:
    """The page of a refusal. On that of a failure nobody is signed in: to ask who reads might fail again."""
    if status >= 500:
        g.nobody = True
        g.pop("_login_user", None)
    if wants_json():
        return jsonify(error=code, reference=reference), status
    shown = status if status in PAGES else (404 if status < 500 else 500)
    try:
        page = render_template(
            f"errors/{shown}.html",
            code=code,
            reference=reference,
            status=status,
            minutes=minutes or 1,
            typed=typed,
        )
    except SQLAlchemyError as error:
        if status >= 500:
            raise
        return _bug(error)
    return page, status
