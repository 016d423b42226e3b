"""Problems of policy: POL-1xx refusals, POL-2xx gaps, POL-3xx misuse."""

from tandem.kernel import Kind, code

LABEL = code(
    "POL-101",
    "a role may not use a field for this purpose at this destination",
    who="it",
    fix="use another field, or ask the owner of policies to grant the label in policies/",
)
USE = code(
    "POL-102",
    "a role may not use data for this purpose at this destination",
    who="it",
    fix="act in another role, or ask the owner of policies for a grant in policies/",
)
CHANNEL = code(
    "POL-103",
    "a purpose does not allow a channel",
    who="it",
    fix="use a channel of the purpose, or ask the owner of purposes to add the channel in purposes.yml",
)
ENDED = code(
    "POL-104",
    "a grant that was given for a time has ended",
    who="it",
    fix="use other data, or ask the owner of policies to give the grant anew in policies/",
)
MASKED = code(
    "POL-105",
    "a field that is shown only in part is used to choose, join or order people",
    who="it",
    fix="use another field, or ask the owner of policies to take the mask off in policies/",
)
ROWS = code(
    "POL-106",
    "a role that may see only some people asks for data that is not kept by person",
    who="it",
    fix="act in a role without row rules, or ask the owner of policies",
)
NO_POLICY = code(
    "POL-201",
    "no policy is configured",
    who="it",
    fix="declare a policy in policies/, then run `tandem check`",
)
NO_ROLE = code(
    "POL-202",
    "no policy speaks of this role",
    who="it",
    fix="act in one of the roles, or add the role to a policy in policies/",
)
NO_PURPOSE = code(
    "POL-203",
    "a purpose is not declared",
    who="it",
    fix="name one of the purposes, or declare it in purposes.yml",
)
NO_FIELD = code(
    "POL-204",
    "a field has no label because no table has it",
    who="it",
    fix="correct the name, or declare the field in its contract and run `tandem apply`",
)
NO_KEY = code(
    "POL-205",
    "a field is shown as a keyed digest, and there is no key",
    who="it",
    kind=Kind.OPERATOR,
    fix="ask for it through a workspace, whose secret the key comes from, or mask the field in another way",
)
NO_TIME = code(
    "POL-206",
    "a row rule looks back from now, and nobody said what time it is",
    who="Tandem",
    kind=Kind.BUG,
    fix="pass `now` to the decision",
)
NOT_IN_PERMIT = code(
    "POL-301",
    "a query reads a table that its permit does not name",
    who="Tandem",
    kind=Kind.BUG,
    fix="decide on the whole footprint before the query is built",
)
NOT_THE_KEEPER = code(
    "POL-302",
    "a room asks for a table that another room keeps",
    who="Tandem",
    kind=Kind.BUG,
    fix="read the table through policy.guarded(table, permit)",
)
OTHER_SECRET = code(
    "POL-310",
    "the workspace's secret is not the one that erased people are recognised by",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Bring the former secret back (TANDEM_SECRET, or .tandem/secret from a backup): without it people who were "
    "erased would come back, so nothing is taken in.",
)
