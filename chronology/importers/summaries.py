"""What an import did, in rows and in events. Pure."""

from attrs import define, field


@define(kw_only=True)
class Summary:
    """The outcome of an import; counts are of rows, unless they say otherwise.

    Attributes:
        dataset: the source that the rows come from.
        sync: whether the file was taken for the whole of the dataset.
        added: new ones, and with `sync` those that returned.
        changed: those that say something new; replaced, with `sync`.
        unchanged: those that the store already holds.
        withdrawn: those that are in the store and no longer in the file; retracted.
        refused: bad ones.
        differing: without `sync`, those that would be changed or restated by it, and are left alone.
        kept: events that somebody withdrew or redacted here, and which therefore were not appended again.
        flagged: events with a date that is not believed, such as 1753-01-01; their notes say so.
        events: how many events were appended, definitions and descriptions of the dataset included.
        said: how many events the rows of the file stand for.
        defined: event types that were added to the vocabulary.
        head: the newest position afterwards.
        remarks: what else a person should know.
    """

    dataset: str
    sync: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    refused: int = 0
    differing: int = 0
    kept: int = 0
    flagged: int = 0
    events: int = 0
    said: int = 0
    defined: list[str] = field(factory=list)
    head: int = 0
    remarks: list[str] = field(factory=list)
