"""A PostgreSQL server on loopback for the tests of shared logs, started for them and stopped after them."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_HOMES = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/local/bin"), Path("/usr/bin"))
SECONDS = 60


class Server:
    """A database server in a folder of its own."""

    def __init__(self, folder: Path, home: Path) -> None:
        """Make an empty cluster."""
        self.folder, self.home = folder, home
        # The server refuses to run as root.
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(folder, "postgres", "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._run(
            "initdb", "--auth=trust", "--username=owner", "--encoding=UTF8", "--locale=C", "-D", str(folder / "data")
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='' -c max_connections=60"
        )
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", "start", "-w", "-t", str(SECONDS), "-D", str(self.folder / "data"), "-l", log, "-o", options
        )

    def stop(self, how: str = "fast") -> None:
        """Stop it: fast, or immediate as in a crash."""
        self._run("pg_ctl", "stop", "-w", "-t", str(SECONDS), "-m", how, "-D", str(self.folder / "data"))

    def url(self, database: str, role: str = "owner") -> str:
        """Return the address of a database."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self.user, str(self.home / program), *arguments]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, timeout=2 * SECONDS)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Give a server that runs."""
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    home = next((one for one in _HOMES if (one / "initdb").exists() and (one / "postgres").exists()), None)
    if home is None:
        pytest.skip("no PostgreSQL server is installed")
    folder = Path(tempfile.mkdtemp(prefix="chronology-postgres-"))
    try:
        made = Server(folder, home)
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of an empty database."""
    import psycopg

    name = f"t{abs(hash(request.node.nodeid)):x}"

    def administer(statement: str) -> None:
        # A test may have stopped the server meanwhile, and with it every connection.
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    administer(f'CREATE DATABASE "{name}"')
    yield server.url(name)
    administer(f'DROP DATABASE "{name}" WITH (FORCE)')
