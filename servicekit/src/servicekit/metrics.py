"""What a service measures of itself, for Prometheus; one registry per app, so that many fit in one process."""

from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters and gauges of one app. Labels hold routes and names, never numbers of people or objects."""

    def __init__(self, app: str) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "ashyq_requests", "Requests answered.", ["app", "method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "ashyq_request_seconds",
            "Time to answer a request.",
            ["app", "method", "route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.sweep_oldest_due = Gauge(
            "ashyq_sweep_oldest_due_seconds",
            "How long the oldest case that is due has waited for its sweep; 0 when none waits.",
            ["app", "sweep"],
            registry=self.registry,
        )
        self.sweep_done = Counter(
            "ashyq_sweep_done", "Cases that a sweep has dealt with.", ["app", "sweep"], registry=self.registry
        )
        self.sweep_finished = Gauge(
            "ashyq_sweep_finished_timestamp_seconds",
            "When a sweep last came to its end.",
            ["app", "sweep"],
            registry=self.registry,
        )
        self.deliveries = Counter(
            "ashyq_notice_attempts",
            "Attempts to deliver a notice, by the state in which they left it.",
            ["app", "channel", "state"],
            registry=self.registry,
        )
        self._app = app

        # Looking up a series by its labels costs more than counting, and there are few.
        self._series = lru_cache(maxsize=1024)(self._look_up)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        count, duration = self._series(method, route, status)
        count.inc()
        duration.observe(seconds)

    def _look_up(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        return (
            self.requests.labels(self._app, method, route, str(status)),
            self.seconds.labels(self._app, method, route),
        )

    def swept(self, sweep: str, *, done: int, oldest_due_seconds: float) -> None:
        self.sweep_done.labels(self._app, sweep).inc(done)
        self.sweep_oldest_due.labels(self._app, sweep).set(oldest_due_seconds)
        self.sweep_finished.labels(self._app, sweep).set_to_current_time()

    def delivered(self, channel: str, state: str) -> None:
        self.deliveries.labels(self._app, channel, state).inc()
