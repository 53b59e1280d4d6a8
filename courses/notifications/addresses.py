"""The addresses that letters lead to. The web answers at the same ones; a test compares them."""

from urllib.parse import quote


def confirm(public_url: str, link: str) -> str:
    """The page that confirms an address."""
    return f"{public_url}/confirm/{quote(link)}"


def reset(public_url: str, link: str) -> str:
    """The page that sets a new password."""
    return f"{public_url}/reset/{quote(link)}"


def sign_in(public_url: str) -> str:
    """The page where one signs in."""
    return f"{public_url}/sign-in"


def forgotten(public_url: str) -> str:
    """The page that asks for a link to a new password."""
    return f"{public_url}/forgotten"


def home(public_url: str) -> str:
    """One's own courses."""
    return f"{public_url}/study/"


def course(public_url: str, enrolment_id: int) -> str:
    """The course of one's own enrolment."""
    return f"{public_url}/study/{enrolment_id}"


def result(public_url: str, attempt_id: int) -> str:
    """The result of one's own attempt."""
    return f"{public_url}/study/attempts/{attempt_id}/result"


def certificates(public_url: str) -> str:
    """One's own certificates."""
    return f"{public_url}/study/certificates"
