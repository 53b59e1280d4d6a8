"""Adding steps, the busiest writing of the product: on PostgreSQL one statement with one value for all.

A statement with a value for every column of every row would be several times dearer to prepare.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from courses.quizzes.models import Step

TABLE: Table = Step.metadata.tables["step"]
COLUMNS = {
    "attempt_id": "integer",
    "slot_id": "integer",
    "sequence": "integer",
    "kind": "text",
    "at": "timestamptz",
    "data": "jsonb",
    "client": "text",
    "client_sequence": "integer",
    "current": "boolean",
    "state": "text",
    "fraction": "float8",
}
_named = ", ".join(f'"{name}"' for name in COLUMNS)
_typed = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
FROM_JSON = text(f"INSERT INTO step ({_named}) SELECT {_named} FROM jsonb_to_recordset(:rows) AS r({_typed})")  # noqa: S608
ROW_BY_ROW = insert(TABLE)
NOTHING = dict.fromkeys(COLUMNS)


def add_steps(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows; columns that are not given are empty."""
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(FROM_JSON, {"rows": json.dumps(rows, default=_moment, ensure_ascii=False)})
    else:
        session.execute(ROW_BY_ROW, [NOTHING | dict(row) for row in rows])


def _moment(value: Any) -> str:
    return str(value.isoformat())
