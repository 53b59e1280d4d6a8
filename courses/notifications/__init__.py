"""Letters: who is told what, once.

A fact makes a row (`tell_…`), a sender takes it, composes it and closes it. The row holds ids and plain
values; links are made again when the letter is composed, so no secret is ever stored.
"""

from courses.notifications.composing import compose
from courses.notifications.folder import FolderLetter, keep_in_folder, read_folder
from courses.notifications.models import Letter
from courses.notifications.service import give_back, mark_refused, mark_sent, owed, take, write_letter
from courses.notifications.telling import (
    tell_certificate_issued,
    tell_certificate_revoked,
    tell_enrolled,
    tell_known_address,
    tell_marked,
    tell_password_changed,
    tell_registered,
    tell_regraded,
    tell_reset_asked,
)

__all__ = [
    "FolderLetter",
    "Letter",
    "compose",
    "give_back",
    "keep_in_folder",
    "mark_refused",
    "mark_sent",
    "owed",
    "read_folder",
    "take",
    "tell_certificate_issued",
    "tell_certificate_revoked",
    "tell_enrolled",
    "tell_known_address",
    "tell_marked",
    "tell_password_changed",
    "tell_registered",
    "tell_regraded",
    "tell_reset_asked",
    "write_letter",
]
