"""The table of `docs/performance.md`."""

from datetime import datetime
from pathlib import Path

from tests.benchmarks.meter import Result

PATH = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
HEAD = """\
# Скорость

Процессорное время в миллисекундах на единицу работы, по всем процессам вместе (веб, исполнители,
планировщик, PostgreSQL, Valkey), медианы; рядом — голая страница Flask под тем же gunicorn в том же
прогоне. Где единица другая, она названа.
Считает и пишет эту таблицу `make bench`; те же числа построчно в `bench.json` в папке данных.

"""


def write_report(results: list[Result], base: float, began: datetime) -> None:
    """Write the table, and say on one line what it was measured beside."""
    lines = [
        f"Замер {began:%d.%m.%Y}; голая страница Flask: {base:.2f} мс.\n\n",
        "| работа | измерено | голых страниц | бюджет | байт | |\n|---|---|---|---|---|---|\n",
    ]
    for one in results:
        ratio = "" if "(not CPU)" in one.work else f"{one.cpu_ms / base:.1f}"
        size = f"{one.bytes}" if one.bytes else ""
        verdict = "в бюджете" if one.ok else "**сверх бюджета**"
        lines.append(f"| {one.work} | {one.cpu_ms:.2f} | {ratio} | {one.budget:g} | {size} | {verdict} |\n")
    notes = PATH.read_text().partition("\n## ")[2] if PATH.exists() else ""
    PATH.write_text(HEAD + "".join(lines) + (f"\n## {notes}" if notes else ""))
