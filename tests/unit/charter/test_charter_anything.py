"""Whatever stands in a file, loading answers with a charter or with Problems: never with anything else."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from tandem.charter import load, load_files
from tandem.kernel import Problem, Problems

SMALL = {
    "tandem.toml": 'name = "Small"\n[owners]\nsources = "it"\n',
    "identity.yml": "kinds: [{kind: email, normalise: email}]\nblocked: {values: {email: [a@b.example]}}\n",
    "purposes.yml": (
        "purposes: [{purpose: news, basis: consent, channels: [email]}]\ncounting: news\nmeasuring: news\n"
    ),
    "policies/p.yml": (
        "policy: p\nroles: [{role: r, may: [{purposes: [news], labels: [public], destinations: []}]}]\n"
    ),
    "sources/till.yml": (
        "source: till\nfiles: {path: a.csv, format: csv}\ntime: {field: at}\n"
        "identifiers: [{kind: email, field: mail}]\n"
        "events: [{kind: purchase, when: {t: sale}, fields: {amount: {type: money, from: total}}}]\n"
        "consents: [{purpose: news, field: n, granted: [1], denied: [0]}]\n"
    ),
    "traits/t.yml": (
        "traits: [{trait: spent, sum: purchase.amount, within: 9 days, "
        "where: [{field: amount, at_least: 1}]}]\n"
    ),
    "audiences/a.yml": "audience: a\nwho: {all: [{trait: spent, between: [1, 2]}, {not: {did: purchase}}]}\n",
    "campaigns/c.yml": (
        "campaign: c\naudience: a\npurpose: news\nchannel: email\nholdout: 20%\nwindow: 9 days\n"
        "goal: {event: purchase, value: amount}\nmessage: {subject: s, text: '{{ spent }}'}\n"
    ),
    "pulse/s.yml": (
        "instrument: s\ntitle: t\nminutes: 5\ngroup_question: SIDE\nblocks: {you: You}\nquestions:\n"
        "- {question: SIDE, type: single, block: you, text: Where, options: "
        "[{code: 1, label: M, group: marketing}, {code: 2, label: I, group: it}]}\n"
        "- {question: USE, type: multiple, block: you, text: Which, at_most: 2, of: [it], random: true, options: "
        "[{code: 1, label: A}, {code: 2, label: B, exclusive: true}]}\n"
        "- {question: ORDER, type: rank, block: you, text: Order, of: [it], chosen_in: USE, top: 1, options: "
        "[{code: 1, label: A}, {code: 2, label: B}]}\n"
        "- {question: TRUST, type: matrix, block: you, text: '{Other} is', scale: {low: a, middle: b, high: c}, "
        "rows: [{row: FAIR, label: fair}]}\n"
        "- {question: GUESS, type: matrix, block: you, text: They, mirror: meta, about: TRUST, "
        "scale: {low: a, middle: b, high: c}, rows: [{row: FAIR, label: fair, of: [it]}]}\n"
        "- {question: SHARE, type: numeric, block: you, text: How much, at_least: 0, at_most: 9, unit: h, "
        "when: [{question: SIDE, not: [1]}]}\n"
        "derived: [{variable: TOP, label: Top, from: SIDE, options: [{code: 1, label: One, is: [1]}]}]\n"
        "quotas: [{group: it, question: TOP, is: [1], at_most: 9}]\n"
        "forms: [{form: f, minutes: 1, questions: [SIDE, TRUST], rows: {TRUST: [FAIR]}, screens: false}]\n"
    ),
}
FILES = st.sampled_from(sorted(SMALL))
SHOWN = " ".join(SMALL.values()).replace(":", " ").split()
WORDS = st.sampled_from([word for word in SHOWN if word.isalpha()])
SCALARS = (
    WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.datetimes() | st.text()
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=6), inner, max_size=5)
    ),
    max_leaves=20,
)
MARKS = "{}[]:,&*!|>'\"%@`#-? \n\tabx01.~\\=\x00\x85\u2028\ufeff\ud7ff"


def problems_of(texts: dict[str, str]) -> tuple[Problem, ...]:
    try:
        load_files(texts)
    except Problems as problems:
        return problems.problems
    return ()


def is_a_letter(problem: Problem) -> bool:
    return problem.place is not None and bool(problem.fix and problem.who and problem.to_dict())


def test_the_small_charter_is_right() -> None:
    assert problems_of(SMALL) == ()


@given(FILES, st.binary(max_size=100))
@example("tandem.toml", b"\xff\xfe")
@example("audiences/a.yml", b"\x00")
@settings(max_examples=20)
def test_random_bytes_on_disk(name: str, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        for path, text in SMALL.items():
            target = Path(folder) / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data if path == name else text.encode())
        try:
            load(Path(folder))
        except Problems as problems:
            assert all(map(is_a_letter, problems.problems))  # noqa: PT017 - a charter is an answer too


@given(FILES, st.text(alphabet=MARKS, max_size=60))
@settings(max_examples=40)
def test_random_marks(name: str, text: str) -> None:
    assert all(map(is_a_letter, problems_of({**SMALL, name: text})))


@given(FILES.filter(lambda name: name.endswith(".yml")), TREES)
@settings(max_examples=40)
def test_random_yaml(name: str, tree: object) -> None:
    out = StringIO()
    YAML(typ="safe", pure=True).dump(tree, out)
    assert all(map(is_a_letter, problems_of({**SMALL, name: out.getvalue()})))


@given(FILES, st.data())
@settings(max_examples=40)
def test_a_piece_cut_out_or_put_elsewhere(name: str, data: st.DataObject) -> None:
    text = SMALL[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    to = data.draw(st.integers(0, len(text)))
    moved = text[:to] + text[start:end] + text[to:]
    assert all(map(is_a_letter, problems_of({**SMALL, name: text[:start] + text[end:]})))
    assert all(map(is_a_letter, problems_of({**SMALL, name: moved})))
