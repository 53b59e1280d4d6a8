"""Files are kept by what they are; what waits for a yes waits a day, and a few of it."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from courses.clock import utcnow
from courses.errors import NotFound
from courses.files import MOST_WAITING, FolderStore, Waiting, key_of

MINE, ANOTHERS = 7, 8


def test_what_was_put_is_read_again_and_equal_files_are_one(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    assert store.put(b"one") == store.put(b"one") == key_of(b"one")
    assert store.get(key_of(b"one")) == b"one"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("name", ["", "../secret-key", "a" * 63, "A" * 64, "0" * 64])
def test_a_name_that_was_never_given_leads_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret-key").write_text("secret")
    with pytest.raises(NotFound):
        FolderStore(tmp_path / "files").get(name)
    with pytest.raises(NotFound):
        Waiting(tmp_path / "files").get(MINE, name)


def test_what_waits_is_its_owner_s_until_it_is_forgotten(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    name = waiting.keep(MINE, b"package")
    waiting.keep(ANOTHERS, b"another")
    assert waiting.get(MINE, name) == b"package"
    with pytest.raises(NotFound):
        waiting.get(ANOTHERS, name)
    waiting.forget(MINE, name)
    with pytest.raises(NotFound):
        waiting.get(MINE, name)
    waiting.forget(MINE, name)
    assert waiting.get(ANOTHERS, key_of(b"another")) == b"another"


def test_the_oldest_makes_room_and_others_keep_theirs(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    waiting.keep(ANOTHERS, b"another")
    for number in range(MOST_WAITING + 2):
        name = waiting.keep(MINE, b"%d" % number)
        os.utime(tmp_path / "waiting" / str(MINE) / name, (number, number))
    waiting.keep(MINE, b"2")
    left = {path.read_bytes() for path in (tmp_path / "waiting" / str(MINE)).iterdir()}
    assert left == {b"2", b"3", b"4", b"5", b"6"}
    assert waiting.get(ANOTHERS, key_of(b"another")) == b"another"


def test_what_waited_a_day_is_dropped(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    assert waiting.forget_old(now=utcnow()) == 0
    name = waiting.keep(MINE, b"package")
    assert waiting.forget_old(now=utcnow() + timedelta(hours=23)) == 0
    assert waiting.get(MINE, name) == b"package"
    assert waiting.forget_old(now=utcnow() + timedelta(hours=25)) == 1
    assert waiting.forget_old(now=utcnow() + timedelta(hours=25)) == 0
