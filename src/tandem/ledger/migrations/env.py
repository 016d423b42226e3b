"""What alembic runs around the steps: it uses the connection and the transaction it is given."""

from alembic import context

from tandem.ledger.columns import metadata
from tandem.ledger.migrating import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
