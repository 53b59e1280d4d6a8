"""Letters kept as files where no mail server is set up: written whole, read back for the demo page."""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

LINK = re.compile(r"https?://[^\s<>\"»]+[^\s<>\"».,;:!?)]")
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a letter's text; a link when `link`."""

    text: str
    link: bool = False


@dataclass(frozen=True, slots=True)
class FolderLetter:
    """One letter as a person reads it."""

    to: str
    subject: str
    written_at: datetime
    paragraphs: tuple[tuple[tuple[Piece, ...], ...], ...]


def keep_in_folder(folder: Path, name: str, message: EmailMessage) -> Path:
    """Write the letter so that a reader sees all of it or nothing; the same name again replaces it."""
    folder.mkdir(parents=True, exist_ok=True)
    goal = folder / f"{name}.eml"
    draft = folder / f".{name}.{os.getpid()}.part"
    with draft.open("wb") as file:
        file.write(message.as_bytes(policy=policy.SMTP))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(goal)
    return goal


def read_folder(path: Path) -> list[FolderLetter]:
    """The letters kept in the folder, newest first; none when there is no folder yet."""
    if not path.is_dir():
        return []
    names = sorted((file for file in path.glob("*.eml")), key=lambda file: file.name, reverse=True)
    return [_read(file) for file in names[:SHOWN]]


def paragraphs_of(text: str) -> tuple[tuple[tuple[Piece, ...], ...], ...]:
    """A plain text as paragraphs of lines of pieces, the addresses in it being links."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return tuple(tuple(_pieces(line) for line in block.split("\n")) for block in blocks if block.strip())


def _pieces(line: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    end = 0
    for match in LINK.finditer(line):
        if match.start() > end:
            found.append(Piece(line[end : match.start()]))
        found.append(Piece(match.group(), link=True))
        end = match.end()
    if end < len(line):
        found.append(Piece(line[end:]))
    return tuple(found)


def _read(file: Path) -> FolderLetter:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return FolderLetter(
        to=_header(message, "To"),
        subject=_header(message, "Subject"),
        written_at=_moment(message, file),
        paragraphs=paragraphs_of(body.get_content() if body is not None else ""),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header as people read it; the parser of headers would leave a gap where a long name was folded."""
    raw = next((value for key, value in message.raw_items() if key == name), "")
    return str(make_header(decode_header(str(raw))))


def _moment(message: EmailMessage, file: Path) -> datetime:
    date = message["Date"]
    if date is not None and date.datetime is not None and date.datetime.tzinfo is not None:
        return date.datetime  # type: ignore[no-any-return]
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
