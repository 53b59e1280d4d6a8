"""What an author decides about a quiz beside its questions; frozen with the version of the course."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from courses.errors import Invalid
from courses.quizzes.behaviours import BEHAVIOURS, DEFAULT


@dataclass(frozen=True, slots=True)
class QuizSettings:
    """Each field's default is what a quiz without the setting means, now and for ever."""

    behaviour: str = DEFAULT

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "QuizSettings":
        """The settings as they were stored, or as a package names them."""
        return cls(**stored).checked()

    def stored(self) -> dict[str, Any]:
        """Only what differs from the defaults."""
        usual = asdict(QuizSettings())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    def checked(self) -> "QuizSettings":
        """The same settings; Invalid names the field that is wrong."""
        if self.behaviour not in BEHAVIOURS:
            raise Invalid("quiz_settings_wrong", behaviour="unknown")
        return self
