"""The organizer's desk for one study: experts, how much they count, their links and progress."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from ahp.errors import AHPError
from ahp.exchange.expert_list import ExpertList, NewExpert, pasted_list, read_list
from ahp.exchange.link_sheet import link_sheet
from ahp.group import FAMILIARITY, INFLUENCES, JUDGMENT_BASIS
from ahp.report import Table
from ahp.report.panel import (
    basis_words,
    familiarity_words,
    influence_words,
    rating_words,
    weighting_words,
)
from ahp.report.table import Cell
from ahp.store import ExpertInfo, StudyInfo
from ahp.study.limits import LONGEST
from ahp.study.standing import Standing, counting_weight
from ahp.tables.opened import TABLES
from ahp.web import state
from ahp.web.anonymous_link import show_anonymous
from ahp.web.desk import (
    issue_links,
    issued_links,
    renew_all,
    show_downloads,
    show_submitted,
    show_table,
    show_weights_question,
)
from ahp.web.link_address import show_address
from ahp.web.mailing import Order, show_mailing, show_texts
from ahp.web.questionnaires import file_name


@st.fragment(run_every="5s")
def show_progress(study: StudyInfo) -> None:
    """How far each expert has got below every parent; refreshes by itself."""
    state.require_organizer()
    _, language = state.translate(), state.language()
    study = state.desk().study(study.id)
    link_words = {"none": _("no link yet"), "active": _("valid"), "revoked": _("revoked")}
    experts = state.desk().experts(study.id)
    if not experts:
        st.info(_("No experts yet. Add them below."))
        return
    show_submitted(experts)
    weighting = state.desk().settings(study.id).weighting
    counted_by = weighting_words(_)[weighting]
    parents = study.survey.hierarchy.compared
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            expert.name,
            expert.organization or "",
            f"{expert.answered}/{expert.total}",
            expert.submitted,
            link_words[expert.link],
            counting_weight(weighting, expert.counting),
            counted_by,
            *("/".join(map(str, expert.progress.get(parent, ("–",)))) for parent in parents),
        )
        for expert in experts
    )
    names = (study.survey.node_name(parent, language) for parent in parents)
    show_table(
        Table(
            _("Progress in round {round}").format(round=study.round),
            (
                *(_("Expert"), _("Organization"), _("Answered"), _("Submitted"), _("Link")),
                *(_("Effective weight"), _("Weighting")),
                *names,
            ),
            rows,
            language,
        ),
        "progress",
    )


def show_reminders(study: StudyInfo) -> None:
    """Who has not submitted yet, and what to write to them."""
    _, language, zone = state.translate(), state.language(), state.own_zone_words()
    late = [expert for expert in state.desk().experts(study.id) if not expert.submitted]
    named = {expert.id: expert for expert in late if not expert.anonymous}
    with st.expander(
        _("Reminders to those who have not submitted ({count})").format(count=len(late)),
        icon=":material/notifications:",
    ):
        if not late:
            st.write(_("Everybody has submitted."))
            return
        show_table(
            Table(
                _("Not submitted yet"),
                (
                    *(_("Expert"), _("Organization"), _("Open comparisons")),
                    _("Last answer ({zone})").format(zone=zone),
                    _("Last e-mail ({zone})").format(zone=zone),
                ),
                tuple(
                    (
                        expert.name,
                        expert.organization or "",
                        expert.total - expert.answered,
                        state.own_minute(expert.last_answer or ""),
                        state.own_minute(
                            max((at for _round, at in expert.mailed.values()), default="")
                        ),
                    )
                    for expert in late
                ),
                language,
            ),
            "reminders",
        )
        if len(named) < len(late):
            st.caption(_("Nobody can write to experts without a name."))
        if named:
            show_texts(study, named)


def add(study: StudyInfo, experts: tuple[NewExpert, ...]) -> bool:
    """Add experts, all or none; what is refused is shown."""
    return not experts or state.attempt(
        lambda: state.desk().add_experts(
            study.id,
            {one.name: one.organization for one in experts},
            {one.name: one.standing for one in experts},
            {one.name: one.email for one in experts},
        )
    )


def add_listed(study: StudyInfo, experts: tuple[NewExpert, ...], source: str) -> None:
    """Add the experts of a list that was shown; what is refused stays where it came from."""
    if not add(study, experts):
        return
    if source == "pasted":
        st.session_state["entered"] = ""
    else:
        st.session_state["list_attempt"] += 1


def add_one(study: StudyInfo) -> None:
    """Add the expert of the form."""
    form = st.session_state
    try:
        standing = Standing(weight=form["new_weight"], reason=form["new_reason"])
    except AHPError as error:
        form["problem"] = state.in_words(error)
        return
    organization, email = form["new_organization"] or None, form["new_email"]
    if add(study, (NewExpert(form["new_name"], organization, standing, email),)):
        for key in ("new_name", "new_organization", "new_email", "new_reason"):
            form[key] = ""
        form["new_weight"] = 1.0


def show_adding(study: StudyInfo) -> None:
    """Three ways to add experts."""
    _ = state.translate()
    st.header(_("Add experts"))
    state.show_problem()
    pasted, form, file = st.tabs([_("Paste a list"), _("One by one"), _("From a file")])
    with pasted:
        with st.form("add_experts"):
            st.text_area(
                _("One expert a line: name, organization, weight, reason for the weight"),
                placeholder=_("Zhang San, Accounting department"),
                help=_(
                    "Only the name is needed. A weight other than 1 needs a reason. An e-mail "
                    "address may stand anywhere in the line. Numbers, a heading and totals may "
                    "stay."
                ),
                key="entered",
            )
            st.form_submit_button(_("Review the list"), key="add")
        if st.session_state["entered"].strip():
            show_list(study, lambda: pasted_list(st.session_state["entered"]), "pasted")
    with form, st.form("add_one"):
        st.text_input(_("Name"), max_chars=LONGEST["name"], key="new_name")
        st.text_input(_("Organization"), max_chars=LONGEST["organization"], key="new_organization")
        st.text_input(_("E-mail (may stay empty)"), max_chars=LONGEST["email"], key="new_email")
        st.number_input(_("Weight"), min_value=0.0, value=1.0, step=0.1, key="new_weight")
        st.text_input(
            _("Reason for the weight, if it isn't 1"), max_chars=LONGEST["reason"], key="new_reason"
        )
        st.form_submit_button(_("Add"), on_click=add_one, args=(study,), key="add_form")
    with file:
        st.write(
            _(
                "A CSV or XLSX table with a line of headings: name (姓名), and if you like "
                "organization (单位), weight (权重), reason (理由) and e-mail (邮箱)."
            )
        )
        attempt = st.session_state.setdefault("list_attempt", 0)
        given = st.file_uploader(_("File"), type=list(TABLES), key=f"expert_list-{attempt}")
        if given is not None:
            show_list(study, lambda: read_list(given.getvalue(), given.name), "list")


def show_list(study: StudyInfo, read: Callable[[], ExpertList], source: str) -> None:
    """The experts in a list as it was read, before they are added.

    Args:
        study: where they are added.
        read: reads the list.
        source: `"pasted"` or `"list"`, a file.
    """
    _ = state.translate()
    try:
        listed = read()
    except AHPError as error:
        state.show_error(error)
        return
    known = {expert.name for expert in state.desk().experts(study.id)}
    new = tuple(one for one in listed.experts if one.name not in known)
    mailed = any(one.email for one in listed.experts)
    if listed.experts:
        st.table(
            [
                {
                    _("Expert"): state.plain(one.name),
                    _("Organization"): state.plain(one.organization or ""),
                    _("Weight"): f"{one.standing.weight:g}",
                    _("Reason"): state.plain(one.standing.reason),
                    **({_("E-mail"): state.plain(one.email)} if mailed else {}),
                    _("In the study"): _("no, will be added")
                    if one in new
                    else _("yes, stays as it is"),
                }
                for one in listed.experts
            ],
            hide_index=True,
        )
    if listed.passed_over:
        st.caption(
            _("Not read as experts: {lines}").format(
                lines=state.plain(" ".join(f"“{line}”" for line in listed.passed_over))
            )
        )
    weighting = state.desk().settings(study.id).weighting
    if weighting != "given" and any(one.standing.weight != 1 for one in new):
        st.info(
            _(
                "The study's weighting is “{weighting}”. Once these experts are added, you "
                "will be asked whether to use their weights."
            ).format(weighting=weighting_words(_)[weighting])
        )
    st.button(
        _("Add these experts ({count})").format(count=len(new)),
        type="primary",
        on_click=add_listed,
        args=(study, new, source),
        disabled=not new,
        key=f"add_{source}",
    )


def rename_expert(expert: ExpertInfo) -> None:
    """Correct the name and organization as the form has them."""
    form = st.session_state
    name, organization = form[f"name-{expert.id}"], form[f"organization-{expert.id}"]
    state.attempt(lambda: state.desk().rename_expert(expert.id, name, organization))


def remove_expert(expert: ExpertInfo) -> None:
    """Take an expert out of the study."""
    state.attempt(lambda: state.desk().remove_expert(expert.id))


def show_correcting(experts: dict[str, ExpertInfo]) -> None:
    """Correct or remove an expert who has not answered."""
    _ = state.translate()
    unheard = {key: expert for key, expert in experts.items() if not expert.spoken}
    with st.expander(_("Correct or remove an expert"), icon=":material/edit:"):
        if not unheard:
            st.write(_("Everybody has answered; who has answered stays as they are."))
            return
        chosen = st.selectbox(
            _("Expert without answers"),
            list(unheard),
            format_func=lambda key: unheard[key].name,
            key="correct_of",
        )
        expert = unheard[chosen]
        if not expert.anonymous:
            show_renaming(expert)
        sure = st.checkbox(
            _(
                "Remove “{name}” from the study for ever: the personal link ends, the log keeps "
                "the name"
            ).format(name=state.plain(expert.name)),
            key=f"sure_remove-{chosen}",
        )
        st.button(
            _("Remove expert"),
            on_click=remove_expert,
            args=(expert,),
            disabled=not sure,
            key="remove_expert",
        )


def show_renaming(expert: ExpertInfo) -> None:
    """Another name or organization of an expert."""
    _ = state.translate()
    with st.form(f"correct-{expert.id}"):
        st.text_input(_("Name"), value=expert.name, key=f"name-{expert.id}")
        st.text_input(
            _("Organization"), value=expert.organization or "", key=f"organization-{expert.id}"
        )
        st.form_submit_button(_("Save"), on_click=rename_expert, args=(expert,), key="save_expert")
    st.caption(_("The personal link stays. Who has answered something can't be changed any more."))


def issue(study: StudyInfo, expert_ids: list[str], only: str | None = None) -> None:
    """Issue or renew links, `only` as for `ahp.web.desk.issue_links`."""
    issue_links(
        study.id,
        expert_ids,
        lambda chosen: state.desk().issue_links(chosen),
        state.attempt,
        lambda: {one.id: one.link for one in state.desk().experts(study.id)},
        only=only,
    )


def revoke_link(expert_id: str) -> None:
    """End an expert's link."""
    state.attempt(lambda: state.desk().revoke_link(expert_id))


