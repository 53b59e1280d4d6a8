"""quiz settings

Why: an author decides how a quiz behaves; what is not said means what it meant before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5b1ne0000002"
down_revision = "5b1ne0000001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "quiz",
        sa.Column(
            "settings",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
            server_default="{}",
        ),
    )


def downgrade() -> None:
    op.drop_column("quiz", "settings")
