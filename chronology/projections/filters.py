"""The filters of questions, each declared once: its name, option, words, SQL, and what it leaves out. Runs nothing.

A field of `Filters` that carries a `Filter` is a filter; the keywords of Python verbs, the options of commands with
their help and completion, what files and pages say they left out, the conditions in every dialect, and the names that
`why` shows all come from it. `Restrictions` repeats the keywords for type checkers alone.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, Literal, NamedTuple, TypedDict, cast

from attrs import Factory, field, fields, frozen

from chronology.dates import edtf
from chronology.dates.calendar import DAY
from chronology.errors import ChronologyError, DateError, UnfittingFilterError, UnknownNameError
from chronology.events.identities import NO_MERGES, Identities
from chronology.events.patterns import ATTRIBUTE, GRADE, KIND, is_day, is_subject
from chronology.projections.columns import ORDINAL_BITS, read

KnownAt = int | str | date | datetime | None
"""A position, an instant or a day whose close (UTC) is meant, or None for all that the log knows."""

LAST_POSITION: Final = (1 << 63 - ORDINAL_BITS) - 2
"""The last position that a key of a claim can name."""

_SPANS: Final = {"d": DAY, "w": 7 * DAY}

_LONGEST: Final = 100_000 * _SPANS["w"]
"""Seconds by which dates are widened, at most: no line of time is longer in practice, and SQLite can add them."""


class Effect(Enum):
    """What a filter does, which decides what questions take it."""

    KNOWN = "reads the log as it stood"
    CLAIMS = "leaves claims out"
    DATES = "reads the dates of claims otherwise"


class Said(NamedTuple):
    """What a filter looks at: who says something, when, and how it is graded."""

    source: str
    origin: str
    stated: str
    grade: str | None


@frozen(kw_only=True)
class Dialect:
    """How one copy of the claims is asked; the conditions are the same in all.

    Attributes:
        mark: stands before the name of a parameter.
        source, origin: SQL for the document and the origin of a claim.
        recorded: the condition that a claim was read so by a position.
        one, some: the conditions that a column is one name, or one of a list.
        kind: the condition that the subject is of a kind, between two texts.
        day, names: what is bound for a day and for a list of names.
    """

    mark: str = ":"
    source: str = "source"
    origin: str = "origin"
    recorded: str = "known_from <= {value}"
    one: str = "{column} = {value}"
    some: str = "{column} IN (SELECT value FROM json_each({value}))"
    kind: str = "subject >= {first} AND subject < {last}"
    day: Callable[[str], int | str] = str
    names: Callable[[Sequence[str]], Any] = lambda names: json.dumps(list(names))


VIEW: Final = Dialect()
"""The view `assertion`, in which names are texts."""

CODED: Final = Dialect(
    origin=read("origin"),
    recorded=f"key < ({{value}} + 1 << {ORDINAL_BITS})",
    one="{column} = (SELECT id FROM name WHERE text = {value})",
    some="{column} IN (SELECT id FROM name WHERE text IN (SELECT value FROM json_each({value})))",
    kind="subject IN (SELECT id FROM name WHERE text >= {first} AND text < {last})",
    day=edtf.opening_of,
)
"""The table of claims, in which names are integers and days are seconds."""

DUCKDB: Final = Dialect(mark="$", some="list_contains({value}::VARCHAR[], {column})", names=list)
"""The view `assertion` over a Parquet folder."""


@frozen(kw_only=True)
class Filter:
    """All that is to be known of one filter.

    Attributes:
        option: what is typed for it.
        metavar: stands for its value in help; `help` says what it does.
        words: stand before its value where a file or a page says what it leaves out.
        effect: what it does.
        check: takes the filter's name and what a user gave; returns what questions keep, None where it restricts
            nothing. Refuses everything else.
        typed: reads what was typed for it.
        shown: the value for people.
        unset: the value of a filter that is not given.
        is_repeated: whether the option may be given several times.
        names: what its values name, for completion; None if nothing in the store.
        kinds: of the subjects that it names; any where empty.
        leaves_out: whether it leaves out what comes from those, and admits all else.
        condition: its SQL in a dialect, where it is given, with the name of its parameter.
        bound: what is bound to that parameter.
        hides: tells whether a value leaves out what was said so; None for filters that are SQL alone.
    """

    option: str
    metavar: str
    help: str
    words: str
    effect: Effect
    check: Callable[[str, Any], Any]
    typed: Callable[[str], Any] = str
    shown: Callable[[Any], str] = str
    unset: Any = None
    is_repeated: bool = False
    names: Literal["party"] | None = None
    kinds: tuple[str, ...] = ()
    leaves_out: bool = False
    condition: Callable[[Dialect, str], str] | None = None
    bound: Callable[[Dialect, Any], Any] = lambda _, value: value
    hides: Callable[[Any, Said], bool] | None = None


def _wrong(name: str, value: object, wanted: str, hint: str) -> ChronologyError:
    return ChronologyError(f"{name} is {value!r}, and must be {wanted}", hint=hint)


def _known_at(name: str, value: object) -> KnownAt:
    if isinstance(value, bool) or not isinstance(value, int | str | date):
        raise _wrong(name, value, "a position, a day or a date-time", "as in 120, '2018-05-20' or a datetime")
    if isinstance(value, int) and value < 0:
        raise ChronologyError(f"position {value} is below 0", hint="position 0 is the empty log")
    if isinstance(value, int) and value >= 1 << 63:
        raise ChronologyError(f"position {value} needs more than 64 bits", hint="leave it out for all of the log")
    return value


def typed_known_at(text: str) -> int | str:
    """Read a position, given in digits, or a date or date-time (which never has a sign and fewer than four digits)."""
    return int(text) if re.fullmatch(r"\d{1,20}|-\d{1,3}", text, re.ASCII) else text


def typed_span(text: str) -> int:
    """Read a number of days or weeks, `7d` or `2w`, as seconds.

    Raises:
        ChronologyError: it is not a span of days.
    """
    match = re.fullmatch(r"(\d{1,5})([dw])", text, re.ASCII)
    if not match:
        raise ChronologyError(f"{text!r} is not a span of days", hint="write it like 7d or 2w")
    return int(match[1]) * _SPANS[match[2]]


def _day(name: str, value: object) -> str:
    if not isinstance(value, str | date):
        raise _wrong(name, value, "a day", "write it as in '2018-05-14'")
    text = value.isoformat()[:10] if isinstance(value, date) else value
    if not is_day(text):
        raise DateError(text, "is not a day", hint="write it as in 2018-05-14")
    return text


def _only(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise _wrong(name, value, "a list of subjects", f"write {name}=['source/voa-2018-05-14']")
    return tuple(dict.fromkeys(checked_subject(one, what=f"one of {name},") for one in value))


def _without(name: str, value: object) -> tuple[str, ...] | None:
    return _only(name, value) or None


def _grade(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(name, value, "an Admiralty grade", "A-F for the source, then 1-6, as in 'B3'")
    if not GRADE.fullmatch(value):
        raise ChronologyError(f"{value!r} is not an Admiralty grade", hint="A-F for the source, then 1-6, as in B3")
    return value


def _seconds(name: str, value: object) -> int | None:
    hint = "give it in seconds, as in 7 * 86_400"
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(name, value, "a number of seconds", hint)
    if not 0 <= value < _LONGEST:
        bound = "below 0" if value < 0 else f"{_LONGEST:,} or more"
        raise ChronologyError(f"{name} is {value}, and cannot be {bound}", hint=hint)
    return value or None


def _is_graded_below(least: str, said: Said) -> bool:
    return said.grade is None or said.grade[0] > least[0] or said.grade[1] > least[1]


def _of_party(*, party: Literal["source", "origin"], without: bool = False, **declared: Any) -> Filter:
    """Declare a filter that admits only what comes from some, or leaves that out."""
    negation = "NOT " if without else ""
    return Filter(
        **declared,
        effect=Effect.CLAIMS,
        check=_without if without else _only,
        shown=lambda names: ", ".join(names) or "nobody",
        is_repeated=True,
        names="party",
        leaves_out=without,
        condition=lambda dialect, value: negation + dialect.some.format(column=getattr(dialect, party), value=value),
        bound=lambda dialect, names: dialect.names(names),
        hides=lambda names, said: (getattr(said, party) in names) is without,
    )


def _declared(one: Filter) -> Any:
    return field(default=one.unset, metadata={"filter": one})


def _active(filters: "Filters") -> tuple[tuple[str, Filter, Any], ...]:
    """Return the filters that are given, each with its name and its value."""
    # A list, because this runs for every question, and a generator takes longer.
    return tuple(
        [(name, one, value) for name, one in FILTERS.items() if (value := getattr(filters, name)) != one.unset]
    )


@frozen(kw_only=True)
class Filters:
    """Which assertions a question is about, and how it reads them; what is None does not restrict.

    Attributes:
        kind: of the subject.
        known_at: the position up to which the log is read.
        stated_by: the last day, `YYYY-MM-DD`, on which it may have been stated.
        sources, origins: only from these documents, only what comes from these; nothing at all where empty.
        without_sources, without_origins: nothing from these documents, nothing that comes from these.
        min_grade: at least this reliable *and* at least this credible, as in "B3"; ungraded ones are out.
        fuzz: seconds by which ends qualified with ? ~ or % are widened.
        identities: which names meant one subject then; subject, sources and origins are names that were kept.
    """

    subject: str | None = None
    attribute: str | None = None
    kind: str | None = None
    known_at: int | None = _declared(
        Filter(
            option="--known-at",
            metavar="T",
            help="As the log stood then: a position, a day (its close, UTC) or a date-time.",
            words="as known at",
            effect=Effect.KNOWN,
            check=_known_at,
            typed=typed_known_at,
            shown=lambda value: f"#{value}" if isinstance(value, int) else str(value),
            # Where it is not given, `conditions` asks for what is live.
            condition=lambda dialect, value: (
                f"{dialect.recorded.format(value=value)} AND (known_until IS NULL OR known_until > {value})"
            ),
        )
    )
    stated_by: str | None = _declared(
        Filter(
            option="--stated-by",
            metavar="DAY",
            help="Only what was stated up to this day.",
            words="stated by",
            effect=Effect.CLAIMS,
            check=_day,
            condition=lambda _, value: f"stated <= {value}",
            bound=lambda dialect, day: dialect.day(day),
            hides=lambda day, said: said.stated > day,
        )
    )
    sources: Sequence[str] | None = _declared(
        _of_party(
            option="--source",
            metavar="S",
            help="Only from this document; may be repeated.",
            words="from",
            party="source",
            kinds=("source",),
        )
    )
    origins: Sequence[str] | None = _declared(
        _of_party(
            option="--origin",
            metavar="X",
            help="Only claims that come from X; may be repeated.",
            words="said by",
            party="origin",
        )
    )
    without_sources: Sequence[str] | None = _declared(
        _of_party(
            option="--without-source",
            metavar="S",
            help="Nothing from this document; may be repeated.",
            words="without",
            party="source",
            without=True,
            kinds=("source",),
        )
    )
    without_origins: Sequence[str] | None = _declared(
        _of_party(
            option="--without-origin",
            metavar="X",
            help="No claims that come from X, as if X were not trusted; may be repeated.",
            words="not said by",
            party="origin",
            without=True,
        )
    )
    min_grade: str | None = _declared(
        Filter(
            option="--min-grade",
            metavar="B3",
            help="Only what has at least this grade in both respects.",
            words="graded at least",
            effect=Effect.CLAIMS,
            check=_grade,
            condition=lambda _, value: (
                f"substr(grade, 1, 1) <= substr({value}, 1, 1) AND substr(grade, 2, 1) <= substr({value}, 2, 1)"
            ),
            hides=lambda least, said: _is_graded_below(least, said),
        )
    )
    fuzz: int = _declared(
        Filter(
            option="--fuzz",
            metavar="7d",
            help="Widen the ends of dates qualified with ? ~ or %.",
            words="dates widened by",
            effect=Effect.DATES,
            check=_seconds,
            typed=typed_span,
            shown=lambda seconds: f"{seconds // DAY} days" if seconds % DAY == 0 else f"{seconds} seconds",
            unset=0,
        ),
    )
    identities: Identities = field(default=NO_MERGES, eq=False, repr=False)
    _given: tuple[tuple[str, Filter, Any], ...] = field(
        init=False, eq=False, repr=False, default=Factory(_active, takes_self=True)
    )

    def restrict_claims(self) -> bool:
        """Tell whether anything but subject, attribute and kind restricts the answer."""
        return bool(self._given)

    def leave_out(self) -> bool:
        """Tell whether a filter leaves out anything by who says it, when, or how it is graded."""
        return any(one.hides for _, one, _ in self._given)

    def hiding(self, *, source: str | None, origin: str | None, stated: str, grade: str | None) -> tuple[str, ...]:
        """Return the names of the filters that leave out what is said so, as `conditions_on_claims` do.

        Args:
            source: the document.
            origin: who the claim comes from.
            stated: the day on which it was.
            grade: as given; None for none.
        """
        if not self._given:
            return ()
        of = self.identities.of
        said = Said(of(source or ""), of(origin or ""), stated, grade)
        return tuple(name for name, one, value in self._given if one.hides and one.hides(value, said))

    def group_conditions(self, dialect: Dialect = CODED) -> tuple[list[str], dict[str, Any]]:
        """Return SQL conditions on subject, attribute and kind, and their parameters."""
        conditions: list[str] = []
        parameters: dict[str, Any] = {}
        for column, name in (("subject", self.subject), ("attribute", self.attribute)):
            if name is not None:
                conditions.append(dialect.one.format(column=column, value=f"{dialect.mark}{column}"))
                parameters[column] = name
        if self.kind is not None:
            # "0" is the character after "/": all subjects of the kind, by the index.
            first, last = f"{dialect.mark}kind_from", f"{dialect.mark}kind_until"
            conditions.append(dialect.kind.format(first=first, last=last))
            parameters |= {"kind_from": f"{self.kind}/", "kind_until": f"{self.kind}0"}
        return conditions, parameters

    def conditions(self, dialect: Dialect = CODED) -> tuple[list[str], dict[str, Any]]:
        """Return all SQL conditions on the claims, and their parameters."""
        on_group, group_parameters = self.group_conditions(dialect)
        conditions, parameters = self.conditions_on_claims(dialect)
        return on_group + conditions, group_parameters | parameters

    def conditions_on_claims(self, dialect: Dialect = CODED) -> tuple[list[str], dict[str, Any]]:
        """Return SQL conditions on what is said, not of whom, and their parameters."""
        conditions = ["known_until IS NULL"] if self.known_at is None else []
        parameters: dict[str, Any] = {}
        for name, one, value in self._given:
            if one.condition is not None:
                conditions.append(one.condition(dialect, f"{dialect.mark}{name}"))
                parameters[name] = one.bound(dialect, value)
        return conditions, parameters


FILTERS: Final[Mapping[str, Filter]] = {
    one.name: one.metadata["filter"] for one in fields(Filters) if "filter" in one.metadata
}
"""Every filter, by its keyword in Python."""


class Restrictions(TypedDict, total=False):
    """The filters as keywords of Python verbs, for type checkers."""

    known_at: KnownAt
    stated_by: str | date | None
    sources: Iterable[str] | None
    origins: Iterable[str] | None
    without_sources: Iterable[str] | None
    without_origins: Iterable[str] | None
    min_grade: str | None
    fuzz: int


_UNFITTING: Final[Mapping[str, Mapping[Effect, str]]] = {
    "changes": {Effect.KNOWN: "it compares two known times, since and until"},
    "search": {Effect.DATES: "it looks for words, and reads no dates"},
    "timeline": {Effect.DATES: "it lists events by their dates as they were given"},
    "log": {Effect.DATES: "it lists what was recorded, and reads no dates"},
    "export": {Effect.DATES: "only the state at a date reads dates, and none was given"},
    "report": {Effect.DATES: "its page reads the dates itself, as they were given"},
    "folder": {Effect.DATES: "it holds the dates as they were read when it was exported"},
}
"""The questions that do not take every filter, with what those would do that they do not take, and why not."""


def checked(given: Mapping[str, Any]) -> Restrictions:
    """Return filters as users give them in the one form that questions keep; what restricts nothing is left out.

    Raises:
        UnknownNameError: there is no such filter.
        DateError: a day that is none.
        ChronologyError: a value of the wrong type, or one that cannot be.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in FILTERS:
            raise UnknownNameError("filter", name, FILTERS, hint=f"the filters are {', '.join(FILTERS)}")
        if value is not None and (kept := FILTERS[name].check(name, value)) is not None:
            found[name] = kept
    return cast(Restrictions, {name: found[name] for name in FILTERS if name in found})


