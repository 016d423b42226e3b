"""The same input, the same answer: one whole beat of the shop on DuckDB and on Spark, every table row by row.

A beat on Spark is some 240 small queries, and what each costs is Spark's own: about a third of a second. So the
world is small, but everything happens in it, and Spark has one thread, which takes a third less than two. After
the beat only one more file is collected: what came of the campaign.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from beats import Rows, tables
from cli.shop import Shop, copied

from tandem.deliver import MailSink
from tandem.kernel.values import Actor, Destination
from tandem.measure.moments import Cell, cells, footprint
from tandem.usecases.apply_charter import apply_charter
from tandem.usecases.collect_events import collect_all
from tandem.usecases.permits import permit_for
from tandem.usecases.run_beat import Beat, run_beat
from tandem.usecases.workspace import Workspace, open_workspace

pytestmark = [pytest.mark.spark, pytest.mark.long]

LAUNCH = datetime(2026, 3, 10, 9)
READ = LAUNCH + timedelta(days=14, hours=1)
MARKETER = Actor("ann", "marketer")
CAMPAIGN = "winback_spring"
PEOPLE = range(1, 81)
COMPLAINED = "  - {kind: complained, title: Complained of a message, when: {event: Complained}}\n"
# What the beat and the answers fill; a table that is compared while it is empty proves nothing.
FILLED = (
    *("loads", "quarantine", "events_unplanned", "identifiers", "evidence", "evidence_held", "person_map"),
    *("consents", "person_consents", "suppressions", "profile", "memberships", "membership_changes"),
    *("assignments", "receipts", "contacts", "event_purchase", "event_product_viewed", "record_crm"),
)


@dataclass(frozen=True)
class Run:
    """What one engine made of the shop."""

    beat: Beat
    tables: dict[str, Rows]
    names: dict[str, tuple[str, ...]]
    cells: tuple[Cell, ...]
    mails: list[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Run]]:
    """The same shop by each engine."""
    root = tmp_path_factory.mktemp("engines")
    with MailSink(root / "mail") as sink:
        yield run(root / "duckdb", "duckdb", sink), run(root / "spark", "spark", sink)


def run(folder: Path, engine: str, sink: MailSink) -> Run:
    """A shop laid out, its charter applied, one beat, and the purchases of the two weeks after it."""
    shop, before = copied(folder), len(sink.taken())
    shop.edit("tandem.toml", 'engine = "duckdb"', f'engine = "{engine}"')
    shop.edit("tandem.toml", "port = 2525", f"port = {sink.port}")
    shop.write("tandem.toml", shop.path("tandem.toml").read_text() + "\n[limits]\nthreads = 1\n")
    shop.edit("sources/web.yml", "  - kind: newsletter_left\n", COMPLAINED + "  - kind: newsletter_left\n")
    fill(shop)
    apply_charter(folder, MARKETER, LAUNCH)
    with open_workspace(folder, MARKETER) as work:
        beat = run_beat(work, LAUNCH, lambda: LAUNCH)
        mails = sorted(str(mail["recipients"][0]) for mail in sink.taken()[before:])
        add(shop, "data/till/2026-03.csv", till_head(shop), map(answer, PEOPLE))
        assert collect_all(work, READ).problems == ()
        names = {table.name: table.names for table in work.engine.catalogue}
        return Run(beat, tables(work.engine), names, moments(work), mails)


def fill(shop: Shop) -> None:
    """Customers who differ in all that is asked of them, and something of everything that goes wrong."""
    add(
        shop, "data/crm/customers.csv", shop.path("data/crm/customers.csv").read_text(), map(customer, PEOPLE)
    )
    wrong = ("RX1,1,L1,,31/31/2025 10:00,5.00,tents,York\n", "RX2,1,L2,,03/10/2025 10:00,-5.00,tents,York\n")
    bought = (receipt(n, k) for n in PEOPLE for k in range(n % 3 + 1))
    add(shop, "data/till/2025-10.csv", shop.path("data/till/2025-10.csv").read_text(), [*bought, *wrong])
    add(shop, "data/web/2025-11.ndjson", shop.path("data/web/2025-11.ndjson").read_text(), map(seen, PEOPLE))


def add(shop: Shop, name: str, text: str, lines: Iterable[str]) -> None:
    """Write a file of this text and these lines."""
    shop.write(name, text + "".join(lines))


def till_head(shop: Shop) -> str:
    """The first line of a till file."""
    return shop.path("data/till/2025-10.csv").read_text().splitlines(keepends=True)[0]


def customer(n: int) -> str:
    """Two to an address now and then, some without a yes, one in eleven greeted by name."""
    country, vip, says = ("GB", "FR")[n % 2], str(n % 11 == 0).lower(), ("yes", "yes", "yes", "no", "")[n % 5]
    email = f"n{n - 1 if n % 20 == 0 else n}@varied.example"
    phone = f"07700 9{n:05d}" if n % 4 == 0 else ""
    return f"N{n},NL{n},{email},{phone},Nämé{n},{country},1980-01-01,{vip},{says},2025-06-01T09:00:00Z\n"


def receipt(n: int, k: int) -> str:
    """Purchases four months apart, the last of them before March 2026."""
    month = (n + 4 * k) % 12 + 1
    day = f"{n % 28 + 1:02d}/{month:02d}/{2026 if month < 3 else 2025} 10:00"
    return f"RN{n}-{k},1,NL{n},,{day},{n * 7}.{n % 100:02d},{('tents', 'boots', '')[(n + k) % 3]},Oban\n"


def seen(n: int) -> str:
    """Of four visitors one looks, one buys, one complains or leaves, and one does what no contract names."""
    event = ("Product Viewed", "Order Completed", ("Complained", "Unsubscribed")[n // 4 % 2], "Logged In")[
        n % 4
    ]
    facts = {"order_id": f"WN{n}", "total": n + 0.25, "category": "boots"}
    # Every visitor of a shared device has the same anonymous number: more people than it may stand for.
    who = {"anonymousId": "shared" if n % 3 == 0 else f"an{n}", "traits": {"email": f"N{n}@Varied.example "}}
    at = f"2025-12-{n % 28 + 1:02d}T10:00:00.{n:03d}Z"
    return (
        json.dumps({"messageId": f"mn{n}", "event": event, "timestamp": at, **who, "properties": facts})
        + "\n"
    )


def answer(n: int) -> str:
    """A purchase within the two weeks, by every third."""
    return f"RA{n},1,NL{n},,{12 + n % 9}/03/2026 11:00,{n}.50,boots,Leith\n" if n % 3 == 0 else ""


def moments(work: Workspace) -> tuple[Cell, ...]:
    """The sums behind the campaign's report when the last window has ended."""
    campaign = work.charter.campaign(CAMPAIGN)
    permit = permit_for(work, work.charter.purposes.measuring, Destination.MEASURE, footprint(campaign))
    return cells(work.engine, campaign, permit, READ)


