"""Adding steps: one statement for any number of rows, which is several times cheaper than one per row."""

from sqlalchemy import Table, insert

from courses.quizzes.models import Step

TABLE: Table = Step.metadata.tables["step"]

# RETURNING is what makes the rows of one call go into one INSERT instead of one each.
ADD_STEPS = insert(TABLE).returning(TABLE.c.id)
