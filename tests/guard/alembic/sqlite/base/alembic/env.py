import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import create_engine

fileConfig(context.config.config_file_name)

# DATABASE_URL may be the bare path of the file.
path = os.environ["DATABASE_URL"].removeprefix("sqlite:").removeprefix("//")

with create_engine("sqlite:///" + path).connect() as connection:
    context.configure(connection=connection, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
