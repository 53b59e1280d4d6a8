"""Finding courses by Russian and English words in any form, the same way on both databases.

Every word is reduced to its stem when a version is made (ё counts as е) and when somebody asks. PostgreSQL
looks the stems up in an index over `course_version.search_words`, SQLite in a full-text table kept in the
same transaction. A word in the title counts more than one in the summary, and that more than one in the
description.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from threading import Lock
from typing import Any

import snowballstemmer
from markupsafe import Markup
from sqlalchemy import ColumnElement, Connection, Select, column, event, func, literal_column, table, text
from sqlalchemy.engine import Dialect

from courses.catalogue.models import CourseVersion

Listing = Select[*tuple[Any, ...]]

MOST_WORDS = 8
LONGEST_QUERY = 100
SHORTEST_PREFIX = 3
LITTLE = """
и а но или в во на по для с со к ко о об от до из у за не без при про
the a an of and or for in on to with
"""
LITTLE_WORDS = frozenset(LITTLE.split())

_RUSSIAN = snowballstemmer.stemmer("russian")
_ENGLISH = snowballstemmer.stemmer("english")
_stemming = Lock()  # the stemmers keep the word they work on
_WORD = re.compile(r"[0-9a-zа-яё]+", re.IGNORECASE)
_VECTOR = (
    "setweight(to_tsvector('simple', split_part(search_words, chr(10), 1)), 'A') || "
    "setweight(to_tsvector('simple', split_part(search_words, chr(10), 2)), 'B') || "
    "setweight(to_tsvector('simple', split_part(search_words, chr(10), 3)), 'D')"
)
DDL = {
    "postgresql": (f"CREATE INDEX ix_course_version_search ON course_version USING gin (({_VECTOR}))",),
    "sqlite": (
        "CREATE VIRTUAL TABLE course_search USING fts5"
        '(title, summary, description, tokenize = "unicode61 remove_diacritics 0")',
    ),
}
_VECTOR_COLUMN: ColumnElement[Any] = literal_column(f"({_VECTOR})")
_TABLE = table("course_search", column("rowid"))
_MATCH: ColumnElement[Any] = literal_column("course_search")
_INSERT = text("INSERT INTO course_search (rowid, title, summary, description) VALUES (:id, :a, :b, :d)")
_UPDATE = text("UPDATE course_search SET title = :a, summary = :b, description = :d WHERE rowid = :id")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The part of a word that all its forms share."""
    plain = word.lower().replace("ё", "е")
    with _stemming:
        stemmed: str = (_ENGLISH if plain.isascii() else _RUSSIAN).stemWord(plain)
    return stemmed or plain


def stems(words: str) -> list[str]:
    """The stems of all words, in order."""
    return [stem(word) for word in _WORD.findall(words)]


def search_words(title: str, summary: str, description: str) -> str:
    """What is stored to be searched: a line of stems for the title, one for the summary, one for the rest."""
    rest = dict.fromkeys(stems(description))
    return "\n".join((" ".join(stems(title)), " ".join(stems(summary)), " ".join(rest)))


class Query:
    """What somebody looks for. The last word may be unfinished, so it also finds what begins with it."""

    def __init__(self, words: str) -> None:
        self.words = _WORD.findall(words[:LONGEST_QUERY])[:MOST_WORDS]
        telling = [word for word in self.words if word.lower() not in LITTLE_WORDS] or self.words
        self.stems = list(dict.fromkeys(stem(word) for word in telling))
        self.prefix = self.stems[-1] if self.stems and len(self.stems[-1]) >= SHORTEST_PREFIX else ""

    def __bool__(self) -> bool:
        return bool(self.stems)

    def applied(self, statement: Listing, dialect: str, *, every: bool = True) -> Listing:
        """The statement over CourseVersion, narrowed to versions with every word (or at least one)."""
        asked = self._asked(dialect, self.stems, every=every)
        if dialect == "postgresql":
            return statement.where(_VECTOR_COLUMN.op("@@")(func.to_tsquery("simple", asked)))
        return statement.join(_TABLE, _TABLE.c.rowid == CourseVersion.id).where(_MATCH.op("MATCH")(asked))

    def rank(self, dialect: str) -> ColumnElement[Any]:
        """How far a version of an `applied` statement is from the best answer: less is better."""
        if dialect == "postgresql":
            asked = self._asked(dialect, self.stems, every=False)
            return -func.ts_rank(_VECTOR_COLUMN, func.to_tsquery("simple", asked))
        return literal_column("bm25(course_search, 10.0, 4.0, 1.0)")

    def each(self) -> "list[Query]":
        """The same question, word by word."""
        return [Query(word) for word in self.words if stem(word) in self.stems]

    def _asked(self, dialect: str, words: Sequence[str], *, every: bool) -> str:
        if dialect == "postgresql":
            parts = [f"'{word}':*" if word == self.prefix else f"'{word}'" for word in words]
            return (" & " if every else " | ").join(parts)
        parts = [f'"{word}" *' if word == self.prefix else f'"{word}"' for word in words]
        return (" AND " if every else " OR ").join(parts)

    def marked(self, shown: str) -> Markup:
        """The text as safe HTML, with every word that was looked for inside <mark>."""
        pieces = []
        end = 0
        for found in _WORD.finditer(shown):
            if self._wanted(found.group()):
                pieces += [escape(shown[end : found.start()]), "<mark>", escape(found.group()), "</mark>"]
                end = found.end()
        return Markup("".join([*pieces, escape(shown[end:])]))  # noqa: S704 - every piece is escaped above

    def _wanted(self, word: str) -> bool:
        found = stem(word)
        return found in self.stems or bool(self.prefix and found.startswith(self.prefix))


def create_search(connection: Connection) -> None:
    """Make what searching needs on this database; called by the migration that makes `course_version`."""
    for statement in DDL[connection.dialect.name]:
        connection.execute(text(statement))


@event.listens_for(CourseVersion.__table__, "after_create")
def _create_beside_the_table(_table: object, connection: Connection, **_: Any) -> None:
    create_search(connection)


@event.listens_for(CourseVersion, "after_insert")
def _index(_mapper: object, connection: Connection, version: CourseVersion) -> None:
    if _needs_table(connection.dialect):
        connection.execute(_INSERT, _row(version))


@event.listens_for(CourseVersion, "after_update")
def _index_again(_mapper: object, connection: Connection, version: CourseVersion) -> None:
    if _needs_table(connection.dialect):
        connection.execute(_UPDATE, _row(version))


def _needs_table(dialect: Dialect) -> bool:
    return dialect.name == "sqlite"


def _row(version: CourseVersion) -> dict[str, Any]:
    title, summary, description = [*version.search_words.split("\n"), "", "", ""][:3]
    return {"id": version.id, "a": title, "b": summary, "d": description}
