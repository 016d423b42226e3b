"""The ledger's tables as they are now. How they came to be is in migrations/; a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tandem.ledger.columns import Instant, Json, Serial, metadata

applied_charters = Table(
    "applied_charters",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("applied_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("files", Json, nullable=False),
    sqlite_autoincrement=True,
)

batches = Table(
    "batches",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("done_at", Instant),
    sqlite_autoincrement=True,
)
# Two processes that plan the same source at once: the second gets LDG-020 instead of a second batch.
Index(
    "one_open_batch",
    batches.c.source,
    unique=True,
    sqlite_where=text("state = 'planned'"),
    postgresql_where=text("state = 'planned'"),
)

batch_files = Table(
    "batch_files",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("state", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("now_used", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("summary", Json),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("stage", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign", Text, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("message_id", Text),
    Column("detail", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
Index("outbox_queue", outbox.c.campaign, outbox.c.channel, outbox.c.state, outbox.c.contact_id)

users = Table(
    "users",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("display", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("oidc_issuer", Text),
    Column("oidc_subject", Text),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("oidc_issuer", "oidc_subject"),
    sqlite_autoincrement=True,
)

# The token itself is never kept: whoever reads this table cannot sign in with what is in it.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
Index("sessions_of_user", sessions.c.user_id)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("ok", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
Index("attempts_in_time", sign_in_attempts.c.at)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("arguments", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("step", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("heartbeat_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("cancel_asked", Boolean, nullable=False),
    Column("holder", Text),
    Column("log", Text),
    Column("result", Json),
    Column("problems", Json, nullable=False),
    sqlite_autoincrement=True,
)
# Two pages that start a run at once: the second gets LDG-060 instead of a second run.
Index(
    "one_job_alone",
    jobs.c.alone,
    unique=True,
    sqlite_where=text("alone AND state IN ('queued', 'running')"),
    postgresql_where=text("alone AND state IN ('queued', 'running')"),
)

# At most one row. A company without one lives in the time of the wall.
simulated_clock = Table(
    "simulated_clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("now", Instant, nullable=False),
)

# Only ever appended to. Each entry's hash covers the entry before it; the head says how long the chain is.
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("purpose", Text),
    Column("person_id", BigInteger),
    Column("detail", Json, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
Index("audit_of_person", audit.c.person_id, audit.c.number)
Index("audit_of_kind", audit.c.kind, audit.c.number)

# One row. Its lock puts writers in a line; its seal is keyed, so that a chain cut short is found.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("seal", Text, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("fingerprint", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Column("used_at", Instant),
    sqlite_autoincrement=True,
)
Index("approvals_of_plan", approvals.c.fingerprint)

access_requests = Table(
    "access_requests",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("wants", Json, nullable=False),
    Column("why", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", Instant),
    Column("answer", Text),
    Column("expires_at", Instant),
    sqlite_autoincrement=True,
)
Index("access_requests_open", access_requests.c.state, access_requests.c.id)

# The key itself is shown once and never kept: `prefix` finds the row, `secret_hash` proves the rest.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True),
    Column("secret_hash", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    Column("replaced_by", BigInteger),
    sqlite_autoincrement=True,
)

# What people asked for by law. No identifier of theirs is in it: `subjects` are keyed hashes.
person_requests = Table(
    "person_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("regulation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("subjects", Json, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("receipt", Json),
    Column("signature", Text),
    Column("extra", Json, nullable=False),
)

# What marketing asks IT for. What it asks stands in the versions; `version` is the latest.
briefs = Table(
    "briefs",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("withdrawn_at", Instant),
    Column("withdrawn_by", Text),
    sqlite_autoincrement=True,
)

# Only ever appended to.
brief_versions = Table(
    "brief_versions",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("brief_id", BigInteger, ForeignKey("briefs.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("function", Text),
    Column("after_commitment", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("brief_id", "version"),
    sqlite_autoincrement=True,
)

# What IT promised and what marketing promised without IT. Late is not a state here: it follows from `due` and now.
commitments = Table(
    "commitments",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("brief_id", BigInteger, ForeignKey("briefs.id")),
    Column("brief_version", Integer),
    Column("agreed_version", Integer),
    Column("what", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("function", Text),
    Column("at", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("kept_at", Instant),
    Column("kept_by", Text),
    Column("accepted_at", Instant),
    Column("accepted_by", Text),
    Column("withdrawn_at", Instant),
    Column("withdrawn_by", Text),
    sqlite_autoincrement=True,
)
# A brief has one commitment that is not withdrawn; two who commit at once do not both get it.
Index(
    "one_commitment",
    commitments.c.brief_id,
    unique=True,
    sqlite_where=text("kind = 'commitment' AND state <> 'withdrawn'"),
    postgresql_where=text("kind = 'commitment' AND state <> 'withdrawn'"),
)
Index("commitments_open", commitments.c.state, commitments.c.id)

# Only ever appended to: each thing that happened to a commitment or a promise.
commitment_steps = Table(
    "commitment_steps",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("commitment_id", BigInteger, ForeignKey("commitments.id"), nullable=False),
    Column("step", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("function", Text),
    Column("version", Integer),
    Column("due", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("steps_of_commitment", commitment_steps.c.commitment_id, commitment_steps.c.id)

# How a person ranks the joint priorities, for the own side or as the other side would. Only ever appended to.
priority_rankings = Table(
    "priority_rankings",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("function", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("places", Json, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)
Index("rankings_of_actor", priority_rankings.c.actor, priority_rankings.c.about, priority_rankings.c.id)
