"""What is remarked on events while they are taken in: said before it can have happened. Refuses nothing."""

from typing import Final

from chronology.events.records import Body
from chronology.questions.lint_rules import may_be_premature, premature, report_of

_LISTED: Final = 20


class Remarks:
    """The first remarks on a batch of events, and how many there are in all."""

    def __init__(self) -> None:
        self._listed: list[str] = []
        self._count = 0

    def look_at(self, body: Body, position: int, *, published: str | None) -> None:
        """Look at an event whose source was published on a day, if anybody knows."""
        if not body.valid or not may_be_premature(body.valid, body.stated or body.recorded_at[:10], published):
            return
        report = report_of(body, published=published)
        for told in premature(report) if report else ():
            self._count += 1
            if self._count <= _LISTED:
                self._listed.append(f"#{position} {told}")

    def told(self) -> tuple[str, ...]:
        """Return the remarks, in order of the events; where there are many, the last one counts the rest."""
        rest = self._count - len(self._listed)
        return (*self._listed, *([f"{rest:,} more like these; `chronology lint` lists them"] if rest else []))
