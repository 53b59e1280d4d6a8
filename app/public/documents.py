"""Texts to read and print: about the organisation, and the documents people agree to."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.public import bp
from app.templating import language, settings
from courses import people
from courses.markup import render


@bp.get("/documents/<key>")
def document(key: str) -> ResponseReturnValue:
    """One document in the version in force, or in an earlier one by ?version=."""
    if key == "about":
        return redirect(url_for("public.about"), 301)
    text = people.document(key, language(), settings(), version=request.args.get("version"))
    _title, _, body = text.text.partition("\n")
    html = render(body, figure_url=lambda path: path).html
    return render_template("public/documents/document.html", document=text, html=html)


@bp.get("/about")
def about() -> ResponseReturnValue:
    """Who runs this installation and how to reach them."""
    return render_template("public/documents/about.html", settings=settings())
