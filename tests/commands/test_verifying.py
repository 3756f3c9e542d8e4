"""Tests of the commands for evidence: what they print, which files they write, and how they end."""

import base64
import json
import os
import sqlite3
from pathlib import Path

import pytest

from chronology import Chronology
from chronology.log import event_table
from chronology.transparency.notes import generate_key
from tests.command_line import done, refused, run, untouched

EVENT = "01638701-4f00-7fbb-bb58-d7c42440a9d4"
_, OTHER_VKEY = generate_key("example.org/joe", seed=bytes(32))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Give a secret key's file."""
    done("keygen", "example.org/jane", "-o", tmp_path / "jane.key")
    return tmp_path / "jane.key"


@pytest.fixture
def vkey(key: Path) -> str:
    """Give the verifier key of the secret one."""
    _, _, name, key_hash, secret = key.read_text().strip().split("+", 4)
    found = generate_key(name, seed=base64.b64decode(secret)[1:])[1]
    assert found.split("+")[1] == key_hash
    return found


@pytest.fixture
def saved(storm: Path, key: Path, tmp_path: Path) -> Path:
    """Give a signed checkpoint's file."""
    done("--db", storm, "checkpoint", "--sign", key, "-o", tmp_path / "may.checkpoint")
    return tmp_path / "may.checkpoint"


# keygen -----------------------------------------------------------------------------------------------------


def test_keygen_keeps_the_secret_and_prints_the_rest(tmp_path: Path) -> None:
    """The file is the owner's alone; stdout is the verifier key and nothing else."""
    os.umask(0o022)
    ended = done("keygen", "example.org/jane", "-o", tmp_path / "k")
    assert ended.out.startswith("example.org/jane+")
    assert ended.out.count("\n") == 1
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    secret = (tmp_path / "k").read_text()
    assert secret.startswith("PRIVATE+KEY+example.org/jane+")
    assert secret.strip() not in ended.out + ended.err


def test_keygen_writes_over_nothing_and_names_are_checked(key: Path) -> None:
    """A key that is lost is lost for good, so an old one is never overwritten."""
    with untouched(key):
        refused(run("keygen", "example.org/jane", "-o", key), "already exists")
        refused(run("keygen", "no spaces", "-o", key.with_name("other")), "key name")
        refused(run("keygen", "x", "-o", key.parent / "none" / "x.key"), "cannot be written")
    assert not key.with_name("other").exists()


# checkpoint -------------------------------------------------------------------------------------------------


def test_checkpoint_prints_what_the_library_gives(storm: Path, key: Path) -> None:
    """Three lines, then the signature if asked for."""
    with Chronology.open(storm, read_only=True) as chron:
        text = chron.proofs.checkpoint().text()
    assert done("--db", storm, "checkpoint").out == text
    signed = done("--db", storm, "checkpoint", "--sign", key).out
    assert signed.startswith(f"{text}\n— example.org/jane ")


def test_checkpoint_writes_a_new_file_only(storm: Path, saved: Path, key: Path) -> None:
    """Evidence of yesterday is not written over."""
    with untouched(storm, saved, key):
        refused(run("--db", storm, "checkpoint", "-o", saved), "already exists")
        refused(run("--db", storm, "checkpoint", "--sign", saved), "is not a key")
        refused(run("--db", storm, "checkpoint", "--sign", saved.with_name("none")), "cannot be read")
        ended = run("--db", storm, "checkpoint", "--sign", storm)
        refused(ended)


# prove and verify-proof -------------------------------------------------------------------------------------


