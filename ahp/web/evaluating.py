"""What the pages of an evaluation share: which one it is, what is next, who takes part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from ..errors import AHPError
from ..evaluation.scheme import Scheme
from ..i18n import Translate
from ..i18n.evaluation import names_of
from ..messages import Message, with_names
from ..process.evaluations.events import Done, Logged
from ..process.evaluations.example import CLERK, HEAD
from ..process.evaluations.next_step import Step, next_step
from ..process.evaluations.rules import objection
from ..process.evaluations.state import EvaluationState, PeriodState
from ..process.events import Actor
from ..store import EvaluationInfo, clock
from . import state


@dataclass(frozen=True)
class Desk:
    """An evaluation as a page sees it.

    Attributes:
        info: which.
        now: as its log tells it.
    """

    info: EvaluationInfo
    now: EvaluationState

    @property
    def id(self) -> str:
        """Of the evaluation."""
        return self.info.id

    def names(self, scheme: Scheme | None = None) -> dict[str, str]:
        """Id -> name in the page's language: of units, people, and parts of a scheme, by default
        the one in force.
        """
        version = self.now.version or self.now.proposed
        scheme = scheme or (version.scheme if version else None)
        names = {unit.id: unit.name for unit in self.now.units}
        names |= {person.id: person.name for person in self.now.people.values()}
        return names | (names_of(scheme, state.language()) if scheme else {})

    def say(self, message: Message) -> str:
        """A remark or an error with names in place of ids, in the page's language."""
        return state.in_words(with_names(message, self.names()))

    @cached_property
    def _accounts(self) -> dict[str, str]:
        return state.account_names()

    def who(self, actor: Actor) -> str:
        """What people call who did something."""
        _ = state.translate()
        if actor.kind == "person":
            return self.now.name_of(actor)
        example = {CLERK.id: _("clerk of the example"), HEAD.id: _("head of the example")}
        return example.get(actor.id) or state.organizer_name(actor, self._accounts)


def page_titles(_: Translate) -> dict[str, str]:
    """The pages of an evaluation, by `ahp.process.evaluations.next_step.PAGES`."""
    return {
        "scheme": _("Scheme"),
        "units": _("Units"),
        "period": _("Period"),
        "data": _("Data in"),
        "rating": _("Rating"),
        "check": _("Check"),
        "results": _("Scores"),
        "notices": _("Notices and appeals"),
        "signing": _("Sign and close"),
        "years": _("Year"),
    }


def step_sentence(step: Step, _: Translate) -> str:
    """What is next, as a sentence."""
    words = {
        "choose_scheme": _("Next: choose the scheme, the rules and weights of the evaluation."),
        "approve_scheme": _("Next: a version of the scheme waits for approval."),
        "add_units": _("Next: add the units that are evaluated."),
        "open_period": _("Next: open the first period."),
        "deliver": _("Next for {period}: data. {count} of {of} values are not delivered yet."),
        "open_rating": _("Next for {period}: let the raters rate."),
        "rate": _("Next for {period}: {count} of {of} raters have submitted."),
        "confirm_entries": _(
            "Next for {period}: {count} deductions, bonuses or vetoes wait for a second person."
        ),
        "finish_check_missing": _(
            "Next for {period}: look through all values and finish the check. {count} of {of} "
            "values are not delivered yet."
        ),
        "finish_check": _("Next for {period}: look through all values and finish the check."),
        "issue_notices": _("Next for {period}: send out the draft notices, or sign."),
        "issue_notices_again": _(
            "Next for {period}: send out the draft notices again; then {count} appeals wait for a "
            "decision."
        ),
        "decide_appeals": _("Next for {period}: {count} appeals wait for a decision."),
        "sign": _("Next for {period}: the head signs, and the period is closed for ever."),
        "sign_correction": _("Next for {period}: a correction waits for the head's signature."),
        "open_next_period": _("{period} is signed. Next: open the following period."),
    }
    return words[step.code].format(period=step.period, count=step.count, of=step.of)


def show_next(desk: Desk, page: str, period: str | None = None) -> None:
    """What is to be done next, with the way there unless it is this page."""
    _ = state.translate()
    step = next_step(desk.now, period)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="next_step"):
        st.markdown(f"**{state.plain(step_sentence(step, _))}**")
        if step.page != page and st.button(
            page_titles(_)[step.page], icon=":material/arrow_forward:", key="go_next"
        ):
            open_page(step.page, desk.id, step.period)


