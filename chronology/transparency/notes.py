"""Signed notes and checkpoints of C2SP (signed-note, tlog-checkpoint), as texts. No I/O and no clock."""

import base64
import binascii
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import field, frozen

from chronology.errors import MissingPackageError, NoteError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
MAX_TREE_SIZE = 2**63 - 1

_SIGNATURE_MARK = "— "
_PRIVATE_MARK = "PRIVATE+KEY+"
_ED25519 = b"\x01"
_KEY = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_TREE_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@frozen(kw_only=True)
class Signature:
    """Who a signature line says has signed: the key's name and its hash (8 hexadecimal digits)."""

    name: str
    key_hash: str

    def __str__(self) -> str:
        return f"{self.name}+{self.key_hash}"


@frozen(kw_only=True)
class Note:
    """A note with at least one verified signature; each signature is listed once, in the note's order.

    Rely on `verified` only: the names in `unverified` are claims that nobody checked.
    """

    text: str
    verified: tuple[Signature, ...]
    unverified: tuple[Signature, ...]


@frozen
class Checkpoint:
    """The head of a log's Merkle tree: whose log, how many leaves, and their root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = field(default=(), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse values that `parse` could not read back from `text`."""
        for what, line in [("origin", self.origin), *(("extension line", item) for item in self.extensions)]:
            if not isinstance(line, str) or not line or "\n" in line:
                raise NoteError(f"checkpoint {what} {line!r:.80} is not one non-empty line")
            _check_text(line, f"checkpoint {what}")
        if type(self.size) is not int or not 0 <= self.size <= MAX_TREE_SIZE:
            raise NoteError(f"checkpoint tree size is not an integer from 0 to {MAX_TREE_SIZE}")
        if not isinstance(self.root, bytes) or len(self.root) != 32:
            raise NoteError(f"checkpoint root {self.root!r:.80} is not a hash of 32 bytes")

    def text(self) -> str:
        """Return the note text: origin, size, root, then the extension lines, each ended by a newline."""
        lines = [self.origin, str(self.size), encode_base64(self.root), *self.extensions]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a note as a checkpoint; `parse(text).text() == text`.

        Raises:
            NoteError: the text is not exactly of that form.
        """
        *lines, rest = text.split("\n")
        if rest or len(lines) < 3:
            raise NoteError(f"checkpoint has {len(lines)} complete lines; expected at least 3, each ended by a newline")
        origin, size, root, *extensions = lines
        if not _TREE_SIZE.fullmatch(size):
            raise NoteError(f"checkpoint tree size {size!r:.80} is not a decimal number without leading zeros")
        return cls(origin, int(size), decode_base64(root, "checkpoint root"), extensions=tuple(extensions))


def generate_key(name: str, *, seed: bytes | None = None) -> tuple[str, str]:
    """Return a new Ed25519 signer key, to be kept secret, and its verifier key, to be published.

    Both are texts in the format of golang.org/x/mod/sumdb/note.

    Args:
        name: the name of the signer, by custom a URL without its scheme; no spaces and no plus sign.
        seed: the 32 secret bytes of RFC 8032; random by default.

    Raises:
        NoteError: the name or the seed cannot be used, or the package `cryptography` is missing.
    """
    _check_name(name)
    private_key, _, _ = _ed25519()
    if seed is None:
        seed = private_key.generate().private_bytes_raw()
    if not isinstance(seed, bytes) or len(seed) != 32:
        raise NoteError("the seed of a key must be 32 bytes")
    public = _ED25519 + private_key.from_private_bytes(seed).public_key().public_bytes_raw()
    key = f"{name}+{_key_hash(name, public)}"
    return f"{_PRIVATE_MARK}{key}+{encode_base64(_ED25519 + seed)}", f"{key}+{encode_base64(public)}"


def sign_note(text: str, skey: str) -> bytes:
    """Return the note: the text, a blank line and the signature line of the key.

    Raises:
        NoteError: the text does not end in a newline, contains control characters, or is too long; or the key is bad.
    """
    if not text.endswith("\n"):
        raise NoteError("the text of a note must end in a newline")
    _check_text(text, "the text of a note")
    return _encoded(f"{text}\n{_signature_line(text, skey)}")


def cosign_note(data: bytes, skey: str) -> bytes:
    """Return the note with a signature added at the end, replacing an older one by the same key.

    The other signatures are kept unchanged, without being verified: open the note first.

    Raises:
        NoteError: the data is not a note, the note would exceed the limits, or the key is bad.
    """
    text, lines = _split_note(data)
    added = _signature_line(text, skey)
    ours, _ = _parsed_line(added.removesuffix("\n"))
    kept = [f"{line}\n" for line in lines if _parsed_line(line)[0] != ours]
    return _encoded("".join([text, "\n", *kept, added]))


def open_note(data: bytes, vkeys: Sequence[str]) -> Note:
    """Read a note and verify every signature that claims to be by one of the trusted verifier keys.

    Raises:
        NoteError: the data is not a note, no trusted key signed it, or a signature in the name of one is false.
    """
    known = _verifier_keys(vkeys)
    text, lines = _split_note(data)
    claims = [_parsed_line(line) for line in lines]
    for signature, raw in claims:
        if signature in known:
            _verify(text, signature, raw, known[signature])
    # A dictionary keeps the order of the note and lists a repeated signature once.
    signatures = dict(claims)
    verified = tuple(signature for signature in signatures if signature in known)
    if not verified:
        raise NoteError(f"none of the note's {len(lines)} signatures is by one of the {len(known)} known keys")
    unverified = tuple(signature for signature in signatures if signature not in known)
    return Note(text=text, verified=verified, unverified=unverified)


def check_verifier_keys(vkeys: Sequence[str]) -> None:
    """Raise NoteError if the verifier keys are unusable, so that any later failure is the note's fault."""
    _ed25519()
    _verifier_keys(vkeys)


