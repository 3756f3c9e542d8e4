"""Signed notes and checkpoints: published notes and keys, limits, and that nothing altered ever verifies."""

import sys
from hashlib import sha256

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chronology.errors import MissingPackageError, NoteError
from chronology.transparency import notes
from chronology.transparency.notes import Checkpoint, Note, Signature, cosign_note, generate_key, open_note, sign_note

# The published examples of golang.org/x/mod/sumdb/note.
PETER_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH_VKEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
PETER = Signature(name="PeterNeumann", key_hash="c74f20a3")
ENOCH = Signature(name="EnochRoot", key_hash="af0cfe78")
NOTE = f"{TEXT}\n{PETER_LINE}".encode()

# Two checkpoints that the Go checksum database really signed, the first with signatures of a witness below.
SUMDB_VKEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_2023 = """go.sum database tree
15081221
BoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=

— sum.golang.org Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jGY1WnUADGMkok3U0m2Zgo=
— test.example.com qTGhC3917mAr6hGh+T55tNjxaej/D/GQivJZRIj7XGdAcQOTqfMWIPgp/v/904LEduN/h2sSRtHUJXUL4b9Gm\
7Bz4Qc=
— test.example.com /Pa7Y/dUvWMAAAAAQVwkQVi81ArPV7BIaQYrMIxyzY0m8a4BdeeBhSKd3PviPK4\
/3Sd+NKSc5N7PDTCfAkUSVniN+R2oKIggA4iiDQ==
"""
SUMDB_LATER = """go.sum database tree
63096908
8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=

— sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=
"""

ALICE_SKEY, ALICE_VKEY = generate_key("alice.example/log", seed=bytes(range(32)))
ROOT = sha256(b"root").digest()


# --- Keys


def test_published_key_is_made_from_its_seed() -> None:
    """The published signer key and verifier key come out of their seed."""
    seed = notes.decode_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", "seed")[1:]
    assert generate_key("PeterNeumann", seed=seed) == (PETER_SKEY, PETER_VKEY)


def test_rfc_8032_test_1() -> None:
    """The seed of RFC 8032 section 7.1 test 1 gives its public key, and the key hash is C2SP's."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    name, key_hash, encoded = generate_key("rfc.example", seed=seed)[1].split("+", 2)
    assert notes.decode_base64(encoded, "key") == b"\x01" + public
    assert key_hash == sha256(b"rfc.example\n\x01" + public).hexdigest()[:8]
    assert name == "rfc.example"


def test_keys_without_a_seed_differ_and_work() -> None:
    """Without a seed each key is new, and what its signer signs its verifier opens."""
    skey, vkey = generate_key("alice.example/log")
    assert vkey != generate_key("alice.example/log")[1]
    assert open_note(sign_note("hello\n", skey), [vkey]).text == "hello\n"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u00a0b", "a\u2003b", "a\x01b", "a\ud800b"])
def test_bad_key_names_are_refused(name: str) -> None:
    """A key name is not empty and holds no space of any kind, plus sign, control character or surrogate."""
    with pytest.raises(NoteError, match="key name"):
        generate_key(name)


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_seeds_of_another_length_are_refused(seed: bytes) -> None:
    """A seed has 32 bytes."""
    with pytest.raises(NoteError, match="32 bytes"):
        generate_key("a", seed=seed)


@pytest.mark.parametrize("key", [PETER_SKEY, PETER_VKEY])
def test_mangled_keys_are_refused(key: str) -> None:
    """Part of a key, or a key with one character raised, is not a key, and no message contains the secret."""
    parts = [key[i:j] for i in range(len(key) + 1) for j in range(i, len(key) + 1) if j - i < len(key)]
    raised = [key[:i] + chr(ord(key[i]) + 1) + key[i + 1 :] for i in range(len(key))]
    for bad in [*parts, *raised]:
        with pytest.raises(NoteError) as caught:
            sign_note("x\n", bad) if key is PETER_SKEY else open_note(NOTE, [bad])
        assert "YEKFALVFGyNhPJEMzD1" not in str(caught.value)


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # length, hash adjusted
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # algorithm, hash adjusted
        PETER_VKEY.replace("c74f20a3", "C74F20A3"),
        PETER_VKEY + "\n",
        PETER_SKEY,
    ],
)
def test_other_bad_verifier_keys_are_refused(vkey: str) -> None:
    """Wrong lengths, unknown algorithms, other spellings and signer keys are not verifier keys."""
    with pytest.raises(NoteError, match="verifier key"):
        open_note(NOTE, [vkey])


def test_two_keys_with_one_name_and_hash_are_refused() -> None:
    """A key given twice is one key; another key under the same name and hash is an error."""
    assert open_note(NOTE, [PETER_VKEY, PETER_VKEY]).verified == (PETER,)
    key = bytes.fromhex("01") + bytes(32)
    wrong = f"PeterNeumann+c74f20a3+{notes.encode_base64(key)}"
    with pytest.raises(NoteError, match="the hash does not match the key"):
        open_note(NOTE, [PETER_VKEY, wrong])


def test_colliding_keys_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two different keys whose hashes collide cannot both be trusted under one name."""
    monkeypatch.setattr(notes, "_key_hash", lambda name, key: "c74f20a3")
    key = notes.encode_base64(b"\x01" + bytes(32))
    with pytest.raises(NoteError, match=r"two different verifier keys are named PeterNeumann\+c74f20a3"):
        open_note(NOTE, [PETER_VKEY, f"PeterNeumann+c74f20a3+{key}"])


