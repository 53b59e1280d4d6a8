"""terms and time

Why: a quiz is open from and to, for groups and learners on terms of their own; an attempt whose time is over may
still be handed in, or counts for nothing; time can be added while it runs.
"""

import sqlalchemy as sa
from alembic import op

import courses.db

revision = "5b1ne0000003"
down_revision = "5b1ne0000002"
branch_labels = None
depends_on = None

BEFORE = "state IN ('in_progress', 'finished')"
AFTER = "state IN ('in_progress', 'overdue', 'finished', 'abandoned')"
OLD = "id, quiz_id, enrolment_id, number, state, layout, flagged, started_at, deadline_at, finished_at,\
 grading_progress, graded_at, mark, receipt"
ADDED = """
    limited BOOLEAN DEFAULT 1 NOT NULL,
    hand_in_until DATETIME,
    page INTEGER DEFAULT 1 NOT NULL,
"""

# SQLite cannot change a constraint: the table is made anew and takes the rows over.
ATTEMPT = """
CREATE TABLE attempt_anew (
    id INTEGER NOT NULL,
    quiz_id INTEGER NOT NULL,
    enrolment_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    state VARCHAR(24) NOT NULL,
    layout JSON NOT NULL,
    flagged JSON NOT NULL,
    started_at DATETIME NOT NULL,
    deadline_at DATETIME,
    finished_at DATETIME,
    {added}
    grading_progress VARCHAR(24) NOT NULL,
    graded_at DATETIME,
    mark DOUBLE,
    receipt VARCHAR(24),
    CONSTRAINT pk_attempt PRIMARY KEY (id),
    CONSTRAINT uq_attempt_enrolment_id_quiz_id_number UNIQUE (enrolment_id, quiz_id, number),
    CONSTRAINT fk_attempt_quiz_id FOREIGN KEY(quiz_id) REFERENCES quiz (id),
    CONSTRAINT fk_attempt_enrolment_id FOREIGN KEY(enrolment_id) REFERENCES enrolment (id),
    CONSTRAINT ck_attempt_attemptstate CHECK ({states}),
    CONSTRAINT ck_attempt_gradingprogress
        CHECK (grading_progress IN ('NotReady', 'Pending', 'PendingManual', 'Failed', 'FullyGraded')),
    CONSTRAINT uq_attempt_receipt UNIQUE (receipt)
)
"""
INDEXES = (
    "CREATE INDEX ix_attempt_quiz_id ON attempt (quiz_id)",
    "CREATE INDEX ix_attempt_running ON attempt (deadline_at) WHERE state = 'in_progress'",
    "CREATE INDEX ix_attempt_to_mark ON attempt (finished_at) WHERE grading_progress = 'PendingManual'",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("attempt", sa.Column("limited", sa.Boolean(), nullable=False, server_default=sa.true()))
        op.add_column("attempt", sa.Column("hand_in_until", courses.db.UtcDateTime(timezone=True)))
        op.add_column("attempt", sa.Column("page", sa.Integer(), nullable=False, server_default=sa.text("1")))
        _allow(AFTER)
    else:
        _make_anew(AFTER, ADDED)
    op.create_index(
        "ix_attempt_overdue",
        "attempt",
        ["hand_in_until"],
        postgresql_where=sa.text("state = 'overdue'"),
        sqlite_where=sa.text("state = 'overdue'"),
    )
    _overrides()
    _interventions()


def _overrides() -> None:
    moment = courses.db.UtcDateTime(timezone=True)
    op.create_table(
        "quiz_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Integer(), nullable=True),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("opens_at", moment, nullable=True),
        sa.Column("closes_at", moment, nullable=True),
        sa.Column("time_limit", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("password", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.CheckConstraint(
            "(offering_id IS NULL) <> (enrolment_id IS NULL)", name=op.f("ck_quiz_override_subject")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_quiz_override_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_quiz_override_made_by")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_quiz_override_offering_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_override_quiz_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_override")),
    )
    for name in ("offering", "enrolment"):
        where = sa.text(f"{name}_id IS NOT NULL")
        op.create_index(
            f"ix_quiz_override_{name}",
            "quiz_override",
            ["quiz_id", f"{name}_id"],
            postgresql_where=where,
            sqlite_where=where,
        )


def _interventions() -> None:
    op.create_table(
        "intervention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "extra_time",
                "outage",
                "reopened",
                "late_accepted",
                "late_declined",
                name="interventionkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_intervention_attempt_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_intervention_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention")),
    )
    op.create_index(op.f("ix_intervention_attempt_id"), "intervention", ["attempt_id"], unique=False)


def downgrade() -> None:
    op.drop_table("intervention")
    op.drop_table("quiz_override")
    op.drop_index("ix_attempt_overdue", table_name="attempt")
    op.execute("UPDATE attempt SET state = 'in_progress', finished_at = NULL WHERE state IN ('overdue', 'abandoned')")
    if op.get_bind().dialect.name == "postgresql":
        _allow(BEFORE)
        for name in ("page", "hand_in_until", "limited"):
            op.drop_column("attempt", name)
    else:
        _make_anew(BEFORE, "")


def _allow(states: str) -> None:
    """What an attempt may be."""
    op.drop_constraint(op.f("ck_attempt_attemptstate"), "attempt", type_="check")
    op.create_check_constraint(op.f("ck_attempt_attemptstate"), "attempt", states)


def _make_anew(states: str, added: str) -> None:
    op.execute(ATTEMPT.format(states=states, added=added))
    op.execute(f"INSERT INTO attempt_anew ({OLD}) SELECT {OLD} FROM attempt")
    op.execute("DROP TABLE attempt")
    op.execute("ALTER TABLE attempt_anew RENAME TO attempt")
    for index in INDEXES:
        op.execute(index)
