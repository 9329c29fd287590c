#!/usr/bin/env python3
"""Writes events.json beside this file, from nothing but Specs/event-format.md.

Needs xxhash and cryptography from PyPI. The program under test has no part in it: if the two disagree, one of them reads
the document wrongly, or the document is wrong.
"""
import base64
import hashlib
import json
import pathlib
import struct

import xxhash
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MEMBER, MERCHANT, RECEIVABLE, BANK, EQUITY, FEE, TRANSIT, UNCLAIMED, SUSPENSE = (n << 56 for n in range(1, 10))
FIELDS = ["position", "recordedAt", "occurredAt", "kind", "source", "channel", "groupIndex", "groupCount", "authLevel", "subject",
          "previous", "debit", "credit", "amount", "balanceAfter", "reference", "fingerprint", "actor", "session", "policyVersion"]


def i64(number):
    return struct.pack("<q", number)


def text(string):
    return string.encode()


def key_hash(principal, key):
    return hashlib.sha256(principal.encode() + b"\0" + key.encode()).digest()[:16]


def encode(event):
    tail = b"".join(struct.pack("<BH", number, len(value)) + value for number, value in event["tail"])
    header = struct.pack(
        "<QqqHBBBBBBQQQQqqQ16sQIIHH",
        event["position"], event["recordedAt"], event["occurredAt"], event["kind"], 1, event["source"], event["channel"],
        event["groupIndex"], event["groupCount"], event["authLevel"], event["subject"], event["previous"], event["debit"], event["credit"],
        event["amount"], event["balanceAfter"], event["reference"], event["key"], event["fingerprint"], event["actor"],
        event["session"], event["policyVersion"], len(tail))
    assert len(header) == 124
    checksum = xxhash.xxh64_intdigest(header, seed=xxhash.xxh64_intdigest(tail)) & 0xFFFFFFFF
    return header + struct.pack("<I", checksum) + tail


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def frontier(leaves):
    data, start = struct.pack("<Q", len(leaves)), 0
    for bit in reversed(range(64)):
        if len(leaves) >> bit & 1:
            data += root(leaves[start:start + (1 << bit)])
            start += 1 << bit
    return data


NOON = 1_561_950_000_000_000  # 2019-07-01T12:00:00+09:00
EVENTS = []


def event(name, kind, tail=(), key=None, **fields):
    values = {name: 0 for name in FIELDS if name != "occurredAt"}
    values.update(position=len(EVENTS), recordedAt=NOON + 1_000_000 * len(EVENTS), kind=kind, channel=1, groupCount=1)
    values.update(fields)
    values.setdefault("occurredAt", values["recordedAt"])
    values["key"] = key_hash(*key) if key else bytes(16)
    values["tail"] = list(tail)
    values["name"] = name
    EVENTS.append(values)


event("genesis of a yen ledger on a scenario's clock", 1, channel=0, tail=[
    (1, bytes(range(16))), (2, b"JPY"), (3, b"\0"), (4, b"\2"), (5, b"op-1"), (5, b"op-2"), (5, text("運用-3"))])
event("policy: a cap, and steps for two sources", 3, key=("op-1", "policy-1"), actor=1, fingerprint=0x0123456789ABCDEF, tail=[
    (24, i64(100_000)), (23, b"\1" + i64(30_000) + i64(1000)), (23, b"\4" + i64(0) + i64(1000))])
event("an account with an external id, opened by a service that acts for the first time", 16, subject=MEMBER | 1, actor=4, policyVersion=1,
      key=("wallet", "open-1"), fingerprint=0xFFFFFFFFFFFFFFFF, tail=[(8, b"p-1"), (9, b"bank-0001"), (6, b"wallet")])
event("charge from a credit card, claimed a day before", 32, subject=MEMBER | 1, previous=2, debit=RECEIVABLE | 1, credit=MEMBER | 1, source=1,
      amount=30_000, balanceAfter=30_000, occurredAt=NOON - 86_400_000_000, actor=4, policyVersion=1, key=("wallet", "c-1"), fingerprint=1,
      tail=[(13, b"auth-77")])
