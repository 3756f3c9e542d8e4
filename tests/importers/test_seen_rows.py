"""What an import remembers of the rows that it has seen, and of those that it misses."""

from chronology.importers.seen_rows import seen_rows


def test_the_first_line_of_a_key_is_remembered() -> None:
    """A second line with the same key is told the first one, however often it comes."""
    with seen_rows() as seen:
        assert [seen.first_line(key, line) for line, key in enumerate("abcab", start=1)] == [1, 2, 3, 1, 2]
        assert (seen.has("a"), seen.has("d")) == (True, False)


def test_missing_keys_come_in_the_order_in_which_they_were_missed_first() -> None:
    """Each is news once; the order is not that of the texts."""
    with seen_rows() as seen:
        assert [seen.miss(key) for key in ("z", "a", "z", "m")] == [True, True, False, True]
        assert list(seen.missing()) == ["z", "a", "m"]
        assert not seen.has("z")
