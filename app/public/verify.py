"""Checking a certificate: anybody, without signing in, by the code printed under the QR."""

import re
from dataclasses import asdict, replace
from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.extensions import csrf, db, limiter
from app.public import bp
from app.public.browser import sent_by_us
from app.security import wants_json
from app.templating import settings
from courses import certificates
from courses.certificates import Verification
from courses.clock import utcnow
from courses.links import verification_url

LONGEST_NAME = 320
REGISTRATION_NUMBER = re.compile(r"\s*№?\s*\d{4}\s*-\s*[^\W\d_]{1,20}\s*-\s*\d{1,9}\s*")
often = limiter.shared_limit("60/minute", scope="verify")


@bp.get("/verify", endpoint="verify_form")
@often
def verify_form() -> ResponseReturnValue:
    """Where the code is typed; it leads to the page of that certificate."""
    entry = request.args.get("code", "").strip()[:300]
    if REGISTRATION_NUMBER.fullmatch(entry):
        return _uncached(render_template("public/verify_form.html", entry=entry, is_number=True), 422)
    if entry:
        found = certificates.verify(db.session(), entry)
        return redirect(url_for("public.verify", code=found.code or _for_address(entry)), 303)
    return _uncached(render_template("public/verify_form.html", entry="", is_number=False))


@bp.get("/verify/<code>", endpoint="verify")
@often
def verify(code: str) -> ResponseReturnValue:
    """What the register says about this code; for programs the same as JSON."""
    found = certificates.verify(db.session(), code, zone=settings().time_zone)
    if wants_json():
        return _as_json(found)
    return _page(found)


@bp.get("/verify/<code>.json", endpoint="verify_json")
@often
def verify_json(code: str) -> ResponseReturnValue:
    """The same for programs that cannot set a header."""
    return _as_json(certificates.verify(db.session(), code, zone=settings().time_zone))


@csrf.exempt  # type: ignore[untyped-decorator]
@bp.post("/verify/<code>", endpoint="verify_name")
@limiter.limit("20/minute")
def verify_name(code: str) -> ResponseReturnValue:
    """Compare the full name on the paper with the register; the register's own is not shown."""
    name = request.form.get("name", "").strip()[:LONGEST_NAME] if sent_by_us() else ""
    return _page(
        certificates.verify(db.session(), code, zone=settings().time_zone, full_name=name or None),
        name=name,
    )


def _page(found: Verification, name: str = "") -> Response:
    page = render_template(
        "public/verify.html",
        found=found,
        name=name,
        checked_at=utcnow(),
        address=verification_url(settings().public_url, found.code),
    )
    return _uncached(page, 200 if found.found else 404)


def _as_json(found: Verification) -> Response:
    """One shape whatever the answer; dates in ISO 8601."""
    told: dict[str, Any] = asdict(replace(found, name_matches=None))
    del told["name_matches"]
    told["issued_on"] = found.issued_on.isoformat() if found.issued_on else ""
    told["ended_at"] = found.ended_at.isoformat(timespec="seconds") if found.ended_at else ""
    told["url"] = verification_url(settings().public_url, found.code) if found.found else ""
    return _uncached(jsonify(told), 200 if found.found else 404)


def _uncached(body: str | Response, status: int = 200) -> Response:
    """A revocation is seen at once and no cache keeps a name, so nothing here is stored; robots stay away."""
    answer = make_response(body, status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Vary"] = "Accept"
    return answer


def _for_address(entry: str) -> str:
    """What was typed, harmless as a part of an address."""
    return re.sub(r"[^\w-]+", "-", entry)[:60].strip("-") or "-"