event("charge of points, without a tail", 32, subject=MEMBER | 1, previous=3, debit=RECEIVABLE | 5, credit=MEMBER | 1, source=5,
      amount=10, balanceAfter=30_010, actor=4, policyVersion=1, key=("wallet", "c-2"), fingerprint=2, channel=3)
event("first payment at a store", 34, subject=MEMBER | 1, previous=4, debit=MEMBER | 1, credit=MERCHANT | 1, amount=500, balanceAfter=29_510,
      actor=4, policyVersion=1, key=("wallet", "p-1"), fingerprint=3, tail=[(10, b"s-1"), (11, text("東京都千代田区")), (12, b"2")])
event("second payment at the store", 34, subject=MEMBER | 1, previous=5, debit=MEMBER | 1, credit=MERCHANT | 1, amount=29_510, balanceAfter=0,
      actor=4, policyVersion=1, key=("wallet", "p-2"), fingerprint=4, tail=[(12, b"2")])
event("refused payment: the balance is too small", 2, subject=MEMBER | 1, previous=6, amount=1, actor=4, policyVersion=1,
      key=("wallet", "p-3"), fingerprint=5, tail=[(20, i64(610)), (21, i64(0)), (22, b"\x11")])
event("part of the first payment reversed", 35, subject=MEMBER | 1, previous=7, debit=MERCHANT | 1, credit=MEMBER | 1, amount=200,
      balanceAfter=200, reference=5, actor=4, policyVersion=1, key=("wallet", "r-1"), fingerprint=6, tail=[(14, text("返品"))])
event("lock", 17, subject=MEMBER | 1, previous=8, balanceAfter=200, actor=2, policyVersion=1, key=("op-2", "lock"), fingerprint=7, channel=2,
      tail=[(15, b"\4"), (14, b"phone stolen")])
event("closing: what is left goes to unclaimed (1 of 2)", 21, subject=MEMBER | 1, previous=9, debit=MEMBER | 1, credit=UNCLAIMED | 1, amount=200,
      groupCount=2, actor=3, policyVersion=1, key=("運用-3", "close"), fingerprint=8, tail=[(18, b"\1")])
event("closing: the account (2 of 2)", 20, subject=MEMBER | 1, previous=10, groupIndex=1, groupCount=2, actor=3, policyVersion=1,
      key=("運用-3", "close"), fingerprint=8)
EVENTS[-1].update(recordedAt=EVENTS[-2]["recordedAt"], occurredAt=EVENTS[-2]["occurredAt"])
event("partner settles less its fee (1 of 2)", 48, subject=RECEIVABLE | 1, debit=BANK, credit=RECEIVABLE | 1, source=1, amount=29_400,
      balanceAfter=600, groupCount=2, actor=1, policyVersion=1, key=("op-1", "st-1"), fingerprint=9, tail=[(13, b"2019-07")])
event("partner settles less its fee (2 of 2)", 49, subject=RECEIVABLE | 1, previous=12, debit=FEE | 1, credit=RECEIVABLE | 1, source=1, amount=600,
      groupIndex=1, groupCount=2, actor=1, policyVersion=1, key=("op-1", "st-1"), fingerprint=9, tail=[(13, b"2019-07")])
EVENTS[-1].update(recordedAt=EVENTS[-2]["recordedAt"], occurredAt=EVENTS[-2]["occurredAt"])
event("the store repays more than it owed is possible: a negative amount never is", 51, subject=MERCHANT | 1, debit=BANK, credit=MERCHANT | 1,
      amount=999_999_999_999_999, balanceAfter=1_000_000_000_029_809, actor=1, policyVersion=1, key=("op-1", "m-1"), fingerprint=10, channel=4)
event("the clock of the scenario advances", 4, recordedAt=NOON + 86_400_000_000, actor=1, policyVersion=1, key=("op-1", "clock"),
      fingerprint=11, channel=4)
event("a time before 1970, every reserved field set, and the longest tail", 16, subject=MEMBER | 2, recordedAt=-1, actor=0xFFFFFFFF, session=0xFFFFFFFE,
      policyVersion=0xFFFF, authLevel=255, amount=-(1 << 63), balanceAfter=(1 << 63) - 1, reference=(1 << 64) - 1, key=("x", "~" * 128),
      fingerprint=12, tail=[(255, bytes(n & 255 for n in range(1891)))])

