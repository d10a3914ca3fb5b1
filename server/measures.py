"""What a process counts and times of itself: each figure has its name here, is counted where it happens, and is read at
``/metrics``. No names of people, no addresses."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

disable_created_metrics()  # a series of its own for each counter, which says when this process started
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

REQUESTS = Counter(
    "declared_requests", "Requests answered, streams of events at their end.", ["area", "status"], registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "declared_request_seconds",
    "From a request's head to its whole answer.",
    ["area"],
    buckets=(0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
    registry=REGISTRY,
)
ERRORS = Counter("declared_errors", "What failed: answer (5xx), unhandled, websocket.", ["kind"], registry=REGISTRY)
REFUSALS = Counter("declared_refusals", "What was refused.", ["status", "kind"], registry=REGISTRY)
LOST_LINES = Counter("declared_log_lines_lost", "Lines of the log that could not be written.", registry=REGISTRY)

REDIS_SECONDS = Histogram("declared_redis_seconds", "Answers of Redis.", buckets=_QUICK, registry=REGISTRY)
REDIS_FAILURES = Counter("declared_redis_failures", "Calls that Redis refused or left unanswered.", registry=REGISTRY)
HEARD = "declared_follower_heard_timestamp_seconds"
FOLLOWER_HEARD = Gauge(HEARD, "When Redis last told of news, or of none.", registry=REGISTRY)

HOOK_DELIVERIES = Counter(
    "declared_hook_deliveries", "Webhooks sent: taken, refused, none (no answer).", ["answer"], registry=REGISTRY
)
HOOKS_WAITING = Gauge("declared_hooks_waiting", "Webhooks whose next try is awaited here.", registry=REGISTRY)

_LINES = "Open lines: viewers, desk, clocks, directors, events (streams)."
NOTICES = Counter("declared_notices", "Notices to closed browsers.", ["answer"], registry=REGISTRY)
SOCKETS = Gauge("declared_sockets", _LINES, ["kind"], registry=REGISTRY)
CONNECTIONS = Gauge("declared_connections", "Open connections of clients, those of viewers too.", registry=REGISTRY)
CONNECTIONS_LIMIT = Gauge("declared_connections_limit", "The most there may be.", registry=REGISTRY)
LOOP_LAG = Histogram(
    "declared_loop_lag_seconds",
    "How late what should run now runs, looked at ten times a second.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
    registry=REGISTRY,
)