# --- Signing


def test_published_note_is_signed_to_the_byte() -> None:
    """The published text and key give the published note, since Ed25519 is deterministic."""
    assert sign_note(TEXT, PETER_SKEY) == NOTE


@pytest.mark.parametrize("text", ["", "abc", "a\n\nb", "a\tb\n", "a\r\n", "\x00\n", "\ud800\n"])
def test_texts_that_are_no_note_are_not_signed(text: str) -> None:
    """The text ends in a newline, and holds neither other control characters nor lone surrogates."""
    with pytest.raises(NoteError, match="note"):
        sign_note(text, PETER_SKEY)


def test_the_largest_note_opens_and_one_byte_more_does_not() -> None:
    """A note of exactly 1,000,000 bytes is signed and opened; a byte more is refused, with both numbers."""
    room = 1_000_000 - len(sign_note("\n", PETER_SKEY))
    largest = sign_note("a" * room + "\n", PETER_SKEY)
    assert len(largest) == 1_000_000
    assert open_note(largest, [PETER_VKEY]).verified == (PETER,)
    with pytest.raises(NoteError, match="has 1000001 bytes; at most 1000000 are allowed"):
        sign_note("a" * (room + 1) + "\n", PETER_SKEY)
    with pytest.raises(NoteError, match="has 1000001 bytes; at most 1000000 are allowed"):
        open_note(b"a" + largest, [PETER_VKEY])


def test_cosigning_adds_a_line_and_keeps_the_others() -> None:
    """A cosigned note is the old note and one more line; both keys verify."""
    both = cosign_note(NOTE, ALICE_SKEY)
    assert both == NOTE + sign_note(TEXT, ALICE_SKEY).removeprefix(f"{TEXT}\n".encode())
    assert [str(item) for item in open_note(both, [PETER_VKEY, ALICE_VKEY]).verified] == [
        "PeterNeumann+c74f20a3",
        "+".join(ALICE_VKEY.split("+")[:2]),
    ]


def test_cosigning_again_replaces_the_older_signature() -> None:
    """A key signs a note once: its older line goes, even a bad one, and the new one comes last."""
    bad = f"{TEXT}\n— PeterNeumann x08go+AAAA==\n{ENOCH_LINE}".encode()
    assert cosign_note(bad, PETER_SKEY) == f"{TEXT}\n{ENOCH_LINE}{PETER_LINE}".encode()
    assert cosign_note(NOTE, PETER_SKEY) == NOTE


def test_a_full_note_takes_no_more_signatures() -> None:
    """The hundred-and-first signature is refused, when a note is cosigned and when it is opened."""
    full = NOTE
    for number in range(99):
        full += f"— witness{number} {notes.encode_base64(bytes(68))}\n".encode()
    opened = open_note(full, [PETER_VKEY])
    assert (len(opened.verified), len(opened.unverified)) == (1, 99)
    with pytest.raises(NoteError, match="has 101 signatures; at most 100 are allowed"):
        cosign_note(full, ALICE_SKEY)
    with pytest.raises(NoteError, match="has 101 signatures; at most 100 are allowed"):
        open_note(full + PETER_LINE.encode(), [PETER_VKEY])


