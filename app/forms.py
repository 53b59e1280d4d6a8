"""Forms: the domain's complaint beside the field it is about."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField

from app.templating import language, words
from courses.errors import Conflict, Invalid


class Form(FlaskForm):
    """A form whose built-in messages speak the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[name-defined, misc]
        @property
        def locales(self) -> list[str]:  # type: ignore[override]
            return [language()]

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Read what was sent. A text that was not sent is empty, so that nobody has to think of None."""
        super().process(*args, **kwargs)
        for field in self:
            if isinstance(field, StringField) and field.data is None:
                field.data = ""

    @property
    def refused(self) -> bool:
        """Whether something was sent and is wrong."""
        return bool(self.errors)


@contextmanager
def refusals_on(form: Form, sentences: Mapping[str, str]) -> Iterator[None]:
    """Put a refusal's sentence beside the field it names; `sentences` maps codes to Russian source strings.

    A refusal about no field of the form stands above it. Unknown codes are left to the error page.
    """
    try:
        yield
    except (Invalid, Conflict) as refusal:
        about = {name: code for name, code in refusal.details.items() if name in form and code in sentences}
        if not about and refusal.code not in sentences:
            raise
        for name, code in about.items():
            form[name].errors = [*form[name].errors, _said(sentences[code], refusal)]
        if not about:
            form.form_errors.append(_said(sentences[refusal.code], refusal))


def _said(sentence: str, refusal: Invalid | Conflict) -> str:
    """The sentence in the reader's language, with the refusal's details in their places."""
    text = words().gettext(sentence)
    return text % refusal.details if "%(" in text else text


class Trimmed:
    """A filter that strips white space, the invisible kinds too."""

    def __call__(self, value: str | None) -> str:
        if not value:
            return ""
        return " ".join(value.replace("\u00a0", " ").translate(INVISIBLE).split())


INVISIBLE = {ord(mark): None for mark in "\u200b\u200c\u200d\u200e\u200f\ufeff\u00ad"}