def test_both_engines_keep_the_same_tables(runs: tuple[Run, Run]) -> None:
    duckdb, spark = runs
    assert duckdb.names == spark.names
    assert [name for name in FILLED if not duckdb.tables[name]] == [], "an empty table proves nothing"


def test_every_table_row_by_row(runs: tuple[Run, Run]) -> None:
    duckdb, spark = runs
    for name, left in duckdb.tables.items():
        columns, right = duckdb.names[name], spark.tables[name]
        only = [dict(zip(columns, row, strict=True)) for row in left if row not in set(right)][:2]
        other = [dict(zip(columns, row, strict=True)) for row in right if row not in set(left)][:2]
        assert left == right, (
            f"{name}: {len(left)} and {len(right)} rows; only DuckDB {only}; only Spark {other}"
        )


def test_the_same_people_got_a_message(runs: tuple[Run, Run]) -> None:
    duckdb, spark = runs
    assert duckdb.mails
    assert duckdb.mails == spark.mails


def test_the_same_sums_are_measured(runs: tuple[Run, Run]) -> None:
    duckdb, spark = runs
    assert sum(cell.moments.conversions for cell in duckdb.cells) > 0
    assert duckdb.cells == spark.cells


def test_both_beats_tell_the_same(runs: tuple[Run, Run]) -> None:
    duckdb, spark = (told(run.beat) for run in runs)
    assert duckdb == spark


def told(beat: Beat) -> dict[str, object]:
    """What a beat says, without how long it took."""
    return {name: value for name, value in beat.to_dict().items() if name not in ("seconds", "run")}
