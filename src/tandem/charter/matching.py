"""Which item of a changed list is which of the old one, and where new keys go among old ones."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from tandem.charter.definitions.audiences import DidMeasure
from tandem.charter.plain import Plain

# What an item of a list is known by, the first of these keys that it has.
NAMING = (
    *("trait", "purpose", "role", "kind", "field", "event", "did", "audience", "reason"),
    *("all", "any", "not", "sql", "path", "purposes"),
)
MEASURES = tuple(str(measure) for measure in DidMeasure)


def same(one: Plain, other: Plain, *, ordered: bool = True) -> bool:
    """Whether two plain values say the same: 1 and true do not, 1 and 1.0 do. `ordered`: keys too."""
    match one, other:
        case Mapping(), Mapping():
            keys = list(one) == list(other) if ordered else set(one) == set(other)
            return keys and all(same(value, other[key], ordered=ordered) for key, value in one.items())
        case (str(), _) | (_, str()):
            return type(one) is type(other) and one == other
        case Sequence(), Sequence():
            pairs = zip(one, other, strict=False)
            return len(one) == len(other) and all(same(a, b, ordered=ordered) for a, b in pairs)
        case _:
            whole = {int, bool} & {type(one), type(other)}
            alike = type(one) is type(other) or (len(whole) == 1 and bool not in whole)
            return alike and one == other


def pairs(old: Sequence[Plain], new: Sequence[Plain], *, ordered: bool = True) -> list[int | None]:
    """For each new item the old one that it was, None for one that is new: equal, else of the same name.

    What stands between the same neighbours, as many as before, was changed rather than replaced.
    """
    marks = [_mark(one, ordered) for one in old]
    wanted = [_mark(one, ordered) for one in new]
    found: list[int | None] = [None] * len(new)
    free = set(range(len(old)))

    def take(here: int, there: int) -> None:
        found[here] = there
        free.discard(there)

    for there, here, length in SequenceMatcher(a=marks, b=wanted, autojunk=False).get_matching_blocks():
        for step in range(length):
            take(here + step, there + step)
    named = [_name(one) for one in old]
    for known, asked in ((marks, wanted), (named, [_name(one) for one in new])):
        for here in range(len(new)):
            if found[here] is None and asked[here]:
                fitting = [one for one in sorted(free) if known[one] == asked[here]]
                if fitting:
                    take(here, fitting[0])
    for here, there in _changed(old, new, found, free):
        take(here, there)
    return found


def key_order(present: Sequence[str], kept: Sequence[str], new: Sequence[str]) -> list[str]:
    """The keys in the order to write them: the `kept` ones as they stand, new ones after those before them.

    `present` is how the definition orders what it had: if `new` orders the same keys otherwise, that order
    means something (fields of a contract) and is taken.
    """
    order = list(kept)
    common = [key for key in present if key in kept and key in new]
    if common != [key for key in new if key in common]:
        places = [number for number, key in enumerate(order) if key in common]
        for number, key in zip(places, [key for key in new if key in common], strict=True):
            order[number] = key
    for number, key in enumerate(new):
        if key not in order:
            before = [one for one in new[:number] if one in order]
            after = [one for one in new[number + 1 :] if one in order]
            at = order.index(before[-1]) + 1 if before else order.index(after[0]) if after else len(order)
            order.insert(at, key)
    return order


def gives_way(key: str, new: Mapping[str, Plain]) -> bool:
    """Whether a default that was written out cannot stay beside the new keys: a `did` has one measure."""
    return key in MEASURES and any(one in MEASURES for one in new)


def _mark(one: Plain, ordered: bool) -> str:
    match one:
        case Mapping():
            items = [f"{key!r}: {_mark(value, ordered)}" for key, value in one.items()]
            return "{" + ", ".join(items if ordered else sorted(items)) + "}"
        case str():
            return repr(one)
        case Sequence():
            return "[" + ", ".join(_mark(value, ordered) for value in one) + "]"
        case _:
            return f"{type(one).__name__} {one}"


def _name(one: Plain) -> tuple[str, str] | None:
    if not isinstance(one, Mapping):
        return None
    key = next((key for key in NAMING if key in one), None)
    if key is None:
        return None
    value = one[key]
    return key, value if isinstance(value, str) else ""


def _changed(
    old: Sequence[Plain], new: Sequence[Plain], found: list[int | None], free: set[int]
) -> list[tuple[int, int]]:
    """(new, old) of the tables that stand between the same neighbours, where there are as many of them."""
    changed = []
    here = 0
    while here < len(new):
        end = here
        while end < len(new) and found[end] is None:
            end += 1
        if end > here:
            before = found[here - 1] if here else -1
            first = -1 if before is None else before + 1
            run = range(first, first + end - here)
            after = found[end] if end < len(new) else len(old)
            if all(one in free for one in run) and after == run.stop:
                changed += [
                    pair for pair in zip(range(here, end), run, strict=True) if _alike(new, old, pair)
                ]
        here = end + 1
    return changed


def _alike(new: Sequence[Plain], old: Sequence[Plain], pair: tuple[int, int]) -> bool:
    one, other = new[pair[0]], old[pair[1]]
    return isinstance(one, Mapping) and isinstance(other, Mapping) and bool(set(one) & set(other))
