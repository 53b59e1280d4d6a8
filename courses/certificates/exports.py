"""The register as a table for spreadsheets.

CSV as Excel in Russia opens it, in which nothing is a formula.
"""

import csv
import io
from collections.abc import Iterator

from sqlalchemy.orm import Session

from courses.certificates.queries import RegisterQuery, RegisterRow, register_rows
from courses.certificates.rules import STATE_NAMES
from courses.people import Actor
from courses.texts import N_, Texts

BYTE_ORDER_MARK = "\ufeff"
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
COLUMNS = (
    N_("Номер"),
    N_("Дата выдачи"),
    N_("Фамилия, имя, отчество"),
    N_("Название"),
    N_("Объём"),
    N_("Состояние"),
    N_("Не действует с"),
    N_("Причина"),
    N_("Код проверки"),
    N_("SHA-256 файла"),
)


def register_csv(
    session: Session, asked: RegisterQuery, *, by: Actor, words: Texts, zone: str
) -> Iterator[str]:
    """The lines of the file, made as they are sent: the register may be longer than the memory."""
    rows = register_rows(session, asked, by=by)
    return _lines(rows, words, zone)


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows as text, whatever it begins with."""
    return f"'{cell}" if cell.lstrip(" ").startswith(BEGINS_A_FORMULA) else cell


def _lines(rows: Iterator[RegisterRow], words: Texts, zone: str) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _line([words.gettext(name) for name in COLUMNS])
    for row in rows:
        yield _line(
            [
                row.number,
                words.short_date(row.issued_at, zone),
                row.recipient,
                row.course_title,
                row.volume.replace("\u00a0", " "),
                words.gettext(STATE_NAMES[row.state]),
                words.short_date(row.ended_at, zone) if row.ended_at else "",
                row.reason,
                row.code,
                row.file_sha256,
            ]
        )


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return out.getvalue()
