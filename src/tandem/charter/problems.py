"""Every problem a charter can have: CHR-1xx in one file, CHR-2xx, TRT-, AUD-, CMP-1xx between files.

CHR-3xx are told when a file is saved from a form; nothing was written then.
"""

from tandem.kernel import Kind, code

CHECK = "then run `tandem check`"

NO_CHARTER = code(
    "CHR-100",
    "no charter here",
    who="it",
    kind=Kind.OPERATOR,
    fix="go to the folder with tandem.toml, or make a new charter with `tandem init DIR`",
)
MISSING_FILE = code(
    "CHR-101",
    "a file of the charter is missing",
    who="it",
    fix=f"write the file (`tandem init DIR` shows one to copy), {CHECK}",
)
UNREADABLE = code(
    "CHR-102", "a file cannot be read as text", who="it", fix=f"save the file as UTF-8 text, {CHECK}"
)
TOO_LARGE = code(
    "CHR-103",
    "a file is too large or too deep",
    who="it",
    fix=f"split the file into several smaller ones, {CHECK}",
)
EMPTY_FILE = code(
    "CHR-104", "a file is empty", who="it", fix=f"write a definition into the file or delete it, {CHECK}"
)
SYNTAX = code("CHR-105", "a file is not valid YAML or TOML", who="it", fix=f"correct the line, {CHECK}")
TAB = code("CHR-106", "a tab indents a YAML file", who="it", fix=f"indent the line with spaces, {CHECK}")
DUPLICATE_KEY = code("CHR-107", "a key stands twice", who="it", fix=f"keep one of the two lines, {CHECK}")
UNKNOWN_KEY = code("CHR-110", "unknown key", who="it", fix=f"correct the key or delete the line, {CHECK}")
MISSING_KEY = code("CHR-111", "a required key is missing", who="it", fix=f"add the key, {CHECK}")
WRONG_TYPE = code("CHR-112", "a value has the wrong type", who="it", fix=f"change the value, {CHECK}")
UNKNOWN_WORD = code(
    "CHR-113",
    "a value is not one of the allowed words",
    who="it",
    fix=f"use one of the words, {CHECK}",
)
BAD_NAME = code(
    "CHR-114",
    "a name is not written as names are",
    who="it",
    fix=f"use small letters, digits and _, starting with a letter, at most 60, {CHECK}",
)
BAD_VALUE = code("CHR-115", "a value cannot be read", who="it", fix=f"change the value, {CHECK}")
OUT_OF_BOUNDS = code("CHR-116", "a number is out of its bounds", who="it", fix=f"change the number, {CHECK}")
CONTRADICTION = code(
    "CHR-117",
    "keys that do not go together, or one that needs another",
    who="it",
    fix=f"keep what is meant, {CHECK}",
)
OUTSIDE = code(
    "CHR-118",
    "a path leads out of the charter folder",
    who="it",
    fix=f"use a path inside the charter folder, or an absolute path for source files, {CHECK}",
)
SECRET = code(
    "CHR-119",
    "a password stands in the charter",
    who="it",
    fix="delete the password here, change it where it was used, and give it by environment variable",
)
MISPLACED_FILE = code(
    "CHR-120",
    "a file is in no folder the charter reads",
    who="it",
    fix=f"move the file to one of the folders, {CHECK}",
)

UNKNOWN_NAME = code(
    "CHR-200",
    "a name that was asked for is not in the charter",
    who="marketing",
    fix="use one of the names, or declare it in the charter",
)
DUPLICATE_NAME = code(
    "CHR-201", "a name is declared twice", who="it", fix=f"rename or delete one of the two, {CHECK}"
)
UNKNOWN_KIND = code(
    "CHR-202",
    "unknown identifier kind",
    who="it",
    fix=f"correct the kind, or declare it in identity.yml, {CHECK}",
)
UNKNOWN_PURPOSE = code(
    "CHR-203", "unknown purpose", who="it", fix=f"correct the purpose, or declare it in purposes.yml, {CHECK}"
)
TYPE_CONFLICT = code(
    "CHR-204",
    "one field of an event has two types",
    who="it",
    fix=f"give the field the same type in both sources, or two names, {CHECK}",
)
RESERVED = code(
    "CHR-205",
    "a name that the lake uses itself",
    who="it",
    fix=f"choose another name and read the old one with `from`, {CHECK}",
)
UNREACHABLE = code(
    "CHR-206",
    "an event that no row can become",
    who="it",
    fix=f"give every event but the last a `when`, {CHECK}",
)
BAD_BOUND = code(
    "CHR-207", "a bound that does not fit the field", who="it", fix=f"change the bound or the type, {CHECK}"
)

