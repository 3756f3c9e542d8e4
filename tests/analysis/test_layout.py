"""Tests of how a Parquet folder is laid out; they need no optional package."""

from hashlib import sha256

import pytest
from hypothesis import given
from strategies import subjects

from chronology.analysis import layout
from chronology.analysis.layout import Count, Manifest
from chronology.errors import ChronologyError

WHOLE = Manifest(
    origin="chronology/x",
    head=81,
    root="ab" * 32,
    buckets=4,
    tables={"event": Count(1, 81), "assertion": Count(2, 60), "state": Count(3, 70)},
)


@given(subjects())
def test_a_bucket_is_the_first_bits_of_the_hash_and_twice_as_many_divide_each_in_two(subject: str) -> None:
    """So a subject never moves, and folders with other numbers of buckets can be compared."""
    assert layout.bucket_of(subject, 256) == int(sha256(subject.encode()).hexdigest()[:2], 16)
    for doubled in range(1, 9):
        assert layout.bucket_of(subject, 2**doubled) // 2 == layout.bucket_of(subject, 2 ** (doubled - 1))


@pytest.mark.parametrize(("head", "buckets"), [(1, 1), (4_000_000, 1), (4_000_001, 2), (10**8, 32), (10**12, 256)])
def test_larger_logs_get_more_buckets_up_to_a_limit(head: int, buckets: int) -> None:
    """A file holds a few hundred thousand rows, however many events there are."""
    assert layout.buckets_for(head) == buckets
    layout.check_buckets(buckets)


@pytest.mark.parametrize("buckets", [0, -1, 3, 257, 512])
def test_a_number_of_buckets_that_does_not_divide_the_hash_is_refused(buckets: int) -> None:
    """Only powers of two up to 256 are."""
    with pytest.raises(ChronologyError, match=f"{buckets} buckets: the number must be a power of two from 1 to 256"):
        layout.check_buckets(buckets)


def test_a_manifest_reads_back_as_it_was_written() -> None:
    """It is JSON, of several lines, for people too."""
    assert Manifest.parse(WHOLE.text(), "manifest.json") == WHOLE
    assert WHOLE.text().count(b"\n") > 10


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"chronology": "parquet folder", "format": "1"}',
        WHOLE.text().replace(b"parquet folder", b"transcript"),
        WHOLE.text().replace(b'"buckets": 4', b'"buckets": 3'),
        WHOLE.text().replace(b'"state"', b'"segment"'),
        WHOLE.text().replace(b'"head": 81', b'"head": "81"'),
        WHOLE.text().replace(b'"head"', b'"heads"'),
        WHOLE.text()[:-4],
    ],
)
def test_what_is_no_manifest_is_refused_by_name(data: bytes) -> None:
    """The message names the file, the hint what makes one."""
    with pytest.raises(ChronologyError, match=r"^m\.json is not the manifest of a Parquet folder") as caught:
        Manifest.parse(data, "m.json")
    assert caught.value.hint == "`chronology export parquet --folder DIR` makes one"


def test_another_layout_is_named_whatever_else_it_says() -> None:
    """A later version may have other fields."""
    data = WHOLE.text().replace(b'"format": 2', b'"format": 3, "new": []')
    with pytest.raises(ChronologyError, match=r"m\.json has the layout 3; this program reads 2"):
        Manifest.parse(data, "m.json")
