"""Run by Alembic on the connection that `ahp.store.database` opened and locked."""

from alembic import context

from ahp.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