def test_an_exhibit_goes_to_somebody_without_the_store(storm: Path, key: Path, vkey: str, tmp_path: Path) -> None:
    """It shows the event and who signed; --json gives the same to programs."""
    file = tmp_path / "exhibit.tlog-proof"
    done("--db", storm, "prove", EVENT[:8], "--sign", key, "-o", file)
    shown = done("--db", storm, "show", EVENT, "--json").json
    storm.unlink()
    ended = done("verify-proof", file, "--key", vkey)
    first, second, *rest = ended.out.splitlines()
    assert first.startswith(f"ok: event #{shown['position']} of ")
    assert second == "signed by " + "+".join(vkey.split("+")[:2])
    assert any(line.split() == ["id", EVENT] for line in rest)
    found = done("verify-proof", file, "--key", vkey, "--json").json
    assert {name: found[name] for name in shown if name in found} == {
        name: value for name, value in shown.items() if name != "withdrawn_by"
    }
    assert found["checkpoint"]["origin"] in first


def test_an_exhibit_can_rest_on_an_earlier_checkpoint(storm: Path, saved: Path, vkey: str, tmp_path: Path) -> None:
    """One that was anchored elsewhere is worth more than one of today."""
    done("--db", storm, "prove", "1", "--checkpoint", saved, "-o", tmp_path / "x")
    assert (tmp_path / "x").read_bytes().endswith(saved.read_bytes())
    assert "type.defined" in done("verify-proof", tmp_path / "x", "--key", vkey).out
    for options in ((), ("--checkpoint", saved, "--sign", saved)):
        refused(
            run("--db", storm, "prove", "1", "-o", tmp_path / "y", *options), "either --sign or --checkpoint", code=2
        )
    assert not (tmp_path / "y").exists()


def test_what_does_not_hold_ends_with_3_and_what_cannot_be_checked_with_1(
    storm: Path, key: Path, vkey: str, tmp_path: Path
) -> None:
    """A broken exhibit, another key, another origin: 3. A malformed key, a missing file: 1. No key: 2."""
    file = tmp_path / "exhibit.tlog-proof"
    done("--db", storm, "prove", EVENT, "--sign", key, "-o", file)
    broken = tmp_path / "broken"
    broken.write_bytes(file.read_bytes().replace(b"\nindex ", b"\nindex 1"))
    (tmp_path / "noise").write_bytes(os.urandom(100))
    for arguments, code in (
        ((broken, "--key", vkey), 3),
        ((tmp_path / "noise", "--key", vkey), 3),
        ((file, "--key", OTHER_VKEY), 3),
        ((file, "--key", vkey, "--origin", "chronology/other"), 3),
        ((file, "--key", "nonsense"), 1),
        ((tmp_path / "none", "--key", vkey), 1),
        ((file,), 2),
    ):
        refused(run("verify-proof", *arguments), code=code)


# verify -----------------------------------------------------------------------------------------------------


def test_verify_says_whether_the_log_extends_a_checkpoint(storm: Path, saved: Path, vkey: str) -> None:
    """With a key, who signed it is checked; without, that is said."""
    done("--db", storm, "retract", EVENT, "--reason", "r")
    ended = done("--db", storm, "verify", "--checkpoint", saved, "--key", vkey)
    assert ended.out.startswith("ok: the log extends the checkpoint")
    assert ended.err == ""
    assert "nothing checks who signed" in done("--db", storm, "verify", "--checkpoint", saved).err
    found = done("--db", storm, "verify", "--checkpoint", saved, "--json").json
    assert (found["ok"], found["checkpoint"]["outcome"], found["redacted"]) == (True, "extends", [])
    refused(run("--db", storm, "verify", "--checkpoint", saved, "--key", OTHER_VKEY), code=3)
    refused(run("--db", storm, "verify", "--key", vkey), "there is no --checkpoint", code=2)
    refused(run("--db", storm, "verify", "--checkpoint", saved.with_name("none")), "cannot be read")
    refused(run("--db", storm, "verify", "--checkpoint", saved, "--key", "x"), "malformed verifier key")


