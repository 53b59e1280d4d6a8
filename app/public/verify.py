"""Checking a certificate: anybody, without signing in, by the code printed under the QR."""

import re
from dataclasses import asdict, replace
from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from app.extensions import csrf, db, limiter
from app.public import bp
from app.public.browser import sent_by_us
from app.public.remembering import FLASHES, drawn_once
from app.security import viewer, wants_json
from app.templating import settings
from courses import certificates
from courses.certificates import Verification
from courses.links import verification_url

LONGEST_NAME = 320
BLANK_CODE = "0000-0000-0000-0000"
BLANK_NUMBER = "0000-000-00000"
PLACE = Markup("<!-- what the register says -->")
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
    body = Markup(render_template("public/verify_body.html", found=found))  # noqa: S704 - drawn by us
    alone = viewer() is None and FLASHES not in session and not name
    page = _framed(found, body) if alone else _whole(found, body, name=name)
    return _uncached(page, 200 if found.found else 404)


def _framed(found: Verification, body: Markup) -> str:
    """The body in the page around it, which for strangers is drawn once for every state."""
    frame = drawn_once(("verify", found.status), lambda: _frame(found.status))
    number = escape(found.number)
    return frame.replace(BLANK_CODE, found.code).replace(BLANK_NUMBER, number).replace(PLACE, body)


def _frame(status: str) -> str:
    """The page around any certificate in this state, with marks where its own words go."""
    blank = Verification(status=status, code=BLANK_CODE, number=BLANK_NUMBER)
    known = url_for("public.verify", code=BLANK_CODE)
    return _whole(blank, PLACE, this_page=known if blank.found else url_for("public.verify_form"))


def _whole(found: Verification, body: Markup, **more: Any) -> str:
    address = verification_url(settings().public_url, found.code)
    return render_template(
        "public/verify.html", found=found, body=body, address=address, **({"name": ""} | more)
    )


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
