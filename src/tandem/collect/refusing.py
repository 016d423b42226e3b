"""Files of which nothing is taken, and why; and what is worth telling of the others."""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from tandem.charter.definitions import Mode
from tandem.collect import landing, problems
from tandem.collect.contract import Contract
from tandem.collect.finding import Found
from tandem.collect.landing import Work
from tandem.collect.waiting import Refused
from tandem.engine.opened import Opened
from tandem.kernel import Code, Place, Problem

TROUBLES: dict[str, Code] = {
    "unreadable": problems.UNREADABLE_FILE,
    "encoding": problems.WRONG_ENCODING,
    "empty": problems.EMPTY_FILE,
    "header": problems.BAD_HEADER,
}


def refusal(
    contract: Contract, one: Found, opened: Opened, unknown: Mapping[str, Sequence[str]]
) -> Refused | None:
    """Why nothing can be taken from a file, seen before its rows are read."""
    place = Place(one.name)
    if opened.trouble is not None:
        problem = TROUBLES[opened.trouble](f"{one.name}: {opened.detail}", place=place, found=opened.detail)
        return Refused(one.name, one.fingerprint, problem)
    freeze = contract.source.mode is Mode.FREEZE
    asked = (*contract.needed(), *(contract.optional() if freeze else ()))
    missing = [path for path in asked if path not in opened.header] if opened.header else []
    if missing:
        listed = ", ".join(f"`{path}`" for path in missing)
        problem = problems.VANISHED(
            f"{one.name} has no column {listed}",
            place=place,
            expected=", ".join(asked),
            found=", ".join(opened.header),
        )
        return Refused(one.name, one.fingerprint, problem)
    if freeze and unknown.get(one.name):
        listed = ", ".join(f"`{name}`" for name in unknown[one.name])
        problem = problems.FROZEN(
            f"{one.name} has fields that the contract does not know: {listed}", place=place
        )
        return Refused(one.name, one.fingerprint, problem)
    return None


def failed(work: Work) -> list[Refused]:
    """Files that failed while they were read: the reader gives one row of line 0 for each."""
    columns = [exp.column(name, "r") for name in ("_file", "_trouble", "payload")]
    query = exp.select(*columns).from_(landing.table(landing.ROWS, "r")).where(exp.column("_line", "r").eq(0))
    found: list[Refused] = []
    for number, trouble, text in sorted(work.engine.rows(query)):
        one = work.files[number]
        detail = str(text).strip('"')
        problem = TROUBLES[trouble](f"{one.name}: {detail}", place=Place(one.name), found=detail)
        found.append(Refused(one.name, one.fingerprint, problem))
    return found


def frozen(work: Work) -> list[Refused]:
    """In mode freeze: files with any row that breaks the contract; their rows leave the stage."""
    if work.reading.contract.source.mode is not Mode.FREEZE or work.again:
        return []
    bad = exp.or_(landing.broken(), landing.unplanned())
    file = exp.column("_file", "r")
    query = exp.select(file, exp.Count(this=exp.Star()), exp.Min(this=exp.column("_line", "r")))
    query = query.from_(landing.table(landing.ROWS, "r")).where(bad).group_by(file.copy())
    found: list[Refused] = []
    numbers: list[int] = []
    for number, rows, line in sorted(work.engine.rows(query)):
        one = work.files[number]
        sentence = f"{one.name}: {rows} rows break the contract, the first in line {line}; nothing was taken"
        found.append(
            Refused(one.name, one.fingerprint, problems.FROZEN(sentence, place=Place(one.name, line)))
        )
        numbers.append(number)
    if numbers:
        rest = (
            exp.select("*")
            .from_(landing.table(landing.ROWS, "r"))
            .where(exp.not_(exp.column("_file", "r").isin(*numbers)))
        )
        work.engine.stage("collect_kept", rest)
        work.engine.stage(landing.ROWS, exp.select("*").from_(exp.to_table("collect_kept")))
        work.engine.drop_stage("collect_kept")
    return found


def notes(
    contract: Contract,
    found: Sequence[Found],
    headers: Mapping[str, Opened],
    unknown: Mapping[str, Sequence[str]],
) -> list[Problem]:
    """What is worth telling though the rows landed: columns that vanished, fields that nobody knows."""
    told: list[Problem] = []
    for one in found:
        header = headers[one.name].header
        missing = [path for path in contract.optional() if header and path not in header]
        needed = [path for path in contract.needed() if header and path not in header]
        if missing and not needed and contract.source.mode is not Mode.FREEZE:
            sentence = f"{one.name} has no column {', '.join(missing)}; its rows landed without"
            told.append(problems.VANISHED(sentence, place=Place(one.name), found=", ".join(header)))
        if headers[one.name].open_end:
            sentence = (
                f"{one.name} ends in the midst of a line, or without a line end; its last row may be cut off"
            )
            told.append(problems.OPEN_END(sentence, place=Place(one.name)))
        if unknown.get(one.name) and contract.source.mode is not Mode.FREEZE:
            evolve = contract.source.mode is Mode.EVOLVE
            listed = ", ".join(unknown[one.name])
            what = "which are now columns, as personal text" if evolve else "which were kept out"
            code = problems.EVOLVED if evolve else problems.UNKNOWN_FIELDS
            told.append(
                code(
                    f"{one.name} has fields that the contract does not know, {what}: {listed}",
                    place=Place(one.name),
                )
            )
    return told
