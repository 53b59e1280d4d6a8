"""The smoke test's visitor: an answer broken off half-way is no answer, told in one sentence."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.command.stranger import Disappointment, Stranger


@contextmanager
def a_site_that_breaks_off(start: bytes) -> Iterator[str]:
    """The address of a site that sends this much of an answer and dies."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            visitor, _ = server.accept()
            with visitor:
                visitor.recv(65536)
                visitor.sendall(start)

        dying = threading.Thread(target=answer)
        dying.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        dying.join()


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 181\r\n\r\n", id="a redirect"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 181\r\n\r\n<html>", id="a page"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\nContent-Length: 181\r\n\r\n<html>", id="a refusal"),
        pytest.param(b"HTTP", id="the first line"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_an_answer_broken_off_is_told_as_no_answer(start: bytes) -> None:
    with a_site_that_breaks_off(start) as url, pytest.raises(Disappointment, match="нет ответа"):
        Stranger(url).get("/")
