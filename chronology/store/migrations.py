"""Table changes: named functions that bring a file from one format to the next. A published one is never edited."""

import sqlite3

from sqlite_utils import Database, Migrations

from chronology.log import event_table
from chronology.log.database import APPLICATION_ID, FORMAT, schema, writing
from chronology.projections import tables

migrations = Migrations("chronology")


@migrations()
def create_log_and_projections(database: Database) -> None:
    """Make the tables of format 1."""
    for statement in (*event_table.SCHEMA.values(), *tables.SCHEMA.values()):
        database.execute(statement)


def apply(connection: sqlite3.Connection) -> None:
    """Bring an empty or older file to the present format, in one transaction."""
    with writing(connection):
        # Another process may have made the tables while this one waited for the lock.
        if connection.execute("PRAGMA user_version").fetchone()[0] == FORMAT and schema(connection):
            return
        migrations.apply(Database(connection))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
