"""E-mail addresses: which are accepted, and how two of them are compared."""

import re
import unicodedata

from courses.people.names import INVISIBLE

LONGEST = 254
LONGEST_LOCAL = 64
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*")
DOMAIN = re.compile(
    r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59})"
)
CYRILLIC = re.compile("[Ѐ-ԯ]")


def clean_address(text: str) -> str:
    """The address without spaces and invisible letters; a Cyrillic domain in the form mail servers use."""
    plain = unicodedata.normalize("NFC", text).translate(INVISIBLE).strip()
    local, at, domain = plain.rpartition("@")
    if not at or domain.isascii():
        return plain
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return plain


def address_problem(address: str) -> str | None:
    """The code of what is wrong with a cleaned address, or None."""
    if not address:
        return "required"
    local, _, domain = address.rpartition("@")
    if CYRILLIC.search(local):
        return "cyrillic_letters"
    if len(address) > LONGEST or len(local) > LONGEST_LOCAL:
        return "too_long"
    if not LOCAL.fullmatch(local) or not DOMAIN.fullmatch(domain):
        return "not_an_address"
    return None


def address_key(text: str) -> str:
    """What is compared when two addresses are asked to be the same."""
    return clean_address(text).casefold()
