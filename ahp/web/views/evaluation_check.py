"""Page of an evaluation."""

from __future__ import annotations

from ahp.web.evaluating import begin, show_next

desk = begin("check")
show_next(desk, "check")
