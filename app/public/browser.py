"""What a browser tells us: where to go next, what it is called, and whether one of our pages sent it."""

from flask import request, session, url_for
from flask_login import current_user

from app.asking import local_path, parted
from app.security import SESSION_KEY
from app.templating import settings

CLAIM_KEY = "claim"
ADDRESS_KEY = "address"
DEBT_KEY = "debt"
GOAL_KEY = "goal"
BROWSERS = {
    "YaBrowser": "Яндекс Браузер",
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def device(user_agent: str) -> str:
    """«Chrome, Windows»: enough for its owner to recognise, and no more."""
    tables = (BROWSERS, SYSTEMS)
    known = [next((name for sign, name in table.items() if sign in user_agent), "") for table in tables]
    return ", ".join(name for name in known if name)


def here() -> str:
    """The present browser in words."""
    return device(request.headers.get("User-Agent", ""))


def goal() -> str:
    """Where a person who signs in wanted to go."""
    wanted = local_path(request.values.get("next"), "")
    return url_for("learner.home") if not wanted or wanted.startswith(url_for("public.sign_in")) else wanted


def remember_goal() -> None:
    """Keep where somebody wanted to go while the address is being confirmed."""
    session[GOAL_KEY] = goal()


def remembered_goal() -> str:
    """Where the person in this browser wanted to go before the address was confirmed."""
    return local_path(session.get(GOAL_KEY), url_for("learner.home"))


def keep_secret(secret: str) -> None:
    """Start the browser's session afresh with the secret of a newly opened one."""
    session.clear()
    session[SESSION_KEY] = secret
    session.permanent = True


def session_id_here() -> int:
    """The id of the present browser's own session; call only where somebody is signed in."""
    return current_user.signed_in.session_id  # type: ignore[no-any-return]


def sent_by_us() -> bool:
    """Whether one of our own pages sent the form; a browser always says so when another site did."""
    sender = request.headers.get("Origin") or request.headers.get("Referer")
    if sender is None:
        return True
    return parted(sender).netloc in (request.host, parted(settings().public_url).netloc)
