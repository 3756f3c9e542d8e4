"""A publisher writes the same in another form each month, and really edits a little: a sync finds just the edits."""

import csv
import io
import random
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve, frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chronology import Chronology
from tests.conftest import Clock, counting
from tests.importers.sheets import take_file

MAPPING = """
name = "raids"
key = "{id}"
missing = ["NA", "-"]
optional = ["spare"]

[dataset]
source = "source/raids"

[dates]
forms = ["YYYY-MM-DD", "D MMMM YYYY", "M/D/YYYY", "YYYY-MM-DD hh:mm:ss"]

[[event]]
type = "raid.told"
subject = "incident/raid-{id}"
said_by = "organization/{office}"
stated = { column = "said" }
each = { office = ";", said = ";" }
on = { column = "day" }
quote = "{words}"

[event.data]
killed = { text = "{killed}", as = "integer" }
north = { text = "{north}", as = "decimal" }
where = "{where}"
sure = { text = "{sure}", as = "boolean" }
arms = { text = "{arms}", as = "texts", split = ";" }

[[type]]
name = "raid.told"
title = "Raid told"
lasts = false
"""

COLUMNS = ("id", "day", "office", "said", "words", "killed", "north", "where", "sure", "arms")
OFFICES = ("SOHR", "Agence Zénith", "Ärzte", "VOA")
PLACES = ("Hajin", "Dayr az-Zawr", "Café à l’Été", "Šahīl", "al-Bāġūz Fawqānī")
WORDS = ("", "They came at night.", '«Déjà vu», he said, "again"', "one\nand another")
NORTHS = ("34.69", "30", "100", "35.1", "0.5", "-7.25")


@frozen(kw_only=True)
class Raid:
    """What a row means."""

    key: str
    day: date
    reports: tuple[tuple[str, date], ...]
    words: str
    killed: int
    north: str
    where: str
    sure: bool
    arms: tuple[str, ...]


def drawn(draw: random.Random, key: str) -> Raid:
    """Return a raid."""
    day = date(2018, 1, 1) + timedelta(days=draw.randrange(300))
    offices = draw.sample(OFFICES, draw.randint(1, 2))
    return Raid(
        key=key,
        day=day,
        reports=tuple((office, day + timedelta(days=draw.randrange(3))) for office in offices),
        words=draw.choice(WORDS),
        killed=draw.randrange(30),
        north=draw.choice(NORTHS),
        where=draw.choice(PLACES),
        sure=draw.random() < 0.5,
        arms=tuple(draw.sample(("mortar", "fusée", "rifle"), draw.randrange(3))),
    )


def edited(draw: random.Random, raid: Raid) -> Raid:
    """Return a raid of which one thing really is otherwise, however often it was edited before."""
    other = {
        "day": raid.day + timedelta(days=1),
        "reports": (*raid.reports[1:], ("Gazette", raid.reports[-1][1] + timedelta(days=1))),
        "words": raid.words + " Really.",
        "killed": raid.killed + 1,
        "north": str(Decimal(raid.north) + Decimal("0.01")),
        "where": raid.where + " East",
        "sure": not raid.sure,
        "arms": raid.arms[:-1] if "drone" in raid.arms else (*raid.arms, "drone"),
    }
    name = draw.choice(sorted(other))
    return evolve(raid, **{name: other[name]})  # type: ignore[arg-type]


def _day(draw: random.Random, day: date) -> str:
    form = draw.choice(["{:%Y-%m-%d}", "{:%d %B %Y}", "{0.day} {0:%b} {0.year}", "{0.month}/{0.day}/{0.year}",
                        "{:%m/%d/%Y}", "{:%Y-%m-%d} 00:00:00"])  # fmt: skip
    return form.format(day)


def _number(draw: random.Random, text: str) -> str:
    zeros = "0" * draw.randrange(3)
    return draw.choice(["", "+"] if text[0] != "-" else [""]) + text + (zeros if "." in text else zeros and "." + zeros)


def _text(draw: random.Random, text: str) -> str:
    text = unicodedata.normalize(draw.choice(["NFC", "NFD"]), text)
    return text.replace(" ", draw.choice([" ", "  ", "\u00a0", "\t "]))