def refuse_unfitting(question: str, names: Iterable[str], *, typed: bool = False) -> None:
    """Refuse filters that make no sense for a question.

    Args:
        question: which one; a question that is not listed takes all.
        names: of the filters that are given.
        typed: name them as options are typed, not as keywords.

    Raises:
        UnfittingFilterError: some do not.
    """
    if (reasons := _UNFITTING.get(question)) is None:
        return
    for name in names:
        one = FILTERS[name]
        if why := reasons.get(one.effect):
            raise UnfittingFilterError(question, one.option if typed else name, why)


def fits(question: str, name: str) -> bool:
    """Tell whether a filter makes sense for a question."""
    return FILTERS[name].effect not in _UNFITTING.get(question, {})


def told(restrictions: Mapping[str, Any]) -> list[str]:
    """Return filters in words, so that a file or a page says what it leaves out. Requires them as `checked` gives."""
    return [f"{one.words} {one.shown(restrictions[name])}" for name, one in FILTERS.items() if name in restrictions]


def checked_subject(name: object, *, what: str = "subject") -> str:
    """Return a name that can be a subject.

    Raises:
        ChronologyError: it is not kind/slug.
    """
    if not isinstance(name, str) or not is_subject(name):
        raise ChronologyError(f"{what} {name!r} is not kind/slug", hint="write it as operation/al-jazeera-storm")
    return name


