"""Load for etcd through its JSON gateway: etcd.py PORT SECONDS. Keys, transactions, leases, users, watches."""
import base64
import json
import sys
import threading
import time
import urllib.request

PORT, END = sys.argv[1], time.time() + float(sys.argv[2])


def b(text):
    return base64.b64encode(text.encode()).decode()


def open_(path, body=None, timeout=5):
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{PORT}/{path}", data), timeout=timeout)


def post(path, **body):
    try:
        return json.load(open_("v3/" + path, body))
    except (OSError, ValueError):
        return {}


def keys(key, turn):
    post("kv/put", key=b(key), value=b(f"value{turn}"), prev_kv=True)
    post("kv/range", key=b(key))
    post("kv/range", key=b("key"), range_end=b("kez"), limit=5, sort_order="DESCEND", sort_target="MOD")
    post("kv/txn", compare=[{"key": b(key), "result": "EQUAL", "target": "VALUE", "value": b(f"value{turn}")}],
         success=[{"requestPut": {"key": b(key), "value": b("x")}}], failure=[{"requestRange": {"key": b(key)}}])
    lease = post("lease/grant", TTL=5).get("ID")
    post("kv/put", key=b(key + "l"), value=b("leased"), lease=lease)
    post("lease/keepalive", ID=lease)
    post("lease/timetolive", ID=lease, keys=True)
    post("lease/leases")
    post("lease/revoke", ID=lease)
    post("kv/deleterange", key=b(key), prev_kv=True)


def care(user):
    for path in ("cluster/member/list", "maintenance/status", "maintenance/hash", "maintenance/alarm", "maintenance/defragment", "auth/status", "auth/user/list"):
        post(path)
    post("auth/user/add", name=user, password="secret")
    post("auth/role/add", name=user)
    post("auth/role/grant", name=user, perm={"permType": "READ", "key": b("a")})
    post("auth/user/grant", user=user, role=user)
    post("auth/user/get", name=user)
    post("auth/role/get", role=user)
    post("auth/user/delete", name=user)
    post("auth/role/delete", role=user)
    revision = post("kv/range", key=b("k")).get("header", {}).get("revision")
    if revision:
        post("kv/compaction", revision=int(revision) - 5)
    for path in ("metrics", "health", "version"):
        try:
            open_(path).read()
        except OSError:
            pass


def run(i):
    turn = 0
    while time.time() < END:
        turn += 1
        keys(f"key{i}/{turn % 50}", turn)
        if turn % 5 == 0:
            care(f"u{i}{turn}")


def watch():
    while time.time() < END:
        try:
            lines = open_("v3/watch", {"create_request": {"key": b("key"), "range_end": b("kez"), "prev_kv": True}}, timeout=3)
            for _ in range(20):
                lines.readline()
        except OSError:
            pass


threads = [threading.Thread(target=run, args=(i,)) for i in range(3)] + [threading.Thread(target=watch)]
for thread in threads:
    thread.start()
