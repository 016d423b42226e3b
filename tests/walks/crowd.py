"""The shop with a crowd beside its cast: enough customers for a campaign that can be measured."""

from pathlib import Path

from cli.shop import APPLIED, Shop, copied

from tandem.deliver.sink import MailSink

CROWD = 700
"""Each bought a tent for 200 GBP in October 2025 and said yes to e-mail. With Ada: who may be contacted."""
CONTACTABLE = CROWD + 1
MAIL = "campaigns/winback_spring.yml"


def crowd(folder: Path, sink: MailSink) -> Shop:
    """The shop with cast and crowd, its mail going to the sink, its charter in force and nothing run."""
    shop = copied(folder)
    shop.edit("tandem.toml", "port = 2525", f"port = {sink.port}")
    people = range(1, CROWD + 1)
    customers = (
        f"N{n},NL{n},n{n}@crowd.example,,Name{n},GB,1980-01-01,false,yes,2025-11-01T09:00:00Z" for n in people
    )
    receipts = (f"RN{n},1,NL{n},,07/10/2025 10:00,200.00,tents,York" for n in people)
    _append(shop, "data/crm/customers.csv", customers)
    _append(shop, "data/till/2025-10.csv", receipts)
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    return shop


def _append(shop: Shop, name: str, lines: object) -> None:
    assert hasattr(lines, "__iter__")
    shop.write(name, shop.path(name).read_text() + "".join(f"{line}\n" for line in lines))


def bought(shop: Shop, name: str, cards: list[str], amount: str = "50.00", day: str = "12/03/2026") -> None:
    """A till file in which these cards each bought once."""
    head = shop.path("data/till/2025-10.csv").read_text().splitlines()[0]
    rows = [f"{name}-{card},1,{card},,{day} 11:00,{amount},boots,Leith" for card in cards]
    shop.write(f"data/till/{name}.csv", "\n".join([head, *rows]) + "\n")
