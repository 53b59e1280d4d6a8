"""People: who they are, what they may do, and how they prove it.

A person registers, confirms the address by a link, and signs in; every signed-in browser is a row that can be ended.
The whole policy of permissions is in `rules`; a deed is asked for by `require`.
"""

from courses.people.events import KnownAddressRegistered, PasswordChanged, PasswordResetAsked, PersonRegistered
from courses.people.models import Person
from courses.people.rules import SYSTEM, SYSTEM_ID, Actor, Grant, Permission, Role, require
from courses.people.sessions import (
    SignedIn,
    end_session,
    end_sessions,
    forget_sessions,
    keep_session,
    open_session,
    open_sessions,
    signed_in,
)
from courses.people.system import ensure_system, get

__all__ = [
    "SYSTEM",
    "SYSTEM_ID",
    "Actor",
    "Grant",
    "KnownAddressRegistered",
    "PasswordChanged",
    "PasswordResetAsked",
    "Permission",
    "Person",
    "PersonRegistered",
    "Role",
    "SignedIn",
    "end_session",
    "end_sessions",
    "ensure_system",
    "forget_sessions",
    "get",
    "keep_session",
    "open_session",
    "open_sessions",
    "require",
    "signed_in",
]
