"""A study of one expert and the browsers in which they take part."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playwright.sync_api import BrowserContext

from ahp.store import Event, ExpertInfo, Store
from ahp.study import Survey, survey_from_content
from tests.running_server import RunningServer

GOAL = "goal"
FRUIT = {"apple": "苹果", "berry": "浆果", "cherry": "樱桃", "date": "红枣", "elder": "接骨木"}
SEEDS = {"xylem": "木质", "yarrow": "蓍草", "zinnia": "百日菊"}


def small_survey(*names: str, below_first: Sequence[str] = ()) -> Survey:
    """A goal with these fruits, and perhaps seeds below the first of them."""
    words = {GOAL: "水果", **FRUIT, **SEEDS}

    def node(name: str, parent: str | None = None) -> dict[str, object]:
        title = {"zh": words[name], "en": name.title()}
        told = {"zh": f"{words[name]}的含义。", "en": f"What {name} is."}
        own: dict[str, object] = {"id": name, "name": title, "explanation": told}
        return own if parent is None else {**own, "parent": parent}

    nodes = [node(name, GOAL) for name in names]
    nodes += [node(name, names[0]) for name in below_first]
    data = {
        "format": 1,
        "id": "fruit",
        "languages": ["zh", "en"],
        "name": {"zh": "水果调查", "en": "Fruit survey"},
        "description": {"zh": "比较水果。", "en": "Compares fruit."},
        "goal": node(GOAL),
        "nodes": nodes,
    }
    return survey_from_content(json.dumps(data))


@dataclass
class Panel:
    """A study of one expert, and browsers of people who take part in it."""

    server: RunningServer
    store: Store
    expert: ExpertInfo
    visitor: Callable[..., BrowserContext]

    @property
    def link(self) -> str:
        return f"{self.server.url}/i/{self.store.issue_link(self.expert.id)}"

    @property
    def survey(self) -> Survey:
        return self.store.study(self.expert.study_id).survey

    def events(self, *kinds: str) -> list[Event]:
        found = self.store.events(self.expert.study_id)
        return [one for one in found if one.kind in kinds]

    def said(self) -> list[str]:
        """Kinds of what the expert said, in order."""
        events = self.store.events(self.expert.study_id)
        return [one.kind for one in events if one.source == "web"]


Study = Callable[..., Panel]
"""`study(survey, way=…, cannot_judge=…)`: what `Asking` takes."""
