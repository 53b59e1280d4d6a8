"""${message}

Why: say here why the schema changes.
Rules: add first, remove a release later; on PostgreSQL no lock longer than 2 s on a million rows (create indexes
CONCURRENTLY, add constraints NOT VALID and validate them after); `downgrade` is for development only.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
