"""Sums up the events of a real program: check.py EVENTS.json LEAST-FUNCTIONS. Fails when hits are not accounted for, too little
fired, or a type is not known."""
import collections
import json
import sys

# Markers that are values: what they mark is not missing.
SHOWN = {"$ptr", "$len", "$cap", "$prefix", "$hex", "$type", "$value", "$text", "$func", "$chan", "$closed", "$cycle", "$entries"}

functions, missing, outcomes = collections.Counter(), collections.Counter(), collections.Counter()
leaves = events = 0
summary = None


def walk(value):
    global leaves
    if isinstance(value, dict):
        if "$missing" in value:
            missing[value["$missing"]] += 1
            return
        if "$ptr" in value and len(value) == 1:
            missing["pointer beyond the depth"] += 1
        for part in value.values():
            walk(part)
    elif isinstance(value, list):
        for part in value:
            walk(part)
    else:
        leaves += 1


for line in open(sys.argv[1]):
    event = json.loads(line)
    if "function" in event:
        events += 1
        functions[event["function"]] += 1
        outcomes[event.get("outcome", "-")] += 1
        walk(event.get("args"))
        walk(event.get("results"))
    elif "summary" in event:
        summary = event["summary"]["probes"]

print(f"  {events:,} events of {len(functions)} functions, {leaves:,} leaves; " + ", ".join(f"{k} {n:,}" for k, n in outcomes.most_common()))
print("  missing: " + ", ".join(f"{k} {n:,}" for k, n in missing.most_common()))
faults = []
if summary is None:
    faults.append("there is no summary")
else:
    for probe in summary:
        if probe["hits"] != probe["events"] + sum(probe["causes"].values()):
            faults.append(f"hits are not accounted for: {probe}")
        print("  lost: " + (", ".join(f"{k} {n:,}" for k, n in probe["causes"].items() if n) or "nothing"))
    if sum(probe["events"] for probe in summary) != events:
        faults.append("the summary counts other events than there are")
if len(functions) < int(sys.argv[2]):
    faults.append(f"only {len(functions)} functions fired")
if missing["unsupported"]:
    faults.append("types are not known")
for fault in faults:
    print("  WRONG: " + fault)
sys.exit(bool(faults))