# The gates. An access record: via, method, country, network, device, when authenticated, address.
ADDRESS = bytes(range(0xA0, 0xB0))
ACCESS = b"\1" + b"\3" + struct.pack("<HII", ord("J") << 8 | ord("P"), 64_500, 7) + i64(NOON - 60_000_000) + ADDRESS
event("a login with all its evidence: session 5", 64, subject=MEMBER | 2, previous=16, actor=4, policyVersion=1, authLevel=2, session=5,
      key=("wallet", "login"), fingerprint=13, tail=[(29, b"\2"), (27, bytes(range(16))), (26, ACCESS)])
event("policy rules: level 2 within 300 s to bind a device; 3 card charges in 600 s", 3, key=("op-1", "policy-2"), actor=1, policyVersion=1,
      fingerprint=14, tail=[(25, b"\1\x33" + i64(2) + i64(300)), (25, b"\3\x06" + i64(3) + i64(600))])
event("card charges stopped from NOON on, a day long", 80, actor=1, policyVersion=2, key=("op-1", "stop"), fingerprint=15, tail=[
    (43, i64(1 << 1 | 1 << 2)), (44, i64(NOON)), (45, i64(NOON + 86_400_000_000)), (14, b"unknown charges")])
HELD = b"\x29" + b"\0" + b"\1" + i64(19) + b"\0" + b"\2" + struct.pack("<H", 6) + b"mended" + b"\0"
event("its lifting, proposed: one approval by the next day", 96, actor=1, policyVersion=2, key=("op-1", "propose"), fingerprint=16, tail=[
    (47, HELD), (48, b"\1"), (49, i64(NOON + 172_800_000_000)), (50, b"tested twice")])

# The damage desks. Positions are eight bytes each; an entitlement is five sums; a rule is number, sources, weight, thresholds.
HOLD, CLEARING, COMPENSATION, RECOVERABLE, LOSS, GOODWILL = (n << 56 for n in range(10, 16))
event("a charge judged a fraud", 133, subject=MEMBER | 1, previous=11, balanceAfter=0, reference=3, actor=4, policyVersion=2,
      key=("wallet", "label"), fingerprint=17, tail=[(63, b"\2"), (64, text("知らない請求"))])
event("what is free of it held", 136, subject=MEMBER | 1, previous=21, debit=MEMBER | 1, credit=HOLD | 1, amount=700, balanceAfter=0, reference=3,
      actor=4, policyVersion=2, key=("wallet", "hold"), fingerprint=18)
event("a certification by routes A and C", 138, subject=MEMBER | 1, previous=22, balanceAfter=0, actor=4, policyVersion=2,
      key=("wallet", "certify"), fingerprint=19, tail=[
          (8, b"p-1"), (69, b"".join(i64(n) for n in (30_000, 0, 2_000, 138, 500))), (70, b"\1\3"), (71, i64(18)), (73, i64(2)), (74, i64(85)),
          (59, i64(3) + i64(5))])
event("the card company stopped the debit: the part that was lost", 147, subject=MEMBER | 1, previous=23, debit=LOSS | 1, credit=CLEARING | 1,
      source=1, amount=29_300, balanceAfter=0, reference=3, actor=1, policyVersion=2, key=("op-1", "rev"), fingerprint=20, tail=[(67, b"\1")])
event("a rule set of two rules: bursts of card charges, and large payments", 176, actor=1, policyVersion=2, key=("op-1", "rules"), fingerprint=21, tail=[
    (76, b"v2"), (77, i64(100)), (78, b"\1\6" + b"".join(i64(n) for n in (40, 3, 60, 5, 2400))),
    (78, b"\3\x3e" + b"".join(i64(n) for n in (20, 10_000, 50_000))), (14, b"after the attack")])
event("an alert of the first", 177, subject=MEMBER | 1, previous=24, balanceAfter=0, actor=5, policyVersion=2, key=("monitor", "a-1"), fingerprint=22,
      tail=[(6, b"monitor"), (73, i64(1)), (78, b"\1"), (79, b"account:1"), (80, i64(NOON)), (74, i64(40)), (59, i64(3))])