def show_issued(study: StudyInfo, experts: dict[str, ExpertInfo]) -> None:
    """The links just issued, to copy, download or print."""
    _, language = state.translate(), state.language()
    links = {experts[key].name: link for key, link in issued_links(study.id, experts).items()}
    if not links:
        return
    st.warning(
        _(
            "Copy, download or print these personal links now: they are shown only once. "
            "Each opens one expert's survey without a password, so send it to that expert only."
        ),
        icon=":material/key:",
    )
    with st.container(horizontal=True):
        st.download_button(
            _("Sheet with QR codes, to print"),
            state.guarded(partial(link_sheet, study.title, links, language)),
            file_name(study.title) + ".html",
            "text/html",
            icon=":material/qr_code:",
            key="link_sheet",
            on_click="ignore",
        )
        show_downloads(
            Table(_("Personal links"), (_("Expert"), _("Link")), tuple(links.items())), "links"
        )
    for name, link in links.items():
        st.markdown(f"**{state.plain(name)}**")
        st.code(link, language=None, wrap_lines=True)


def show_links(study: StudyInfo, experts: dict[str, ExpertInfo]) -> None:
    """Issue, renew and revoke links."""
    _ = state.translate()
    st.header(_("Personal links"))
    show_address(state.attempt, study.id)
    without = [k for k, who in experts.items() if who.link == "none" and not who.anonymous]
    if without:
        st.button(
            _("Issue links to experts without one ({count})").format(count=len(without)),
            type="primary",
            on_click=issue,
            args=(study, without),
            kwargs={"only": "none"},
            key="issue",
        )
    show_issued(study, experts)
    with st.expander(_("Renew or revoke one link")):
        chosen = st.selectbox(
            _("Expert"), list(experts), format_func=lambda key: experts[key].name, key="link_of"
        )
        st.caption(_("A new link replaces the old one at once; answers stay."))
        if experts[chosen].anonymous:
            st.warning(
                _(
                    "This expert has no name. A new link ends their code, and whoever you send it "
                    "to is known by it: you then know whose answers these are."
                )
            )
        with st.container(horizontal=True):
            st.button(_("New link"), on_click=issue, args=(study, [chosen]), key="renew")
            st.button(
                _("Revoke link"),
                on_click=revoke_link,
                args=(chosen,),
                disabled=experts[chosen].link != "active",
                key="revoke",
            )
        linked = [k for k, who in experts.items() if who.link == "active" and not who.anonymous]
        if len(linked) > 1:
            renew_all(len(linked), lambda: issue(study, linked, "active"), study.id)