def _cells(draw: random.Random, raid: Raid) -> dict[str, str]:
    reports = draw.sample(raid.reports, len(raid.reports))
    pad = draw.choice(["; ", ";", " ; "])
    # What a list names twice it names once.
    arms = (*raid.arms, *draw.sample(raid.arms, draw.randint(0, len(raid.arms))))
    return {
        "id": raid.key,
        "day": _day(draw, raid.day),
        "office": pad.join(_text(draw, office) for office, _ in reports),
        "said": pad.join(_day(draw, day) for _, day in reports),
        "words": _text(draw, raid.words) or draw.choice(["", "NA", "-"]),
        "killed": _number(draw, str(raid.killed)),
        "north": _number(draw, raid.north),
        "where": _text(draw, raid.where),
        "sure": draw.choice(["TRUE", "true", "Yes", "1"] if raid.sure else ["FALSE", "false", "no", "0"]),
        "arms": pad.join(_text(draw, arm) for arm in arms) or draw.choice(["", "NA"]),
        "spare": str(draw.random()),
    }


def publish(draw: random.Random, raids: list[Raid], path: Path) -> None:
    """Write a release in a form of its own: encoding, separators, quotes, order of rows and columns, spaces."""
    columns = draw.sample((*COLUMNS, *draw.choice([(), ("spare",)])), k=len(COLUMNS))
    columns += [name for name in COLUMNS if name not in columns]
    text = io.StringIO()
    writer = csv.DictWriter(
        text,
        fieldnames=columns,
        extrasaction="ignore",
        delimiter=draw.choice(",;\t|"),
        quoting=draw.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
        lineterminator=draw.choice(["\n", "\r\n"]),
    )
    writer.writeheader()
    for raid in draw.sample(raids, len(raids)):
        cells = _cells(draw, raid)
        writer.writerow({name: draw.choice(["", " "]) + cell + draw.choice(["", "  "]) for name, cell in cells.items()})
    path.write_bytes(text.getvalue().encode(draw.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])))


def _follow(seed: int, folder: Path, *, rows: int, releases: int) -> None:
    draw = random.Random(seed)
    raids = [drawn(draw, f"R{number}") for number in range(rows)]
    path = folder / "raids.csv"
    with Chronology.open(folder / "a.db", create=True, clock=Clock(), randomness=counting()) as chron:
        publish(draw, raids, path)
        assert take_file(chron, path, MAPPING).counts == (rows, 0, 0, 0, 0)
        for release in range(releases):
            draw.shuffle(raids)
            gone, changed, new = draw.randrange(3), draw.randrange(4), draw.randrange(3)
            same = len(raids) - gone - changed
            raids = raids[gone:]
            raids[:changed] = [edited(draw, raid) for raid in raids[:changed]]
            raids += [drawn(draw, f"N{release}-{number}") for number in range(new)]
            publish(draw, raids, path)
            outcome = take_file(chron, path, MAPPING, sync=True, yes=True)
            assert outcome.counts == (new, changed, same, gone, 0), outcome.bad


@settings(max_examples=12)
@given(st.integers(0, 1 << 32))
@example(647465)
def test_a_sync_reports_exactly_the_edits(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Whatever form a release has: added, changed, unchanged and withdrawn rows are those that the publisher meant."""
    _follow(seed, tmp_path_factory.mktemp("flips"), rows=15, releases=3)


def test_what_a_list_names_twice_it_names_once(tmp_path: Path) -> None:
    """`drone; drone` after `drone` is no change, and one more weapon is."""
    raid = evolve(drawn(random.Random(1), "R1"), arms=("drone",))
    path = tmp_path / "raids.csv"
    with Chronology.open(tmp_path / "a.db", create=True, clock=Clock(), randomness=counting()) as chron:
        counts = []
        for arms in ("drone", "drone; drone", "drone; rifle; drone"):
            cells = {**_cells(random.Random(1), raid), "arms": arms}
            path.write_text(",".join(cells) + "\n" + ",".join(f'"{cell}"' for cell in cells.values()) + "\n")
            counts.append(take_file(chron, path, MAPPING, sync=True, yes=True).counts)
        told = [recorded.event.data["arms"] for recorded in chron.read() if recorded.event.type == "raid.told"]
    assert counts == [(1, 0, 0, 0, 0), (0, 0, 1, 0, 0), (0, 1, 0, 0, 0)]
    assert list(map(list, told[-1:])) == [["drone", "rifle"]]


@pytest.mark.slow
def test_a_large_dataset_of_many_releases(tmp_path: Path) -> None:
    """Two years of monthly releases of three hundred rows."""
    _follow(24, tmp_path, rows=300, releases=24)