UNKNOWN_LABEL = code(
    "CHR-208",
    "unknown label",
    who="it",
    fix=f"correct the label, or declare it under `labels` in a policy, {CHECK}",
)
ROW_RULE = code(
    "CHR-209",
    "a row rule that cannot be judged",
    who="it",
    fix=f"name a trait, or a field of a record source with identifiers, and a comparison that fits it, {CHECK}",
)
MASKED_FIELD = code(
    "CHR-210",
    "a mask of a field that nobody declares",
    who="it",
    fix=f"name EVENT.field, SOURCE.field or a trait, {CHECK}",
)
UNMAPPED = code(
    "CHR-220",
    "a consent rule of which no purpose says what it means",
    who="it",
    fix=f"name the categories, tcf purposes or gpc at a purpose in purposes.yml, {CHECK}",
)
NO_ADDRESS = code(
    "CHR-221",
    "a message prints the link to the preference page, and nobody said where the page is",
    who="it",
    fix=f'write `address = "https://…"` under `[workspace]` in tandem.toml, {CHECK}',
)

AGENDA_NAME = code(
    "CHR-240",
    "the agenda names what the charter does not have",
    who="marketing",
    fix=f"correct the name, or declare the source, event or field, {CHECK}",
)

STALE = code(
    "CHR-301",
    "somebody changed a file since it was opened",
    who="whoever asked",
    fix="open it again and make your change in what stands there now; nothing was written",
)
NAME_TAKEN = code(
    "CHR-302",
    "a new definition whose name or file is there already",
    who="whoever asked",
    fix="choose another name, or open the one that is there; nothing was written",
)
STILL_USED = code(
    "CHR-303",
    "a definition that is to be removed is still used",
    who="whoever asked",
    fix="change what uses it first, then remove it; nothing was written",
)
NOT_FROM_A_FORM = code(
    "CHR-304",
    "a change that cannot be made from a form",
    who="it",
    fix="change the file by hand, then run `tandem check`; nothing was written",
)
NOT_SAVED = code(
    "CHR-305",
    "a file of the charter cannot be written",
    who="it",
    kind=Kind.OPERATOR,
    fix="give the user that runs Tandem the right to write in the charter's folder, and make room on the disk",
)

UNKNOWN_TRAIT_SOURCE = code(
    "TRT-101",
    "a trait of an unknown event or record",
    who="marketing",
    fix=f"correct the name, or declare it in sources/, {CHECK}",
)
UNKNOWN_TRAIT_FIELD = code(
    "TRT-102",
    "a trait of an unknown field",
    who="marketing",
    fix=f"correct the field, or declare it in the source, {CHECK}",
)
TRAIT_TYPE = code(
    "TRT-103",
    "a trait that cannot be computed from that type",
    who="marketing",
    fix=f"take a number or money field, or another operator, {CHECK}",
)
TRAIT_WHERE = code(
    "TRT-104",
    "a comparison in a trait that does not fit the field",
    who="marketing",
    fix=f"change the comparison, {CHECK}",
)
TRAIT_WHERE_FIELD = code(
    "TRT-105",
    "a comparison in a trait with an unknown field",
    who="marketing",
    fix=f"correct the field, or declare it in the source, {CHECK}",
)
TRAIT_OF_RECORD = code(
    "TRT-106",
    "an operator or window that needs events, used on a record",
    who="marketing",
    fix=f"use latest, or take an event, {CHECK}",
)

UNKNOWN_EVENT = code(
    "AUD-101",
    "unknown event",
    who="marketing",
    fix=f"correct the event, or declare it in sources/, {CHECK}",
)
UNKNOWN_EVENT_FIELD = code(
    "AUD-102",
    "unknown field of an event",
    who="marketing",
    fix=f"correct the field, or declare it in the source, {CHECK}",
)
UNKNOWN_AUDIENCE = code(
    "AUD-103",
    "unknown audience",
    who="marketing",
    fix=f"correct the audience, or declare it in audiences/, {CHECK}",
)
UNKNOWN_TRAIT = code(
    "AUD-104",
    "unknown trait",
    who="marketing",
    fix=f"correct the trait, or declare it in traits/, {CHECK}",
)
AUDIENCE_CYCLE = code(
    "AUD-105",
    "audiences that contain each other",
    who="marketing",
    fix=f"take one of the audiences out of the circle, {CHECK}",
)
AUDIENCE_COMPARISON = code(
    "AUD-106", "a comparison that does not fit", who="marketing", fix=f"change the comparison, {CHECK}"
)
AUDIENCE_SUM = code(
    "AUD-107", "a sum of what is no number", who="marketing", fix=f"sum a number or money field, {CHECK}"
)

