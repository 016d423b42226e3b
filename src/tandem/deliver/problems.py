"""Problem codes of delivery."""

from tandem.kernel import Kind, code

NO_SERVER = code(
    "DLV-001",
    "no mail server is configured",
    who="it",
    fix="Add `[email]` with host, port, security and sender to tandem.toml.",
)
UNREACHABLE = code(
    "DLV-002",
    "the mail server cannot be reached",
    who="operator",
    kind=Kind.RETRY,
    fix="Check host, port and security under `[email]` in tandem.toml and that the server runs, then run "
    "again: what was not sent is still waiting.",
)
LOGIN_REFUSED = code(
    "DLV-003",
    "the mail server refused the login",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Set TANDEM_SMTP_USER and TANDEM_SMTP_PASSWORD to what the mail server expects, then run again.",
)
OPEN_PASSWORD = code(
    "DLV-004",
    "the password would be sent unencrypted",
    who="it",
    kind=Kind.OPERATOR,
    fix='Set `security = "starttls"` or "tls" under `[email]` in tandem.toml, or unset TANDEM_SMTP_USER.',
)
BAD_SENDER = code(
    "DLV-005",
    "the sender is not an e-mail address",
    who="it",
    fix='Write `sender = "Name <address>"` under `[email]` in tandem.toml.',
)
BAD_TEMPLATE = code(
    "DLV-010",
    "a message template cannot be read",
    who="marketing",
    fix="Correct the template of the campaign; the syntax is Jinja's: {{ trait }}, {% if … %} … {% endif %}.",
)
UNKNOWN_VARIABLE = code(
    "DLV-011",
    "a message names something that is not a trait",
    who="marketing",
    fix="Use the name of a trait, or declare it in traits/.",
)
UNKNOWN_FIELD = code(
    "DLV-012",
    "an export asks for a column that is neither an identifier kind nor a trait",
    who="marketing",
    fix="Use the name of an identifier kind of identity.yml or of a trait.",
)
OUTSIDE = code(
    "DLV-020",
    "an export would be written outside the charter folder",
    who="marketing",
    fix="Name a file inside the charter folder, such as exports/winback.csv.",
)
NOT_OURS = code(
    "DLV-021",
    "a file that Tandem did not write is in the way of an export",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Move the file away, then run again; nothing of it was changed.",
)
NOT_WRITABLE = code(
    "DLV-022",
    "an export file cannot be written",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Make room and see that this account may write the folder, then run again: nobody was marked as "
    "exported.",
)
NOT_UNCERTAIN = code(
    "DLV-030",
    "there is no uncertain contact to settle",
    who="operator",
    fix="Look at `tandem explain contact ID`; only contacts in state `uncertain` are settled by hand.",
)