def test_verify_names_the_attack_and_ends_with_3(storm: Path, saved: Path, tmp_path: Path) -> None:
    """Truncated, and another log."""
    connection = sqlite3.connect(storm, isolation_level=None)
    connection.execute("DROP TRIGGER event_refuses_delete")
    connection.execute("DELETE FROM event WHERE position = (SELECT max(position) FROM event)")
    connection.execute(event_table.DELETE_TRIGGER)
    connection.close()
    done("--db", storm, "replay")
    done("--db", storm, "verify")
    ended = run("--db", storm, "verify", "--checkpoint", saved)
    assert ended.code == 3
    assert ended.out.startswith("truncated: the log was truncated: the checkpoint covers ")
    done("init", tmp_path / "other.db")
    ended = run("--db", tmp_path / "other.db", "verify", "--checkpoint", saved, "--json")
    assert (ended.code, ended.json["ok"], ended.json["checkpoint"]["outcome"]) == (3, False, "forked")


def test_verify_believes_nothing_of_a_foreign_store(storm: Path, saved: Path, tmp_path: Path) -> None:
    """Sound: the same root. A spy in the schema: exit code 3. No store: 1. Nothing is written."""
    with untouched(storm):
        ended = done("--db", storm, "verify", "--foreign", "--checkpoint", saved)
    assert ended.out.splitlines()[-1] == done("--db", storm, "verify").out.splitlines()[-1]
    connection = sqlite3.connect(storm)
    connection.execute("CREATE VIEW spy AS SELECT 1")
    connection.close()
    ended = run("--db", storm, "verify", "--foreign", "--json")
    assert (ended.code, ended.json["faults"]) == (
        3,
        [{"position": None, "message": "the view 'spy' does not belong to a store"}],
    )
    refused(run("--db", tmp_path / "none.db", "verify", "--foreign"), "there is no store")


# export and backup ------------------------------------------------------------------------------------------


def test_export_writes_the_static_tree(storm: Path, key: Path, tmp_path: Path) -> None:
    """Tiles, entries and the signed checkpoint; without --sign, that is said; never into a directory in use."""
    ended = done("--db", storm, "export", "--tiles", tmp_path / "tree", "--sign", key)
    assert ended.out == f"3 files in {tmp_path / 'tree'}\n"
    assert ended.err == ""
    assert "— example.org/jane " in (tmp_path / "tree" / "checkpoint").read_text("utf-8")
    assert "not signed" in done("--db", storm, "export", "--tiles", tmp_path / "bare").err
    refused(run("--db", storm, "export", "--tiles", tmp_path / "tree"), "is not empty")
    refused(run("--db", storm, "export"), "--tiles", code=2)


def test_backup_copies_and_verifies(storm: Path, tmp_path: Path) -> None:
    """The copy answers as the store does; a fault of the store ends with 3; no file is written over."""
    ended = done("--db", storm, "backup", tmp_path / "copy.db")
    assert "verified there" in ended.out
    question = ("state", "--at", "2018-05-14", "--json")
    assert done("--db", tmp_path / "copy.db", *question).out == done("--db", storm, *question).out
    with untouched(tmp_path / "copy.db"):
        refused(run("--db", storm, "backup", tmp_path / "copy.db"), "already exists")
    connection = sqlite3.connect(storm)
    connection.execute("DELETE FROM reference")
    connection.commit()
    connection.close()
    ended = run("--db", storm, "backup", tmp_path / "faulty.db")
    assert (ended.code, ended.out.startswith("fault: ")) == (3, True)


# redact -----------------------------------------------------------------------------------------------------


def test_redact_wants_the_id_again(storm: Path) -> None:
    """Nothing, another id, the beginning of it: refused, and nothing happens."""
    for typed in ("", "yes\n", f"{EVENT[:13]}\n", f"{EVENT[:-1]}0\n"):
        with untouched(storm):
            ended = run("--db", storm, "redact", EVENT[:8], "--reason", "r", stdin=typed)
        assert ended.code == 1
        assert EVENT in ended.err
        assert "nothing was redacted" in ended.err
    ended = done("--db", storm, "redact", EVENT[:8], "--reason", "names a witness", stdin=f"{EVENT}\n")
    assert ended.out.startswith("redacted #")