SQL_SYNTAX = code("AUD-120", "SQL that cannot be read", who="marketing", fix=f"correct the SQL, {CHECK}")
SQL_STATEMENT = code(
    "AUD-121",
    "SQL that is not one SELECT",
    who="marketing",
    fix=f"write one SELECT; SQL of a charter only reads, {CHECK}",
)
SQL_TABLE = code(
    "AUD-122",
    "SQL that names a table it may not read",
    who="marketing",
    fix=f"read a table of events, of records or the profile, by its name in the reference, {CHECK}",
)
SQL_COLUMN = code(
    "AUD-123",
    "SQL with an unknown column",
    who="marketing",
    fix=f"correct the column, or declare it in the source, {CHECK}",
)
SQL_FUNCTION = code(
    "AUD-124",
    "SQL with a function that is not allowed",
    who="marketing",
    fix=f"use one of the functions, {CHECK}",
)
SQL_PART = code(
    "AUD-125",
    "SQL with a construct that is not allowed",
    who="marketing",
    fix=f"write it another way; how is said in the guide `write-sql`, {CHECK}",
)
SQL_OUTPUT = code(
    "AUD-126",
    "SQL that does not give the columns that are asked for",
    who="marketing",
    fix=f"give person_id of a table, and for a trait `value` of the declared type, {CHECK}",
)
SQL_CHANCE = code(
    "AUD-127",
    "SQL that depends on the clock or on chance",
    who="marketing",
    fix=f"use `now` for the moment of the run, {CHECK}",
)
SQL_TYPE = code(
    "AUD-128",
    "SQL that compares or casts what does not go together",
    who="marketing",
    fix=f"compare values of one kind, and cast only numbers to numbers and times to times, {CHECK}",
)
SQL_OTHERS = code(
    "AUD-129",
    "SQL that looks at other people than the one it answers for",
    who="marketing",
    fix=f"tie every table, subquery and window to one person by person_id, {CHECK}",
)

CAMPAIGN_AUDIENCE = code(
    "CMP-101",
    "a campaign with an unknown audience",
    who="marketing",
    fix=f"correct the audience, or declare it in audiences/, {CHECK}",
)
CAMPAIGN_PURPOSE = code(
    "CMP-102",
    "a campaign with an unknown purpose",
    who="marketing",
    fix=f"correct the purpose, or ask IT to declare it in purposes.yml, {CHECK}",
)
CAMPAIGN_CHANNEL = code(
    "CMP-103",
    "a channel that the purpose does not allow",
    who="it",
    fix=f"use another channel, or ask IT to add the channel to the purpose in purposes.yml, {CHECK}",
)
CAMPAIGN_GOAL = code(
    "CMP-104",
    "a goal that is not in the contracts",
    who="marketing",
    fix=f"correct the event or field, or declare it in sources/, {CHECK}",
)
HOLDOUT = code(
    "CMP-105",
    "a holdout out of its bounds",
    who="marketing",
    fix=f"hold out more than 0 and at most 90%, {CHECK}",
)
TEMPLATE = code(
    "CMP-106", "a message template that cannot be read", who="marketing", fix=f"correct the line, {CHECK}"
)
TEMPLATE_VARIABLE = code(
    "CMP-107",
    "a message with a variable that is no trait",
    who="marketing",
    fix=f"correct the variable, or declare the trait in traits/, {CHECK}",
)
EXPORT_FIELD = code(
    "CMP-108",
    "an export of what is no trait and no identifier kind",
    who="marketing",
    fix=f"correct the field, or declare it, {CHECK}",
)
NO_EMAIL_KIND = code(
    "CMP-109",
    "an e-mail campaign without e-mail identifiers",
    who="it",
    fix=f"declare a kind with `normalise: email` in identity.yml, {CHECK}",
)
CAMPAIGN_DATES = code(
    "CMP-110", "a campaign that ends before it starts", who="marketing", fix=f"correct the dates, {CHECK}"
)
EXPORT_CLASH = code(
    "CMP-111",
    "two campaigns that write the same file",
    who="marketing",
    fix=f"give each campaign its own file, {CHECK}",
)
