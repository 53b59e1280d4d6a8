"""The tables of `docs/performance.md`; what is written under them by hand is kept."""

from datetime import datetime
from pathlib import Path

from tests.benchmarks.meter import REFERENCE, Result

PATH = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
SETUPS = {
    "production": "Рабочая установка: gunicorn, исполнители, планировщик, PostgreSQL, Valkey",
    "embedded": "Установка одной командой: `make run`, SQLite",
}
NAMES = {
    "catalogue, anonymous": "каталог, 2000 групп, без входа",
    "course page, signed in": "страница курса",
    "lesson": "занятие",
    "autosave of one answer": "автосохранение одного ответа",
    "20-question attempt, one page": "попытка, 20 вопросов на одной странице",
    "20-question attempt, page by page": "попытка, 20 вопросов по одному",
    "certificate: number, snapshot, PDF, stored": "сертификат: номер, снимок, PDF, запись",
    "grading of a 20-question attempt": "проверка попытки из 20 вопросов исполнителем",
    "10,000 GIFT questions imported, each": "импорт 10 000 вопросов GIFT, один вопрос",
    "attempts graded a second by one core": "проверено попыток из 20 вопросов за секунду одним ядром",
    "autosave, 200 attempts at once, median": "автосохранение, 200 попыток сразу по 100 в секунду, медиана",
    "autosave, 200 attempts at once, 95 of 100": "автосохранение, 200 попыток сразу, 95 из 100",
    "verification page": "страница проверки сертификата",
    "catalogue, 100 times the data, ratio": "каталог при стократных данных, во сколько раз дороже",
    "memory at rest": "память в покое, все процессы",
    "memory with 50 learners": "память при 50 учащихся сразу",
    "cold start to the first answer": "первый запуск: от команды до первого ответа",
    "warm start to the first answer": "повторный запуск: от команды до первого ответа",
    "finishing until the mark, median": "от «Завершить» до оценки, медиана",
    "finishing until the mark, 95 of 100": "от «Завершить» до оценки, 95 из 100",
}
UNITS = {"s": "с", "MB PSS": "МБ PSS", "ratio": "раза", "a second": "в секунду"}
HEAD = f"""\
# Скорость

Считает и пишет эти таблицы `make bench`; те же числа построчно в `bench.json` в папке данных. Текст под
таблицами пишут люди, замер его не трогает.

Мера — процессорное время в миллисекундах на единицу работы, по всем процессам вместе (веб, исполнители,
планировщик, база, брокер), четыре посетителя сразу; медиана трёх серий. То, что процессы тратят в покое,
вычтено. Машины бывают разные и заняты по-разному, поэтому перед каждой серией меряется голая страница
Flask под тем же gunicorn, и с бюджетом сравнивается столбец «приведено»: сколько работа заняла бы там,
где голая страница стоит {str(REFERENCE).replace(".", ",")} мс. Для такой машины бюджеты и назначены.
«Запросы» — обращения веб-сервера к базе на единицу работы, когда память процесса уже прогрета.
"""


def write_report(results: list[Result], base: float, began: datetime) -> None:
    """Write the tables, and say on one line what they were measured beside."""
    kept = PATH.read_text().partition("\n## Куда уходит время")[2] if PATH.exists() else ""
    lines = [HEAD, f"\nЗамер {began:%d.%m.%Y}; голая страница Flask в этом прогоне: {_said(base)} мс.\n"]
    for setup, title in SETUPS.items():
        lines += [f"\n## {title}\n\n", *_table([one for one in results if one.setup == setup])]
    PATH.write_text("".join(lines) + (f"\n## Куда уходит время{kept}" if kept else ""))


def _table(results: list[Result]) -> list[str]:
    """Processor times with their ratios; then what is counted in seconds and megabytes."""
    timed = [one for one in results if one.unit == "ms CPU"]
    lines = [
        "| работа | измерено, мс | приведено, мс | бюджет | запросы | байт | |\n",
        "|---|---|---|---|---|---|---|\n",
    ]
    for one in timed:
        cells = (
            NAMES.get(one.work, one.work),
            _said(one.cpu_ms),
            _said(one.scaled),
            f"{one.budget:g}".replace(".", ",") if one.budget else "",
            "" if one.queries is None else str(one.queries),
            "" if one.bytes is None else str(one.bytes),
            "в бюджете" if one.ok else "**сверх бюджета**",
        )
        lines.append(f"| {' | '.join(cells)} |\n")
    lines += ["\n| прочее | измерено | бюджет | |\n|---|---|---|---|\n"]
    for one in results:
        if one.unit == "ms CPU":
            continue
        budget = "" if one.budget is None else f"{one.budget:g}".replace(".", ",")
        verdict = "" if one.budget is None else "в бюджете" if one.ok else "**сверх бюджета**"
        name = NAMES.get(one.work, one.work)
        lines.append(f"| {name} | {_said(one.cpu_ms)} {UNITS[one.unit]} | {budget} | {verdict} |\n")
    return lines


def _said(number: float) -> str:
    """Two digits after the comma for small numbers, none for large ones."""
    return f"{number:.0f}" if number >= 100 else f"{number:.2f}".replace(".", ",")
