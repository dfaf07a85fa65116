"""Notices, the page of a unit's contact, and signing."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.evaluation_case import PERIOD, Case, make_case

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def case(store) -> Case:
    return make_case(store)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_smoke(visit, case, language) -> None:
    clerk, head = case.session(case.clerk), case.session(case.head)
    visit(clerk, "evaluation_notices", language)
    visit(head, "evaluation_signing", language)
    case.issue()
    visit(clerk, "evaluation_notices", language)
    app = visit(case.link("u2"), None, language)
    print([m.value for m in app.markdown], [e.value for e in app.error])
    case.by(case.head).sign(case.id, PERIOD, early="x")
    visit(head, "evaluation_signing", language)
    visit(clerk, "evaluation_signing", language)
    visit(case.link("u2"), None, language)
