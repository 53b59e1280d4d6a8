"""Courses as their authors meet them: the list, bringing in a package, a version with its state,
publishing, export."""

from urllib.parse import quote

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.author import bp
from app.author.forms import PackageForm
from app.extensions import db, unit_of_work
from app.security import actor
from app.templating import settings, words
from courses import catalogue, packages, people
from courses.clock import utcnow
from courses.errors import Conflict, Invalid, NotFound, Problem
from courses.files import Waiting
from courses.packages import Package
from courses.people import Permission
from courses.texts import N_

TOO_LARGE = N_("Файл больше %(size)s МБ. Сожмите рисунки или разделите курс.")
GONE = N_("Пакет пролежал больше суток, или вместо него проверены другие. Загрузите его ещё раз.")
REFUSALS = {
    "course_of_another_kind": N_(
        "Курс с ключом «%(key)s» уже есть, и он другого вида. Дайте пакету другой key."
    ),
    "already_published": N_("Эта версия уже опубликована."),
}


@bp.get("/")
def courses() -> ResponseReturnValue:
    """Every course with its versions; an instructor sees those that they teach."""
    versions = catalogue.courses_with_versions(db.session(), by=actor())
    return render_template("author/courses.html", versions=versions, kinds=catalogue.KINDS)


@bp.route("/import", methods=["GET", "POST"])
def import_package() -> ResponseReturnValue:
    """Take a package, look at all of it, and show what was found; nothing is made yet."""
    people.require(actor(), Permission.COURSE_IMPORT)
    form = PackageForm()
    if not form.validate_on_submit():
        return render_template("author/import.html", form=form, checked=False), 422 if form.errors else 200
    data = form.package.data.read(packages.MOST_BYTES + 1)
    if len(data) > packages.MOST_BYTES:
        form.package.errors = [words().gettext(TOO_LARGE, size=packages.MOST_BYTES // 1024**2)]
        return render_template("author/import.html", form=form, checked=False), 422
    package, problems = packages.read(data)
    token = _waiting().keep(actor().id, data) if package is not None else ""
    return _report(form, package, problems, token), 200 if package is not None else 422


@bp.post("/import/<token>")
def accept_package(token: str) -> ResponseReturnValue:
    """Make the course or its new version, whole or not at all."""
    people.require(actor(), Permission.COURSE_IMPORT)
    try:
        package, problems = packages.read(_waiting().get(actor().id, token))
    except NotFound:
        flash(words().gettext(GONE), "problem")
        return redirect(url_for("author.import_package"), 303)
    if package is None:
        return _report(PackageForm(), package, problems, ""), 422
    answer = _brought_in(package)
    _waiting().forget(actor().id, token)
    return answer


def _brought_in(package: Package) -> ResponseReturnValue:
    store, now = current_app.extensions["files"], utcnow()
    try:
        with unit_of_work() as session:
            version_id = packages.import_package(session, package, files=store, by=actor(), now=now).id
    except Conflict as refusal:
        flash(words().gettext(REFUSALS[refusal.code], **refusal.details), "problem")
        return redirect(url_for("author.import_package"), 303)
    said = words().gettext("Курс «%(title)s» заведён. Посмотрите его и опубликуйте.", title=package.title)
    flash(said, "ok")
    return redirect(url_for("author.version", version_id=version_id), 303)


@bp.get("/versions/<int:version_id>")
def version(version_id: int) -> ResponseReturnValue:
    """One version: what is in it, what it lacks, its offerings."""
    outline = catalogue.access_version(db.session(), version_id, by=actor())
    return render_template(
        "author/version.html",
        outline=outline,
        problems=[] if outline.published else catalogue.publishing_problems(outline),
        offerings=catalogue.offerings_of_version(db.session(), version_id),
        sentence=lambda problem: packages.sentence(problem, words()),
    )


@bp.post("/versions/<int:version_id>/publish")
def publish(version_id: int) -> ResponseReturnValue:
    """Make a version final; what it lacks is said on its page."""
    try:
        with unit_of_work() as session:
            catalogue.access_version(session, version_id, by=actor())
            catalogue.publish(session, version_id, by=actor(), now=utcnow())
    except Conflict as refusal:
        flash(words().gettext(REFUSALS[refusal.code]), "problem")
    except Invalid:
        flash(words().gettext("Опубликовать пока нельзя: ниже сказано, чего не хватает."), "problem")
    else:
        flash(words().gettext("Версия опубликована. Теперь можно открыть набор."), "ok")
    return redirect(url_for("author.version", version_id=version_id), 303)


@bp.get("/versions/<int:version_id>/export.zip")
def export(version_id: int) -> ResponseReturnValue:
    """The version as a package, ready to be changed and brought in again."""
    people.require(actor(), Permission.COURSE_IMPORT)
    outline = catalogue.access_version(db.session(), version_id, by=actor())
    files = packages.export(db.session(), version_id, current_app.extensions["files"])
    response = Response(packages.as_zip(files), mimetype="application/zip")
    spoken = quote(f"{outline.title} ({outline.number}).zip", safe="")
    plain = f"{outline.course_key}-v{outline.number}.zip"
    response.headers["Content-Disposition"] = f"attachment; filename={plain}; filename*=UTF-8''{spoken}"
    return response


def _report(form: PackageForm, package: Package | None, problems: list[Problem], token: str) -> str:
    """The page with everything that was found, and the button when nothing stands in the way."""
    return render_template(
        "author/import.html",
        form=form,
        checked=True,
        package=package,
        problems=problems,
        token=token,
        file_name=getattr(request.files.get("package"), "filename", "") or "",
        place=packages.place,
        sentence=lambda problem: packages.sentence(problem, words()),
    )


def _waiting() -> Waiting:
    return Waiting(settings().files_folder)
