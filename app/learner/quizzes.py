"""Taking quizzes: the attempt page by page, saving, the review, the receipt and the result.

Everything works by plain forms; the script adds saving while one writes, and answers to it in JSON.
"""

from datetime import datetime, timedelta

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from app import asking
from app.extensions import db, limiter, unit_of_work
from app.learner import bp, shelf
from app.learner.sheets import (
    NAMES,
    answers_of_form,
    answers_of_json,
    asked,
    reviewed,
    told,
    where_to,
)
from app.security import actor
from app.templating import words
from courses import catalogue, learning, quizzes
from courses.catalogue import OutlineActivity
from courses.clock import utcnow
from courses.errors import Conflict, Invalid, NotFound
from courses.learning import Study
from courses.quizzes import AttemptState, Fate, GradingProgress, Saved, Sitting
from courses.texts import N_

WAITS_LONG = timedelta(seconds=10)
START_REFUSALS = {
    "no_attempts_left": N_("Попыток больше нет."),
    "quiz_empty": N_("В этом тесте пока нет вопросов."),
    "quiz_not_open": N_("Тест ещё не открыт."),
    "quiz_closed": N_("Тест уже закрыт."),
    "too_soon": N_("Следующую попытку можно начать позже: время указано ниже."),
}
OTHER_PASSWORD = N_("Пароль не подошёл. Проверьте раскладку и спросите пароль у преподавателя.")
SAVE_REFUSALS = {
    "time_over": N_("Время вышло: засчитаны ответы, которые мы получили до срока."),
    "finished": N_("Эта попытка уже завершена; присланное после завершения не засчитано, но сохранено."),
}


def start_page(here: Study, item: OutlineActivity) -> ResponseReturnValue:
    """The terms of a quiz and the attempts so far."""
    start = quizzes.start_page(db.session(), here, item.id, now=utcnow())
    previous, following = here.neighbours(item.id)
    return render_template(
        "learner/quiz.html",
        here=here,
        item=item,
        start=start,
        modules=shelf.modules(here, current=item.id),
        previous=previous,
        following=following,
    )


