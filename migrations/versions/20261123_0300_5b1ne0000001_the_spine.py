"""the spine

Why: the first schema.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import courses.db

revision = "5b1ne0000001"
down_revision = None
branch_labels = None
depends_on = None

# Words of the database itself, as they were when this was written: the product's own may change.
SEARCH = {
    "postgresql": (
        """CREATE INDEX ix_course_version_search ON course_version USING gin ((setweight(to_tsvector('simple', split_part(search_words, chr(10), 1)), 'A') || setweight(to_tsvector('simple', split_part(search_words, chr(10), 2)), 'B') || setweight(to_tsvector('simple', split_part(search_words, chr(10), 3)), 'D')))""",
    ),
    "sqlite": (
        """CREATE VIRTUAL TABLE course_search USING fts5(title, summary, description, tokenize = "unicode61 remove_diacritics 0")""",
    ),
}
PROTECTION = {
    "postgresql": (
        """CREATE FUNCTION audit_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit entries are final'; END $$""",
        """CREATE TRIGGER audit_entry_is_final BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_is_final()""",
        """CREATE TRIGGER audit_entry_stays BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_final()""",
    ),
    "sqlite": (
        """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit entries are final'); END""",
        """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit entries are final'); END""",
        """CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'audit entries are final'); END""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("previous_seal", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "id"], unique=False)
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor_id", "id"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject", "subject_id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newest_id", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("dispatched_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
    )
    op.create_index(
        "ix_outbox_message_told",
        "outbox_message",
        ["dispatched_at"],
        unique=False,
        sqlite_where=sa.text("dispatched_at IS NOT NULL"),
        postgresql_where=sa.text("dispatched_at IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_message_waiting",
        "outbox_message",
        ["id"],
        unique=False,
        sqlite_where=sa.text("dispatched_at IS NULL"),
        postgresql_where=sa.text("dispatched_at IS NULL"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("email_confirmed_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("family_name", sa.String(length=100), nullable=False),
        sa.Column("given_name", sa.String(length=100), nullable=False),
        sa.Column("patronymic", sa.String(length=100), nullable=False),
        sa.Column("search_key", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("display", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_key", name=op.f("uq_person_email_key")),
    )
    op.create_index(op.f("ix_person_search_key"), "person", ["search_key"], unique=False)
    op.create_table(
        "question_category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bank", sa.String(length=60), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_category")),
        sa.UniqueConstraint("bank", "path", name=op.f("uq_question_category_bank_path")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("prefix", "year", name=op.f("uq_series_prefix_year")),
    )
    op.create_table(
        "sign_in_guard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("locked_until", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_guard")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_sign_in_guard_address_hash")),
    )
    op.create_table(
        "tick",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_tick")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("given_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"], unique=False)
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "course",
                "seminar",
                "master_class",
                "workshop",
                name="coursekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_course_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("key", name=op.f("uq_course_key")),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("occasion", sa.String(length=80), nullable=False),
        sa.Column("context", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_until", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("person_id", "occasion", name=op.f("uq_letter_person_id_occasion")),
    )
    op.create_index(
        "ix_letter_owed",
        "letter",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL AND refusal IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND refusal IS NULL"),
    )
    op.create_table(
        "mail_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_token")),
    )
    op.create_index(op.f("ix_mail_token_person_id"), "mail_token", ["person_id"], unique=False)
    op.create_table(
        "outbox_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("reaction", sa.String(length=120), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["outbox_message.id"],
            name=op.f("fk_outbox_delivery_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_delivery")),
        sa.UniqueConstraint("message_id", "reaction", name=op.f("uq_outbox_delivery_message_id_reaction")),
    )
    op.create_index(
        "ix_outbox_delivery_owed",
        "outbox_delivery",
        ["leased_until"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["question_category.id"], name=op.f("fk_question_category_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_category_id"), "question", ["category_id"], unique=False)
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_session_secret_hash")),
    )
    op.create_index("ix_sign_in_session_open", "sign_in_session", ["person_id", "ended_at"], unique=False)
    op.create_index(op.f("ix_sign_in_session_person_id"), "sign_in_session", ["person_id"], unique=False)
    op.create_table(
        "course_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("description", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("about_html", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("search_words", sa.Text(), nullable=False),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("published_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_version_course_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_course_version_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_course_version_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
        sa.UniqueConstraint("id", "course_id", name=op.f("uq_course_version_id_course_id")),
    )
    op.create_table(
        "question_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_version_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_version")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_question_version_question_id_number")),
    )
    op.create_table(
        "course_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("file_key", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_course_file_course_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_file")),
        sa.UniqueConstraint("course_version_id", "path", name=op.f("uq_course_file_course_version_id_path")),
    )
    op.create_table(
        "module",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_module_course_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module")),
        sa.UniqueConstraint("course_version_id", "key", name=op.f("uq_module_course_version_id_key")),
        sa.UniqueConstraint(
            "course_version_id", "position", name=op.f("uq_module_course_version_id_position")
        ),
        sa.UniqueConstraint("id", "course_version_id", name=op.f("uq_module_id_course_version_id")),
    )
    op.create_table(
        "offering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "closed",
                name="offeringstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ends_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("enrol_until", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("seats_taken", sa.Integer(), nullable=False),
        sa.Column("meeting_url", sa.String(length=300), nullable=False),
        sa.Column("code_word", sa.String(length=60), nullable=False),
        sa.Column("opened_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at", name=op.f("ck_offering_dates")
        ),
        sa.CheckConstraint("seats IS NULL OR seats >= 1", name=op.f("ck_offering_some_seats")),
        sa.CheckConstraint(
            "seats_taken >= 0 AND (seats IS NULL OR seats_taken <= seats)", name=op.f("ck_offering_seats")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_offering_course_id")),
        sa.ForeignKeyConstraint(
            ["course_version_id", "course_id"],
            ["course_version.id", "course_version.course_id"],
            name=op.f("fk_offering_course_version_id_course_id"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_offering_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
    )
    op.create_index(op.f("ix_offering_course_id"), "offering", ["course_id"], unique=False)
    op.create_index(op.f("ix_offering_course_version_id"), "offering", ["course_version_id"], unique=False)
    op.create_index("ix_offering_state_starts_at", "offering", ["state", "starts_at", "id"], unique=False)
    op.create_index(
        "ix_offering_unsettled",
        "offering",
        ["ends_at"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lesson",
                "quiz",
                "practical",
                name="activitykind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("headings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_version_id"], ["course_version.id"], name=op.f("fk_activity_course_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["module_id", "course_version_id"],
            ["module.id", "module.course_version_id"],
            name=op.f("fk_activity_module_id_course_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("course_version_id", "key", name=op.f("uq_activity_course_version_id_key")),
        sa.UniqueConstraint(
            "course_version_id", "position", name=op.f("uq_activity_course_version_id_position")
        ),
    )
    op.create_index(op.f("ix_activity_module_id"), "activity", ["module_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "learner",
                "instructor",
                "content_developer",
                "expert",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("offering_id", sa.Integer(), nullable=True),
        sa.Column("granted_by_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_role_grant_granted_by_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_role_grant_offering_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "person_id", "role", "offering_id", name=op.f("uq_role_grant_person_id_role_offering_id")
        ),
    )
    op.create_index(op.f("ix_role_grant_offering_id"), "role_grant", ["offering_id"], unique=False)
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_index(
        "uq_role_grant_on_the_site",
        "role_grant",
        ["person_id", "role"],
        unique=True,
        sqlite_where=sa.text("offering_id IS NULL"),
        postgresql_where=sa.text("offering_id IS NULL"),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("completed_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_activity_id", sa.Integer(), nullable=True),
        sa.Column("last_studied_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["last_activity_id"], ["activity.id"], name=op.f("fk_enrolment_last_activity_id")
        ),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_enrolment_offering_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("person_id", "offering_id", name=op.f("uq_enrolment_person_id_offering_id")),
    )
    op.create_index(op.f("ix_enrolment_offering_id"), "enrolment", ["offering_id"], unique=False)
    op.create_table(
        "quiz",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("time_limit", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("pass_fraction", sa.Double(), nullable=False),
        sa.Column("shuffle", sa.Boolean(), nullable=False),
        sa.Column("per_page", sa.Integer(), nullable=False),
        sa.Column("max_mark", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_quiz_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_quiz_activity_id")),
    )
    op.create_table(
        "activity_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column(
            "progress",
            sa.Enum(
                "Initialized",
                "Started",
                "InProgress",
                "Submitted",
                "Completed",
                name="activityprogress",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("grade", sa.Double(), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("opened_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("completed_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("grade IS NULL OR grade BETWEEN 0 AND 1", name=op.f("ck_activity_record_grade")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_activity_record_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_activity_record_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_record")),
        sa.UniqueConstraint(
            "enrolment_id", "activity_id", name=op.f("uq_activity_record_enrolment_id_activity_id")
        ),
    )
    op.create_index(op.f("ix_activity_record_activity_id"), "activity_record", ["activity_id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in_progress",
                "finished",
                name="attemptstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("layout", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("flagged", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("started_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "grading_progress",
            sa.Enum(
                "NotReady",
                "Pending",
                "PendingManual",
                "Failed",
                "FullyGraded",
                name="gradingprogress",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("graded_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("mark", sa.Double(), nullable=True),
        sa.Column("receipt", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_attempt_enrolment_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_attempt_quiz_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "enrolment_id", "quiz_id", "number", name=op.f("uq_attempt_enrolment_id_quiz_id_number")
        ),
        sa.UniqueConstraint("receipt", name=op.f("uq_attempt_receipt")),
    )
    op.create_index(op.f("ix_attempt_quiz_id"), "attempt", ["quiz_id"], unique=False)
    op.create_index(
        "ix_attempt_running",
        "attempt",
        ["deadline_at"],
        unique=False,
        sqlite_where=sa.text("state = 'in_progress'"),
        postgresql_where=sa.text("state = 'in_progress'"),
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_attendance_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_attendance_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_attendance_enrolment_id")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("series_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Integer(), nullable=False),
        sa.Column("original_of", sa.Integer(), nullable=True),
        sa.Column("snapshot", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("search_key", sa.String(length=700), nullable=False),
        sa.Column("issued_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.String(length=64), nullable=True),
        sa.Column("printed_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revocation_reason", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("replaced_at", courses.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_certificate_enrolment_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_certificate_issued_by_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_certificate_offering_id")),
        sa.ForeignKeyConstraint(["original_of"], ["enrolment.id"], name=op.f("fk_certificate_original_of")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["certificate.id"], name=op.f("fk_certificate_replaces_id")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_certificate_revoked_by_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_certificate_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint("original_of", name=op.f("uq_certificate_original_of")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_certificate_replaces_id")),
        sa.UniqueConstraint(
            "series_id", "series_number", name=op.f("uq_certificate_series_id_series_number")
        ),
    )
    op.create_index(op.f("ix_certificate_enrolment_id"), "certificate", ["enrolment_id"], unique=False)
    op.create_index(op.f("ix_certificate_offering_id"), "certificate", ["offering_id"], unique=False)
    op.create_index(op.f("ix_certificate_person_id"), "certificate", ["person_id"], unique=False)
    op.create_index(
        "ix_certificate_unprinted",
        "certificate",
        ["issued_at"],
        unique=False,
        sqlite_where=sa.text("file_key IS NULL"),
        postgresql_where=sa.text("file_key IS NULL"),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("handed_in_at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_report_activity_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_report_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_activity_id"), "report", ["activity_id"], unique=False)
    op.create_index("ix_report_of", "report", ["enrolment_id", "activity_id"], unique=False)
    op.create_table(
        "slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("max_mark", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_version_id"], ["question_version.id"], name=op.f("fk_slot_question_version_id")
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_slot_quiz_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("quiz_id", "position", name=op.f("uq_slot_quiz_id_position")),
    )
    op.create_index(op.f("ix_slot_question_version_id"), "slot", ["question_version_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "started",
                "saved",
                "graded",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", courses.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("client", sa.String(length=36), nullable=True),
        sa.Column("client_sequence", sa.Integer(), nullable=True),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=True),
        sa.Column("fraction", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_step_attempt_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_step_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint(
            "attempt_id",
            "slot_id",
            "client",
            "client_sequence",
            name=op.f("uq_step_attempt_id_slot_id_client_client_sequence"),
        ),
        sa.UniqueConstraint(
            "attempt_id", "slot_id", "sequence", name=op.f("uq_step_attempt_id_slot_id_sequence")
        ),
    )
    dialect = op.get_bind().dialect.name
    for statement in (*SEARCH[dialect], *PROTECTION[dialect]):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE course_search")
    else:
        op.execute("DROP FUNCTION audit_entry_is_final() CASCADE")
    op.drop_table("step")
    op.drop_index(op.f("ix_slot_question_version_id"), table_name="slot")
    op.drop_table("slot")
    op.drop_index("ix_report_of", table_name="report")
    op.drop_index(op.f("ix_report_activity_id"), table_name="report")
    op.drop_table("report")
    op.drop_index(
        "ix_certificate_unprinted",
        table_name="certificate",
        sqlite_where=sa.text("file_key IS NULL"),
        postgresql_where=sa.text("file_key IS NULL"),
    )
    op.drop_index(op.f("ix_certificate_person_id"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_offering_id"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_enrolment_id"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_table("attendance")
    op.drop_index(
        "ix_attempt_running",
        table_name="attempt",
        sqlite_where=sa.text("state = 'in_progress'"),
        postgresql_where=sa.text("state = 'in_progress'"),
    )
    op.drop_index(op.f("ix_attempt_quiz_id"), table_name="attempt")
    op.drop_table("attempt")
    op.drop_index(op.f("ix_activity_record_activity_id"), table_name="activity_record")
    op.drop_table("activity_record")
    op.drop_table("quiz")
    op.drop_index(op.f("ix_enrolment_offering_id"), table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index(
        "uq_role_grant_on_the_site",
        table_name="role_grant",
        sqlite_where=sa.text("offering_id IS NULL"),
        postgresql_where=sa.text("offering_id IS NULL"),
    )
    op.drop_index(op.f("ix_role_grant_person_id"), table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_offering_id"), table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_activity_module_id"), table_name="activity")
    op.drop_table("activity")
    op.drop_index(
        "ix_offering_unsettled",
        table_name="offering",
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.drop_index("ix_offering_state_starts_at", table_name="offering")
    op.drop_index(op.f("ix_offering_course_version_id"), table_name="offering")
    op.drop_index(op.f("ix_offering_course_id"), table_name="offering")
    op.drop_table("offering")
    op.drop_table("module")
    op.drop_table("course_file")
    op.drop_table("question_version")
    op.drop_table("course_version")
    op.drop_index(op.f("ix_sign_in_session_person_id"), table_name="sign_in_session")
    op.drop_index("ix_sign_in_session_open", table_name="sign_in_session")
    op.drop_table("sign_in_session")
    op.drop_index(op.f("ix_question_category_id"), table_name="question")
    op.drop_table("question")
    op.drop_index(
        "ix_outbox_delivery_owed",
        table_name="outbox_delivery",
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.drop_table("outbox_delivery")
    op.drop_index(op.f("ix_mail_token_person_id"), table_name="mail_token")
    op.drop_table("mail_token")
    op.drop_index(
        "ix_letter_owed",
        table_name="letter",
        sqlite_where=sa.text("sent_at IS NULL AND refusal IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND refusal IS NULL"),
    )
    op.drop_table("letter")
    op.drop_table("course")
    op.drop_index(op.f("ix_consent_person_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_table("tick")
    op.drop_table("sign_in_guard")
    op.drop_table("series")
    op.drop_table("question_category")
    op.drop_index(op.f("ix_person_search_key"), table_name="person")
    op.drop_table("person")
    op.drop_index(
        "ix_outbox_message_waiting",
        table_name="outbox_message",
        sqlite_where=sa.text("dispatched_at IS NULL"),
        postgresql_where=sa.text("dispatched_at IS NULL"),
    )
    op.drop_index(
        "ix_outbox_message_told",
        table_name="outbox_message",
        sqlite_where=sa.text("dispatched_at IS NOT NULL"),
        postgresql_where=sa.text("dispatched_at IS NOT NULL"),
    )
    op.drop_table("outbox_message")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index("ix_audit_entry_actor", table_name="audit_entry")
    op.drop_index("ix_audit_entry_action", table_name="audit_entry")
    op.drop_table("audit_entry")
