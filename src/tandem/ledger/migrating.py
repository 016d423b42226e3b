"""The ledger's versions. Tables only go forward; each step is a file in migrations/versions."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

VERSION_TABLE = "ledger_version"


def alembic_config() -> Config:
    """Alembic's settings for the ledger, as its own command line would read them from a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


_SCRIPTS = ScriptDirectory.from_config(alembic_config())
HEAD = _SCRIPTS.get_current_head() or ""
KNOWN = frozenset(script.revision for script in _SCRIPTS.walk_revisions())


def migrate(connection: Connection) -> None:
    """Bring the tables to HEAD inside the connection's transaction: all steps or none."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
