"""checks and marks

Why: an author decides how a quiz behaves and corrects a question that was wrong, a learner may check an answer
before the end, a person may mark it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import courses.db

revision = "5b1ne0000002"
down_revision = "5b1ne0000001"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('started', 'saved', 'graded')"
AFTER = "kind IN ('started', 'saved', 'checked', 'tried_again', 'graded', 'regraded', 'marked')"

# SQLite cannot change a constraint: the table is made anew and takes the rows over.
STEP = """
CREATE TABLE step_anew (
    id INTEGER NOT NULL,
    attempt_id INTEGER NOT NULL,
    slot_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    kind VARCHAR(24) NOT NULL,
    at DATETIME NOT NULL,
    data JSON NOT NULL,
    client VARCHAR(36),
    client_sequence INTEGER,
    current BOOLEAN NOT NULL,
    state VARCHAR(24),
    fraction DOUBLE,
    CONSTRAINT pk_step PRIMARY KEY (id),
    CONSTRAINT uq_step_attempt_id_slot_id_sequence UNIQUE (attempt_id, slot_id, sequence),
    CONSTRAINT uq_step_attempt_id_slot_id_client_client_sequence
        UNIQUE (attempt_id, slot_id, client, client_sequence),
    CONSTRAINT fk_step_attempt_id FOREIGN KEY(attempt_id) REFERENCES attempt (id),
    CONSTRAINT fk_step_slot_id FOREIGN KEY(slot_id) REFERENCES slot (id),
    CONSTRAINT ck_step_stepkind CHECK ({kinds})
)
"""


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
    _allow(AFTER)
    op.create_index(
        "ix_attempt_to_mark",
        "attempt",
        ["finished_at"],
        postgresql_where=sa.text("grading_progress = 'PendingManual'"),
        sqlite_where=sa.text("grading_progress = 'PendingManual'"),
    )
    op.create_table(
        "marking_claim",
        sa.Column("attempt_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("slot_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("until", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_marking_claim_attempt_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_marking_claim_person_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_marking_claim_slot_id")),
        sa.PrimaryKeyConstraint("attempt_id", "slot_id", name=op.f("pk_marking_claim")),
    )
    _regrades()


def _regrades() -> None:
    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column(
            "policy",
            sa.Enum(
                "full_credit",
                "better",
                "new_key",
                "later_only",
                "void",
                name="regradepolicy",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("question_version_id", sa.Integer(), nullable=True),
        sa.Column("never_lower", sa.Boolean(), nullable=False),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        *(
            sa.Column(name, courses.db.UtcDateTime(timezone=True), nullable=name != "made_at")
            for name in ("made_at", "counted_at", "committed_at", "undone_at", "done_at")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_regrade_made_by")),
        sa.ForeignKeyConstraint(
            ["question_version_id"], ["question_version.id"], name=op.f("fk_regrade_question_version_id")
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_regrade_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    op.create_index(op.f("ix_regrade_slot_id"), "regrade", ["slot_id"], unique=False)
    op.create_table(
        "regrade_line",
        sa.Column("regrade_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False, autoincrement=False),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ("old_fraction", "new_fraction", "old_mark", "new_mark")
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_regrade_line_attempt_id")),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_regrade_line_regrade_id")),
        sa.PrimaryKeyConstraint("regrade_id", "attempt_id", name=op.f("pk_regrade_line")),
    )


def downgrade() -> None:
    op.drop_table("regrade_line")
    op.drop_table("regrade")
    op.drop_table("marking_claim")
    op.drop_index("ix_attempt_to_mark", table_name="attempt")
    op.execute("DELETE FROM step WHERE kind IN ('checked', 'tried_again', 'regraded', 'marked')")
    _allow(BEFORE)
    op.drop_column("quiz", "settings")


def _allow(kinds: str) -> None:
    """What a step may be."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_step_stepkind"), "step", type_="check")
        op.create_check_constraint(op.f("ck_step_stepkind"), "step", kinds)
        return
    op.execute(STEP.format(kinds=kinds))
    op.execute("INSERT INTO step_anew SELECT * FROM step")
    op.execute("DROP TABLE step")
    op.execute("ALTER TABLE step_anew RENAME TO step")
