"""Load for nats-server: nats.py PORT HTTP-PORT SECONDS. Three clients subscribe, publish, use streams and ask for figures."""
import json
import socket
import sys
import threading
import time
import urllib.error
import urllib.request

PORT, HTTP, END = int(sys.argv[1]), int(sys.argv[2]), time.time() + float(sys.argv[3])


class Client:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", PORT))
        self.lines = self.socket.makefile("rb")
        self.lines.readline()
        self.send("CONNECT " + json.dumps({"verbose": False, "lang": "py", "version": "1", "headers": True, "name": "load"}) + "\r\nPING\r\n")
        self.wait("PONG")

    def send(self, text):
        self.socket.sendall(text.encode())

    def wait(self, word):
        while line := self.lines.readline().decode():
            if line.startswith(("MSG", "HMSG")):
                body = self.lines.read(int(line.split()[-1]) + 2)
                if word == "MSG":
                    return body[:-2]
            elif line.startswith(word):
                return line
        raise EOFError

    def request(self, subject, body=""):
        body = json.dumps(body) if isinstance(body, dict) else body
        self.send(f"SUB _IN.{subject}.r 9\r\nPUB {subject} _IN.{subject}.r {len(body)}\r\n{body}\r\n")
        self.wait("MSG")
        self.send("UNSUB 9\r\n")


def streams(client, i, turn):
    api = lambda name, body="": client.request("$JS.API." + name, body)
    api("INFO")
    api(f"STREAM.CREATE.S{i}", {"name": f"S{i}", "subjects": [f"js{i}.>"], "storage": "file" if i else "memory", "max_msgs": 1000, "retention": "limits"})
    for k in range(5):
        client.request(f"js{i}.x", f"payload{k}")
    api(f"CONSUMER.DURABLE.CREATE.S{i}.D", {"stream_name": f"S{i}", "config": {"durable_name": "D", "ack_policy": "explicit", "deliver_policy": "all"}})
    api(f"CONSUMER.MSG.NEXT.S{i}.D", "1")
    for name in ("STREAM.NAMES", "STREAM.LIST", f"STREAM.INFO.S{i}", f"CONSUMER.LIST.S{i}", f"CONSUMER.INFO.S{i}.D"):
        api(name)
    api(f"STREAM.MSG.GET.S{i}", {"seq": 1})
    api(f"STREAM.PURGE.S{i}")
    if turn % 3 == 0:
        api(f"CONSUMER.DELETE.S{i}.D")
        api(f"STREAM.DELETE.S{i}")


def figures():
    for path in ("varz", "connz?subs=1", "subsz?subs=1", "routez", "gatewayz", "leafz", "jsz?acc=1&consumers=1", "healthz", "accountz", "accstatz"):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{HTTP}/{path}").read()
        except urllib.error.URLError:
            pass


def run(i):
    turn = 0
    while time.time() < END:
        turn += 1
        client = Client()
        for number, subject in enumerate(("orders.*", "orders.>", "orders.new", "a.b.c", "q.work grp")):
            client.send(f"SUB {subject} {number}\r\n")
        for k in range(5):
            headers = f"NATS/1.0\r\nKey: v{k}\r\n\r\n"
            client.send("PUB orders.new 5\r\nhello\r\nPUB q.work 3\r\nabc\r\n")
            client.send(f"HPUB orders.old {len(headers)} {len(headers) + 5}\r\n{headers}world\r\n")
        client.send("PING\r\n")
        client.wait("PONG")
        streams(client, i, turn)
        figures()
        client.socket.close()


threads = [threading.Thread(target=run, args=(i,)) for i in range(3)]
for thread in threads:
    thread.start()