@bp.post("/<int:enrolment_id>/<key>/attempts")
def start_attempt(enrolment_id: int, key: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the one that is open."""
    password, now = request.form.get("password", ""), utcnow()
    try:
        with unit_of_work() as session:
            item = learning.study(session, enrolment_id, by=actor(), now=now).activity(key)
            attempt_id = quizzes.start_attempt(
                session, enrolment_id, item.id, by=actor(), now=now, password=password
            )
    except (Conflict, Invalid) as refusal:
        return _not_started(refusal.code, enrolment_id, key)
    return redirect(url_for("learner.attempt", attempt_id=attempt_id), 303)


def _not_started(code: str, enrolment_id: int, key: str) -> ResponseReturnValue:
    """Back to the terms of the quiz, with what stands against a start."""
    if code == "wrong_password":
        flash(words().gettext(OTHER_PASSWORD), "danger")
    else:
        flash(words().gettext(START_REFUSALS[code]), "warning")
    return redirect(url_for("learner.activity", enrolment_id=enrolment_id, key=key), 303)


@bp.get("/attempts/<int:attempt_id>")
def attempt(attempt_id: int) -> ResponseReturnValue:
    """One page of a running attempt."""
    sitting = quizzes.sitting(db.session(), attempt_id, by=actor())
    if not _runs(sitting):
        return _where_it_is(attempt_id)
    wanted = sitting.page if sitting.paper.settings.sequential else request.args.get("page", 1, int)
    return _attempt_page(sitting, min(max(wanted, 1), len(sitting.pages)))


@bp.get("/attempts/<int:attempt_id>/whole")
def whole_attempt(attempt_id: int) -> ResponseReturnValue:
    """All questions that may be seen now on one page, which a browser puts aside for times without a
    connection."""
    sitting = quizzes.sitting(db.session(), attempt_id, by=actor())
    if not _runs(sitting):
        return _where_it_is(attempt_id)
    return _attempt_page(sitting, sitting.page, whole=True)


def _attempt_page(sitting: Sitting, page: int, *, whole: bool = False) -> str:
    everything = whole and not sitting.paper.settings.sequential
    return render_template(
        "learner/attempt.html",
        sitting=sitting,
        page=page,
        whole=whole,
        sheets=sitting.sheets if everything else sitting.pages[page - 1],
        remaining=sitting.remaining(utcnow()),
        asked=asked,
        **NAMES,
    )


@bp.put("/attempts/<int:attempt_id>/responses")
def save_responses(attempt_id: int) -> ResponseReturnValue:
    """What the script sends while one writes; every slot is acknowledged on its own."""
    client, answers = answers_of_json(request.get_json())
    with unit_of_work() as session:
        saved = quizzes.save_responses(session, attempt_id, answers, client=client, by=actor(), now=utcnow())
    return jsonify(told(saved)), 409 if saved.refusal else 200


@bp.post("/attempts/<int:attempt_id>/pages/<int:page>")
def turn_page(attempt_id: int, page: int) -> ResponseReturnValue:
    """Save what a page says, do what the button says, and go where it leads. What was saved stays saved when
    the button is refused."""
    go, answers, now = request.form.get("go", ""), answers_of_form(request.form), utcnow()
    with unit_of_work() as session:
        saved = quizzes.save_responses(session, attempt_id, answers, by=actor(), now=now)
        if saved.refusal:
            quizzes.settle_attempt(session, attempt_id, by=actor(), now=now)
    ended = saved.refusal is not None or _press(attempt_id, go, now)
    for sentence in _remarks(saved):
        flash(sentence, "warning")
    return _where_it_is(attempt_id) if ended else redirect(where_to(attempt_id, page, go), 303)


@bp.post("/attempts/<int:attempt_id>/flags")
def flag(attempt_id: int) -> ResponseReturnValue:
    """«Вернуться позже», on or off."""
    slot_id = request.form.get("slot", 0, int)
    flagged = request.form.get("flagged") == "1"
    with unit_of_work() as session:
        quizzes.flag(session, attempt_id, slot_id, flagged=flagged, by=actor())
    return jsonify(slot=slot_id, flagged=flagged)


@bp.get("/attempts/<int:attempt_id>/review")
def review(attempt_id: int) -> ResponseReturnValue:
    """All questions with their states, before finishing; all there is to do when the time is over."""
    sitting = quizzes.sitting(db.session(), attempt_id, by=actor())
    if not _runs(sitting) and not _may_hand_in(sitting):
        return redirect(url_for("learner.result", attempt_id=attempt_id), 303)
    return _review_page(sitting, asking=False)


@bp.route("/attempts/<int:attempt_id>/finish", methods=["GET", "POST"])
def finish(attempt_id: int) -> ResponseReturnValue:
    """Ask whether to finish; finish, for the learner or for the page that says that the time is over."""
    if request.method == "POST":
        do = quizzes.time_up if "timeup" in request.form else quizzes.finish_attempt
        with unit_of_work() as session:
            do(session, attempt_id, by=actor(), now=utcnow())
        return redirect(url_for("learner.result", attempt_id=attempt_id), 303)
    sitting = quizzes.sitting(db.session(), attempt_id, by=actor())
    if not _runs(sitting) and not _may_hand_in(sitting):
        return redirect(url_for("learner.result", attempt_id=attempt_id), 303)
    return _review_page(sitting, asking=True)


def _review_page(sitting: Sitting, *, asking: bool) -> str:
    now = utcnow()
    return render_template(
        "learner/review.html",
        sitting=sitting,
        remaining=sitting.remaining(now),
        overdue=_may_hand_in(sitting),
        asking=asking,
        **NAMES,
    )


@bp.get("/attempts/<int:attempt_id>/result")
def result(attempt_id: int) -> ResponseReturnValue:
    """The receipt at once; the result as soon as the workers have it."""
    sitting, now = quizzes.sitting(db.session(), attempt_id, by=actor()), utcnow()
    if sitting.finished_at is None:
        return redirect(url_for("learner.attempt", attempt_id=attempt_id), 303)
    outline = catalogue.version_outline(db.session(), sitting.paper.course_version_id)
    return render_template(
        "learner/result.html",
        sitting=sitting,
        outline=outline,
        item=outline.activity(sitting.paper.activity_id),
        review=quizzes.review(db.session(), sitting, now=now),
        waits_long=now - sitting.finished_at > WAITS_LONG,
        following=outline.neighbours(sitting.paper.activity_id)[1],
        reviewed=reviewed,
        **NAMES,
    )


@bp.get("/attempts/<int:attempt_id>/state")
def attempt_state(attempt_id: int) -> ResponseReturnValue:
    """Whether the mark is there, how much time is left, and a fresh token for a page that was left open
    long; a page of somebody else is told that its person is no longer the one signed in."""
    if request.args.get("person", type=int) not in (None, actor().id):
        raise Conflict("another_person")
    state = quizzes.waiting(db.session(), attempt_id, by=actor(), now=utcnow())
    graded = state.grading_progress in (GradingProgress.FULLY_GRADED, GradingProgress.PENDING_MANUAL)
    return jsonify(
        running=state.running,
        graded=graded,
        grading_progress=state.grading_progress.value,
        remaining=state.remaining,
        token=generate_csrf(),
    )


@bp.get("/receipts")
@limiter.limit("30/minute", key_func=shelf.who)
def receipt() -> ResponseReturnValue:
    """What a receipt proves, for whom it belongs to."""
    code = request.args.get("code", "")
    found = None
    if code:
        try:
            found = quizzes.find_receipt(db.session(), code, by=actor())
        except NotFound:
            found = None
    return render_template("learner/receipt.html", code=code, found=found)


def _runs(sitting: Sitting) -> bool:
    """Whether the attempt can still be answered; what the clock has made of it is written down here and
    now."""
    if sitting.by_clock(utcnow()) is None:
        return sitting.running
    with unit_of_work() as session:
        state = quizzes.settle_attempt(session, sitting.id, by=actor(), now=utcnow())
    return state is AttemptState.IN_PROGRESS


def _may_hand_in(sitting: Sitting) -> bool:
    """Whether the time is over and the attempt may still be handed in as it is."""
    ending = sitting.by_clock(utcnow())
    return ending.state is AttemptState.OVERDUE if ending is not None else sitting.overdue


def _where_it_is(attempt_id: int) -> ResponseReturnValue:
    """To what can be done with an attempt that takes no answers now: hand it in, or look at its result."""
    sitting = quizzes.sitting(db.session(), attempt_id, by=actor())
    return redirect(
        url_for("learner.review" if _may_hand_in(sitting) else "learner.result", attempt_id=attempt_id), 303
    )


def _press(attempt_id: int, go: str, now: datetime) -> bool:
    """What a button does: «flag-12-1», «check-12», «again-12», «page-3»; whether it ended the attempt."""
    deed, _, rest = go.partition("-")
    slot, _, wanted = rest.partition("-")
    number = asking.whole(slot)
    if deed not in ("flag", "check", "again", "page", "review"):
        return False
    if number is None and deed != "review":
        raise NotFound("slot")
    with unit_of_work() as session:
        if deed == "flag":
            quizzes.flag(session, attempt_id, number or 0, flagged=wanted == "1", by=actor())
        elif deed in ("page", "review"):
            return quizzes.turn_to(session, attempt_id, number, by=actor(), now=now)
        else:
            do = quizzes.check_answer if deed == "check" else quizzes.try_again
            do(session, attempt_id, number or 0, by=actor(), now=now)
    return False


def _remarks(saved: Saved) -> list[str]:
    """What a plain page must be told about what it sent."""
    say = words().gettext
    if saved.refusal:
        late = any(one.fate is Fate.LATE for one in saved.slots)
        return [say(SAVE_REFUSALS[saved.refusal])] if late else []
    remarks = []
    if any(one.conflict_at for one in saved.slots):
        remarks.append(say("Этот вопрос меняли в другой вкладке; засчитан последний ответ."))
    if any(one.fate is Fate.LOCKED for one in saved.slots):
        remarks.append(say("Проверенный ответ уже нельзя изменить: новый сохранён, но не засчитан."))
    return remarks
