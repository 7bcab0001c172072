"""samples"""

from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.execute(
        """
        CREATE TABLE samples (
          id INTEGER PRIMARY KEY,
          code TEXT NOT NULL COLLATE NOCASE,
          grams REAL NOT NULL CHECK (grams > 0),
          depth INTEGER,
          UNIQUE (code)
        )
        """
    )
    op.execute("CREATE INDEX samples_deep ON samples (depth) WHERE depth > 100")
    op.execute("CREATE TRIGGER samples_stay BEFORE DELETE ON samples BEGIN SELECT RAISE(ABORT, 'samples are never deleted'); END")


def downgrade():
    op.drop_table("samples")
