"""Random histories of one attribute for the oracle of the rule: short lines, everything mixed."""

import random
from collections.abc import Sequence

import attrs
from worlds import AFFIRMS, BEGINNING, DENIES, DISPUTES, FOREVER, Said

from chronology.answers.edition3.claims import Claim, Role, merit

GRADES = ((None, None), (1, "A"), (2, "B"), (2, "C"), (4, "A"), (6, "F"), (3, "F"))


def drawn(
    rng: random.Random, *, most: int = 4, line: int = 6, vague: float = 0.5, unit: int | None = None
) -> list[Said]:
    """Return claims about one attribute, each of any kind that the rule knows."""
    origins = rng.choice(("A", "AB", "ABC", "ABCDE"))
    values: Sequence[str | None] = rng.choice((("x", "y"), ("x", "y", None), ("x", "y", "z", None), ("x", "y", "z")))
    graded, fixed = rng.random() < 0.5, rng.random() < 0.06
    stated = rng.choice(((5,), (5, 6), (5, 6, None), (None,)))
    ruled = rng.random() < 0.25
    denied, disputed = rng.random() < 0.25, rng.random() < 0.2
    grain = unit or rng.choice((1, 1, 1, 2))
    found = [
        one(
            rng,
            position,
            line=line,
            unit=rng.choice((1, grain)),
            vague=vague,
            origin=rng.choice(origins),
            value=rng.choice(values),
            role=DENIES if denied and rng.random() < 0.3 else AFFIRMS,
            grade=rng.choice(GRADES) if graded else (None, None),
            stated=rng.choice(stated),
            recorded=rng.choice((6, 7)),
            ruled_out=ruled and rng.random() < 0.3,
            fixed=fixed and rng.random() < 0.6,
        )
        for position in range(1, rng.randint(1, most) + 1)
    ]
    return [disputing(rng, said) if disputed and rng.random() < 0.3 else said for said in found]


def disputing(rng: random.Random, said: Said) -> Said:
    """Return a claim that disputes an earlier event, perhaps without saying anything else."""
    named = frozenset(rng.sample(range(1, said.position), min(said.position - 1, rng.choice((1, 1, 2)))))
    if rng.random() < 0.5 and named:
        return attrs.evolve(said, role=DISPUTES, value=None, disputes=named, ruled_out=False)
    return attrs.evolve(said, disputes=named)


def one(
    rng: random.Random,
    position: int,
    *,
    line: int,
    unit: int,
    vague: float,
    grade: tuple[int | None, str | None],
    role: str,
    ruled_out: bool,
    **rest: object,
) -> Said:
    """Return one claim of a form drawn at random."""
    lasting_type, reports = rng.random() < 0.75, rng.random() < 0.2
    form = rng.choice(("date", "date", "date", "interval", "ended", "open", "since ever"))
    start_min = unit * rng.randrange(line // unit)
    start_max = start_min + (unit * rng.randint(0, 2) if rng.random() < vague else 0)
    lasts = False
    if form == "date":
        end_min, end_max = start_min + unit, start_max + unit
        lasts = lasting_type
    elif form == "open":
        end_min = end_max = FOREVER
        if rng.random() < 0.1:
            start_min = BEGINNING
            start_max = rng.choice((BEGINNING, start_max))
    elif form == "ended":
        end_min, end_max = start_min + unit, rng.choice((FOREVER, start_max + unit * rng.randint(1, 3)))
    else:
        end_min = start_min + unit * rng.randint(1, 3)
        end_max = max(end_min, start_max + unit) + (unit * rng.randint(0, 2) if rng.random() < vague else 0)
        if form == "since ever":
            start_min = BEGINNING
            start_max = rng.choice((BEGINNING, end_max - unit))
    return Said(
        position=position,
        place=position,
        start_min=start_min,
        start_max=start_max,
        end_min=end_min,
        end_max=end_max,
        unit=unit,
        role=role,
        credibility=grade[0],
        reliability=grade[1],
        lasts=lasts,
        tells_end=form in ("interval", "ended", "since ever") and lasting_type and not reports,
        ruled_out=ruled_out and role == AFFIRMS,
        **rest,
    )


def as_claim(one: Said) -> Claim:
    """Return the same for the code under test."""
    grade = f"{one.reliability}{one.credibility}" if one.credibility else None
    return Claim(
        key=one.position,
        position=one.position,
        start_min=one.start_min,
        start_max=one.start_max,
        end_min=one.end_min,
        end_max=one.end_max,
        value=one.value,
        role=Role(one.role),
        origin=one.origin,
        merit=merit(grade),
        stated=one.recorded if one.stated is None else one.stated,
        dated=one.stated is not None,
        place=one.place,
        unit=one.unit,
        lasts=one.lasts,
        tells_end=one.tells_end,
        fixed=one.fixed,
        set_aside=one.ruled_out,
        disputes=one.disputes,
    )