# --- Opening


def test_known_and_unknown_signatures_are_told_apart() -> None:
    """A signature is verified if its key is known, else listed as unverified, in the order of the note."""
    data = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}".encode()
    assert open_note(data, [PETER_VKEY]) == Note(text=TEXT, verified=(PETER,), unverified=(ENOCH,))
    assert open_note(data, [ENOCH_VKEY]) == Note(text=TEXT, verified=(ENOCH,), unverified=(PETER,))
    assert open_note(data, [ENOCH_VKEY, PETER_VKEY]) == Note(text=TEXT, verified=(PETER, ENOCH), unverified=())


def test_repeated_lines_are_listed_once() -> None:
    """A signature that is repeated, verified or not, is listed once."""
    data = f"{TEXT}\n{PETER_LINE}{PETER_LINE}{ENOCH_LINE}{ENOCH_LINE}".encode()
    assert open_note(data, [PETER_VKEY]) == Note(text=TEXT, verified=(PETER,), unverified=(ENOCH,))


@pytest.mark.parametrize("vkeys", [[], [ENOCH_VKEY], [ALICE_VKEY, ENOCH_VKEY]])
def test_notes_that_no_known_key_signed_are_refused(vkeys: list[str]) -> None:
    """Without a signature by a known key there is no note, and the message says how many were tried."""
    with pytest.raises(NoteError, match=f"none of the note's 1 signatures is by one of the {len(vkeys)} known"):
        open_note(NOTE, vkeys)


def test_a_shared_name_or_a_shared_hash_is_not_a_known_key() -> None:
    """Only name and hash together name a key: sharing one of them leaves a signature unverified."""
    other_hash = PETER_LINE.replace("x08g", "xxxx")
    other_name = PETER_LINE.replace("PeterNeumann", "CarmenSandiego")
    opened = open_note(f"{TEXT}\n{other_hash}{other_name}{PETER_LINE}".encode(), [PETER_VKEY])
    assert opened.verified == (PETER,)
    assert [item.key_hash for item in opened.unverified] == ["c71c71a3", "c74f20a3"]
    with pytest.raises(NoteError, match="none of the note's 2 signatures"):
        open_note(f"{TEXT}\n{other_hash}{other_name}".encode(), [PETER_VKEY])


@pytest.mark.parametrize(
    "claim",
    [
        PETER_LINE[:60] + "ABCD" + PETER_LINE[60:],
        "— PeterNeumann x08gowA=\n",
        f"— PeterNeumann {notes.encode_base64(bytes.fromhex('c74f20a3') + bytes(64))}\n",
        f"— PeterNeumann {notes.encode_base64(bytes.fromhex('c74f20a3') + bytes(65))}\n",
        sign_note("another text\n", PETER_SKEY).decode().splitlines(keepends=True)[-1],
    ],
)
def test_one_false_claim_spoils_the_note(claim: str) -> None:
    """A line that falsely claims a known key refuses the note, alone or before or after good lines."""
    for block in (claim, claim + PETER_LINE, PETER_LINE + claim, ENOCH_LINE + claim):
        with pytest.raises(NoteError, match=r"claims key PeterNeumann\+c74f20a3 does not belong to this note"):
            open_note(f"{TEXT}\n{block}".encode(), [PETER_VKEY, ENOCH_VKEY])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        TEXT.encode(),
        f"{TEXT}\n".encode(),
        f"{TEXT}{PETER_LINE}".encode(),
        f"\n{PETER_LINE}".encode(),
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"\n\n",
        b"\x01" + NOTE,
        b"\xff" + NOTE,
        b"\xed\xa0\x80" + NOTE,
        b"\xc0\x8a" + NOTE,
        NOTE.replace(b"\n", b"\r\n"),
        NOTE.replace(b" your", b"\tyour"),
        NOTE + b"Unexpected line.\n",
        NOTE.replace("— ".encode(), b"- "),
        NOTE.replace("— ".encode(), "—".encode()),
        NOTE.replace("— ".encode(), "—  ".encode()),
        NOTE.replace(b"PeterNeumann ", b"Peter Neumann "),
        NOTE.replace(b"PeterNeumann ", b"Peter+Neumann "),
        NOTE.replace(b"PeterNeumann ", "Peter\u00a0Neumann ".encode()),
        NOTE.replace(b"nAM=", b"nAM"),
        NOTE.replace(b"nAM=", b"nAM=="),
        NOTE.replace(b"nAM=", b"nAN="),
        NOTE.replace(b"nAM=", b"nAM= "),
        NOTE.replace(b"nAM=", b"nAM=\xc2\xa0"),
        NOTE + "— Peter".encode() + b"\xff x08gowAA\n",
        NOTE + "— PeterNeumann \n".encode(),
        NOTE + "— PeterNeumann\n".encode(),
        NOTE + "— PeterNeumann x08gow==\n".encode(),
        NOTE + "— PeterNeumann x08g\n".encode(),
        NOTE + "—  x08gowAA\n".encode(),
    ],
)
def test_malformed_notes_are_refused(data: bytes) -> None:
    """What is not exactly a note is refused, though its signature would be good."""
    with pytest.raises(NoteError):
        open_note(data, [PETER_VKEY])


