"""Load for the collector: collector.py PORT SECONDS. Traces, metrics and logs as OTLP in JSON, and requests that are wrong."""
import json
import sys
import threading
import time
import urllib.request

PORT, END = sys.argv[1], time.time() + float(sys.argv[2])


def attributes(**values):
    kinds = {str: "stringValue", int: "intValue", bool: "boolValue", float: "doubleValue"}
    return [{"key": k, "value": {kinds[type(v)]: v}} for k, v in values.items()]


def post(kind, body):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{PORT}/v1/{kind}", data, {"Content-Type": "application/json"}), timeout=5).read()
    except OSError:
        pass


def run(i):
    turn = 0
    resource = {"attributes": attributes(**{"service.name": f"shop{i}", "version": 3, "canary": True, "load": 0.5})}
    scope = {"name": "load", "version": "1"}
    while time.time() < END:
        turn += 1
        now = time.time_ns()
        spans = [{"traceId": f"{now:032x}", "spanId": f"{now + k:016x}", "name": f"GET /item/{k}", "kind": 2, "startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 1000 * k),
                  "attributes": attributes(route="/item", status=200 + k), "events": [{"timeUnixNano": str(now), "name": "cache miss"}], "status": {"code": k % 3}} for k in range(5)]
        post("traces", {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": spans}]}]})
        points = [{"timeUnixNano": str(now), "asInt": str(turn), "attributes": attributes(k=k)} for k in range(3)]
        histogram = {"aggregationTemporality": 2, "dataPoints": [{"timeUnixNano": str(now), "count": "3", "sum": 6.5, "bucketCounts": ["1", "2"], "explicitBounds": [2.0]}]}
        metrics = [{"name": "requests", "unit": "1", "sum": {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": points}},
                   {"name": "queue", "gauge": {"dataPoints": points}}, {"name": "latency", "histogram": histogram}]
        post("metrics", {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"scope": scope, "metrics": metrics}]}]})
        records = [{"timeUnixNano": str(now), "severityNumber": 9 + k, "severityText": "INFO", "body": {"stringValue": f"line {turn}.{k}"}, "attributes": attributes(k=k)} for k in range(3)]
        post("logs", {"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": scope, "logRecords": records}]}]})
        post("traces", b"{ no json")


threads = [threading.Thread(target=run, args=(i,)) for i in range(3)]
for thread in threads:
    thread.start()
