"""places"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table(
        "places",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.add_column("samples", sa.Column("place_id", sa.Integer))
    op.create_index("samples_place_id", "samples", ["place_id"])


def downgrade():
    op.drop_index("samples_place_id")
    op.drop_column("samples", "place_id")
    op.drop_table("places")
