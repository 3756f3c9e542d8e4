"""The page live: for this machine alone, GET only, nobody else's business, and anew when the log has grown."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Clock

from chronology import Chronology
from chronology.errors import StoreError
from chronology.report.page import ReportOptions
from chronology.report.selection import Limits
from chronology.report.server import Server
from tests.browsers import Browser, opened, until
from tests.command_line import done, refused, run, untouched

ROOT = Path(__file__).parents[2]
WISHES = ReportOptions(title="Storm", store="storm.db")


@pytest.fixture
def server(storm: Path) -> Iterator[Server]:
    """Serve a copy of the running example, until the test is over."""
    with Server(storm, WISHES, clock=Clock()) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join(timeout=5)


def answered(server: Server, method: str = "GET", path: str = "/", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return the answer to a request, with its headers in lower case."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path, headers=headers, body=b"x" if method == "POST" else None)
        found = connection.getresponse()
        return found.status, {name.lower(): value for name, value in found.getheaders()}, found.read()
    finally:
        connection.close()


def test_the_page_and_the_head_are_served(server: Server, storm: Path) -> None:
    """Two addresses: the page, and where the log stands; anything else is not there."""
    status, headers, body = answered(server)
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert body.startswith(b"<!doctype html>")
    with Chronology.open(storm, read_only=True) as chron:
        assert json.loads(answered(server, path="/head")[2]) == {"head": chron.head()}
    for path in ("/x", "/../etc/passwd", "/head/", "/?a"):
        assert answered(server, path=path)[0] == 404
    assert answered(server, "HEAD")[2] == b""


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1", "127.0.0.1:1", "localhost.example.org", "", "[::1]"])
def test_a_request_under_another_name_is_refused(server: Server, host: str) -> None:
    """A site that lets its name point to this machine learns nothing (DNS rebinding)."""
    status, _, body = answered(server, Host=host)
    assert status == 403
    assert b"storm" not in body.lower()


def test_a_request_under_two_names_is_refused(server: Server) -> None:
    """One of them right is not enough; and none is as wrong as another one."""
    mine = f"Host: 127.0.0.1:{server.server_port}\r\n"
    for hosts in ("", mine + "Host: example.org\r\n", "Host: example.org\r\n" + mine, mine + mine):
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection:
            connection.sendall(f"GET / HTTP/1.0\r\n{hosts}\r\n".encode())
            assert connection.makefile("rb").readline() == b"HTTP/1.0 403 Forbidden\r\n"


def test_both_names_of_this_machine_are_answered(server: Server) -> None:
    """By number and as localhost, with the right port."""
    for name in ("127.0.0.1", "localhost"):
        assert answered(server, Host=f"{name}:{server.server_port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_get_is_answered(server: Server, method: str) -> None:
    """Nothing can be sent to it, and no other site is told that it may."""
    status, headers, _ = answered(server, method, Origin="https://example.org")
    assert (status, headers["allow"]) == (405, "GET, HEAD")
    assert not [name for name in headers if name.startswith("access-control")]


def test_no_other_site_may_read_or_frame_it(server: Server) -> None:
    """Every answer forbids to be embedded, guessed at, kept, or read by another site."""
    for path in ("/", "/head", "/x"):
        _, headers, _ = answered(server, path=path, Origin="https://example.org")
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "frame-ancestors 'none'"
        assert headers["cache-control"] == "no-store"
        assert not [name for name in headers if name.startswith("access-control")]


def test_it_listens_on_this_machine_only(server: Server) -> None:
    """The socket is bound to 127.0.0.1."""
    assert server.server_address[0] == "127.0.0.1"
    with pytest.raises(StoreError, match=f"port {server.server_port} is not available"):
        Server(server._path, WISHES, port=server.server_port)


def test_serving_changes_no_byte_of_the_store(server: Server, storm: Path) -> None:
    """The store is opened for reading only."""
    with untouched(storm):
        answered(server)
        answered(server, path="/head")


def test_a_store_that_has_gone_is_told_and_the_server_goes_on(server: Server, storm: Path) -> None:
    """A file that is moved away gives an answer that says so; back in place, it is served again."""
    away = storm.with_suffix(".away")
    storm.rename(away)
    status, _, body = answered(server, path="/head")
    assert (status, body[:6]) == (503, b"error:")
    away.rename(storm)
    assert answered(server)[0] == 200


def test_the_page_reloads_when_the_log_grows(chromium: Browser, server: Server, storm: Path) -> None:
    """What is appended while somebody looks is there a moment later, and the view stays."""
    with opened(chromium, server.address, expected=None) as page:
        page.fill("#at", "2018-05-14")
        page.keyboard.press("Enter")
        page.fill("input[type=search]", "hajin")
        until(page, "location.hash === '#at=2018-05-14&q=hajin'")
        assert "place/novel" not in page.inner_text("#answers")
        append = ("append", "control.reported", "place/novel", "by=group/sdf", "--on", "2018-05-14")
        done("--db", storm, *append, "--source", "source/voa-2018-05-14", "--note", "near Hajin")
        until(page, "document.querySelector('#answers')?.innerText.includes('place/novel')")
        assert page.input_value("#at") == "2018-05-14"


def test_limits_hold_for_the_live_page_too(storm: Path) -> None:
    """What is withheld is not served."""
    limits = Limits(subjects=("crossing/baguz",), withheld=frozenset(["note"]))
    with Server(storm, ReportOptions(title="x", store="x.db", limits=limits), clock=Clock()) as made:
        assert b"al-baghdadi" not in made.page()
        assert b"Example of a correction" not in made.page()


def test_ctrl_c_stops_the_command(storm: Path) -> None:
    """`chronology serve` says where it is, answers, and ends at once and well when it is interrupted."""
    command = [sys.executable, ROOT / "cli.py", "--db", storm, "serve", "--port", "0"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, process_group=0,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            port = int(line.split(":")[2].split("/")[0])
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/head")
            assert connection.getresponse().status == 200
            connection.close()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
        finally:
            process.kill()
    assert line == f"http://127.0.0.1:{port}/ shows {storm}; Ctrl-C stops it\n"
    assert (process.returncode, out, err) == (0, "", "stopped\n")


def test_a_store_that_is_none_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    """Nothing listens for a file that is not there."""
    refused(run("--db", tmp_path / "none.db", "serve", "--port", "0"), "none.db")
