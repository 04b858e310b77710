"""Alembic runs this file; `migrate` hands it a connection whose transaction it joins."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
