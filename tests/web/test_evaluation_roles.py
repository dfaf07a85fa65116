"""What reaches each role of an evaluation, on a real server: in frames of pages, in downloads, at
addresses that are guessed. Everything that somebody wrote carries a word that occurs nowhere else.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.client
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

import pytest

import ahp
from ahp.errors import AccessError
from ahp.evaluation.scheme import scheme_from_toml
from ahp.i18n import translator
from ahp.i18n.errors import error_sentence
from ahp.process.evaluations.events import (
    AppealDecided,
    Appealed,
    CellKey,
    CorrectionProposed,
    EntryConfirmed,
    File,
    PeriodChecked,
    PeriodOpened,
    Rated,
    RatingAttached,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.units import Unit
from ahp.process.events import Actor
from ahp.store import Store
from ahp.web.state import plain
from tests.evaluation_case import FAR, SCHEME, WORDS
from tests.running_server import RunningServer
from tests.web.tabs import Tab, at_once, run

PERIOD = "2026Q1"
UNITS = ("north", "south", "east")
EVALUATION_PAGES = tuple(
    f"evaluation_{one}"
    for one in (
        *("scheme", "units", "period", "data", "rating", "check", "results", "notices"),
        *("signing", "years"),
    )
)
PAGES = (
    *("", "welcome", "survey", "own_data", "own_rating", "own_notice", "studies", "experts"),
    *("settings", "rounds", "results", "files", "editor", "accounts", "backup", "evaluations"),
    *EVALUATION_PAGES,
)
"""All addresses, also those that aren't in a role's menu."""

RATERS = ("rater1", "rater2", "rater3", "rater4")
PEOPLE = ("errors_owner", "training_owner", *RATERS, *(f"{unit}_contact" for unit in UNITS))
ACCOUNTS = {
    "administrator": ["administrator"],
    "head": ["head"],
    "clerk": ["organizer"],
    "reader": ["reader"],
}
LOOKING = ("administrator", "head")
"""Who take no files: those of clerk and reader are taken instead."""

OUTSIDE = ("expert", "nobody")
ROLES = (*ACCOUNTS, *PEOPLE, *OUTSIDE)


def word(*parts: object) -> str:
    """A word that occurs nowhere else."""
    return "Q" + "".join(re.sub(r"\W|_", "", str(part)) for part in parts).lower() + "Q"


VALUES = {
    ("north", "errors"): "91.53",
    ("south", "errors"): "72.57",
    ("east", "errors"): "53.59",
    ("north", "training"): "84.61",
    ("south", "training"): "65.67",
    ("east", "training"): "46.73",
}


@dataclass
class World:
    """A server with an evaluation in which everything is marked.

    Attributes:
        server, store: the server, and its database.
        id: of the evaluation.
        accounts: role -> id of the account.
        people: name -> id of who has a personal link.
        cookies: role -> session token.
        marks: all words.
        held: stage -> role -> everything that reached it.
    """

    server: RunningServer
    store: Store
    id: str = ""
    accounts: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=lambda: {"nobody": ""})
    marks: set[str] = field(default_factory=set)
    held: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def mark(self, *parts: object) -> str:
        """A new word, looked for from now on."""
        made = word(*parts)
        self.marks.add(made)
        return made

    def by(self, role: str) -> Store:
        """The store as an account has it."""
        return self.store.by(Actor("organizer", self.accounts[role]))

    @property
    def clerk(self) -> Store:
        """The store of the clerk."""
        return self.by("clerk")

    def file(self, *parts: str, kind: str = "pdf") -> tuple[File, bytes]:
        """A file whose name and content are marked."""
        content = b"%PDF-" + self.mark("content", *parts).encode()
        name = f"{self.mark('file', *parts)}.{kind}"
        return File(hashlib.sha256(content).hexdigest(), name, len(content)), content

    def cookie(self, role: str) -> str:
        """As `name=value`."""
        return f"ahp_session={self.cookies[role]}"

    # -- what happens

    def begin(self) -> None:
        """Accounts, units, people, their links."""
        for role, roles in ACCOUNTS.items():
            self.accounts[role] = self.store.add_account(word(role, "account"), WORDS, roles).id
            self.cookies[role] = self.store.open_account(self.accounts[role], None)
        self.id = self.clerk.create_evaluation(self.mark("title"), self.mark("book note")).id
        scheme = SCHEME.replace("fewest_raters = 2", "fewest_raters = 2\nmost_spread = 5")
        content = scheme_from_toml(scheme, "small.toml").content
        groups = {"north": self.mark("city"), "south": word("city"), "east": self.mark("county")}
        units = [
            Unit(id=unit, name=self.mark(unit), group=groups[unit], contact=self.mark("of", unit))
            for unit in UNITS
        ]
        self.clerk.act_together(
            self.id,
            [
                SchemeProposed(1, content, reason=self.mark("scheme reason")),
                SchemeApproved(1),
                *map(UnitAdded, units),
                PeriodOpened(PERIOD, 1, "2026-04-10", {}, "2026-04-20"),
            ],
        )
        about = {
            "errors_owner": {"indicators": ["errors", "late"]},
            "training_owner": {"indicators": ["training"]},
            "rater1": {"unit": "south"},
            **{f"{unit}_contact": {"unit": unit} for unit in UNITS},
        }
        for name in PEOPLE:
            kind = "data_owner" if "owner" in name else "contact" if "contact" in name else "rater"
            given = about.get(name, {})
            self.people[name] = self.clerk.add_person(
                self.id, kind, self.mark("person", name), **given
            ).person.id
            self.cookies[name] = self.store.open_link(
                self.clerk.issue_person_link(self.people[name]), None
            )
        survey = ahp.load_survey("supervision_effectiveness")
        expert = self.store.add_expert(self.store.create_study(survey, "A study").id, "An expert")
        self.cookies["expert"] = self.store.open_link(self.store.issue_link(expert.id), None)

    def deliver(self) -> None:
        """The two data owners bring their files; the clerk types a deduction."""
        for indicator in ("errors", "training"):
            file, content = self.file(indicator, kind="csv")
            rows = [
                Row(
                    unit,
                    leaf,
                    value,
                    evidence=self.mark("document", leaf, unit),
                    note=self.mark("note", leaf, unit),
                    place=f"{file.name}: line 2",
                )
                for (unit, leaf), value in VALUES.items()
                if leaf == indicator
            ]
            self.marks |= {row.value for row in rows}
            self.store.record_values(
                self.id,
                PERIOD,
                rows,
                file=file,
                content=content,
                person=self.people[f"{indicator}_owner"],
            )
        late = Row(
            "south", "late", "1", evidence=self.mark("document late"), note=self.mark("note late")
        )
        self.clerk.record_values(self.id, PERIOD, [late], reason=self.mark("late reason"))

    def rate(self, number: int) -> None:
        """All raters rate what they are asked, with notes, one with a photo; the first two
        submit.
        """
        for k, rater in enumerate(RATERS):
            for unit in UNITS:
                if (rater, unit) == ("rater1", "south"):
                    continue
                grade = ("strong", "middling", "weak")[(k + number) % 3]
                about = (PERIOD, number, unit, "review")
                note = self.mark("round", number, rater, unit)
                self.store.act_as(self.people[rater], Rated(*about, grade, note=note))
                if unit == "north":
                    file, content = self.file("round", str(number), rater)
                    self.store.act_as(
                        self.people[rater], RatingAttached(*about, file), content=content
                    )
            if k < 2:
                self.submit(number, rater)

    def submit(self, number: int, rater: str) -> None:
        """A rater submits."""
        self.store.act_as(self.people[rater], RatingsSubmitted(PERIOD, number))

    def first_round(self) -> None:
        """Data is there, and raters are at work."""
        self.begin()
        self.deliver()
        self.clerk.act(self.id, RatingOpened(PERIOD, 1, (), "2026-04-20"))
        self.rate(1)

    def second_round(self) -> None:
        """The first round is closed, the second one open."""
        for rater in RATERS[2:]:
            self.submit(1, rater)
        cells = tuple((unit, "review", "") for unit in UNITS)
        again = RatingOpened(PERIOD, 2, cells, "2026-04-25")
        self.clerk.act_together(self.id, [RatingClosed(PERIOD, 1), again])
        self.rate(2)

    def notified(self) -> None:
        """Notices are out; the contact of south has appealed."""
        for rater in RATERS[2:]:
            self.submit(2, rater)
        self.clerk.act(self.id, RatingClosed(PERIOD, 2))
        held = self.store.evaluation_state(self.id).periods[PERIOD]
        entry = CellKey("south", "late")
        confirmed = EntryConfirmed(PERIOD, tuple(entry), held.values[entry].stamp.seq)
        self.by("head").act(self.id, confirmed)
        self.clerk.act(self.id, PeriodChecked(PERIOD, self.mark("check note")))
        self.clerk.issue_notices(self.id, PERIOD, FAR)
        file, content = self.file("appeal")
        self.store.act_as(
            self.people["south_contact"],
            Appealed(PERIOD, "appeal", ("south", "errors", "", "", ""), self.mark("appeal"), file),
            content=content,
        )

    def signed(self) -> None:
        """The appeal is granted, the period signed; a value of north is corrected afterwards."""
        row = Row("south", "errors", "73.79", evidence=self.mark("granted document"))
        head = self.by("head")
        head.act(self.id, AppealDecided(PERIOD, "appeal", True, self.mark("granted"), row))
        head.sign(self.id, PERIOD, early=self.mark("early"))
        file, content = self.file("correction")
        corrected = Row("north", "training", "85.83", evidence=self.mark("corrected document"))
        self.marks |= {"73.79", "85.83"}
        proposed = CorrectionProposed(PERIOD, (corrected,), self.mark("correction"), file)
        self.clerk.act(self.id, proposed, content=content)
        head.sign(self.id, PERIOD, 2)

    # -- what is seen

    async def look(self, role: str, page: str, query: str) -> bytes:
        """Open a page: everything that comes, with the files that it offers."""
        tab = await Tab.visit(self.server.url, self.cookie(role), page, query)
        files = [
            await self.taken(tab, role, one.download_button.deferred_file_id)
            for one in tab.elements("download_button")
            if role not in LOOKING
        ]
        await tab.close()
        frames = b"".join(tab.frames)
        assert "出了问题".encode() not in frames, page
        return b"\n".join((frames, *files))

    async def taken(self, tab: Tab, role: str, file_id: str) -> bytes:
        """A file that a page offers, unpacked. Streamlit forgets it when pages of others are closed
        before it is fetched: the button is pressed again then.
        """
        for _press in range(10):
            path = await tab.offered(file_id)
            status, content = await asyncio.to_thread(
                asked_for, self.server, path, self.cookies[role]
            )
            if status == 200:
                break
        assert status == 200, (path, content.decode())
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                return b"\n".join(packed.read(name) for name in packed.namelist())
        inside = re.findall(rb'"content": ?"([A-Za-z0-9+/=]+)"', content)
        return b"\n".join((content, *map(base64.b64decode, inside)))

    def look_round(self, stage: str) -> None:
        """Every role opens pages, and takes every file that is offered there."""
        visits = [(role, *page) for role in ROLES for page in self.addresses(stage, role)]
        looks = run(at_once([partial(self.look, *visit) for visit in visits]))
        self.held[stage] = {
            role: b"\n".join(
                came for (who, *_page), came in zip(visits, looks, strict=True) if who == role
            )
            for role in ROLES
        }

    def addresses(self, stage: str, role: str) -> list[tuple[str, str]]:
        """Page and query of what a role opens: in the end everything, also what is not in its menu
        and what belongs to others.
        """
        about = f"evaluation={self.id}&period={PERIOD}"
        if role in ACCOUNTS:
            pages = (*EVALUATION_PAGES, "evaluations") if stage != "notified" else ()
            return [(page, about) for page in pages]
        own, *others = sorted(self.people.values(), key=lambda one: one != self.people.get(role))
        if stage == "signed" and role in ("errors_owner", "rater2", "south_contact", *OUTSIDE):
            pages = EVALUATION_PAGES if role in ("rater2", "south_contact") else PAGES
            mine = [("", f"p={own}"), ("", f"p={others[0]}")]
            return [(page, f"{about}&p={others[0]}") for page in pages] + mine
        return [("", ""), ("own_notice", f"p={own}"), ("evaluation_rating", about)]

    def arrived(self, stage: str, role: str) -> set[str]:
        """The words that reached a role."""
        return {mark for mark in self.marks if mark.encode() in self.held[stage][role]}


def asked_for(server: RunningServer, path: str, cookie: str) -> tuple[int, bytes]:
    """Status and content of what is at an address."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Cookie": f"ahp_session={cookie}"})
        answer = connection.getresponse()
        return answer.status, answer.read()


