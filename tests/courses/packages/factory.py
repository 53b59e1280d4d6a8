"""A small correct package as files, to be broken by tests in one place at a time."""

import io
import zipfile

MANIFEST = """\
format: kafedra-course/1
key: pervyy-shag
kind: course
language: ru
title: Первый шаг в сетевое сообщество
summary: За один час вы найдёте коллег с той же задачей.
subject: pedagogy
hours: 1
audience: Учителя всех предметов
outcomes:
  - Находить сообщество по своему предмету
about: about.md
authors:
  - name: Смирнова Анна Петровна
    position: методист
modules:
  - key: start
    title: Начало
    activities:
      - lesson: start/first.md
      - practical: start/task.md
      - quiz: start/quiz.gift
        key: start-quiz
        title: Проверьте себя
        minutes: 5
"""
LESSON = """\
---
key: first
title: С кем объединиться
minutes: 10
---
## Кого искать

Ищите тех, кто **уже** решает вашу задачу.

![Два круга с общей частью](figures/two.svg "Общая задача")
"""
TASK = """\
---
key: task
title: Найдите троих
minutes: 30
required: false
---
Назовите трёх коллег и общую задачу.
"""
QUIZ = """\
::Кого искать:: С кем лучше начать? {
  =С тем, у кого та же задача #Да: общая задача держит вместе.
  ~С тем, кто живёт рядом #Соседство помогает, но не заменяет общей задачи.
}

::Связи:: Сколько связей между четырьмя? {#6:0}
"""
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="4" cy="5" r="3"/></svg>
"""


def small_package(**changes: str | bytes | None) -> dict[str, bytes]:
    """The files of the package; a change to a path is its new content, None takes the file away."""
    files: dict[str, str | bytes | None] = {
        "course.yaml": MANIFEST,
        "about.md": "Короткий курс для тех, кто ещё не работал в сообществе.\n",
        "start/first.md": LESSON,
        "start/task.md": TASK,
        "start/quiz.gift": QUIZ,
        "figures/two.svg": SVG,
    } | changes
    return {
        path: content.encode() if isinstance(content, str) else content
        for path, content in files.items()
        if content is not None
    }


def zipped(files: dict[str, bytes], *, compress: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The files as an ordinary ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compress) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()
