"""Commands asked of a server by many clients at once, and an outside record of what was acknowledged."""
import json
import random
import threading

from motocho_client import Client, events, key_hash

ACCOUNTS = 12


class Record:
    """What was asked, and what was acknowledged."""

    def __init__(self):
        self.lock = threading.Lock()
        self.asked, self.acknowledged, self.unknown, self.count = {}, {}, [], 0
        self.payments = []

    def next_key(self):
        with self.lock:
            self.count += 1
            return f"crash-{self.count}"


def choose(generator, record):
    account = generator.randrange(1, ACCOUNTS + 1)
    what = generator.random()
    if what < 0.45:
        return f"/v1/accounts/{account}/charges", {"source": "atmCash", "amount": str(generator.randrange(1, 9000))}
    if what < 0.9 or not record.payments:
        return f"/v1/accounts/{account}/payments", {"store": f"s-{generator.randrange(5)}", "register": "1",
                                                    "amount": str(generator.randrange(1, 6000))}
    account, position = generator.choice(record.payments)
    return f"/v1/accounts/{account}/payments/{position}/reversals", {"amount": str(generator.randrange(1, 500))}


def ask(client, record, path, body, key):
    answer = client.post(path, body, key)
    with record.lock:
        record.asked[key] = (path, body)
        if answer is None or answer[0] == 503:
            record.unknown.append(key)
            return False
        status, content, _ = answer
        if key in record.acknowledged and record.acknowledged[key] != (status, content):
            raise SystemExit(f"{key} was answered {record.acknowledged[key]}, and now {status} {content}")
        record.acknowledged[key] = (status, content)
        if status == 201 and path.endswith("/payments"):
            record.payments.append((path.split("/")[3], json.loads(content)["position"]))
    return True


def load(server, record, seed, stop):
    generator, client = random.Random(seed), Client(server.port)
    while not stop.is_set():
        path, body = choose(generator, record)
        if not ask(client, record, path, body, record.next_key()):
            return


def check_answers(client, record):
    """A retry of each acknowledged command gives the first answer."""
    for key, (status, content) in record.acknowledged.items():
        answer = client.post(*record.asked[key], key)
        if answer is None or answer[:2] != (status, content):
            raise SystemExit(f"{key} was answered {status} {content}, its retry {answer}")
        recorded = "position" in json.loads(content)
        if answer[2] != recorded:
            raise SystemExit(f"{key}: a recorded answer says Idempotency-Replayed on a retry, no other does: {answer}")


def check_log(binary, data, record):
    """Each acknowledged command once, where it was told; nothing nobody asked for."""
    found = {}
    for event in events(binary, data)[1:]:
        if event["key"] in found and event["group"]["index"] == 0:
            raise SystemExit(f"the command of event {event['position']} is in the log twice")
        found[event["key"]] = event["position"]
    told = {key_hash(key): (key, json.loads(content)) for key, (_, content) in record.acknowledged.items()}
    for digest, (key, content) in told.items():
        if "position" in content and found.get(digest) != content["position"]:
            raise SystemExit(f"{key} was told position {content['position']}, the log has {found.get(digest)}")
    for digest, position in found.items():
        if digest not in told:
            raise SystemExit(f"event {position} belongs to no acknowledged command")


def open_accounts(client, record):
    for account in range(ACCOUNTS):
        ask(client, record, "/v1/accounts", {"person": f"p-{account}"}, record.next_key())


def find_out(client, record):
    """What became of the commands nobody was told about? The same key finds out."""
    unknown, record.unknown = record.unknown, []
    for key in unknown:
        ask(client, record, *record.asked[key], key)


def start_load(server, record, generator, clients):
    """Clients that go on until the server or `stop` ends them."""
    stop = threading.Event()
    threads = [threading.Thread(target=load, args=(server, record, generator.random(), stop)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    return stop, threads