STAGES = ("second_round", "notified", "signed")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An evaluation from its rounds of rating to a correction, and what was seen of it."""
    server = RunningServer(tmp_path_factory.mktemp("roles") / "ahp.db")
    made = World(server, Store(f"sqlite:///{server.database}"))
    try:
        made.first_round()
        for stage in STAGES:
            getattr(made, stage)()
            made.look_round(stage)
        yield made
    finally:
        made.store.close()
        server.stop()


# -- what reaches whom


BOOK = ("title", "book note")


def marks_of(*wanted: tuple[str, ...] | str) -> set[str]:
    """The words of some things."""
    return {word(*((one,) if isinstance(one, str) else one)) for one in wanted}


def ratings(world: World, number: int) -> set[str]:
    """Everything that raters gave in a round."""
    begins = tuple(word(kind, number)[:-1] for kind in ("round", "file round", "content round"))
    return {mark for mark in world.marks if mark.startswith(begins)}


def given_by(rater: str, number: int) -> set[str]:
    """What a rater gave in a round."""
    units = [unit for unit in UNITS if (rater, unit) != ("rater1", "south")]
    files = ((kind, "round", number, rater) for kind in ("file", "content"))
    return marks_of(*files, *(("round", number, rater, unit) for unit in units))


def test_while_a_round_is_open_nobody_sees_what_is_rated(world):
    """But raters their own; of the round that is closed organizers may see all, raters nothing."""
    for role in ROLES:
        blind = ratings(world, 2) | (set() if role in ACCOUNTS else ratings(world, 1))
        own = given_by(role, 2) if role in ("rater1", "rater2") else set()  # who have submitted
        assert world.arrived("second_round", role) & blind == own, role


def test_afterwards_organizers_see_everything_and_readers_the_same(world):
    assert len(ratings(world, 2)) == 19
    for role in ("clerk", "reader"):
        assert world.marks - world.arrived("signed", role) == set(), role
    head = world.arrived("signed", "head")
    assert head == world.arrived("signed", "administrator")
    assert given_by("rater3", 2) & head == marks_of(
        ("round", 2, "rater3", "north"), ("file", "round", "2", "rater3")
    )


def owner_sees(leaf: str) -> set[str]:
    """What a data owner sees: their own indicator, of all units."""
    documents = {
        "errors": marks_of("granted document", *(("document", leaf, one) for one in UNITS)),
        "training": marks_of("corrected document", *(("document", leaf, one) for one in UNITS)),
    }[leaf]
    values = {value for (_unit, one), value in VALUES.items() if one == leaf}
    about = [("file", leaf), ("content", leaf), ("person", f"{leaf}_owner"), "title", *UNITS]
    notes = {word("note", leaf, unit) for unit in UNITS}
    return values | documents | notes | marks_of(*about)


@pytest.mark.parametrize(
    ("role", "stage", "expected"),
    [
        ("errors_owner", "second_round", owner_sees("errors") - marks_of("granted document")),
        ("training_owner", "second_round", owner_sees("training") - marks_of("corrected document")),
        (
            "errors_owner",
            "signed",
            (owner_sees("errors") | {"73.79"})
            # of south, whose history is looked at where it is chosen
            - {"72.57", word("document", "errors", "south"), word("note", "errors", "south")},
        ),
        (
            "training_owner",
            "signed",
            owner_sees("training") | {"85.83"} | marks_of("correction"),
        ),
        *(
            (
                rater,
                stage,
                given_by(rater, 2)
                | marks_of(("person", rater), "title", *UNITS)
                - (marks_of("south") if rater == "rater1" else set()),
            )
            for rater in RATERS
            for stage in ("second_round", "notified", "signed")
            if not (stage == "second_round" and rater in RATERS[2:])
        ),
        *(
            (
                f"{one}_contact",
                "second_round",
                marks_of(("person", f"{one}_contact"), one, *BOOK),
            )
            for one in UNITS
        ),
        ("expert", "signed", set()),
        ("nobody", "signed", set()),
    ],
)
def test_people_see_their_own(world, role: str, stage: str, expected: set[str]) -> None:
    assert world.arrived(stage, role) == expected


def notice_of(unit: str) -> set[str]:
    """What the contact of a unit reads of the data that came in."""
    documents = (("document", leaf, unit) for leaf in ("errors", "training"))
    files = (("file", leaf) for leaf in ("errors", "training"))
    about = (("person", f"{unit}_contact"), unit, *BOOK, *documents, *files)
    return marks_of(*about) | {value for (one, _leaf), value in VALUES.items() if one == unit}


NOTICES = {
    ("north", "notified"): notice_of("north"),
    ("east", "notified"): notice_of("east"),
    ("east", "signed"): notice_of("east"),
    ("north", "signed"): notice_of("north")
    - marks_of(("document", "training", "north"), ("file", "training"))
    | {"85.83"}
    | marks_of("correction", ("file", "correction"), "corrected document"),
    ("south", "notified"): notice_of("south")
    | marks_of("appeal", ("file", "appeal"), ("content", "appeal"), "document late"),
    ("south", "signed"): notice_of("south")
    - marks_of(("document", "errors", "south"), ("file", "errors"))
    | {"73.79"}
    | marks_of("appeal", ("file", "appeal"), ("content", "appeal"), "document late")
    | marks_of("granted", "granted document"),
}
"""Unit and stage -> what its contact sees: the appeal and its decision are south's, the correction
north's.
"""


@pytest.mark.parametrize(("unit", "stage"), NOTICES)
def test_contacts_read_the_notice_of_their_unit(world, unit: str, stage: str) -> None:
    assert world.arrived(stage, f"{unit}_contact") == NOTICES[unit, stage]


# -- files, and who may have them


async def offers(world: World, visits: dict[str, str]) -> tuple[dict[str, Tab], dict[str, str]]:
    """Pages that stay open, by who looks at them, and a file that each offers: its id."""
    about = f"evaluation={world.id}&period={PERIOD}"
    tabs, files = {}, {}
    for role, page in visits.items():
        tab = await Tab.visit(world.server.url, world.cookie(role), page, about)
        tabs[role] = tab
        files[role] = tab.elements("download_button")[-1].download_button.deferred_file_id
    return tabs, files


def test_files_are_for_who_pressed_the_button(world):
    """With the cookie of anybody else, from the page of somebody else, and after signing out."""
    store, server = world.store, world.server
    visits = {"clerk": "evaluation_signing", "errors_owner": "", "rater2": "", "south_contact": ""}
    refused: list[tuple[str, str, int]] = []

    async def everybody() -> None:
        tabs, files = await offers(world, visits)
        for role, tab in tabs.items():
            path = await tab.offered(files[role])
            for other in (*ROLES, "guess"):
                status, content = asked_for(server, path, world.cookies.get(other, other))
                assert (status, b"Q" in content and other != role) == (
                    200 if other == role else 403,
                    False,
                ), (role, other)
            for other, page in tabs.items():  # who knows the id of a file has a ticket of no use
                path = await page.offered(files[role])
                status, _content = asked_for(server, path, world.cookies[other])
                refused.append((role, other, status))
        path = await tabs["rater2"].offered(files["rater2"])
        store.leave(world.cookies["rater2"], world.people["rater2"])
        assert asked_for(server, path, world.cookies["rater2"])[0] == 403
        for tab in tabs.values():
            await tab.close()

    run(everybody())
    expected = {(one, other): 200 if one == other else 403 for one in visits for other in visits}
    assert {(one, other): status for one, other, status in refused} == expected


@pytest.mark.parametrize("name", ["0" * 64, "0" * 64 + ".xlsx", "..%2fahp.db", "ahp.db"])
def test_addresses_of_files_that_are_guessed_hold_nothing(world, name: str) -> None:
    for role in ("administrator", "errors_owner", "nobody"):
        status, content = asked_for(world.server, f"/media/{name}", world.cookies[role])
        assert status in (403, 404)
        assert not any(mark.encode() in content for mark in world.marks)


MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("role", "size", "status"),
    [
        *((role, 1, 403) for role in ("administrator", "head", "reader", "nobody")),
        *((role, 3 * MEGABYTE, 413) for role in ("errors_owner", "rater1", "south_contact")),
        ("clerk", 21 * MEGABYTE, 413),
    ],
)
def test_uploads_of_who_may_not_are_not_read(world, role: str, size: int, status: int) -> None:
    with closing(
        http.client.HTTPConnection("127.0.0.1", world.server.port, timeout=30)
    ) as connection:
        connection.putrequest("PUT", "/_stcore/upload_file/some-page/some-file")
        connection.putheader("Cookie", world.cookie(role))
        connection.putheader("Content-Length", str(size))
        connection.endheaders()  # the file itself is never sent: nobody waits for it
        assert connection.getresponse().status == status


# -- what is done


def another(world: World, title: str, *, checked: bool = False) -> str:
    """One more evaluation on this server, with an open period."""
    made = world.clerk.create_evaluation(title).id
    content = scheme_from_toml(SCHEME, "small.toml").content
    units = [UnitAdded(Unit(f"{one}中心", id=one)) for one in UNITS]
    opened = PeriodOpened(PERIOD, 1, "2026-04-10", {})
    world.clerk.act_together(made, [SchemeProposed(1, content), SchemeApproved(1), *units, opened])
    world.clerk.add_person(made, "rater", "评分人")
    if checked:
        rows = [Row(unit, "errors", "80") for unit in UNITS]
        world.clerk.record_values(made, PERIOD, rows)
        world.clerk.act(made, PeriodChecked(PERIOD))
    return made


def kinds(world: World, evaluation: str) -> list[str]:
    """What happened in an evaluation."""
    return [event.kind for event in world.store.evaluation_events(evaluation)]


async def open_page(world: World, role: str, page: str, evaluation: str) -> Tab:
    """A page of an evaluation."""
    about = f"evaluation={evaluation}&period={PERIOD}"
    return await Tab.visit(world.server.url, world.cookie(role), page, about)


@pytest.fixture
def deputy(world) -> Iterator[str]:
    """An account of its own, which may be given other roles: `"deputy"`."""
    account = world.store.add_account(f"deputy {len(world.store.accounts())}", WORDS, ["organizer"])
    world.accounts["deputy"] = account.id
    world.cookies["deputy"] = world.store.open_account(account.id, None)
    yield "deputy"
    del world.accounts["deputy"], world.cookies["deputy"]


@pytest.mark.parametrize(
    ("page", "key", "sure", "before", "said"),
    [
        ("evaluations", "archive-", "", "organizer", "may_not_run_evaluations"),
        ("evaluation_rating", "open_round", "", "organizer", "may_not_run_evaluations"),
        (
            "evaluation_check",
            "finish_check",
            "sure_finish-",
            "organizer",
            "may_not_run_evaluations",
        ),
        (
            "evaluation_notices",
            "issue_notices",
            "sure_issue-",
            "organizer",
            "may_not_run_evaluations",
        ),
        ("evaluation_signing", "sign", "sure_sign-", "head", "may_not_sign"),
    ],
)
@pytest.mark.parametrize("now", ["reader", "disabled"])
def test_who_may_no_longer_is_refused(
    world, deputy: str, page: str, key: str, sure: str, before: str, said: str, now: str
) -> None:
    """The page was drawn while they still might."""
    store, account = world.store, world.accounts[deputy]
    checked = page in ("evaluation_notices", "evaluation_signing")
    evaluation = another(world, f"{page} {now}", checked=checked)
    store.set_roles(account, [before])
    key = f"archive-{evaluation}" if key == "archive-" else key

    async def press() -> list[str]:
        tab = await open_page(world, deputy, page, evaluation)
        if sure:
            await tab.tick(sure)
        button = tab.button(key)
        assert button is not None
        if now == "disabled":
            store.disable_account(account)
        else:
            store.set_roles(account, [now])
        await tab.push(button)
        await tab.close()
        return tab.said()

    known = kinds(world, evaluation)
    messages = run(press())
    assert kinds(world, evaluation) == known
    if now == "reader":
        name = next(one.name for one in store.accounts() if one.id == account)
        refusal = error_sentence(AccessError(said, name=name), "zh")
        assert refusal in messages


def test_a_reader_changes_nothing_whatever_is_pressed(world):
    """Also what the page doesn't let a browser press."""
    evaluation = another(world, "reader")
    known = kinds(world, evaluation)

    async def press_all(page: str) -> int:
        tab = await open_page(world, "reader", page, evaluation)
        buttons = [one for one in tab.widgets.values() if one.element.HasField("button")]
        leads_away = [one for one in buttons if one.element.button.id.endswith("-go_next")]
        for button in buttons:
            if button not in leads_away:
                await tab.push(button)
        await tab.close()
        return len(buttons)

    pressed = run(at_once([partial(press_all, page) for page in EVALUATION_PAGES]))
    assert sum(pressed) > len(EVALUATION_PAGES)
    assert kinds(world, evaluation) == known


