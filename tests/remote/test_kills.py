"""Several members write at once while members and the server are killed: nothing acknowledged is lost."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_following import Follower, clone, root

from chronology import Chronology
from chronology.remote import addresses
from tests.postgres import Server

pytestmark = pytest.mark.postgres

WRITER = Path(__file__).with_name("writer.py")


@pytest.mark.parametrize(("members", "rounds"), [(4, 2), pytest.param(10, 10, marks=pytest.mark.slow)])
def test_what_was_acknowledged_is_in_every_replica(
    server: Server, url: str, tmp_path: Path, members: int, rounds: int
) -> None:
    """Whoever is killed, members or the server, all replicas end with the same root and answers, without a gap."""
    rolls = random.Random(members)
    paths = [tmp_path / f"member{number}.db" for number in range(members)]
    with Chronology.open(paths[0], create=True):
        pass
    addresses.remember(paths[0], addresses.checked("team", url))
    with Follower.follow(paths[0]) as chron:
        chron.share()
    for path in paths[1:]:
        clone(url, path)
    said = [tmp_path / f"said{number}" for number in range(members)]
    for turn in range(rounds):
        running = []
        for path, place in zip(paths, said, strict=True):
            command = [sys.executable, str(WRITER), str(path), f"{path.stem}-{turn}", "6"]
            with place.open("a") as output:
                running.append(subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL))
        time.sleep(rolls.uniform(0.5, 2.5))
        for one in rolls.sample(running, members // 4):
            one.send_signal(signal.SIGKILL)
        if turn % 2:
            server.stop("immediate")
            server.start()
        for one in running:
            one.wait(timeout=120)
    acknowledged = {line for place in said for line in place.read_text().split("\n")[:-1]}
    logs = []
    answers = []
    for path in paths:
        with Follower.follow(path) as chron:
            chron.pull()
            assert chron.verify().ok
            logs.append((chron.head(), root(chron)))
            answers.append((chron.state(valid_at="2018-02"), list(chron.conflicts())))
            ids = [event.id for event in chron.read()]
    assert len(set(logs)) == 1
    assert all(one == answers[0] for one in answers)
    assert answers[0][0]
    assert len(ids) == len(set(ids))
    assert acknowledged
    assert acknowledged <= set(ids)
