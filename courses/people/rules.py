"""Who may do what: the whole policy on one screen, and the person asking as a plain value."""

from dataclasses import dataclass
from enum import StrEnum

from courses.errors import Forbidden


class Role(StrEnum):
    """What a person is trusted with. Everyone signed in is a learner; the others are granted."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    CONTENT_DEVELOPER = "content_developer"
    EXPERT = "expert"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One deed, written subject:verb."""

    STUDY = "study:enrol"
    COURSE_IMPORT = "course:import"
    COURSE_PREVIEW = "course:preview"
    COURSE_PUBLISH = "course:publish"
    OFFERING_OPEN = "offering:open"
    OFFERING_SEE_LEARNERS = "offering:see_learners"
    ATTENDANCE_MARK = "attendance:mark"
    ANSWER_MARK = "answer:mark"
    QUIZ_INVIGILATE = "quiz:invigilate"
    QUIZ_REGRADE = "quiz:regrade"
    CERTIFICATE_ISSUE = "certificate:issue"
    CERTIFICATE_REVOKE = "certificate:revoke"
    REGISTER_SEE = "register:see"
    PEOPLE_SEE = "people:see"
    ROLE_GRANT = "role:grant"
    PERSON_DISABLE = "person:disable"
    AUDIT_SEE = "audit:see"


P = Permission

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.LEARNER: frozenset({P.STUDY}),
    Role.EXPERT: frozenset({P.STUDY, P.COURSE_PREVIEW, P.ANSWER_MARK}),
    Role.INSTRUCTOR: frozenset(
        {
            P.STUDY,
            P.COURSE_PREVIEW,
            P.OFFERING_SEE_LEARNERS,
            P.ATTENDANCE_MARK,
            P.ANSWER_MARK,
            P.QUIZ_INVIGILATE,
        }
    ),
    Role.CONTENT_DEVELOPER: frozenset(
        {P.STUDY, P.COURSE_IMPORT, P.COURSE_PREVIEW, P.COURSE_PUBLISH, P.OFFERING_OPEN, P.QUIZ_REGRADE}
    ),
    Role.ADMINISTRATOR: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held. `offering_id` None means the whole site."""

    role: Role
    offering_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: the id of a person and the roles they hold. Services take it as `by`."""

    id: int
    grants: tuple[Grant, ...] = ()

    def may(self, permission: Permission, *, offering_id: int | None = None) -> bool:
        """Whether a role on the site, or on this offering, gives the permission."""
        if permission in GRANTS[Role.LEARNER]:
            return True
        return any(
            permission in GRANTS[grant.role]
            for grant in self.grants
            if grant.offering_id is None or (offering_id is not None and grant.offering_id == offering_id)
        )

    def may_anywhere(self, permission: Permission) -> bool:
        """Whether any role held, on the site or on some offering, gives the permission."""
        return permission in GRANTS[Role.LEARNER] or any(
            permission in GRANTS[grant.role] for grant in self.grants
        )

    @property
    def offering_ids(self) -> frozenset[int]:
        """The offerings on which this person holds a role of their own."""
        return frozenset(grant.offering_id for grant in self.grants if grant.offering_id is not None)


SYSTEM_ID = 1
SYSTEM = Actor(SYSTEM_ID, (Grant(Role.ADMINISTRATOR),))


def require(by: Actor, permission: Permission, *, offering_id: int | None = None) -> None:
    """Forbidden unless the actor may do this here."""
    if not by.may(permission, offering_id=offering_id):
        raise Forbidden(permission.value)
