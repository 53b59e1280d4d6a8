"""People: who they are, what they may do, and how they prove it.

A person registers, confirms the address by a link, and signs in; every signed-in browser is a row that can be
ended. The whole policy of permissions is in `rules`; a deed is asked for by `require`.

Passwords are slow on purpose. What hashes or compares one (`check_registration`, `try_password`,
`check_new_password`) takes no session and is called outside any transaction; the verb that follows takes its
result.
"""

from courses.people.agreeing import agree
from courses.people.consents import PERSONAL_DATA, Document, consents_of, document, give_consent
from courses.people.entering import enter
from courses.people.events import (
    KnownAddressRegistered,
    PasswordChanged,
    PasswordResetAsked,
    PersonRegistered,
)
from courses.people.models import Person
from courses.people.names import NameProblem, clean_name, name_problems, search_key
from courses.people.profile import Profile, change_profile, keep_display
from courses.people.registration import (
    Registration,
    ask_for_confirmation,
    check_registration,
    claimed,
    confirm_address,
    register,
)
from courses.people.rules import SYSTEM, SYSTEM_ID, Actor, Grant, Permission, Role, require
from courses.people.sessions import (
    SignedIn,
    end_session,
    end_sessions,
    keep_session,
    open_session,
    open_sessions,
    signed_in,
)
from courses.people.signing_in import (
    Outcome,
    Proof,
    State,
    ask_for_reset,
    candidate,
    change_password,
    check_new_password,
    reset_password,
    sign_in,
    try_password,
)
from courses.people.staff import (
    ON_AN_OFFERING,
    PersonCard,
    disable_person,
    enable_person,
    find_people,
    grant_role,
    holders_on,
    person_card,
    withdraw_role,
)
from courses.people.system import ensure_system, get, names_of
from courses.people.tokens import LinkOwner, Purpose, link_owner, link_text, live_token
from courses.people.upkeep import forget_old
from courses.people.zones import ZONES

__all__ = [
    "ON_AN_OFFERING",
    "PERSONAL_DATA",
    "SYSTEM",
    "SYSTEM_ID",
    "ZONES",
    "Actor",
    "Document",
    "Grant",
    "KnownAddressRegistered",
    "LinkOwner",
    "NameProblem",
    "Outcome",
    "PasswordChanged",
    "PasswordResetAsked",
    "Permission",
    "Person",
    "PersonCard",
    "PersonRegistered",
    "Profile",
    "Proof",
    "Purpose",
    "Registration",
    "Role",
    "SignedIn",
    "State",
    "agree",
    "ask_for_confirmation",
    "ask_for_reset",
    "candidate",
    "change_password",
    "change_profile",
    "check_new_password",
    "check_registration",
    "claimed",
    "clean_name",
    "confirm_address",
    "consents_of",
    "disable_person",
    "document",
    "enable_person",
    "end_session",
    "end_sessions",
    "ensure_system",
    "enter",
    "find_people",
    "forget_old",
    "get",
    "give_consent",
    "grant_role",
    "holders_on",
    "keep_display",
    "keep_session",
    "link_owner",
    "link_text",
    "live_token",
    "name_problems",
    "names_of",
    "open_session",
    "open_sessions",
    "person_card",
    "register",
    "require",
    "reset_password",
    "search_key",
    "sign_in",
    "signed_in",
    "try_password",
    "withdraw_role",
]
