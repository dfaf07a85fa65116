"""What Prometheus is told: how the service does, and nothing about people."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import StoreError
from ..store.database import Observer
from ..version import __version__
from .state import database

REGISTRY = CollectorRegistry()
# when each was counted first is of no use: `process_start_time_seconds` says it for all
disable_created_metrics()  # type: ignore[no-untyped-call]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

EVENTS = Counter("ahp_events", "Events stored", ["kind"], registry=REGISTRY)
WRITES = Histogram(
    "ahp_write_seconds", "Transactions that write", buckets=SECONDS, registry=REGISTRY
)
FAILURES = Counter("ahp_database_failures", "Transactions that failed", registry=REGISTRY)
RUNS = Histogram(
    "ahp_page_run_seconds",
    "Runs of pages, or of a part alone, with the waiting for a turn",
    ["run"],
    buckets=SECONDS,
    registry=REGISTRY,
)
OPEN_PAGES = Gauge("ahp_open_pages", "Pages open in browsers", registry=REGISTRY)
SIGN_INS = Counter("ahp_sign_ins", "Passwords tried", ["outcome"], registry=REGISTRY)
LINKS = Counter("ahp_links", "Personal links opened", ["outcome"], registry=REGISTRY)
Info("ahp", "The version that runs", registry=REGISTRY).info({"version": __version__})
ProcessCollector(registry=REGISTRY)


class _Watcher(Observer):
    """Counts what the database does."""

    def written(self, seconds: float, kinds: Sequence[str]) -> None:
        WRITES.observe(seconds)
        for kind, count in Count(kinds).items():
            EVENTS.labels(kind).inc(count)

    def failed(self) -> None:
        FAILURES.inc()


class _Database(Collector):
    """Asks the database when Prometheus asks."""

    def describe(self) -> list[Metric]:
        """None: it would ask the database when it is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        store = database()
        connections = GaugeMetricFamily(
            "ahp_database_connections", "Connections to the database", labels=["state"]
        )
        for state, count in zip(("in use", "idle"), store.connections(), strict=True):
            connections.add_metric([state], count)
        yield connections
        try:
            (chains, events), backup = store.chains(), store.last_backup()
        except StoreError:
            chains = None
        yield GaugeMetricFamily("ahp_database_up", "The database answers", int(chains is not None))
        if chains is not None:
            yield GaugeMetricFamily("ahp_chains", "Chains in the database", chains)
            yield GaugeMetricFamily("ahp_chain_events", "Events in all chains", events)
            taken = datetime.fromisoformat(backup.taken).timestamp() if backup else 0.0
            yield GaugeMetricFamily(
                "ahp_backup_timestamp_seconds", "When the newest backup was taken", taken
            )


REGISTRY.register(_Database())


class CountPages:
    """Counts the web sockets, one for each page that is open in a browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "websocket":
            with OPEN_PAGES.track_inprogress():
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def watch() -> None:
    """Count, from now on, what the database does."""
    database().observe(_Watcher())


def observe_run(run: str, seconds: float) -> None:
    """A page, or a part of one, was made so long after it was asked for."""
    RUNS.labels(run).observe(seconds)


@contextmanager
def told_at(place: tuple[str, int] | None) -> Iterator[None]:
    """Answer Prometheus at a host and a port; None = nobody is told."""
    if place is None:
        yield
        return
    host, port = place
    server, thread = start_http_server(port, host, REGISTRY)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