def test_a_redacted_event_is_shown_as_such(storm: Path, saved: Path) -> None:
    """By log, show and verify, with its leaf hash, and who redacted it; its payload is nowhere."""
    before = done("--db", storm, "show", EVENT, "--json").json
    body = json.dumps(before["data"])
    ended = done(
        "--db", storm, "redact", EVENT, "--reason", "names a witness", "--yes", "--recorded-by", "Jane Analyst"
    )
    declared = ended.out.split("#")[-1].strip()
    for word in ("backups", "exports", "exhibits"):
        assert word in ended.err
    shown = done("--db", storm, "show", EVENT)
    assert before["leaf"] in shown.out
    assert f"#{declared}" in shown.out
    assert "names a witness" in shown.out
    found = done("--db", storm, "show", EVENT, "--json").json
    assert (found["redacted"], found["leaf"], found["position"]) == (True, before["leaf"], before["position"])
    assert "type" not in found
    table = done("--db", storm, "log", "--after", str(before["position"] - 1)).out.splitlines()[1]
    assert table.split()[-1] == "redacted"
    row = done("--db", storm, "log", "--nl", "--after", str(before["position"] - 1)).lines[0]
    assert "subject" not in row
    assert body not in done("--db", storm, "log", "--json").out
    assert done("--db", storm, "log", "--csv").out
    assert "Jane Analyst" in done("--db", storm, "log", "--subject", f"event/{EVENT}", "--json").out
    verified = done("--db", storm, "verify", "--checkpoint", saved)
    assert f"redacted, as declared: #{before['position']}" in verified.out
    assert done("--db", storm, "verify", "--json").json["redacted"] == [before["position"]]
    assert done("--db", storm, "verify", "--foreign").out.splitlines()[1:] == verified.out.splitlines()[2:]


def test_redacting_again_says_so(storm: Path) -> None:
    """It finishes a run that was cut off, and asks nothing."""
    done("--db", storm, "redact", EVENT, "--reason", "r", "--yes")
    assert done("--db", storm, "redact", EVENT, "--reason", "r").out.startswith("unchanged #")
    refused(run("--db", storm, "retract", EVENT, "--reason", "r"), "was redacted")
    refused(run("--db", storm, "redact", "1", "--reason", "r", "--yes"), "cannot be redacted")


def test_what_names_the_event_is_listed(storm: Path) -> None:
    """It may repeat what was said, so somebody should look."""
    done("--db", storm, "retract", EVENT, "--reason", "about the crossing")
    retraction = done("--db", storm, "log", "--type", "assertion.retracted", "--nl").lines[-1]["position"]
    assert f"#{retraction}" in done("--db", storm, "redact", EVENT, "--reason", "r", "--yes").err


# Receipts ---------------------------------------------------------------------------------------------------


def test_a_receipt_of_outside_anchoring_is_an_event(storm: Path, saved: Path) -> None:
    """It says which checkpoint it is for, when it was given and by whom, and carries the receipt itself."""
    origin, size, encoded, *_ = saved.read_text("utf-8").splitlines()
    given = (
        "receipt.recorded", f"log-checkpoint/{size}", f"origin={origin}", f"size:={size}",
        f"root={base64.b64decode(encoded).hex()}", "kind=rfc3161", f"receipt={base64.b64encode(b'response').decode()}",
        "--on", "2018-06-20T10:00:00Z", "--source", "source/tsa-2018-06-20", "--said-by", "organization/tsa",
    )  # fmt: skip
    done("--db", storm, "append", *given)
    found = {
        row["attribute"]: row["value"] for row in done("--db", storm, "state", f"log-checkpoint/{size}", "--json").json
    }
    assert found == {
        "origin": origin, "receipt_kind": "rfc3161", "root": base64.b64decode(encoded).hex(), "size": int(size),
    }  # fmt: skip
    refused(run("--db", storm, "append", *given[:4], "root=XYZ", *given[5:]), "data.root")
