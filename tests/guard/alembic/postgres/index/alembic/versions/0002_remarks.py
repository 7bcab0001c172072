"""a remark for each calibration

As --autogenerate writes it where the models do not name an index that the database has: the index goes too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("calibrations", sa.Column("remark", sa.Text))
    op.drop_index("calibrations_done_on", table_name="calibrations")


def downgrade():
    op.create_index("calibrations_done_on", "calibrations", ["done_on"])
    op.drop_column("calibrations", "remark")
