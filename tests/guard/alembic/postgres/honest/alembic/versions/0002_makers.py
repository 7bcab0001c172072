"""makers get a table of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table(
        "makers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
    )
    op.add_column("instruments", sa.Column("maker_id", sa.Integer))
    op.execute("INSERT INTO makers (name) SELECT DISTINCT maker FROM instruments ORDER BY maker")
    op.execute("UPDATE instruments SET maker_id = makers.id FROM makers WHERE makers.name = instruments.maker")
    op.alter_column("instruments", "maker_id", nullable=False)
    op.create_foreign_key("instruments_maker_id_fkey", "instruments", "makers", ["maker_id"], ["id"])


def downgrade():
    op.drop_column("instruments", "maker_id")
    op.drop_table("makers")
