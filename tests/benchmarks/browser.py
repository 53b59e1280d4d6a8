"""A client that keeps its connection and its cookies, and nothing else; and one that needs no server."""

import gzip
import http.client
import io
import itertools
from typing import Any

from flask import Flask

VISITORS = itertools.count(1)


class Browser:
    """One visitor behind the reverse proxy: each has an address of their own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.last = b""
        self.move()

    def move(self) -> None:
        """Become another visitor: public pages count how often one address asks."""
        number = next(VISITORS)
        self.address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    def hang_up(self) -> None:
        """Forget a connection on which something broke off; the next request makes another."""
        self._connection.close()

    @property
    def compressed(self) -> int:
        """Bytes of the last answer on the wire, where the reverse proxy compresses what is not yet."""
        return min(len(self.last), len(gzip.compress(self.last, 5)))

    def send(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """One request; cookies are kept, redirects are not followed."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Accept-Encoding": "gzip", "X-Forwarded-For": self.address} | sent
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        status, data, answered = self._exchange(method, path.partition("#")[0], body, sent)
        self.last = data
        for name, value in answered:
            if name.lower() == "set-cookie":
                key, _, content = value.split(";", 1)[0].partition("=")
                self.cookies[key] = content
        return status, data, {name.lower(): value for name, value in answered}

    def get(self, path: str) -> bytes:
        """A page that must answer 200."""
        status, data, _ = self.send("GET", path)
        assert status == 200, (path, status, data[:300])
        return data

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes, list[tuple[str, str]]]:
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # it rested longer than the server keeps it
            self._connection.close()
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        return answer.status, answer.read(), answer.getheaders()


class WithoutServer(Browser):
    """Asks the application itself, in this process, so that its queries can be counted."""

    def __init__(self, app: Flask) -> None:
        super().__init__(0)
        self._app = app

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes, list[tuple[str, str]]]:
        answer: Any = self._app.test_client(use_cookies=False).open(
            path, method=method, input_stream=io.BytesIO(body or b""), headers=headers,
            content_length=len(body or b""),
        )  # fmt: skip
        return answer.status_code, answer.get_data(), list(answer.headers.items())
