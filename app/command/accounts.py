"""The sign-ins of a demo installation. They are made only where KAFEDRA_DEMO=1, never in production."""

from dataclasses import dataclass

PASSWORD = "sitnik-okno-42"  # noqa: S105 - printed at every start of a demo


@dataclass(frozen=True, slots=True)
class Account:
    """One sample person; `role` None is a learner."""

    email: str
    family_name: str
    given_name: str
    patronymic: str
    role: str | None
    who: str


ACCOUNTS = (
    Account(
        "teacher@kafedra.example",
        "Иванова",
        "Мария",
        "Петровна",
        None,
        "слушатель: учительница русского языка",
    ),
    Account("author@kafedra.example", "Смирнова", "Анна", "Петровна", "content_developer", "автор курсов"),
    Account(
        "tutor@kafedra.example",
        "Ёлкин",
        "Фёдор",
        "Ильич",
        "instructor",
        "преподаватель: ведёт семинар и мастер-класс",
    ),
    Account(
        "admin@kafedra.example",
        "Соколова",
        "Елена",
        "Викторовна",
        "administrator",
        "администратор: реестр, люди",
    ),
)
