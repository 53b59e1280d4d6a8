"""The forms of the author's door, and the sentences for what may be wrong with them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_wtf.file import FileField, FileRequired
from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from app.forms import Form, Trimmed
from app.templating import local_input, words
from courses.catalogue import Offering, Terms
from courses.people import ZONES
from courses.texts import N_

NOT_A_YEAR = N_("Проверьте год: он должен быть между 2000 и 2100.")
TERMS = {
    "ends_before_start": N_("Окончание раньше начала. Проверьте даты."),
    "enrol_after_end": N_("Запись не может идти дольше самих занятий."),
    "seats_wrong": N_("Мест может быть от 1 до 100 000; оставьте пустым, если ограничения нет."),
    "fewer_than_taken": N_("Столько людей уже записано: мест не может быть меньше."),
    "not_a_web_address": N_("Нужен адрес вида https://…"),
    "zone_unknown": N_("Такого часового пояса нет."),
    "code_word_wrong": N_("В слове должны быть буквы или цифры, не больше 60 знаков."),
    "year_wrong": NOT_A_YEAR,
    "date_needed": N_("Здесь отмечают присутствие, поэтому нужны день и час встречи."),
    "in_the_past": N_("Эта дата уже прошла."),
    "dates_stand": N_(
        "Набор открыт: даты и часовой пояс уже не меняются. Места, ссылку и слово менять можно."
    ),
    "already_open": N_("Набор уже открыт."),
}
NOT_A_MOMENT = N_("Укажите дату и время.")


class PackageForm(Form):
    """One ZIP with a course package."""

    package = FileField(N_("Пакет курса"), validators=[FileRequired(N_("Выберите файл ZIP."))])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        _translate(self)


def within_reason(_form: object, field: DateTimeLocalField) -> None:
    """A slip of the finger in the year is noticed before it becomes a date."""
    if field.data is not None and not 2000 <= field.data.year <= 2100:
        raise ValidationError(words().gettext(NOT_A_YEAR))


MOMENT = {"validators": [Optional(), within_reason], "format": ["%Y-%m-%dT%H:%M"]}


class TermsForm(Form):
    """What is agreed when a course is offered; moments are wall-clock times in the chosen zone."""

    time_zone = SelectField(N_("Часовой пояс"), default="Europe/Moscow")
    starts_at = DateTimeLocalField(N_("Начало"), **MOMENT)
    ends_at = DateTimeLocalField(N_("Окончание"), **MOMENT)
    enrol_until = DateTimeLocalField(N_("Запись до"), **MOMENT)
    seats = IntegerField(N_("Сколько мест"), validators=[Optional(), NumberRange(1, 100_000)])
    meeting_url = StringField(N_("Ссылка на встречу"), filters=[Trimmed()], validators=[Length(max=300)])
    code_word = StringField(N_("Кодовое слово"), filters=[Trimmed()], validators=[Length(max=60)])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.time_zone.choices = [(zone, words().gettext(name)) for zone, name in ZONES.items()]
        if self.time_zone.data in available_timezones() - set(ZONES):
            self.time_zone.choices.append((self.time_zone.data, self.time_zone.data))
        _translate(self)

    def terms(self) -> Terms:
        """The agreement as the catalogue takes it."""
        zone = ZoneInfo(self.time_zone.data)

        def moment(field: DateTimeLocalField) -> datetime | None:
            return field.data.replace(tzinfo=zone) if field.data else None

        return Terms(
            starts_at=moment(self.starts_at),
            ends_at=moment(self.ends_at),
            enrol_until=moment(self.enrol_until),
            time_zone=self.time_zone.data,
            seats=self.seats.data,
            meeting_url=self.meeting_url.data,
            code_word=self.code_word.data,
        )


def form_of(offering: Offering) -> TermsForm:
    """The form filled in with an offering."""
    zone = offering.time_zone
    return TermsForm(
        data={
            "time_zone": zone,
            "seats": offering.seats,
            "meeting_url": offering.meeting_url,
            "code_word": offering.code_word,
            **{
                name: _wall(getattr(offering, name), zone) for name in ("starts_at", "ends_at", "enrol_until")
            },
        }
    )


def _wall(moment: datetime | None, zone: str) -> datetime | None:
    return datetime.fromisoformat(local_input(moment, zone)) if moment else None


def _translate(form: Form) -> None:
    for field in form:
        field.label.text = (
            words().gettext(field.label.text) if field.type != "CSRFTokenField" else field.label.text
        )
