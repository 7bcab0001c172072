"""instruments and their calibrations"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "instruments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("serial", sa.String(30), nullable=False, unique=True),
        sa.Column("maker", sa.Text, nullable=False),
    )
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("instrument_id", sa.Integer, sa.ForeignKey("instruments.id"), nullable=False),
        sa.Column("factor", sa.Numeric(12, 6), nullable=False),
        sa.Column("done_on", sa.Date, nullable=False),
    )
    op.create_index("calibrations_done_on", "calibrations", ["done_on"])


def downgrade():
    op.drop_table("calibrations")
    op.drop_table("instruments")