def test_two_clerks_import_the_same_file_at_once(world, deputy):
    evaluation = another(world, "imports")
    content = "单位,差错发现率（%）\nnorth中心,61\n".encode()
    clerks = ("clerk", deputy)

    async def both() -> list[list[str]]:
        tabs = [await open_page(world, clerk, "evaluation_data", evaluation) for clerk in clerks]
        for tab, clerk in zip(tabs, clerks, strict=True):
            cookie = world.cookie(clerk)
            assert (
                await tab.put(world.server.url, cookie, "data_file-", "一季度.csv", content) == 204
            )
        buttons = [tab.found("button", "record-") for tab in tabs]
        await asyncio.gather(*(tab.push(button) for tab, button in zip(tabs, buttons, strict=True)))
        for tab in tabs:
            await tab.close()
        return [tab.said() for tab in tabs]

    said = run(both())
    [recorded] = world.store.evaluation_state(evaluation).periods[PERIOD].values.values()
    names, _ = {one.id: one.name for one in world.store.accounts()}, translator("zh")
    late = _("Nothing new: {name} has recorded the same values just before.")
    sentences = {
        _("Values recorded: {count}.").format(count=1),
        plain(late.format(name=names[recorded.stamp.actor.id])),
    }
    assert {one for messages in said for one in messages} & sentences == sentences
    assert kinds(world, evaluation).count("values_recorded") == 1
    assert (recorded.row.unit, recorded.row.value) == ("north", "61")
    assert world.store.file(hashlib.sha256(content).hexdigest()) == content