@pytest.mark.parametrize("text", ["\n", "\n\n", "a\n\nb\n", "a\n\n— PeterNeumann x08gowAA\n", "é \u202e\x7f\n"])
def test_odd_texts_are_signed_and_opened(text: str) -> None:
    """The last blank line divides, so a text may hold blank lines, or what looks like a signature."""
    assert open_note(sign_note(text, ALICE_SKEY), [ALICE_VKEY]).text == text


@pytest.mark.parametrize(("data", "unverified"), [(SUMDB_2023, 2), (SUMDB_LATER, 0)], ids=["2023", "later"])
def test_real_checkpoints_of_the_go_checksum_database(data: str, unverified: int) -> None:
    """Checkpoints that sum.golang.org signed open with its published key, and are checkpoints."""
    note = open_note(data.encode(), [SUMDB_VKEY])
    assert [str(item) for item in note.verified] == ["sum.golang.org+033de0ae"]
    assert len(note.unverified) == unverified
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, str(checkpoint.size)) == ("go.sum database tree", data.splitlines()[1])


@settings(max_examples=300)
@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_no_altered_note_verifies(at: int, change: int) -> None:
    """A note in which any byte is another never opens."""
    bent = NOTE[:at] + bytes([NOTE[at] ^ change]) + NOTE[at + 1 :]
    with pytest.raises(NoteError):
        open_note(bent, [PETER_VKEY])


@given(st.binary(max_size=80), st.integers(0, len(NOTE)), st.integers(0, 8))
@example(b"\n", 0, 0)
def test_any_bytes_open_or_raise_note_errors(data: bytes, at: int, cut: int) -> None:
    """Any bytes, alone or spliced into a note, raise NoteError only, or show the text that was signed."""
    for whole in (data, data + b"\n\n" + PETER_LINE.encode(), NOTE[:at] + data + NOTE[at + cut :]):
        try:
            note = open_note(whole, [PETER_VKEY])
        except NoteError:
            continue
        assert note.text == TEXT


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")),
    st.binary(min_size=32, max_size=32),
)
def test_whatever_is_signed_opens(text: str, seed: bytes) -> None:
    """Any text without control characters survives signing and opening, under any key."""
    skey, vkey = generate_key("a.example", seed=seed)
    assert open_note(sign_note(f"{text}\n", skey), [vkey]).text == f"{text}\n"


