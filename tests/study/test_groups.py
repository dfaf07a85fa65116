"""Organizations of a panel side by side."""

from __future__ import annotations

from ahp.study.groups import by_group
from tests.panel_study import JUDGED, small_panel


def test_each_group_is_a_panel_of_its_own() -> None:
    panel = small_panel(expert_weights={"Ping": 2, "Qin": 1, "Rui": 1})
    groups, without = by_group(panel, {"Ping": "North", "Qin": "South", "Rui": "South"})
    assert ([*groups], without) == (["South", "North"], ())
    alone = small_panel({"Ping": JUDGED["Ping"]})
    assert groups["North"].global_weights == alone.global_weights
    both = small_panel({name: JUDGED[name] for name in ("Qin", "Rui")})
    assert groups["South"].global_weights == both.global_weights


def test_groups_without_a_result_are_named() -> None:
    judged = {**JUDGED, "Ping": ("3", "1", "", "", "1")}
    panel = small_panel(judged, expert_weights={"Ping": 1, "Qin": 1, "Rui": 0})
    groups, without = by_group(panel, {"Ping": "North", "Qin": "South", "Rui": "East"})
    assert ([*groups], without) == (["South"], ("North", "East"))
    assert by_group(panel, {"Ping": None}) == ({}, ())