def checked_attribute(name: object) -> str:
    """Return a name that can be an attribute.

    Raises:
        ChronologyError: it is not written as attributes are.
    """
    if not isinstance(name, str) or not ATTRIBUTE.fullmatch(name):
        raise ChronologyError(f"{name!r} is not an attribute", hint="write it in small letters, as in status")
    return name


def checked_kind(name: object) -> str:
    """Return a name that can be a kind of subject.

    Raises:
        ChronologyError: it is not written as kinds are.
    """
    if not isinstance(name, str) or not KIND.fullmatch(name):
        raise ChronologyError(f"{name!r} is not a kind of subject", hint="write it in small letters, as in place")
    return name


def filters_of(
    restrictions: Restrictions,
    *,
    subject: str | None = None,
    attribute: str | None = None,
    kind: str | None = None,
    known_at: int | None,
    identities: Identities = NO_MERGES,
) -> Filters:
    """Return what a question is about and which assertions count.

    Args:
        restrictions: as `checked` returns them.
        subject: only about this one.
        attribute: only this one.
        kind: only subjects of this kind.
        known_at: the position that the restriction of that name means.
        identities: which names meant one subject then.

    Raises:
        ChronologyError: a subject, an attribute or a kind that cannot be one.
    """
    values: dict[str, Any] = {
        name: tuple(dict.fromkeys(map(identities.of, value))) if FILTERS[name].names else value
        for name, value in cast(dict[str, Any], restrictions).items()
    }
    return Filters(
        subject=None if subject is None else identities.of(checked_subject(subject)),
        attribute=None if attribute is None else checked_attribute(attribute),
        kind=None if kind is None else checked_kind(kind),
        identities=identities,
        **(values | {"known_at": known_at}),
    )
