"""The four ways the domain says no. The code is a stable word; the sentence is made at the edge."""

from dataclasses import dataclass, field
from typing import Any


class DomainError(Exception):
    """A refusal with a stable `code`; `details` name the values or fields it is about."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class NotFound(DomainError):
    """The thing is not there, or is not yours to see: the two are never told apart."""


class Forbidden(DomainError):
    """You may see it, but not do this."""


class Conflict(DomainError):
    """The right question at the wrong moment: finished, published, full, or changed meanwhile."""


class Invalid(DomainError):
    """The values break a rule; `details` map a field's name to the code of its problem."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of a check. Lists of problems are results, not exceptions.

    `line` and `column` count from 1; 0 means the whole file or object.
    """

    code: str
    where: str = ""
    line: int = 0
    column: int = 0
    severity: str = "error"
    details: dict[str, Any] = field(default_factory=dict)
