"""depth is never unknown

SQLite cannot alter a column: batch mode copies the table into a new one, from what SQLAlchemy has reflected of the old one.
What it does not reflect is not in the new table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    with op.batch_alter_table("samples") as batch:
        batch.alter_column("depth", existing_type=sa.Integer, nullable=False)


def downgrade():
    with op.batch_alter_table("samples") as batch:
        batch.alter_column("depth", existing_type=sa.Integer, nullable=True)
