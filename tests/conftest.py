"""A real Chromium, one for all tests of a process, which can't drive two; and no deadlines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests.browser import actions

# a busy machine is slow, not wrong
settings.register_profile("ahp", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ahp")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = actions.chromium(playwright)
        yield launched
        launched.close()