def open_page(page: str, evaluation: str, period: str = "") -> None:
    """Go to another page of an evaluation."""
    st.session_state["evaluation"] = evaluation
    if period:
        st.session_state["period"] = period
    st.switch_page(f"views/evaluation_{page}.py")


def open_example() -> None:
    """Go to the scores of the finished example, which is made when it is asked for first."""
    _ = state.translate()
    title = _("Simulated example: twelve centers, four quarters of 2026")
    note = _("Simulated data: nobody and no center stands behind it.")
    with st.spinner(_("The example is made: a year of a department, in a few seconds.")):
        made = state.desk().add_example(title, note, state.language())
    open_page("results", made.id)


def begin(page: str) -> Desk:
    """What every page of an evaluation begins with: who may see it, its title, which one it is.

    Args:
        page: of `ahp.process.evaluations.next_step.PAGES`.
    """
    state.require_organizer()
    _ = state.translate()
    st.title(page_titles(_)[page])
    state.show_problem()
    return pick_evaluation()


def pick_evaluation() -> Desk:
    """The evaluation a page is about: chosen here, kept in the address and from page to page."""
    _, database = state.translate(), state.desk()
    found = {one.id: one for one in database.evaluations()}
    wanted = st.query_params.get("evaluation") or st.session_state.get("evaluation")
    if wanted not in found:
        archived = {one.id: one for one in database.evaluations(archived=True)} if wanted else {}
        found |= {wanted: archived[wanted]} if wanted in archived else {}
    if not found:
        st.info(_("There is no evaluation yet. Create one on the page “Evaluations”."))
        st.stop()
    labels = state.distinct({key: one.title for key, one in found.items()})
    ids = list(found)
    chosen: str = st.selectbox(
        _("Evaluation"),
        ids,
        index=ids.index(wanted) if wanted in found else 0,
        format_func=labels.__getitem__,
        key="evaluation_chosen",
    )
    st.session_state["evaluation"] = chosen
    st.query_params["evaluation"] = chosen
    if found[chosen].note:
        st.caption(state.plain(found[chosen].note))
    desk = Desk(found[chosen], database.evaluation_state(chosen))
    if (read := desk.now.imported) is not None:
        state.show_imported(desk.now.imported_from, desk.who(read.actor), read.time)
    return desk


def pick_period(desk: Desk) -> PeriodState:
    """The period a page is about; the latest at first."""
    _ = state.translate()
    periods = sorted(desk.now.periods, key=lambda one: desk.now.periods[one].period, reverse=True)
    if not periods:
        st.info(_("No period is open yet. Open one on the page “Period”."))
        st.stop()
    wanted = st.query_params.get("period") or st.session_state.get("period")
    chosen: str = st.selectbox(
        _("Period"),
        periods,
        index=periods.index(wanted) if wanted in periods else 0,
        format_func=lambda one: f"{one} · {stage_words(_)[desk.now.periods[one].stage]}",
        key=f"period_chosen-{desk.id}",
    )
    st.session_state["period"] = chosen
    st.query_params["period"] = chosen
    return desk.now.periods[chosen]


def stage_words(_: Translate) -> dict[str, str]:
    """How far a period is, by `PeriodState.stage`."""
    return {
        "open": _("open"),
        "checked": _("checked"),
        "notified": _("notices are out"),
        "signed": _("signed"),
    }


def why_not(desk: Desk, action: Done) -> str:
    """Why who is signed in can't do something now, in words; empty where they can."""
    _ = state.translate()
    if not any(map(state.may, action.acts)):
        return _("Your account does not allow this.")
    now = clock.now().isoformat()
    problem = objection(desk.now, Logged(desk.now.seq + 1, None, "web", now, state.actor(), action))
    return desk.say(problem) if problem else ""


def attempt(desk: Desk, change: Callable[[], object]) -> bool:
    """Run an organizer's change; what is refused is shown by `state.show_problem` with the names of
    units and indicators.

    Callbacks run before the page asks who is there, so this asks, too.
    """
    try:
        if not state.grants().organizer:
            return False
        change()
    except AHPError as error:
        st.session_state["problem"] = desk.say(error)
        return False
    return True
