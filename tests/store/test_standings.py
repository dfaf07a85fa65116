from __future__ import annotations

import json
from dataclasses import replace

import pytest

import ahp
from ahp.errors import LockedError, StoreError
from ahp.process.asking import Asking
from ahp.process.settings import Settings
from ahp.study import Judgment
from ahp.study.standing import SelfRating, Standing
from tests.store.conftest import RULES, databases

url = databases(*RULES)

BASIS = dict.fromkeys(ahp.group.JUDGMENT_BASIS, "large")
KNOWN = Standing(basis=BASIS, familiarity="familiar", recused={"a": "wrote the rules of a"})


def test_experts_rate_themselves(store, study, survey):
    rating = SelfRating(BASIS, "familiar")
    ada, bo = store.add_experts(study.id, {"Ada": None, "Bo": None})
    with pytest.raises(StoreError, match="does not ask experts to rate themselves"):
        store.rate_self(ada.id, rating)
    store.set_asking(study.id, Asking(self_rating="require"))
    judgments = submitted(survey, ["Ada"]).judgments
    for one in (ada, bo):
        store.upload_answers(one.id, judgments)
    with pytest.raises(StoreError, match="^expert 'Ada' has not said what they judge from and how"):
        store.submit(ada.id, event_id="early")
    store.rate_self(ada.id, rating, round_number=1)
    event = last(store, study)
    assert (event.kind, event.source, event.actor_kind, event.actor_id, event.detail) == (
        *("self_rated", "web", "expert", ada.id, rating.content),
    )
    store.rate_self(ada.id, rating)
    assert last(store, study) == event
    store.submit(ada.id, event_id="s")
    with pytest.raises(LockedError):
        store.rate_self(ada.id, SelfRating(BASIS, "unfamiliar"))
    store.set_standing(bo.id, Standing(basis=BASIS, familiarity="unfamiliar"))
    store.submit(bo.id, event_id="t")  # the organizer's entry is enough
    chosen = replace(store.settings(study.id), weighting="authority")
    store.set_settings(study.id, chosen)
    assert {name: one.authority for name, one in store.standings(study.id).items()} == {
        "Ada": pytest.approx(0.9),
        "Bo": pytest.approx(0.6),
    }
    weights = json.loads(store.close_round(study.id).evidence)["expert_weights"]
    assert weights == pytest.approx({"Ada": 0.6, "Bo": 0.4})
    assert [log.events for log in store.verify_log()] == [last(store, study).seq]


def last(store, study):
    return store.events(study.id)[-1]


def submitted(survey, names, value="3"):
    return ahp.Answers(
        tuple(
            Judgment(name, *pair, value) for name in names for pair in survey.hierarchy.comparisons
        )
    )


def test_settings_begin_with_the_survey(store, study):
    assert store.settings(study.id) == Settings("eigenvector", "saaty")


def test_settings_are_logged(store, study):
    chosen = replace(store.settings(study.id), aggregate="aij_median", stop="cv", target=0.2)
    store.set_settings(study.id, chosen)
    assert store.settings(study.id) == chosen
    event = last(store, study)
    assert (event.kind, event.source, event.expert_id, event.detail) == (
        *("settings", "organizer", None, chosen.content),
    )
    store.set_settings(study.id, chosen)
    assert last(store, study) == event
    store.set_settings(study.id, Settings("eigenvector", "saaty"))
    assert store.settings(study.id) == Settings("eigenvector", "saaty")
    assert last(store, study).seq == event.seq + 1
    for action in (store.settings, lambda one: store.set_settings(one, chosen)):
        with pytest.raises(StoreError, match="^no study 'nowhere'$"):
            action("nowhere")


def test_settings_of_two_studies(store, study, survey):
    other = store.create_study(survey, "Other")
    store.set_settings(other.id, replace(store.settings(other.id), rounds=2))
    assert (store.settings(study.id).rounds, store.settings(other.id).rounds) == (3, 2)


def test_choices_are_in_force_from_then_on(store, study, survey):
    names = ("Ada", "Bo")
    store.import_answers(study.id, submitted(survey, names), submit=True)
    ada, bo = store.experts(study.id)
    first = json.loads(store.close_round(study.id).evidence)
    # while the round is closed, for the next one
    chosen = Settings("geometric_mean", "saaty_2005", "aip_geometric", weighting="given")
    store.set_settings(study.id, chosen)
    store.set_standings({ada.id: Standing(3, "chair"), bo.id: Standing(recused={"a": "interest"})})
    assert last(store, study).round == 1
    assert json.loads(store.closed_rounds(study.id)[0].evidence) == first
    assert [log.events for log in store.verify_log()] == [last(store, study).seq]
    store.open_round(study.id)
    store.upload_answers(ada.id, submitted(survey, ["Ada"], "5").judgments)
    store.upload_answers(bo.id, submitted(survey, ["Bo"]).judgments[:3])
    for one in (ada, bo):
        store.submit(one.id, event_id=f"{one.name}-2")
    second = json.loads(store.close_round(study.id).evidence)
    assert (first["settings"]["method"], second["settings"]["method"]) == (
        *("eigenvector", "geometric_mean"),
    )
    assert first["expert_weights"] == {"Ada": 0.5, "Bo": 0.5}
    assert second["expert_weights"] == {"Ada": 0.75, "Bo": 0.25}
    assert (first["recused"], second["recused"]) == ([], [["Bo", "a"]])
    assert json.loads(store.closed_rounds(study.id)[0].evidence) == first
    assert len(store.verify_log()) == 1


