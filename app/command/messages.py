"""`kafedra messages`: collect the texts of pages, letters and code into the catalogues."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from courses.texts import DOMAIN, LOCALE_FOLDER

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("app", "courses", "worker", "templates")
METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**.html", "jinja2"),
    ("**.txt", "jinja2"),
]
OPTIONS = {
    pattern: {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "trimmed": "false", "silent": "false",
              "trim_blocks": "true", "lstrip_blocks": "true"}
    for pattern in ("**.html", "**.htm", "**.txt")
}  # fmt: skip
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "say": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "N_": None,
    "N2_": (1, 2),
}
HEADER = "# The texts of Kafedra: {language}. `kafedra messages` keeps this file in step with pages and code."
FIRST_DAY = datetime(2026, 11, 23, tzinfo=UTC)  # a date that moved with every run would only make noise
SKIPPED = ("samples", "static", "locale", "consents")


def collect() -> Catalog:
    """Every text that a person reads, with the places it stands in."""
    catalogue = Catalog(charset="utf-8")
    for folder in FOLDERS:
        found = extract_from_dir(
            ROOT / folder,
            METHODS,
            OPTIONS,
            keywords=KEYWORDS,
            comment_tags=("i18n:",),
            directory_filter=lambda path: (
                Path(path).name not in SKIPPED and not Path(path).name.startswith((".", "_"))
            ),
        )
        for file, _line, message, comments, context in found:
            catalogue.add(
                message, locations=[(f"{folder}/{file}", 0)], auto_comments=comments, context=context
            )
    return catalogue


def update(language: str, collected: Catalog) -> Catalog:
    """The language's catalogue brought up to date; what is no longer used is dropped, nothing is guessed."""
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    old = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale=language)
    fresh = Catalog(
        locale=language,
        charset="utf-8",
        fuzzy=False,
        header_comment=HEADER.format(language=language),
        project="Kafedra",
        version="1",
        msgid_bugs_address="the issue tracker of the project",
        last_translator="The people of Kafedra",
        language_team=language,
        creation_date=FIRST_DAY,
        revision_date=FIRST_DAY,
    )
    for message in collected:
        if not message.id or (language == "ru" and not message.pluralizable):
            continue
        known = old.get(message.id, context=message.context)
        fresh.add(
            message.id,
            known.string if known is not None and not known.fuzzy else None,
            locations=message.locations,
            auto_comments=message.auto_comments,
            context=message.context,
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, sort_output=True, omit_header=False, width=110, include_lineno=False)
    return fresh


def missing(catalogue: Catalog) -> list[str]:
    """The texts that have no translation in this catalogue."""
    gaps = []
    for message in catalogue:
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not all(forms):
            gaps.append(message.id if isinstance(message.id, str) else message.id[0])
    return gaps


@click.command()
def messages() -> None:
    """Обновить каталоги переводов по исходным текстам и показать, чего не хватает."""
    collected = collect()
    for language in ("ru", "en"):
        gaps = missing(update(language, collected))
        click.echo(f"{language}: без перевода {len(gaps)}")
        for text in gaps[:40]:
            click.echo(f"  {text}")