def test_two_heads_sign_at_once(world, deputy):
    evaluation = another(world, "signatures", checked=True)
    world.store.set_roles(world.accounts[deputy], ["head"])
    heads = ("head", deputy)

    async def both() -> list[list[str]]:
        tabs = [await open_page(world, head, "evaluation_signing", evaluation) for head in heads]
        for tab in tabs:
            await tab.tick("sure_sign-")
        buttons = [tab.button("sign") for tab in tabs]
        assert None not in buttons
        await asyncio.gather(
            *(tab.push(button) for tab, button in zip(tabs, buttons, strict=True) if button)
        )
        for tab in tabs:
            await tab.close()
        return [tab.said() for tab in tabs]

    said = run(both())
    assert kinds(world, evaluation).count("period_signed") == 1
    [signature] = world.store.evaluation_state(evaluation).periods[PERIOD].signatures
    names = {one.id: one.name for one in world.store.accounts()}
    told = translator("zh")("{name} has signed {period} already, on {time} (UTC).").format(
        name=names[signature.stamp.actor.id],
        period=PERIOD,
        time=signature.stamp.time[:16].replace("T", " "),
    )
    late = [world.accounts[head] != signature.stamp.actor.id for head in heads]
    assert [plain(told) in messages for messages in said] == late
    world.store.verify_evaluations()
