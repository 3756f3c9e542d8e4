"""The page live, to this machine alone: a read-only store, GET only, no other site's business. Writes nothing.

A page of another site can make a browser ask any address of this machine, under a name of its own. So only requests
that name this machine are answered, nothing but GET is, and no other site may read or embed the answers.
"""

import json
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Final

from attrs import evolve

from chronology.errors import ChronologyError, StoreError
from chronology.report.page import ReportOptions, report
from chronology.store.chronology import Chronology
from chronology.store.reader import Reader
from chronology.store.session import utc_now

ADDRESS: Final = "127.0.0.1"

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
"""What every answer says; the page brings a stricter policy of its own, and both hold."""

_TEXT: Final = "text/plain; charset=utf-8"


class Server(ThreadingHTTPServer):
    """Serves one store's page on this machine until it is shut down."""

    daemon_threads = True

    def __init__(
        self, path: Path, options: ReportOptions, *, port: int = 0, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Listen on a port; 0 takes a free one.

        Raises:
            StoreError: the port is not available, or there is no such store.
            ChronologyError: within the limits there is nothing to show.
        """
        self._path, self._options, self._clock = path, evolve(options, live=True), clock
        self._lock = Lock()
        self._made: tuple[int, bytes] | None = None
        self.page()
        try:
            super().__init__((ADDRESS, port), _Handler)
        except (OSError, OverflowError) as exc:
            raise StoreError(f"port {port} is not available: {exc}", hint="name another with --port") from exc
        self.hosts = {f"{name}:{self.server_port}" for name in (ADDRESS, "localhost")}

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        return f"http://{ADDRESS}:{self.server_port}/"

    def head(self) -> int:
        """Return the newest position of the log."""
        with Reader.open(self._path) as chron:
            return chron.head()

    def page(self) -> bytes:
        """Return the page, made anew if the log has grown."""
        with self._lock:
            if self._made is None or self._made[0] != self.head():
                with Chronology.open(self._path, read_only=True) as chron:
                    made = report(chron, self._options, now=self._clock())
                self._made = made.head, made.html
            return self._made[1]


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    server_version = "chronology"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        """Answer the page, or where the log stands."""
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0] not in self.server.hosts:
            self._answer(HTTPStatus.FORBIDDEN, _TEXT, b"this page is only for the machine that serves it\n")
            return
        try:
            if self.path == "/":
                self._answer(HTTPStatus.OK, "text/html; charset=utf-8", self.server.page())
            elif self.path == "/head":
                body = json.dumps({"head": self.server.head()}).encode()
                self._answer(HTTPStatus.OK, "application/json", body)
            else:
                self._answer(HTTPStatus.NOT_FOUND, _TEXT, b"there is nothing here\n")
        except ChronologyError as exc:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, _TEXT, f"error: {exc}\n".encode(errors="backslashreplace"))

    def do_HEAD(self) -> None:
        """Answer as for GET, without the body."""
        self.do_GET()

    def _refuse(self) -> None:
        # What was sent along is not read, so the connection cannot be used again.
        self.close_connection = True
        self._answer(HTTPStatus.METHOD_NOT_ALLOWED, _TEXT, b"only GET is answered\n", Allow="GET, HEAD")

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_CONNECT = _refuse  # noqa: N815

    def _answer(self, status: HTTPStatus, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **_HEADERS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing: a request is of no interest, and anybody may have written its text."""