def test_a_standing_is_logged(store, study):
    expert = store.add_expert(study.id, "Ada")
    assert expert.standing == Standing()
    store.set_standing(expert.id, KNOWN)
    event = last(store, study)
    assert (event.kind, event.source, event.expert_id, event.detail) == (
        *("standing", "organizer", expert.id, KNOWN.content),
    )
    assert store.expert(expert.id) == replace(
        expert, standing=KNOWN, total=3, progress={"goal": (0, 3)}
    )
    store.set_standing(expert.id, KNOWN)
    assert last(store, study) == event
    store.set_standing(expert.id, Standing())
    assert store.expert(expert.id) == expert
    with pytest.raises(StoreError, match="^no expert 'nobody'$"):
        store.set_standing("nobody", KNOWN)


def test_the_standings_of_a_study(store, study, survey):
    bo, _ = store.add_experts(study.id, {"Bo": None, "Ada": None}, {"Bo": KNOWN})
    other = store.create_study(survey, "Other")
    store.add_experts(other.id, {"Ada": None}, {"Ada": Standing(2, "chair")})
    assert list(store.standings(study.id).items()) == [("Bo", KNOWN), ("Ada", Standing())]
    store.set_standing(bo.id, Standing())
    assert store.standings(study.id) == {"Bo": Standing(), "Ada": Standing()}
    later = store.add_expert(study.id, "Cy")
    added = next(one for one in store.events(study.id) if one.expert_id == later.id)
    assert list(store.standings(study.id, before=added.seq)) == ["Bo", "Ada"]
    assert list(store.standings(study.id, before=added.seq + 1)) == ["Bo", "Ada", "Cy"]
    with pytest.raises(StoreError, match="^no study 'nowhere'$"):
        store.standings("nowhere")


def test_weights_are_undecided_until_a_choice_of_settings_follows(store, study):
    assert not store.weights_undecided(study.id)
    (bo,) = store.add_experts(study.id, {"Bo": None}, {"Bo": Standing(2, "chair")})
    assert store.weights_undecided(study.id)
    store.set_standing(bo.id, Standing())
    assert not store.weights_undecided(study.id)
    store.set_standing(bo.id, Standing(3, "chair"))
    now = store.settings(study.id)
    events = store.events(study.id)
    store.set_settings(study.id, now)
    assert store.events(study.id) == events
    assert store.weights_undecided(study.id)
    store.set_settings(study.id, now, anew=True)
    assert [one.kind for one in store.events(study.id)[len(events) :]] == ["settings"]
    assert not store.weights_undecided(study.id)
    store.set_standing(bo.id, Standing(4, "chair"))
    assert store.weights_undecided(study.id)
    store.set_settings(study.id, replace(now, weighting="given"))
    store.set_standing(bo.id, Standing(5, "chair"))
    assert not store.weights_undecided(study.id)


def test_a_recused_expert_submits_without_what_is_not_asked(store, study, survey):
    expert = store.add_expert(study.id, "Ada")
    own = submitted(survey, ["Ada"]).judgments
    store.upload_answers(expert.id, own)
    store.set_standing(expert.id, KNOWN)
    info = store.expert(expert.id)
    assert (info.answered, info.total, info.progress) == (3, 3, {"goal": (3, 3)})
    # what was answered before the recusal is kept
    assert store.current(expert.id)["a", "a1", "a2"] == "3"
    store.submit(expert.id, event_id="done")
    assert store.expert(expert.id).submitted


@pytest.mark.parametrize(
    ("recused", "message"),
    [
        ({"a1": "x"}, "recused from 'a1', expected one of 'goal', 'a'"),
        (
            {"goal": "x", "a": "x"},
            "Bo would be recused from every comparison; please revoke the link instead.",
        ),
    ],
)
def test_standings_are_set_together_or_not_at_all(store, study, recused, message):
    ada, bo = store.add_experts(study.id, {"Ada": None, "Bo": None})
    before = store.events(study.id)
    with pytest.raises(StoreError) as caught:
        store.set_standings({ada.id: KNOWN, bo.id: Standing(recused=recused)})
    assert str(caught.value) == message
    with pytest.raises(StoreError) as caught:
        store.add_experts(study.id, {"Cy": None, "Bo ": None}, {"Cy": KNOWN})
    assert str(caught.value) == "This study has an expert “Bo” already."
    assert store.events(study.id) == before


def test_experts_are_added_with_their_standings(store, study):
    chair = Standing(2, "chair")
    found = store.add_experts(study.id, {" Ada ": "Audit", "Bo": None}, {" Ada ": chair})
    assert [(one.name, one.standing) for one in found] == [("Ada", chair), ("Bo", Standing())]
    assert found == store.experts(study.id)
    assert [one.kind for one in store.events(study.id)][1:] == [
        *("expert_added", "expert_added", "standing"),
    ]
    before = store.events(study.id)
    message = "^a standing of 'Dee', who is not among the experts to add$"
    with pytest.raises(StoreError, match=message):
        store.add_experts(study.id, {"Cy": None}, {"Dee": chair})
    assert store.add_experts(study.id, {}) == []
    assert store.events(study.id) == before
