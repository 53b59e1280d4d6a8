"""The rules, by subject: what is true. No web, no queue.

The subjects form a stack; imports point down only, and a fact goes up through the outbox:

    notifications   who is told what, once
    packages        a folder of text that is a whole course
    certificates    what was issued: numbers, snapshots, paper, verification
    quizzes         attempts of append-only steps, grading
    learning        enrolments, progress, attendance, completion
    catalogue       courses, versions, offerings  ·  questions   the bank, types, formats
    people          persons, permissions, sessions, consents
    audit           who did what  ·  outbox   facts to tell  ·  schedule   periods served
    db · files · links · logs · settings · texts · markup
    errors · clock

A subject is a package with a front door (`__init__`); everything behind it is private.
"""
