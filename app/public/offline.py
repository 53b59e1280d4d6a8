"""The script that shows a running attempt where there is no connection."""

from flask import Response, current_app

from app.extensions import limiter
from app.public import bp


@bp.get("/study/attempts/worker.js")
@limiter.exempt
def offline_worker() -> Response:
    """A browser lets such a script stand only before pages below its own address, hence this one; it asks for
    it again from time to time, also when nobody is signed in."""
    return current_app.send_static_file("js/offline-worker.js")