def encode_base64(data: bytes) -> str:
    """Return standard base64 (RFC 4648 section 4), with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, what: str) -> bytes:
    """Read standard base64 in its one canonical spelling, so that no altered text can mean the same.

    Raises:
        NoteError: the text is not base64, or not in that spelling; the message begins with `what`.
    """
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as exc:
        raise NoteError(f"{what} is not base64") from exc
    if encode_base64(data) != text:
        raise NoteError(f"{what} is not canonical base64")
    return data


def _ed25519() -> tuple[type["Ed25519PrivateKey"], type["Ed25519PublicKey"], type[Exception]]:
    """Return the classes for Ed25519 from `cryptography`, an optional extra that is imported only when used."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    except ImportError as exc:
        raise MissingPackageError("a signature", "cryptography", extra="sign") from exc
    return Ed25519PrivateKey, Ed25519PublicKey, InvalidSignature


def _verify(text: str, signature: Signature, raw: bytes, public: bytes) -> None:
    _, public_key, invalid = _ed25519()
    try:
        public_key.from_public_bytes(public).verify(raw, text.encode())
    except (invalid, ValueError) as exc:
        raise NoteError(f"the signature that claims key {signature} does not belong to this note") from exc


def _signature_line(text: str, skey: str) -> str:
    private_key, _, _ = _ed25519()
    if not skey.startswith(_PRIVATE_MARK):
        raise NoteError(f"a signer key begins with {_PRIVATE_MARK!r}; this one does not")
    signature, seed = _parsed_key(skey.removeprefix(_PRIVATE_MARK), "signer key")
    private = private_key.from_private_bytes(seed)
    if _key_hash(signature.name, _ED25519 + private.public_key().public_bytes_raw()) != signature.key_hash:
        raise NoteError(f"signer key {signature}: the hash does not match the key")
    raw = bytes.fromhex(signature.key_hash) + private.sign(text.encode())
    return f"{_SIGNATURE_MARK}{signature.name} {encode_base64(raw)}\n"


def _verifier_keys(vkeys: Sequence[str]) -> dict[Signature, bytes]:
    known: dict[Signature, bytes] = {}
    for vkey in vkeys:
        signature, public = _parsed_key(vkey, "verifier key")
        if _key_hash(signature.name, _ED25519 + public) != signature.key_hash:
            raise NoteError(f"verifier key {signature}: the hash does not match the key")
        if known.setdefault(signature, public) != public:
            raise NoteError(f"two different verifier keys are named {signature}")
    return known


def _parsed_key(key: str, what: str) -> tuple[Signature, bytes]:
    """Read `name+hash+base64`; error messages never contain the key itself, which may be secret."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise NoteError(f"malformed {what}: expected name+hash+base64")
    name, key_hash, encoded = match.groups()
    _check_name(name)
    data = decode_base64(encoded, f"{what} {name}+{key_hash}")
    if data[:1] != _ED25519 or len(data) != 33:
        raise NoteError(f"{what} {name}+{key_hash} is not an Ed25519 key (type 1 and 32 bytes)")
    return Signature(name=name, key_hash=key_hash), data[1:]


def _key_hash(name: str, key: bytes) -> str:
    return sha256(name.encode() + b"\n" + key).hexdigest()[:8]


def _split_note(data: bytes) -> tuple[str, list[str]]:
    """Return the text and the signature lines, which are separated by the last blank line."""
    if len(data) > MAX_NOTE_BYTES:
        raise NoteError(f"the note has {len(data)} bytes; at most {MAX_NOTE_BYTES} are allowed")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise NoteError(f"the note is not UTF-8, at byte {exc.start}") from exc
    _check_text(whole, "the note")
    text, blank_line, block = whole.rpartition("\n\n")
    if not blank_line or not block.endswith("\n"):
        raise NoteError("the note does not end in a blank line and signature lines")
    lines = block.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"the note has {len(lines)} signatures; at most {MAX_SIGNATURES} are allowed")
    return f"{text}\n", lines


def _parsed_line(line: str) -> tuple[Signature, bytes]:
    """Read `— name base64` into the claimed key and the bare signature."""
    name, _, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    if not line.startswith(_SIGNATURE_MARK):
        raise NoteError(f"signature line {line!r:.80} does not begin with an em dash and a space")
    _check_name(name)
    data = decode_base64(encoded, f"signature of {name!r:.80}")
    if len(data) <= 4:
        raise NoteError(f"signature of {name!r:.80} has {len(data)} bytes; expected more than the 4 of the key hash")
    return Signature(name=name, key_hash=data[:4].hex()), data[4:]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(char.isspace() for char in name):
        raise NoteError(f"key name {name!r:.80} must not be empty or contain spaces or a plus sign")
    _check_text(name, "key name")


def _check_text(text: str, what: str) -> None:
    if match := _CONTROL.search(text):
        raise NoteError(f"{what} contains the control character U+{ord(match[0]):04X}")
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise NoteError(f"{what} contains a lone surrogate, U+{ord(text[exc.start]):04X}") from exc


def _encoded(note: str) -> bytes:
    """Return the note as bytes, after checking that they can be read back."""
    data = note.encode()
    _split_note(data)
    return data
