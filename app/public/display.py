"""How pages look and in which language: preferences in cookies, so that every page is the same for everybody.

These two forms carry no token: they change nothing but the look. A form from another site is still refused.
"""

from dataclasses import fields, replace
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.asking import local_path
from app.extensions import csrf, unit_of_work
from app.public import bp
from app.public.browser import sent_by_us
from app.security import actor, viewer
from app.templating import CHOICES, DISPLAY_COOKIE, LANGUAGE_COOKIE, Display, words
from app.templating import display as present_display
from courses import people
from courses.texts import LANGUAGES, N_

A_YEAR = 365 * 24 * 3600
OPTIONS = {
    "theme": (
        N_("Тема"),
        {"auto": N_("Как на устройстве"), "light": N_("Светлая"), "dark": N_("Тёмная")},
    ),
    "size": (
        N_("Размер букв"),
        {"100": N_("Обычный"), "150": N_("В полтора раза больше"), "200": N_("Вдвое больше")},
    ),
    "scheme": (
        N_("Цвета"),
        {
            "white": N_("Чёрным по белому"),
            "black": N_("Белым по чёрному"),
            "blue": N_("Тёмно-синим по голубому"),
            "beige": N_("Коричневым по бежевому"),
            "green": N_("Зелёным по тёмно-коричневому"),
        },
    ),
    "images": (
        N_("Картинки"),
        {"on": N_("Показывать"), "grey": N_("Чёрно-белые"), "off": N_("Не показывать")},
    ),
    "spacing": (
        N_("Расстояние между буквами и строками"),
        {"normal": N_("Обычное"), "wide": N_("Увеличенное")},
    ),
    "font": (N_("Шрифт"), {"sans": N_("Без засечек"), "serif": N_("С засечками")}),
}


@bp.get("/display")
def display() -> ResponseReturnValue:
    """«Версия для слабовидящих» and the theme: one form that works without script."""
    back = local_path(request.args.get("next"), url_for("public.catalogue"))
    this_page = url_for("public.display", next=back)
    return render_template("public/display.html", options=OPTIONS, back=back, this_page=this_page)


@csrf.exempt
@bp.post("/display", endpoint="set_display")
def set_display() -> ResponseReturnValue:
    """Store the chosen look; what is not in the form stays as it was, «reset» forgets everything."""
    if not sent_by_us():
        abort(400)
    chosen = Display() if "reset" in request.form else _chosen(present_display())
    if viewer():
        with unit_of_work() as work:
            people.keep_display(work, {"cookie": chosen.cookie()}, by=actor())
    answer = redirect(local_path(request.form.get("next"), url_for("public.display")), 303)
    if "theme" not in request.form or "vision" in request.form:
        flash(words().gettext("Вид страниц изменён."), "ok")
    return _with_cookie(answer, DISPLAY_COOKIE, chosen.cookie())


@csrf.exempt
@bp.post("/language")
def language() -> ResponseReturnValue:
    """Store the chosen language."""
    chosen = request.form.get("language", "")
    if not sent_by_us() or chosen not in LANGUAGES:
        abort(400)
    return keep_language(
        redirect(local_path(request.form.get("next"), url_for("public.catalogue")), 303), chosen
    )


def keep_language(answer: Response, chosen: str) -> Response:
    """Let the browser remember the language for a year."""
    return _with_cookie(answer, LANGUAGE_COOKIE, chosen)


def remembered(answer: Response, kept: dict[str, Any] | None) -> Response:
    """Give the browser the look its owner chose, here or in another; on a shared one somebody else chose."""
    if kept and kept.get("cookie"):
        return _with_cookie(answer, DISPLAY_COOKIE, Display.parse(str(kept["cookie"])).cookie())
    return answer


def _chosen(present: Display) -> Display:
    wishes = {field.name: request.form.get(field.name) for field in fields(Display)}
    return replace(present, **{name: wish for name, wish in wishes.items() if wish in CHOICES[name]})


def _with_cookie(answer: Response, name: str, value: str) -> Response:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    how: dict[str, Any] = {"path": "/", "samesite": "Lax", "httponly": True, "secure": secure}
    if value:
        answer.set_cookie(name, value, max_age=A_YEAR, **how)
    else:
        answer.delete_cookie(name, **how)
    return answer
