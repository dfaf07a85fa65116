"""The experts' page: who asks until when, reminders to copy, e-mails to send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from threading import Event

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ahp.errors import AHPError
from ahp.process.invitation import Invitation
from ahp.store import Store, StudyInfo, clock
from ahp.web import state
from ahp.web.asked import said_invitation
from ahp.web.mailing import Outcome
from tests.running_mail_server import REFUSED, Kept, mail_server
from tests.study.panels import make_survey
from tests.web.test_pages import keyed, texts

ASKED = Invitation("内审部", "2026-12-18T18:00", "Asia/Shanghai", "李四 010-1234", {"zh": "您好！"})
NOW = datetime(2026, 12, 15, 1, tzinfo=UTC)
UNSENT = "Nothing was sent: another study was picked meanwhile, or the round was closed."


@pytest.fixture
def study(store: Store, monkeypatch: pytest.MonkeyPatch) -> StudyInfo:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    made = store.create_study(make_survey(dict.fromkeys("abc", "goal")), "2026", invitation=ASKED)
    emails = {"Ada": "ada@bank.example", "Bo": REFUSED, "Cy": "cy@bank.example"}
    store.add_experts(made.id, dict.fromkeys(["Ada", "Bo", "Cy", "Di"]), emails=emails)
    return made


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """What a mail server took that this server is set to."""
    with mail_server() as (port, kept):
        for name, value in (
            *(("HOST", "localhost"), ("PORT", str(port)), ("SECURITY", "none")),
            ("SENDER", "统计处 <survey@bank.example>"),
        ):
            monkeypatch.setenv(f"AHP_SMTP_{name}", value)
        yield kept


def codes(app) -> list[str]:
    return [one.value for one in app.code]


def received(kept: Kept) -> list[tuple[str, str]]:
    return [(one["To"], one["Subject"]) for one in kept.messages]


@pytest.mark.slow
def test_who_asks_is_said_at_creation_and_changed(visit, store, organizer):
    app = visit(organizer, "studies")
    app.text_input(key="asks-create").set_value(" Audit ")
    app.date_input(key="day-create").set_value(date(2026, 12, 18))
    app.text_area(key="greeting-zh-create").set_value("您好")
    title = next(one for one in app.text_input if one.label == "Title" and not one.key)
    title.set_value("2026")
    app.button(key="create").click().run()
    assert not app.exception
    (study,) = store.studies()
    said = Invitation("Audit", "2026-12-18T18:00", "UTC", "", {"zh": "您好"})
    assert store.invitation(study.id) == said
    app = visit(organizer, "settings")
    said_first = state.plain("Audit · Friday, 18 December 2026, 18:00 (UTC)")
    assert said_first in [one.value for one in app.caption]
    keyed(app.text_input, "contact-").set_value("Li Si")
    keyed(app.time_input, "time-").set_value(time(9, 30))
    app.button(key="save_invitation").click().run()
    assert store.invitation(study.id) == Invitation(
        "Audit", "2026-12-18T09:30", "UTC", "Li Si", {"zh": "您好"}
    )
    keyed(app.date_input, "day-").set_value(None)
    app.button(key="save_invitation").click().run()
    assert store.invitation(study.id) == Invitation(
        "Audit", contact="Li Si", greeting={"zh": "您好"}
    )


def test_blanks_of_chinese_keyboards_and_of_word_are_spaces(monkeypatch):
    form = {
        "asks-x": "\u3000内审部\u00a0二处 ",
        "contact-x": "张三\u3000010-12345678",
        "day-x": None,
        "greeting-zh-x": "您好！\n\u3000\u3000谢谢。",
    }
    monkeypatch.setattr("streamlit.session_state", form)
    assert said_invitation("x", ["zh"]) == Invitation(
        "内审部 二处", contact="张三 010-12345678", greeting={"zh": "您好！\n\u3000\u3000谢谢。"}
    )


def test_experts_read_it_and_that_it_is_over(visit, store, study, monkeypatch):
    ada = store.experts(study.id)[0]
    session = store.open_link(store.issue_link(ada.id), None)
    monkeypatch.setattr(state, "own_zone", lambda: "Europe/Berlin")
    app = visit(session, language="zh")
    shown = texts(app)
    day, contact = "2026年12月18日星期五", "如有疑问，请联系：李四 010-1234"
    until = f"{day} 18:00（北京时间；您当地时间为{day} 11:00，Europe/Berlin）"
    asked = f"本次调查由内审部组织。请于{until}前完成作答，还有 3 天。{contact}"
    assert shown.index("您好！") + 1 == shown.index(f"**{state.plain(asked)}**")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 18, 10, tzinfo=UTC))
    app.run()
    over = f"作答截止时间（{until}）已过。在组织者结束本轮之前，您的作答仍会被接受。"
    assert [one.value for one in app.warning] == [state.plain(over)]
    app.button(key="start").click().run()
    assert state.plain(f"{over}{contact}") in [one.value for one in app.caption]


def test_reminders_to_copy_one_each_and_all(visit, store, organizer, study):
    app = visit(organizer, "experts", language="zh")
    (every,) = codes(app)
    assert every.count("尊敬的") == 4
    assert every.startswith("尊敬的Ada：\n\n您好！\n\n“2026”尚未收到您的作答。")
    assert "请于2026年12月18日星期五 18:00（北京时间）前完成作答，还有 3 天。" in every
    app.button(key="issue").click().run()
    bo = store.experts(study.id)[1]
    app.selectbox(key="reminder_of").select(bo.id).run()
    text = codes(app)[0]
    assert text.startswith("尊敬的Bo：")
    assert "您的专属链接：\nhttps://survey.example.org/i/" in text


def test_without_a_mail_server_addresses_can_still_be_deleted(visit, store, organizer, study):
    app = visit(organizer, "experts")
    assert "This server is not set up to send e-mail" in "".join(one.value for one in app.info)
    keyed(app.text_area, "emails-").set_value("1. Di、di@bank.example\nAda：ada@bank.example")
    app.button(key="save_emails").click().run()
    ada, _bo, _cy, di = store.experts(study.id)
    assert store.emails(study.id) == {ada.id: "ada@bank.example", di.id: "di@bank.example"}
    keyed(app.text_area, "emails-").set_value("Eve, e@bank.example")
    app.button(key="save_emails").click().run()
    assert [one.value for one in app.error] == [
        state.plain(
            "“Eve, e@bank.example”: expected an expert of this study and an e-mail address."
        )
    ]
    keyed(app.text_area, "emails-").set_value("")
    app.button(key="save_emails").click().run()
    assert store.emails(study.id) == {}


def test_invitations_are_sent_and_what_failed_is_said_by_name(
    visit, store, organizer, study, posted
):
    app = visit(organizer, "experts")
    assert "Without an address: Di" in [one.value for one in app.caption]
    assert posted.messages == []
    preview = codes(app)[1]
    assert preview.startswith(
        "From: 统计处 <survey@bank.example>\nTo: Ada <ada@bank.example>\n"
        "Subject: Your personal link: 2026\n\nDear Ada,"
    )
    assert "https://…/i/…" in preview
    app.button(key="send_mail").click().run()
    assert received(posted) == [
        ("Ada <ada@bank.example>", "Your personal link: 2026"),
        ("Cy <cy@bank.example>", "Your personal link: 2026"),
    ]
    assert [one.value for one in app.success] == ["E-mails sent: 2."]
    assert [one.value for one in app.error] == [
        "Failed: 1. New links that were made for them, if any, stand below, to copy.\n"
        "- Bo: The mail server refuses this address: 550 5.1.1 no such mailbox"
    ]
    ada, bo, cy, di = store.experts(study.id)
    assert [one.link for one in (ada, bo, cy, di)] == [*["active"] * 3, "none"]
    assert [one.mailed.get("invitation") for one in (ada, bo, cy)] == [
        (1, clock.timestamp(NOW)),
        None,
        (1, clock.timestamp(NOW)),
    ]
    (link,) = [
        line for line in posted.messages[0].get_content().split() if line.startswith("https://")
    ]
    assert store.holder_of_link(link.rpartition("/")[2]) == (ada.id, None)
    logged = "".join(str(one) for one in store.events(study.id))
    assert link.rpartition("/")[2] not in logged
    assert "bank.example" not in logged
    # only who got nothing is still to be written to
    assert keyed(app.multiselect, "mail_to-").value == [bo.id]


def test_an_order_is_not_kept_for_later(visit, store, organizer, study, posted):
    app = visit(organizer, "experts")
    for expert in store.experts(study.id)[:1]:
        for k, pair in enumerate(study.survey.hierarchy.comparisons):
            store.answer(expert.id, *pair, "1", event_id=str(k))
        store.submit(expert.id, event_id="submit")
    store.close_round(study.id)
    app.button(key="send_mail").click().run()
    assert [one.value for one in app.warning] == [UNSENT]
    store.open_round(study.id)
    app.run()
    assert posted.messages == []


def test_an_order_is_that_of_the_study_it_was_given_for(visit, store, organizer, study, posted):
    """A click on "Send" reaches the server together with another study that was just picked."""
    token = store.issue_link(store.experts(study.id)[0].id)
    other = store.create_study(study.survey, "Another one")
    store.add_expert(other.id, "Eve")
    app = visit(organizer, "experts")
    app.selectbox[0].set_value(study.id).run()
    before = store.events(study.id)
    app.selectbox[0].set_value(other.id)
    app.button(key="send_mail").click().run()
    assert not app.exception
    assert [one.value for one in app.warning] == [UNSENT]
    app.selectbox[0].set_value(study.id).run()
    assert [one.value for one in app.warning] == []
    assert posted.messages == []
    assert store.events(study.id) == before
    assert store.holder_of_link(token) is not None


def clicked_elsewhere() -> None:
    """What Streamlit does with a run when something is clicked: it ends where it next can."""
    context = get_script_run_ctx()
    assert context is not None
    assert context.script_requests is not None
    context.script_requests.request_stop()


def test_a_run_that_is_stopped_loses_no_link_and_what_was_not_sent_is_said(
    visit, store, organizer, study, posted, monkeypatch
):
    ada, bo, cy, _di = store.experts(study.id)
    store.set_emails(study.id, {bo.id: "bo@bank.example"})
    tokens, issue = {}, Store.issue_link

    def issue_to_bo_and_click(self: Store, expert_id: str) -> str:
        tokens[expert_id] = issue(self, expert_id)
        if expert_id == bo.id:
            clicked_elsewhere()
        return tokens[expert_id]

    monkeypatch.setattr(Store, "issue_link", issue_to_bo_and_click)
    app = visit(organizer, "experts")
    app.button(key="send_mail").click().run()
    assert [one.value for one in app.error] == []
    app.run()
    assert [to for to, _subject in received(posted)] == ["Ada <ada@bank.example>"]
    assert [one.value for one in app.success] == ["E-mails sent: 1."]
    assert [one.value for one in app.error] == [
        "Failed: 2. New links that were made for them, if any, stand below, to copy.\n"
        "- Bo: Not sent, as something else was clicked on the page meanwhile.\n"
        "- Cy: Not sent, as something else was clicked on the page meanwhile."
    ]
    assert set(tokens) == {ada.id, bo.id}
    assert f"https://survey.example.org/i/{tokens[bo.id]}" in codes(app)
    assert keyed(app.multiselect, "mail_to-").value == [bo.id, cy.id]
    app.button(key="send_mail").click().run()
    assert [to for to, _subject in received(posted)] == [
        "Ada <ada@bank.example>",
        "Bo <bo@bank.example>",
        "Cy <cy@bank.example>",
    ]
    assert tokens[bo.id] in posted.messages[1].get_content()


def test_links_issued_by_a_run_that_is_stopped_are_shown_by_the_next(
    visit, store, organizer, study, monkeypatch
):
    tokens, issue = {}, Store.issue_links

    def issue_and_click(self: Store, expert_ids: list[str]) -> dict[str, str]:
        tokens.update(issue(self, expert_ids))
        clicked_elsewhere()
        return tokens

    monkeypatch.setattr(Store, "issue_links", issue_and_click)
    app = visit(organizer, "experts")
    app.button(key="issue").click().run()
    app.run()
    links = {f"https://survey.example.org/i/{token}" for token in tokens.values()}
    assert len(links) == 4
    assert links <= set(codes(app))


def test_the_next_run_waits_for_the_email_that_the_stopped_one_hands_over(visit, organizer, study):
    class HandedOver(Event):
        def wait(self, timeout: float | None = None) -> bool:
            outcome.results["id"] = "Ada", None
            return True

    outcome = Outcome({"id": ("Ada", AHPError("mail_left"))}, HandedOver())
    app = visit(organizer, "experts")
    app.session_state["mail_outcomes"] = [outcome]
    app.run()
    assert [one.value for one in app.success] == ["E-mails sent: 1."]
    assert [one.value for one in app.error] == []


def test_reminders_are_sent_once_and_other_pages_do_not_repeat_them(
    visit, store, organizer, study, posted
):
    ada, bo, cy, _di = store.experts(study.id)
    store.issue_links([ada.id, bo.id, cy.id])
    store.set_emails(study.id, {bo.id: "bo@bank.example"})
    app, other = visit(organizer, "experts"), visit(organizer, "experts")
    for one in (app, other):
        one.radio(key="mail_what").set_value("reminder").run()
    keyed(app.multiselect, "mail_to-").unselect(cy.id).run()
    app.button(key="send_mail").click().run()
    assert [to for to, _subject in received(posted)] == [
        "Ada <ada@bank.example>",
        "Bo <bo@bank.example>",
    ]
    assert "For “2026” we have no answers of yours yet." in posted.messages[0].get_content()
    other.button(key="send_mail").click().run()
    assert [to for to, _subject in received(posted)][2:] == ["Cy <cy@bank.example>"]
    assert other.error[0].value.splitlines()[1:] == [
        "- Ada: “Ada” has been written to meanwhile.",
        "- Bo: “Bo” has been written to meanwhile.",
    ]
    assert keyed(other.multiselect, "mail_to-").value == []
    labels = keyed(other.multiselect, "mail_to-").options
    assert labels[0] == "Ada, written to on 2026-12-15 01:00 (UTC)"


@pytest.mark.slow
def test_new_links_replace_others_only_where_it_is_chosen(visit, store, organizer, study, posted):
    ada = store.experts(study.id)[0]
    token = store.issue_link(ada.id)
    app = visit(organizer, "experts")
    box = keyed(app.multiselect, "mail_to-")
    assert ada.id not in box.value
    box.set_value([ada.id]).run()
    assert "They get a new link, and the one they have ends: Ada" in [
        one.value for one in app.warning
    ]
    app.button(key="send_mail").click().run()
    assert received(posted) == [("Ada <ada@bank.example>", "Your personal link: 2026")]
    assert token not in posted.messages[0].get_content()


@pytest.mark.slow
def test_a_mail_server_that_is_away_is_said_for_each(visit, store, organizer, study, posted):
    app = visit(organizer, "experts")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AHP_SMTP_PORT", "1")
        app.button(key="send_mail").click().run()
    why = state.plain("localhost:1 can't be reached: nobody listens there")
    assert app.error[0].value.splitlines()[1:] == [
        f"- {name}: {why}" for name in ("Ada", "Bo", "Cy")
    ]
    assert all(not one.mailed for one in store.experts(study.id))


def test_a_reader_sends_nothing(visit, store, study, posted):
    store.add_account("Root", "four random words", ("administrator",))
    reader = store.add_account("Reader", "four random words", ("reader",))
    app = visit(store.open_account(reader.id, None), "experts")
    assert "E-mail to experts" not in [one.label for one in app.expander]
