"""A coverage-guided fuzzer on one reader.

    pip install atheris
    PYTHONPATH=. python tests/fuzz/run.py READER [libFuzzer options, such as -max_total_time=60]

READER is a key of `readers.READERS`. It stops at the first exception that is not a `ChronologyError`, and leaves the
input in a file `crash-...`; that input then goes into `tests/test_fuzz.py`, where it stays.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["chronology"]):
    from chronology.errors import ChronologyError
    from tests.fuzz.readers import READERS


def main() -> None:
    """Fuzz the reader that is named, from its seeds and pieces."""
    name, *options = sys.argv[1:]
    reader = READERS[name]

    def once(data: bytes) -> None:
        try:
            reader.read(data)
        except ChronologyError:
            return

    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(reader.seeds):
            (corpus / f"{number}").write_bytes(seed)
        pieces = Path(place, "pieces")
        spelt = ("".join(f"\\x{byte:02x}" for byte in piece[:60]) for piece in reader.pieces)
        pieces.write_text("".join(f'"{piece}"\n' for piece in spelt))
        atheris.Setup(
            [sys.argv[0], str(corpus), f"-dict={pieces}", "-timeout=10", "-rss_limit_mb=2048", *options], once
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