def show_standing(study: StudyInfo, experts: dict[str, ExpertInfo]) -> None:
    """How much one expert counts, and where not at all."""
    _, language = state.translate(), state.language()
    with st.expander(_("Weight, authority and recusal of one expert"), icon=":material/balance:"):
        chosen: str = st.selectbox(
            _("Expert"), list(experts), format_func=lambda key: experts[key].name, key="standing_of"
        )
        now = experts[chosen].standing
        recused = st.multiselect(
            _("Recused from (judgments there don't count and aren't asked)"),
            list(study.survey.hierarchy.compared),
            default=list(now.recused),
            format_func=lambda parent: study.survey.node_name(parent, language),
            placeholder=_("none"),
            key=f"recused-{chosen}-{'-'.join(now.recused)}",
        )
        with st.form(f"standing-{chosen}"):
            weight = st.number_input(_("Weight"), min_value=0.0, value=float(now.weight), step=0.1)
            reason = st.text_input(_("Reason for the weight, if it isn't 1"), value=now.reason)
            st.markdown(
                "**" + _("Authority coefficient: what the expert judges from, how familiar") + "**"
            )
            words, kinds, familiar = influence_words(_), basis_words(_), familiarity_words(_)
            levels = ["", *INFLUENCES]
            basis = {
                kind: st.selectbox(
                    kinds[kind],
                    levels,
                    index=levels.index(now.basis.get(kind, "")),
                    format_func=lambda level: words[level] if level else _("not asked"),
                )
                for kind in JUDGMENT_BASIS
            }
            steps = ["", *FAMILIARITY]
            familiarity = st.selectbox(
                _("Familiarity with the subject"),
                steps,
                index=steps.index(now.familiarity),
                format_func=lambda step: familiar[step] if step else _("not asked"),
            )
            why = {
                parent: st.text_input(
                    _("Reason for the recusal from “{parent}”").format(
                        parent=study.survey.node_name(parent, language)
                    ),
                    value=now.recused.get(parent, ""),
                    max_chars=LONGEST["reason"],
                )
                for parent in recused
            }
            if st.form_submit_button(_("Save"), key="save_standing"):
                try:
                    standing = Standing(
                        weight=weight,
                        reason=reason.strip(),
                        basis=basis if any(basis.values()) else {},
                        familiarity=familiarity,
                        recused={parent: text.strip() for parent, text in why.items()},
                    )
                    state.desk().set_standing(chosen, standing)
                except AHPError as error:
                    state.show_error(error, study.survey)
                else:
                    st.rerun()
        show_self_rating(experts[chosen])
        if (authority := experts[chosen].counting.authority) is not None:
            st.caption(_("Authority coefficient Cr = {cr}").format(cr=f"{authority:.3f}"))
        weighting = state.desk().settings(study.id).weighting
        st.caption(
            _(
                "The study's weighting is “{weighting}”; it is chosen on the page “Settings”."
            ).format(weighting=weighting_words(_)[weighting])
        )