# The end of the service. An act's size: how many, how much, SHA-256 over its steps (account and amount, eight bytes each).
SECURITY, REFUND = 16 << 56, 17 << 56
END = NOON + 92 * 86_400_000_000
SIZE = i64(1) + i64(510) + hashlib.sha256(i64(2) + i64(510)).digest()
event("the end decided", 192, actor=1, policyVersion=2, key=("op-1", "end"), fingerprint=23, tail=[(44, i64(END)), (14, b"no way to mend it in time")])
event("the end, by the ledger itself: no key, and its actor for the first time", 195, channel=0, actor=6, policyVersion=2, reference=27,
      occurredAt=END, tail=[(44, i64(END)), (81, SIZE), (6, b"ledger")])
event("what was unused, fixed", 196, subject=MEMBER | 2, previous=17, debit=MEMBER | 2, credit=REFUND | 2, amount=510, reference=28, channel=0,
      actor=6, policyVersion=2)
event("the fixings are complete", 197, reference=28, channel=0, actor=6, policyVersion=2, tail=[(81, SIZE)])
event("a claim by web form, to be paid into a bank account", 207, subject=MEMBER | 2, previous=29, actor=4, policyVersion=2, groupCount=2,
      key=("wallet", "claim"), fingerprint=24, tail=[(8, b"p-2"), (85, b"\1"), (86, ADDRESS), (87, b"\2")])
event("its evidence of identity", 208, subject=MEMBER | 2, previous=31, actor=4, policyVersion=2, groupIndex=1, groupCount=2,
      key=("wallet", "claim"), fingerprint=24, tail=[(88, b"\2"), (89, b"\2")])
EVENTS[-1].update(recordedAt=EVENTS[-2]["recordedAt"], occurredAt=EVENTS[-2]["occurredAt"])
event("approved by three people", 212, subject=MEMBER | 2, previous=32, actor=3, policyVersion=2, key=("運用-3", "approve"), fingerprint=25,
      tail=[(90, i64(510)), (91, struct.pack("<III", 1, 2, 3))])
event("security deposited", 233, subject=SECURITY | 1, debit=SECURITY | 1, credit=BANK, amount=95_000_000, balanceAfter=95_000_000, actor=1,
      policyVersion=2, key=("op-1", "security"), fingerprint=26, tail=[(95, b"\1"), (13, text("供託番号 1"))])

# A command's canonical bytes: number, account, parts, occurredAt.
NOTHING = b"\0"


def number(n):
    return b"\1" + i64(n)


def string(s):
    return b"\2" + struct.pack("<H", len(s.encode())) + s.encode()


def positions(*numbers):
    packed = b"".join(i64(n) for n in numbers)
    return b"\4" + struct.pack("<H", len(packed)) + packed


