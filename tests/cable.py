"""A TCP cable between a browser and a site, which can really be cut."""

import socket
import threading
from urllib.parse import urlsplit


class Cable:
    """Between the phone and the site: everything passes, until it is cut."""

    def __init__(self, url: str) -> None:
        site = urlsplit(url)
        self.site = (site.hostname or "", site.port or 80)
        self.whole = True
        self.ends: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self.listener.accept()
            except OSError:
                return
            if not self.whole:
                phone.close()
                continue
            try:
                site = socket.create_connection(self.site)
            except OSError:  # nobody there: the phone sees a connection that ends
                phone.close()
                continue
            self.ends += [phone, site]
            for one, other in ((phone, site), (site, phone)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass  # cut, or hung up: the other end learns it below
        for end in (one, other):
            end.close()

    def cut(self) -> None:
        self.whole = False
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # hung up before
        self.ends = []

    def mend(self) -> None:
        self.whole = True

    def close(self) -> None:
        self.cut()
        self.listener.close()