def test_without_cryptography_a_hint_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the optional package is missing, signing and verifying say what to install, and parsing works."""
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    for call in (
        lambda: generate_key("a"),
        lambda: sign_note("x\n", PETER_SKEY),
        lambda: open_note(NOTE, [PETER_VKEY]),
    ):
        with pytest.raises(MissingPackageError, match="cryptography") as caught:
            call()
        assert caught.value.hint == "pip install 'chronology-store[sign]'"
    assert Checkpoint.parse(Checkpoint("a", 1, ROOT).text()).size == 1


# --- Checkpoints


def test_checkpoint_text() -> None:
    """A checkpoint is origin, size and root, a line each, then extension lines."""
    encoded = notes.encode_base64(ROOT)
    assert Checkpoint("example.com/log", 7, ROOT).text() == f"example.com/log\n7\n{encoded}\n"
    checkpoint = Checkpoint("log", 0, ROOT, extensions=("one", "two"))
    assert checkpoint.text() == f"log\n0\n{encoded}\none\ntwo\n"


def test_example_of_the_specification() -> None:
    """The example of tlog-checkpoint reads as it should."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = Checkpoint.parse(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e1d90c808014aa89b")
    assert checkpoint.text() == text


B64 = notes.encode_base64(ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\n\n\n",
        f"o\n1\n{B64}",
        f"o\n1\n{B64}\nx",
        f"\n1\n{B64}\n",
        f"o\n1\n{B64}\n\n",
        f"o\n1\n{B64}\nx\n\ny\n",
        f"o\n01\n{B64}\n",
        f"o\n00\n{B64}\n",
        f"o\n+1\n{B64}\n",
        f"o\n-1\n{B64}\n",
        f"o\n1_0\n{B64}\n",
        f"o\n 1\n{B64}\n",
        f"o\n١\n{B64}\n",
        f"o\n\n{B64}\n",
        f"o\n{2**63}\n{B64}\n",
        f"o\n{'9' * 5000}\n{B64}\n",
        f"o\n1\n{B64[:-1]}\n",
        f"o\n1\n{B64}=\n",
        f"o\n1\n{B64[:-2]}{chr(ord(B64[-2]) + 1)}=\n",
        f"o\n1\n{B64.replace('=', ' =')}\n",
        f"o\n1\n{notes.encode_base64(ROOT[:-1])}\n",
        f"o\n1\n{notes.encode_base64(ROOT + b'0')}\n",
        "o\n1\n\n",
        f"o\r\n1\r\n{B64}\r\n",
        f"o\t\n1\n{B64}\n",
        f"o\ud800\n1\n{B64}\n",
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    """A checkpoint has one spelling: whole lines, no leading zeros, canonical base64 of 32 bytes."""
    with pytest.raises(NoteError, match="checkpoint"):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 1, ROOT, ()),
        ("a\nb", 1, ROOT, ()),
        (None, 1, ROOT, ()),
        ("o", -1, ROOT, ()),
        ("o", True, ROOT, ()),
        ("o", 1.0, ROOT, ()),
        ("o", 2**63, ROOT, ()),
        ("o", 1 << 20_000, ROOT, ()),
        ("o", 1, ROOT[:-1], ()),
        ("o", 1, bytearray(ROOT), ()),
        ("o", 1, B64, ()),
        ("o", 1, ROOT, ("",)),
        ("o", 1, ROOT, ("x\n",)),
    ],
    ids="abcdefghijklm",
)
def test_what_could_not_be_read_back_is_no_checkpoint(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    """A checkpoint that `parse` would refuse cannot be made either."""
    with pytest.raises(NoteError, match="checkpoint"):
        Checkpoint(origin, size, root, extensions=extensions)


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@given(LINE, st.integers(0, notes.MAX_TREE_SIZE), st.binary(min_size=32, max_size=32), st.lists(LINE, max_size=3))
def test_checkpoints_survive_text_and_signature(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    """Any checkpoint is read back from its text and from its signed note."""
    checkpoint = Checkpoint(origin, size, root, extensions=tuple(extensions))
    assert Checkpoint.parse(checkpoint.text()) == checkpoint
    note = open_note(sign_note(checkpoint.text(), ALICE_SKEY), [ALICE_VKEY])
    assert Checkpoint.parse(note.text) == checkpoint


@given(st.text() | st.builds("{}\n{}\n{}\n{}".format, st.text(), st.text("0123456789"), st.just(B64), st.text()))
def test_any_text_is_a_checkpoint_or_raises_note_errors(text: str) -> None:
    """Arbitrary text raises NoteError and nothing else, or is read and written back unchanged."""
    try:
        checkpoint = Checkpoint.parse(text)
    except NoteError:
        return
    assert checkpoint.text() == text