COMMANDS = [
    ("open person p-1", b"\x01" + NOTHING + string("p-1") + NOTHING + NOTHING),
    ("open person p-1 externalId bank-0001", b"\x01" + NOTHING + string("p-1") + string("bank-0001") + NOTHING),
    ("charge 1 creditCard 3000 occurredAt", b"\x10" + number(1) + number(1) + number(3000) + NOTHING + number(NOON)),
    ("charge external point 10 reference", b"\x10" + string("bank-0001") + number(5) + number(10) + string("自動") + NOTHING),
    ("pay 1 s-1 register 2 500", b"\x11" + number(1) + string("s-1") + NOTHING + string("2") + number(500) + NOTHING),
    ("reverse 1 payment 5 200", b"\x12" + number(1) + number(5) + number(200) + NOTHING + NOTHING),
    ("lock 1 all phone stolen", b"\x02" + number(1) + number(4) + string("phone stolen") + NOTHING),
    ("reset 1 mass changed", b"\x04" + number(1) + number(4) + number(1) + NOTHING),
    ("close 1 unclaimed", b"\x05" + number(1) + number(1) + NOTHING + NOTHING),
    ("settle partner creditCard 30000 fee 600", b"\x18" + NOTHING + number(1) + number(30000) + number(600) + string("2019-07") + NOTHING),
    ("settle store s-1 700 from", b"\x19" + NOTHING + string("s-1") + number(700) + number(1) + NOTHING + NOTHING),
    ("policy cap 100000, creditCard 30000/1000", b"\x20" + NOTHING + number(100_000) + number(30_000) + number(1000) + number(0) * 8 + NOTHING),
    ("advance", b"\x21" + NOTHING + number(NOON) + NOTHING),
    ("confirm", b"\x22" + NOTHING + NOTHING),
    ("lift control 19 mended", HELD),
    ("propose lifting control 19", b"\x48" + NOTHING + b"\4" + struct.pack("<H", len(HELD)) + HELD + string("tested twice") + NOTHING),
    ("approve proposal 20", b"\x49" + NOTHING + number(20) + NOTHING),
    ("stop credit and debit charges from noon", b"\x28" + NOTHING + number(6) + number(NOON) + NOTHING + string("unknown charges") + NOTHING),
    ("grant investigator to anna", b"\x4d" + NOTHING + string("anna") + number(4) + NOTHING + NOTHING),
    ("mandate", b"\x3c" + NOTHING + string("stolen lists") + NOTHING),
    ("label 1 events 3 5 fraud", b"\x65" + number(1) + positions(3, 5) + number(2) + string("unknown to the member") + NOTHING + NOTHING),
    ("certify p-1 by a dispute", b"\x68" + NOTHING + string("p-1") + number(30_000) + number(0) + number(2_000) + number(138) + number(500)
     + number(18) + NOTHING + NOTHING + NOTHING + NOTHING),
    ("confirm a reversal of 29300", b"\x72" + number(1) + number(1) + number(3) + number(29_300) + number(1) + string("r-9") + NOTHING),
    ("agree to 2138", b"\x76" + number(1) + number(2_138) + NOTHING),
    ("decide the end", b"\x88" + NOTHING + number(END) + string("no way to mend it in time") + NOTHING),
    ("claim the refund of 2 by web form", b"\x8f" + number(2) + string("p-2") + number(1) + b"\3" + ADDRESS + number(2) + number(2) + number(2) + NOTHING),
    ("approve 2 and 5, 900 together", b"\x94" + NOTHING + number(2) + number(2) + number(5) + number(900) + NOTHING),
    ("open a batch for a day", b"\x96" + NOTHING + number(1) + number(18_215) + NOTHING + NOTHING),
]


def main():
    rows, leaves = [], []
    for values in EVENTS:
        data = encode(values)
        leaves.append(leaf(data))
        rows.append({"name": values["name"], **{name: values[name] for name in FIELDS}, "key": values["key"].hex(),
                     "tail": [{"field": n, "value": v.hex()} for n, v in values["tail"]], "bytes": data.hex(), "leaf": leaves[-1].hex()})
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"motocho test vector").digest())
    public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    name = "motocho.ledger/" + bytes(range(16)).hex()
    body = f"{name}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n"
    key_id = hashlib.sha256(name.encode() + b"\n\1" + public).digest()[:4]
    note = f"{body}\n\u2014 {name} {base64.b64encode(key_id + private.sign(body.encode())).decode()}\n"
    lines = bytes(n * 7 & 255 for n in range(300))
    vectors = {
        "about": "made by make.py from ../event-format.md; 64-bit numbers are JSON integers, bytes are hexadecimal",
        "events": rows,
        "roots": [root(leaves[:n]).hex() for n in range(len(leaves) + 1)],
        "frontier": frontier(leaves).hex(),
        "checkpoint": {"verifierKey": f"{name}+{key_id.hex()}+{base64.b64encode(bytes([1]) + public).decode()}",
                       "privateKey": hashlib.sha256(b"motocho test vector").hexdigest(), "note": note},
        "keys": [{"principal": p, "key": k, "hash": key_hash(p, k).hex()} for p, k in [
            ("wallet", "c-1"), ("anonymous", "0"), ("運用-3", "3f2c8a10-7d6e-4a1b-9b3c-5a2f1e0d9c8b"), ("a", "~" * 128)]],
        "commands": [{"name": n, "canonical": b.hex(), "fingerprint": xxhash.xxh64_intdigest(b)} for n, b in COMMANDS],
        "xxh64": [{"bytes": lines[:n].hex(), "seed": s, "hash": xxhash.xxh64_intdigest(lines[:n], seed=s)}
                  for n in [*range(0, 70), 127, 128, 255, 299] for s in (0, 2654435761, (1 << 64) - 1)],
    }
    path = pathlib.Path(__file__).with_name("events.json")
    path.write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
