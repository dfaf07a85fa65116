"""People with personal links on the pages of an evaluation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ahp.evaluation import load_scheme
from ahp.i18n.evaluation import names_of
from ahp.process.evaluations.events import UnitAdded
from ahp.process.evaluations.units import Unit
from ahp.store import Store
from ahp.web import people, state
from tests.web.evaluations import PACK, opened
from tests.web.tables import shown_tables
from tests.web.test_evaluation_data import keyed

Show = Callable[..., AppTest]
DELIVERED = "research_reports"


@pytest.fixture
def show(store: Store, monkeypatch: pytest.MonkeyPatch) -> Show:
    """The people of a role on a page by themselves: `show(session, evaluation, role)`."""

    def page(role: str, evaluation: str) -> None:  # whose source is run by itself
        from ahp.web import evaluating, people, state  # noqa: PLC0415

        state.require_organizer()
        state.show_problem()
        info = state.desk().evaluation(evaluation)
        people.show_people(
            evaluating.Desk(info, state.desk().evaluation_state(evaluation)),
            role,  # type: ignore[arg-type]
        )

    def open_page(session: str, evaluation: str, role: str, language: str = "en") -> AppTest:
        monkeypatch.setattr(state, "session_token", lambda: session)
        app = AppTest.from_function(page, args=(role, evaluation), default_timeout=30)
        app.session_state["language"] = language
        app.run()
        assert not app.exception, app.exception
        return app

    return open_page


def table(app: AppTest) -> list[dict[str, str]]:
    return shown_tables(app)[0].to_dict("records") if shown_tables(app) else []


def shown_links(app: AppTest) -> list[str]:
    """The links alone, not the letters with them."""
    return [one.value for one in app.code if "\n" not in one.value]


def may_act_as(store: Store, session: str) -> list[str]:
    """As whom a browser may act."""
    return [one.person.id for one in store.grants(session).persons]


def errors(app: AppTest) -> list[str]:
    return [one.value for one in app.error]


def test_data_owners_are_added_changed_and_removed(show, store, organizer):
    made = opened(store)
    names = names_of(load_scheme(PACK), "en")
    app = show(organizer, made.id, "data_owner")
    assert [one.value for one in app.caption] == ["Nobody delivers data by a link yet."]
    new = f"new-data_owner-{made.id}"
    leaves = app.multiselect(key=f"indicators-{new}").options
    app.text_input(key=f"name-{new}").input("王芳")
    app.button(key=f"add-{new}").click().run()
    assert errors(app) == ["“王芳” needs the indicators that they deliver."]
    app.multiselect(key=f"indicators-{new}").set_value([DELIVERED])
    app.text_input(key=f"organization-{new}").input("会计部")
    app.button(key=f"add-{new}").click().run()
    assert errors(app) == []
    assert app.text_input(key=f"name-{new}").value == ""
    assert app.multiselect(key=f"indicators-{new}").value == []
    assert table(app) == [
        {
            "Name": "王芳",
            "Place of work": "会计部",
            "Delivers": names[DELIVERED],
            "Link": "no link yet",
        }
    ]
    assert names[DELIVERED] in leaves
    [one] = store.people(made.id)
    key = one.person.id
    keyed(app.text_input, f"name-{key}-").input(" ")
    app.button(key=f"save-{key}").click().run()
    assert errors(app) == ["Please write a name, in one line."]
    keyed(app.text_input, f"name-{key}-").input("王*芳")
    app.button(key=f"save-{key}").click().run()
    assert table(app)[0]["Name"] == "王\\*芳"
    assert store.person(key).person.indicators == (DELIVERED,)
    assert app.button(key=f"remove-{key}").disabled
    app.checkbox(key=f"sure_remove-{key}").check().run()
    app.button(key=f"remove-{key}").click().run()
    assert store.people(made.id) == []


def test_links_are_shown_once_with_a_letter(show, store, organizer):
    made = opened(store)
    one = store.add_person(made.id, "data_owner", "王芳", indicators=[DELIVERED])
    app = show(organizer, made.id, "data_owner", "zh")
    assert [one.value for one in app.header] == ["数据提供人"]
    app.button(key=f"issue-data_owner-{made.id}").click().run()
    link, letter = (code.value for code in app.code)
    token = link.rpartition("/i/")[2]
    assert letter == (
        "王芳：\n您好！“2026 <b>年度</b>”中，请您报送：撰写调研分析报告。\n"
        f"请打开您的专属链接，上传数据文件或直接填写：\n{link}\n该链接仅供您本人使用，请勿转发。"
    )
    assert table(app)[0]["链接"] == "有效"
    session = store.open_link(token, None)
    assert may_act_as(store, session) == [one.person.id]
    app.button(key=f"revoke-data_owner-{made.id}").click().run()
    assert table(app)[0]["链接"] == "已作废"
    assert may_act_as(store, session) == []


def test_links_of_another_clerk_stay_valid(show, store, organizer):
    """And a new link for one person leaves the others on the screen."""
    made = opened(store)
    first, second, third = (
        store.add_person(made.id, "rater", name).person.id for name in ("王芳", "李强", "赵敏")
    )
    app = show(organizer, made.id, "rater")
    handed = store.open_link(store.issue_person_link(second), None)
    app.button(key=f"issue-rater-{made.id}").click().run()
    assert [one.value for one in app.info] == [
        "Left out: 1. They have got a link meanwhile, which stays valid."
    ]
    assert may_act_as(store, handed) == [second]
    links = shown_links(app)
    sessions = [store.open_link(one.rpartition("/i/")[2], None) for one in links]
    assert [may_act_as(store, one) for one in sessions] == [[first], [third]]
    app.selectbox(key=f"link_of-rater-{made.id}").select(first).run()
    app.button(key=f"renew-rater-{made.id}").click().run()
    assert app.info.values == []
    renewed = shown_links(app)
    assert (renewed[0] != links[0], renewed[1:]) == (True, links[1:])
    app.button(key=f"revoke-rater-{made.id}").click().run()
    assert shown_links(app) == links[1:]


def test_what_somebody_else_has_changed_stays(show, store, organizer):
    made = opened(store)
    key = store.add_person(made.id, "rater", "王芳", organization="会计部").person.id
    app = show(organizer, made.id, "rater")
    store.change_person(key, "王方", organization="会计部")
    keyed(app.text_input, f"organization-{key}-").input("审计部")
    app.button(key=f"save-{key}").click().run()
    assert errors(app) == []
    person = store.person(key).person
    assert (person.name, person.organization) == ("王方", "审计部")
    store.change_person(key, "王房", organization="审计部")
    app.run()
    assert keyed(app.text_input, f"name-{key}-").value == "王房"


def test_raters_are_pasted_all_or_none(show, store, organizer):
    made = opened(store)
    store.add_person(made.id, "rater", "张三")
    store.add_person(made.id, "contact", "李四", unit="north")
    app = show(organizer, made.id, "rater")
    key = f"pasted-{made.id}"
    app.text_area(key=key).input("王五\n张三\n李四")
    app.button(key=f"add-{key}").click().run()
    assert errors(app) == ["Somebody is called “李四” already; names must differ."]
    assert [one["Name"] for one in table(app)] == ["张三"]
    assert app.text_area(key=key).value == "王五\n张三\n李四"
    app.text_area(key=key).input("王五\n张三")
    app.button(key=f"add-{key}").click().run()
    assert errors(app) == []
    assert [one["Name"] for one in table(app)] == ["张三", "王五"]
    app.text_area(key=key).input("王五\n张三")
    app.button(key=f"add-{key}").click().run()
    assert (errors(app), app.text_area(key=key).value) == ([], "")


def test_raters_are_pasted_with_their_own_unit(show, store, organizer):
    made = opened(store)
    app = show(organizer, made.id, "rater")
    key = f"pasted-{made.id}"
    app.text_area(key=key).input("张三，北城支行\n李四，会计处")
    app.button(key=f"add-{key}").click().run()
    assert errors(app) == []
    assert app.text_area(key=key).value == ""
    assert table(app) == [
        {
            "Name": "张三",
            "Place of work": "北城支行",
            "Own unit": "北城支行",
            "Rates": "all that is rated",
            "Link": "no link yet",
        },
        {
            "Name": "李四",
            "Place of work": "会计处",
            "Own unit": "–",
            "Rates": "all that is rated",
            "Link": "no link yet",
        },
    ]
    new = f"new-rater-{made.id}"
    app.text_input(key=f"name-{new}").input("张三")
    app.button(key=f"add-{new}").click().run()
    assert errors(app) == ["Somebody is called “张三” already; names must differ."]


def test_contacts_come_from_the_unit_list(show, store, organizer):
    made = opened(store)
    for key, name in {"hall": "营业部", "west": "西城支行"}.items():
        store.act(made.id, UnitAdded(Unit(id=key, name=name, contact="赵六")))
    app = show(organizer, made.id, "contact")
    app.button(key=f"add_named-{made.id}").click().run()
    assert [(one["Name"], one["Answers for"]) for one in table(app)] == [
        ("赵六", "营业部"),
        ("赵六 · 西城支行", "西城支行"),
    ]
    assert f"add_named-{made.id}" not in {one.key for one in app.button}
    new = f"new-contact-{made.id}"
    app.text_input(key=f"name-{new}").input("钱七")
    app.button(key=f"add-{new}").click().run()
    assert errors(app) == ["“钱七” needs the unit that they answer for."]


def test_a_reader_sees_people_without_means_to_change_them(show, store):
    made = opened(store)
    store.add_person(made.id, "rater", "张三")
    store.add_account("Root", "four random words", ["administrator"])
    session = store.open_account(store.add_account("Li", "four random words", ["reader"]).id, None)
    app = show(session, made.id, "rater")
    assert [one["Name"] for one in table(app)] == ["张三"]
    assert [one.key for one in app.button] == []
    assert [one.key for one in app.text_input] == []


def test_what_a_card_says_is_of_the_role():
    texts = people.errand("rater", lambda text: text)
    assert texts == (
        "Scan the code with your phone, or type the link into a browser, and rate the units. "
        "Nobody sees your ratings before all have submitted. This link is personal: please don't "
        "pass it on."
    )
