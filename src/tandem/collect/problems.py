"""What can be wrong with files, rows and values that arrive. COL-0xx: files, COL-1xx: rows and values."""

from tandem.kernel import Kind, code

NO_FILES = code(
    "COL-001",
    "no file lies where the source says",
    who="it",
    kind=Kind.OPERATOR,
    fix="Put the files there, or correct `files.path` of the source.",
)
UNREADABLE_FILE = code(
    "COL-002",
    "a file cannot be read",
    who="it",
    kind=Kind.OPERATOR,
    fix="Deliver the file again: a new file is read by the next run. Nothing was taken from this one.",
)
WRONG_ENCODING = code(
    "COL-003",
    "a file is not written in the encoding of its contract",
    who="it",
    fix="Correct `files.encoding` of the source and replay the entry, or deliver the file again.",
)
EMPTY_FILE = code(
    "COL-004",
    "a file is empty",
    who="it",
    kind=Kind.OPERATOR,
    fix="Deliver the file again: as soon as its content changes it is read.",
)
BAD_HEADER = code(
    "COL-005",
    "the first line of a file does not name its columns",
    who="it",
    fix="Give every column a name of its own, or correct `files.delimiter`, then replay the entry.",
)
VANISHED = code(
    "COL-006",
    "a column that the contract needs is not in the file",
    who="it",
    fix="Deliver the file with the column, or change the contract and replay the entry.",
)
UNKNOWN_FIELDS = code(
    "COL-007",
    "a file has fields that the contract does not know",
    who="it",
    kind=Kind.NOTICE,
    fix="Add them to the contract, or leave it: they are kept out of the lake.",
)
SAME_CONTENT = code(
    "COL-008",
    "a file was taken before under another name",
    who="it",
    kind=Kind.NOTICE,
    fix="Nothing has to be done: its rows count as duplicates. Find out why it was delivered twice.",
)
FROZEN = code(
    "COL-009",
    "a file breaks a frozen contract",
    who="it",
    fix="Deliver a file that keeps the contract, or change the contract and replay the entry.",
)
OPEN_END = code(
    "COL-012",
    "the last line of a file does not end",
    who="it",
    kind=Kind.NOTICE,
    fix="Have the sender end every line. If the file was cut off, its last row landed as it stood: look at it.",
)
GONE = code(
    "COL-010",
    "a file went away before it was taken completely",
    who="it",
    kind=Kind.OPERATOR,
    fix="Put the file back and run again: rows that are there already are not taken twice.",
)
EVOLVED = code(
    "COL-011",
    "a file brought new fields, which are now columns",
    who="it",
    fix="Add them to the contract with a type, a label and a description, or leave them as personal text.",
)
COLLISION = code(
    "COL-020",
    "two identifiers have the same key",
    who="Tandem",
    kind=Kind.BUG,
    fix="Report this. The second value was not taken as an identifier; its rows are in the lake.",
)
NO_ENTRY = code(
    "COL-030",
    "there is no such entry in quarantine, or it was dealt with",
    who="it",
    fix="Look at `tandem quarantine list`.",
)
NO_REPLAY = code(
    "COL-031",
    "an entry of one value cannot be replayed",
    who="it",
    fix="Have the sender deliver the row again under a new key: what landed is never rewritten.",
)
TORN_ROW = code(
    "COL-100",
    "a row cannot be read",
    who="it",
    fix="Have the sender correct the row; a corrected file is read by the next run.",
)
NO_KEY = code(
    "COL-101",
    "a row lacks a part of its key",
    who="it",
    fix="Have the sender fill it in, or take it out of `key` and replay.",
)
NO_TIME = code(
    "COL-102",
    "a row does not say when it happened",
    who="it",
    fix="Have the sender fill it in, or correct `time.field` and replay.",
)
BAD_TIME = code(
    "COL-103",
    "the time of a row cannot be read",
    who="it",
    fix="Correct `time.format` of the source and replay, or have the sender write it as agreed.",
)
FUTURE = code(
    "COL-104",
    "a row says that it happened in the future",
    who="it",
    fix="Have the sender's clock set; replay when the time has come, if it is right.",
)
MISSING = code(
    "COL-105",
    "a required field has no value",
    who="it",
    fix="Have the sender fill it in, or make the field optional and replay.",
)
BAD_TYPE = code(
    "COL-106",
    "a value is not of the type in the contract",
    who="it",
    fix="Have the sender write it as agreed, or change the type and replay.",
)
OUT_OF_BOUNDS = code(
    "COL-107",
    "a value is outside the bounds of the contract",
    who="it",
    fix="Have the sender look at it, or change the bounds and replay.",
)
NOT_ONE_OF = code(
    "COL-108",
    "a value is none of those in the contract",
    who="it",
    fix="Have the sender correct it, or add the value to `one_of` and replay.",
)
TWICE = code(
    "COL-109",
    "one file has several rows of the same record, and they differ",
    who="it",
    fix="Have the sender deliver one row per record; the last one in the file was taken.",
)
NO_ERASURE_KEY = code(
    "COL-190",
    "rows would be taken without a look for people who were erased",
    who="Tandem",
    kind=Kind.BUG,
    fix="hand the key of the erased people's hashes to whoever takes rows",
)
