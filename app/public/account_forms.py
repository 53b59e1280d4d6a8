"""The forms of one's own account, and the sentences for what may be wrong with them."""

from typing import Any

from wtforms import BooleanField, EmailField, Field, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.forms import Form
from app.templating import language, words
from courses import people
from courses.errors import Invalid
from courses.people import Document, Registration
from courses.texts import N_

LANGUAGES = (SelectChoice("ru", "Русский"), SelectChoice("en", "English"))
REQUIRED = N_("Заполните это поле.")
NO_CONSENT = N_("Без согласия мы не можем хранить ваши данные и учить вас.")
NEW_CONSENT = N_("Текст согласия изменился. Прочтите его, пожалуйста, ещё раз.")
NAME_SENTENCES = {
    "required": REQUIRED,
    "too_long": N_("Не больше 100 знаков."),
    "letters_only": N_("Только буквы, пробел, дефис, апостроф, точка и скобки."),
    "two_alphabets": N_("Русские и латинские буквы вперемешку. Наберите всё одним алфавитом."),
    "look_alike": N_(
        "Некоторые буквы набраны на другой раскладке, хотя выглядят так же. Верно будет: %(suggestion)s"
    ),
}
SENTENCES = {
    "email": {
        "required": REQUIRED,
        "cyrillic_letters": N_("В адресе до знака @ есть русская буква. Переключите раскладку."),
        "too_long": N_("Адрес слишком длинный."),
        "not_an_address": N_("Адрес должен быть вида imya@shkola.ru."),
    },
    "password": {
        "too_short": N_("Нужно хотя бы 8 знаков. Хорошо запоминаются несколько слов подряд."),
        "too_long": N_("Не больше 512 знаков."),
        "too_common": N_(
            "Такой пароль угадывают первым. Возьмите, например, три слова, не связанных между собой."
        ),
        "own_words": N_("Пароль почти целиком из вашего имени или адреса. Добавьте другие слова."),
    },
    "time_zone": {"unknown": N_("Выберите пояс из списка.")},
    "language": {"unknown": N_("Выберите язык из списка.")},
}


def dress(field: Field, label: str, *, required: bool = True) -> None:
    """Give a field its label in the reader's language, and mark it where it must be filled."""
    field.label.text = words().gettext(label)
    field.flags.required = required


class AccountForm(Form):
    """A form with the domain's refusals beside their fields, names with the spelling that was meant."""

    def complain(self, refusal: Invalid) -> None:
        """Put every problem beside its field."""
        for name, code in refusal.details.items():
            if name in self:
                self[name].errors = [*self[name].errors, self._sentence(name, str(code))]

    def names(self) -> dict[str, str]:
        """The three parts of the name as they were cleaned."""
        return {
            part: people.clean_name(self[part].data or "")
            for part in ("family_name", "given_name", "patronymic")
        }

    def _sentence(self, name: str, code: str) -> str:
        if name in SENTENCES:
            return words().gettext(SENTENCES[name][code])
        problem = people.name_problems(self.names())[name]
        return words().gettext(NAME_SENTENCES[code], suggestion=problem.suggestion)


class NamesForm(AccountForm):
    """The parts of a name, language and zone."""

    family_name = StringField()
    given_name = StringField()
    patronymic = StringField()
    time_zone = SelectField(validate_choice=False)
    language = SelectField(choices=LANGUAGES, validate_choice=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        dress(self.family_name, N_("Фамилия"))
        dress(self.given_name, N_("Имя"))
        dress(self.patronymic, N_("Отчество, если есть"), required=False)
        dress(self.time_zone, N_("Часовой пояс"), required=False)
        dress(self.language, N_("Язык страниц и писем"), required=False)
        self.time_zone.choices = [
            SelectChoice(zone, words().gettext(name)) for zone, name in people.ZONES.items()
        ]


class ConsentForm(AccountForm):
    """The consent to one exact text, which is never ticked beforehand."""

    consent = BooleanField()
    consent_hash = HiddenField()

    def __init__(self, text: Document, **values: Any) -> None:
        super().__init__(**values)
        self.text = text
        dress(self.consent, N_("Даю согласие на обработку моих персональных данных"))

    def agreed(self) -> bool:
        """Whether this very text was agreed to; else the field says what is wrong."""
        whole = self.validate_on_submit()
        if not self.consent.data:
            self.consent.errors = [words().gettext(NO_CONSENT)]
        elif self.consent_hash.data != self.text.hash:
            self.consent.errors = [words().gettext(NEW_CONSENT)]
            self.consent.data = False
        return whole and not self.consent.errors


class RegistrationForm(ConsentForm, NamesForm):
    """Everything needed to register, and the consent."""

    email = EmailField()
    password = PasswordField()

    def __init__(self, text: Document) -> None:
        super().__init__(text, data={"time_zone": "Europe/Moscow", "language": language()})
        dress(self.email, N_("Электронная почта"))
        dress(self.password, N_("Пароль"))

    def checked(self) -> Any:
        """The registration ready to be stored, or None; then every wrong field says what is wrong."""
        agreed = self.agreed()
        try:
            checked = people.check_registration(self._wish())
        except Invalid as refusal:
            self.complain(refusal)
            return None
        return checked if agreed else None

    def _wish(self) -> Registration:
        return Registration(
            self.email.data or "",
            self.password.data or "",
            **self.names(),
            language=self.language.data or "",
            time_zone=self.time_zone.data or "",
        )


class SignInForm(AccountForm):
    """Address and password."""

    email = EmailField()
    password = PasswordField()

    def __init__(self) -> None:
        super().__init__()
        dress(self.email, N_("Электронная почта"))
        dress(self.password, N_("Пароль"))


class AddressForm(AccountForm):
    """Only an address."""

    email = EmailField()

    def __init__(self) -> None:
        super().__init__()
        dress(self.email, N_("Электронная почта"))


class ConfirmForm(AccountForm):
    """The one button; the password is asked only in a browser that did not register."""

    password = PasswordField()

    def __init__(self) -> None:
        super().__init__()
        dress(self.password, N_("Пароль, который вы придумали при регистрации"))


class NewPasswordForm(AccountForm):
    """A new password, typed once: it can be shown, and forgotten ones are easy to replace."""

    password = PasswordField()

    def __init__(self) -> None:
        super().__init__()
        dress(self.password, N_("Новый пароль"))


class ChangePasswordForm(NewPasswordForm):
    """The old password, then the new one."""

    old_password = PasswordField()

    def __init__(self) -> None:
        super().__init__()
        dress(self.old_password, N_("Нынешний пароль"))