def show_self_rating(expert: ExpertInfo) -> None:
    """What an expert says of their own authority, and whether it counts."""
    _, rating = state.translate(), expert.self_rating
    if rating is None:
        return
    counts = (
        _("Your entry counts; empty it to let the self-rating count.")
        if expert.standing.familiarity
        else _("It counts, as long as you make no entry of your own.")
    )
    rated = _("The expert's self-rating: {rating}.").format(rating=rating_words(rating, _))
    st.info(f"{rated} {counts}")


# not later, whatever the page shows now
ordered: Order | None = st.session_state.pop("mail_order", None)
state.require_organizer()
_ = state.translate()
st.title(_("Experts and links"))
picked = state.pick_study()
if not picked.open:
    st.info(
        _("Round {round} is closed. Open the next one on the page “Rounds”.").format(
            round=picked.round
        ),
        icon=":material/lock:",
    )
if ordered and not (picked.open and ordered.study_id == picked.id):
    ordered = None
    st.warning(
        _("Nothing was sent: another study was picked meanwhile, or the round was closed."),
        icon=":material/mail:",
    )
show_weights_question(picked.id)
show_progress(picked)
changes = state.may("run_studies")
if not (picked.open and changes):
    state.show_problem()
panel = {expert.id: expert for expert in state.desk().experts(picked.id)}
if panel and picked.open:
    show_reminders(picked)
    if changes:
        named = {key: expert for key, expert in panel.items() if not expert.anonymous}
        show_mailing(picked, named, ordered)
        show_links(picked, panel)
if picked.open and changes:
    show_anonymous(picked, panel.values())
    show_adding(picked)
if panel and changes:
    show_standing(picked, panel)
    show_correcting(panel)
