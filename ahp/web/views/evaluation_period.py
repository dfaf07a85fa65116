"""Page of an evaluation."""

from __future__ import annotations

from ahp.web.evaluating import begin, show_next

desk = begin("period")
show_next(desk, "period")
