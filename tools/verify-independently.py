"""A second reader of the log, written from Specs/event-format.md alone. Run it through tools/verify-independently.

Checks every event's checksum, place, group, names, posting, back-chain and balance; every leaf, the Merkle frontier and root; both
signed checkpoints. Holds nothing of the program it checks, and reads nothing that was derived.
"""
import argparse
import base64
import hashlib
import pathlib
import struct
import sys

import lmdb
import xxhash
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import shutdown_rules
from shutdown_rules import Problem, Shutdown, need

HEADER = struct.Struct("<QqqHBBBBBBQQQQqqQ16sQIIHHI")
CLASSES = {1: "liab.member", 2: "liab.merchant", 3: "asset.receivable", 4: "asset.bank", 5: "equity.owner", 6: "expense.partnerFee",
           7: "liab.payoutInTransit", 8: "liab.unclaimed", 9: "liab.suspense", 10: "liab.fraudHold", 11: "liab.partnerClearing",
           12: "liab.compensation", 13: "asset.recoverable", 14: "loss.fraud", 15: "loss.goodwill",
           16: "asset.securityDeposit", 17: "liab.refund"}
(MEMBER, MERCHANT, RECEIVABLE, BANK, EQUITY, FEE, TRANSIT, UNCLAIMED, SUSPENSE, HOLD, CLEARING, COMPENSATION, RECOVERABLE, LOSS,
 GOODWILL, SECURITY, REFUND_OWED) = range(1, 18)
DEBIT_NORMAL = {RECEIVABLE, BANK, FEE, RECOVERABLE, LOSS, GOODWILL, SECURITY}
# Suspense may stand below zero: a partner's word that matches nothing is recorded before it is understood.
NEVER_NEGATIVE = {MEMBER, EQUITY, TRANSIT, UNCLAIMED, HOLD, CLEARING, COMPENSATION, RECOVERABLE, SECURITY, REFUND_OWED}
SOURCES = {1: "creditCard", 2: "debitCard", 3: "registerCash", 4: "atmCash", 5: "point"}
GENESIS, REFUSED, POLICY, ADVANCED, CONFIRMED = 1, 2, 3, 4, 5
OPENED, LOCKED, UNLOCKED, RESET, CLOSED, DISPOSED = 16, 17, 18, 19, 20, 21
CHARGE, CORRECTION, PAYMENT, REVERSAL, REVERSAL_TO_UNCLAIMED, REFUND = 32, 33, 34, 35, 36, 37
# kind: (name, debit, credit, which of the two is the subject; "member" where the event belongs to a member without a posting)
KINDS = {
    1: ("genesis", None, None, None), 2: ("refused", None, None, "maybe"), 3: ("policySet", None, None, None),
    4: ("clockAdvanced", None, None, None), 5: ("clockConfirmed", None, None, None),
    16: ("accountOpened", None, None, "member"), 17: ("accountLocked", None, None, "member"),
    18: ("accountUnlocked", None, None, "member"), 19: ("credentialsReset", None, None, "member"), 20: ("accountClosed", None, None, "member"),
    21: ("balanceDisposed", MEMBER, UNCLAIMED, "debit"), 32: ("chargeSettled", RECEIVABLE, MEMBER, "credit"),
    33: ("chargeCorrected", MEMBER, RECEIVABLE, "debit"), 34: ("paymentAccepted", MEMBER, MERCHANT, "debit"),
    35: ("paymentReversed", MERCHANT, MEMBER, "credit"), 36: ("paymentReversedToUnclaimed", MERCHANT, UNCLAIMED, "maybe"),
    37: ("exceptionalRefundReleased", MEMBER, TRANSIT, "debit"), 48: ("partnerSettled", BANK, RECEIVABLE, "credit"),
    49: ("partnerFeeBooked", FEE, RECEIVABLE, "credit"), 50: ("merchantSettled", MERCHANT, BANK, "debit"),
    51: ("merchantRepaid", BANK, MERCHANT, "credit"), 52: ("ownerFunded", BANK, EQUITY, "credit"),
    53: ("unmatchedReceived", BANK, SUSPENSE, "credit"), 54: ("unmatchedReturned", SUSPENSE, BANK, "debit"),
    6: ("serviceLaunched", None, None, None), 7: ("noticePublished", None, None, None),
    64: ("loginSucceeded", None, None, "member"), 65: ("loginFailed", None, None, "maybe"), 66: ("loginsCounted", None, None, None),
    67: ("deviceBound", None, None, "member"), 68: ("deviceUnbound", None, None, "member"),
    69: ("externalLoginLinked", None, None, "member"), 70: ("externalLoginUnlinked", None, None, "member"),
    71: ("fundingSourceLinked", None, None, "member"), 72: ("fundingSourceUnlinked", None, None, "member"),
    73: ("contactRegistered", None, None, "member"), 74: ("sessionRevoked", None, None, "member"),
    75: ("sessionsRevoked", None, None, None), 76: ("resetMandated", None, None, None),
    80: ("controlActivated", None, None, None), 81: ("controlLifted", None, None, None), 82: ("upstreamVoidConfirmed", None, None, None),
    96: ("proposed", None, None, "maybe"), 97: ("approved", None, None, None), 98: ("withdrawn", None, None, None),
    99: ("glassBroken", None, None, None), 100: ("glassReviewed", None, None, None), 101: ("roleGranted", None, None, None),
    102: ("roleRevoked", None, None, None), 112: ("personalDataViewed", None, None, None), 113: ("personErased", None, None, None),
    128: ("disputeOpened", None, None, "member"), 129: ("disputeClosed", None, None, "member"),
    130: ("partnerReportReceived", None, None, "maybe"), 131: ("partnerReportMatched", None, None, "member"),
    132: ("memberContacted", None, None, "member"), 133: ("eventLabelled", None, None, "member"),
    134: ("holdOrdered", None, None, "member"), 135: ("holdEnded", None, None, "member"), 136: ("fraudHeld", MEMBER, HOLD, "debit"),
    137: ("holdReleased", HOLD, MEMBER, "credit"), 138: ("victimCertified", None, None, "member"),
    139: ("certificationAmended", None, None, "member"), 140: ("certificationRevoked", None, None, "member"),
    141: ("accountsLinked", None, None, "member"), 142: ("paymentReversedToHold", MERCHANT, HOLD, "member"),
    143: ("paymentReversedToLoss", MERCHANT, LOSS, "member"), 144: ("chargeReversalRequested", None, None, "member"),
    145: ("chargeReversalRejected", None, None, "member"), 146: ("chargeReversedFromHold", HOLD, CLEARING, "member"),
    147: ("chargeReversedFromLoss", LOSS, CLEARING, "member"), 148: ("chargeReversedFromRecoverable", RECOVERABLE, CLEARING, "member"),
    149: ("chargeReversedUnmatched", SUSPENSE, CLEARING, "maybe"), 150: ("unmatchedReversalMatched", CLEARING, SUSPENSE, "member"),
    151: ("clearingNetted", CLEARING, RECEIVABLE, "debit"), 152: ("clearingPaid", CLEARING, BANK, "debit"),
    153: ("compensationOffered", None, None, "member"), 154: ("compensationFromHold", HOLD, COMPENSATION, "member"),
    155: ("compensationFromLoss", LOSS, COMPENSATION, "member"), 156: ("compensationPaid", COMPENSATION, BANK, "member"),
    157: ("compensationReturned", BANK, COMPENSATION, "member"), 158: ("compensationCancelled", COMPENSATION, LOSS, "member"),
    159: ("lossRecoverable", RECOVERABLE, LOSS, "member"), 160: ("lossReinstated", LOSS, RECOVERABLE, "member"),
    161: ("recoverableRepaid", BANK, RECOVERABLE, "member"), 162: ("recoverableWaived", GOODWILL, RECOVERABLE, "member"),
    163: ("culpritPaid", BANK, LOSS, "credit"), 176: ("ruleSetActivated", None, None, None), 177: ("alertRaised", None, None, "maybe"),
    178: ("alertCleared", None, None, None),
    255: ("continuation", None, None, "maybe"), **shutdown_rules.KINDS,
}
LABEL, HELD, RELEASED, CERTIFIED, AMENDED, UNCERTIFIED = 133, 136, 137, 138, 139, 140
TO_HOLD, TO_LOSS, RULES, ALERT, CLEARED = 142, 143, 176, 177, 178
LAUNCHED, LOGIN, MANDATED, STOPPED, LIFTED, VOIDED = 6, 64, 76, 80, 81, 82
PROPOSED, APPROVED, WITHDRAWN, GLASS, REVIEWED, GRANTED, REVOKED, ERASED = 96, 97, 98, 99, 100, 101, 102, 113
OPERATOR, APPROVER, TREASURER = 1 << 1, 1 << 2, 1 << 3
# What takes approvals besides its proposer's: kind -> how many.
APPROVALS = {CORRECTION: 2, REFUND: 2, LIFTED: 1, GRANTED: 2, REVOKED: 1, ERASED: 1, 135: 1, RULES: 1, AMENDED: 2, UNCERTIFIED: 2,
             141: 2, 154: 2, 155: 2, 158: 2, 159: 2, 160: 2, 162: 2, **shutdown_rules.APPROVALS}
# Kinds that speak of an earlier event.
REFERRING = {CORRECTION, REVERSAL, REVERSAL_TO_UNCLAIMED, LIFTED, VOIDED, APPROVED, WITHDRAWN, REVIEWED, 129, 131, LABEL, 134, 135, HELD,
             RELEASED, AMENDED, UNCERTIFIED, TO_HOLD, TO_LOSS, 144, 145, 146, 147, 148, 150, 154, 155, CLEARED} | shutdown_rules.REFERRING
MONITOR = b"monitor"
PAY_BIT, REGISTRATION_BIT, EXTERNAL_BIT, FOREIGN_BIT = 1 << 8, 1 << 9, 1 << 10, 1 << 11
FOREVER = 2**63 - 1


def class_of(account):
    return account >> 56


def ordinal(account):
    return account & 0x00FFFFFFFFFFFFFF


def name(account):
    kind, number = class_of(account), ordinal(account)
    if kind in (BANK, EQUITY, SUSPENSE, GOODWILL):
        return CLASSES[kind]
    return f"{CLASSES[kind]}.{SOURCES.get(number, number) if kind in (RECEIVABLE, FEE, CLEARING) else number}"


def fields(tail):
    found, at = {}, 0
    while at < len(tail):
        need(at + 3 <= len(tail), "its tail ends within a field")
        number, size = struct.unpack_from("<BH", tail, at)
        at += 3
        need(at + size <= len(tail), "its tail ends within a field")
        found.setdefault(number, []).append(tail[at:at + size])
        at += size
    return found


class Tree:
    """The frontier of RFC 6962, largest subtree first."""

    def __init__(self):
        self.size, self.roots = 0, []

    def add(self, leaf):
        node, level = leaf, self.size
        while level & 1:
            node = hashlib.sha256(b"\1" + self.roots.pop() + node).digest()
            level >>= 1
        self.roots.append(node)
        self.size += 1

    def root(self):
        if not self.roots:
            return hashlib.sha256(b"").digest()
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node

    def stored(self):
        return struct.pack("<Q", self.size) + b"".join(self.roots)


def open_note(note, verifier):
    """(origin, size, root) of a signed checkpoint."""
    name, key_id, blob = verifier.strip().split("+", 2)
    public = base64.b64decode(blob, validate=True)
    need(len(public) == 33 and public[0] == 1, "keys/log.pub is no Ed25519 verifier key")
    want = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    need(want.hex() == key_id, "keys/log.pub: its hash does not fit its key")
    text, gap, signatures = note.partition("\n\n")
    need(gap, "it is no signed note")
    text += "\n"
    for line in signatures.splitlines():
        parts = line.split(" ")
        if len(parts) == 3 and parts[0] == "\u2014" and parts[1] == name:
            signature = base64.b64decode(parts[2], validate=True)
            if signature[:4] == want:
                try:
                    Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], text.encode())
                except InvalidSignature:
                    raise Problem("its signature does not hold") from None
                origin, size, root = text.splitlines()
                need(text == f"{origin}\n{int(size)}\n{base64.b64encode(base64.b64decode(root)).decode()}\n", "its text is not canonical")
                need(origin == name, "it is of another log")
                return origin, int(size), base64.b64decode(root)
    raise Problem("nobody known has signed it")


class Ledger:
    """What follows from the events, folded anew."""

    def __init__(self):
        self.net, self.last, self.keys = {}, {}, set()
        self.actors, self.stores, self.members, self.external = {}, {}, 0, {}
        self.locks, self.closed, self.policies = {}, set(), 0
        self.payments, self.charges, self.corrected = {}, {}, {}
        self.group, self.recorded_at, self.postings = None, None, 0
        self.ledger_id = None
        # The gates: controls by position [stops, from, until]; roles and person by principal; open proposals.
        self.controls, self.roles, self.persons, self.proposals, self.unreviewed = {}, {}, {}, {}, {}
        self.voids, self.sessions, self.launched, self.mandate, self.home = {}, 0, False, 0, "JP"
        self.reset, self.opened, self.act, self.names = {}, {}, None, {}
        # The damage desks: whose charge or payment stands where, labels, certifications in force, partners' messages, alerts.
        self.owners, self.labels, self.certified, self.messages, self.alerts, self.rule_sets = {}, {}, {}, set(), set(), 0
        self.person_of, self.people, self.stands_for = {}, {}, {}
        self.shutdown = Shutdown()

    def standing(self, person):
        """The name of the person who stands for this one."""
        while person in self.stands_for:
            person = self.stands_for[person]
        return person

    def balance(self, account):
        net = self.net.get(account, 0)
        return net if class_of(account) in DEBIT_NORMAL else -net

    def take(self, data, position):
        need(len(data) >= 128, "it is shorter than a header")
        (stored, recorded, occurred, kind, layout, source, channel, index, count, auth, subject, previous, debit, credit, amount,
         balance_after, reference, key, fingerprint, actor, session, policy, tail_length, checksum) = HEADER.unpack_from(data)
        need(layout == 1, f"it has layout {layout}, which this reader does not know")
        need(len(data) == 128 + tail_length and len(data) <= 2022, "its length is not what its header says")
        tail = data[128:]
        seed = xxhash.xxh64_intdigest(tail)
        need(xxhash.xxh64_intdigest(data[:124], seed=seed) & 0xFFFFFFFF == checksum, "its checksum does not hold")
        need(stored == position, f"it says it is event {stored}")
        need(kind in KINDS, f"kind {kind} is of a later version")
        need(channel <= 4 and source <= 5, "its channel or source is of a later version")
        kind_name, debit_class, credit_class, which = KINDS[kind]
        tail = fields(tail)

        # Time and group.
        need(self.recorded_at is None or recorded >= self.recorded_at, "recordedAt runs backwards")
        self.recorded_at = recorded
        need(count >= 1, "its group has no size")
        if index == 0:
            need(self.group is None, "it begins a group within another")
            own = kind == GENESIS or kind in shutdown_rules.OWN
            need(key == bytes(16) if own else key not in self.keys and key != bytes(16), "its key was used before, or is missing")
            need(not own or count == 1, "the ledger's own event stands in a group")
            if kind == GENESIS or not own:
                self.keys.add(key)
            shared = (recorded, occurred, key, fingerprint, actor, channel, policy)
        else:
            need(self.group is not None and self.group[0] == (index, count), "its group has a gap")
            shared = self.group[1]
        need(shared == (recorded, occurred, key, fingerprint, actor, channel, policy), "it differs from its group")
        self.group = ((index + 1, count), shared) if index + 1 < count else None
        need(policy == self.policies, f"policy version {policy}, but {self.policies} were set")

        # Names.
        if kind == GENESIS:
            need(position == 0 and count == 1 and actor == 0, "a genesis stands first and alone")
            self.ledger_id = tail[1][0]
            need(len(self.ledger_id) == 16 and len(tail[2][0]) == 3 and tail[3][0][0] <= 4 and tail[4][0][0] in (1, 2), "its genesis is malformed")
            self.is_scenario = tail[4][0][0] == 2
            for founder in tail.get(5, []):
                self.actors.setdefault(founder, len(self.actors) + 1)
                self.roles[founder], self.persons[founder] = OPERATOR | APPROVER | TREASURER, founder
        else:
            need(position > 0, "the first event is no genesis")
            if actor > len(self.actors):
                need(actor == len(self.actors) + 1 and 6 in tail and tail[6][0] not in self.actors, "a new actor is not named")
                self.actors[tail[6][0]] = actor
            else:
                need(6 not in tail, "it names an actor that is known")
        if kind == OPENED:
            self.members += 1
            need(subject == MEMBER << 56 | self.members, "accounts are not numbered in order")
            if 9 in tail:
                need(tail[9][0] not in self.external, "its external id is taken")
                self.external[tail[9][0]] = self.members
            need(8 in tail, "it names no person")
            self.person_of[subject] = tail[8][0]
            self.people.setdefault(tail[8][0], len(self.people))
        if kind == PAYMENT and ordinal(credit) > len(self.stores):
            need(ordinal(credit) == len(self.stores) + 1 and 10 in tail and tail[10][0] not in self.stores, "a new store is not named")
            self.stores[tail[10][0]] = ordinal(credit)
        for account in (subject, debit, credit):
            if account:
                need(class_of(account) in CLASSES, f"account class {class_of(account)} is of a later version")
                if class_of(account) in (MEMBER, TRANSIT, UNCLAIMED, HOLD, COMPENSATION, RECOVERABLE, REFUND_OWED) or class_of(account) == LOSS and kind != 163:
                    need(1 <= ordinal(account) <= self.members, "it speaks of an account that was never opened")
                elif class_of(account) == MERCHANT:
                    need(1 <= ordinal(account) <= len(self.stores), "it speaks of a store that was never named")
                elif class_of(account) in (RECEIVABLE, FEE, CLEARING):
                    need(ordinal(account) in SOURCES, "it speaks of a source there is not")
                elif class_of(account) == SECURITY:
                    need(ordinal(account) in (1, 2), "it speaks of a form of security there is not")
                else:
                    need(ordinal(account) == 0, "its account has an ordinal")

        # The posting.
        if debit_class is None:
            need(debit == 0 and credit == 0, f"a {kind_name} has no posting")
            need(amount >= 0 if kind in (REFUSED, 130) else amount == 0, "its amount means nothing")
        else:
            need((class_of(debit), class_of(credit)) == (debit_class, credit_class), f"{name(debit)} → {name(credit)} is not a {kind_name}")
            need(amount > 0, "it moves nothing")
            self.net[debit] = self.net.get(debit, 0) + amount
            self.net[credit] = self.net.get(credit, 0) - amount
            self.postings += 1
            for account in (debit, credit):
                need(class_of(account) not in NEVER_NEGATIVE or self.balance(account) >= 0, f"{name(account)} goes below zero")
        need(which is not None or subject == 0, "it has a subject")
        need(which != "debit" or subject == debit, "its subject is not the account debited")
        need(which != "credit" or subject == credit, "its subject is not the account credited")
        need(which != "member" or class_of(subject) == MEMBER, "its subject is no member")
        need(balance_after == (self.balance(subject) if subject else 0), "balanceAfter is not the balance after it")

        # The chain of its subject.
        need(previous == (self.last.get(subject, 0) if subject else 0), "its back-chain does not lead to the event before")
        if subject:
            self.last[subject] = position

        self.rules(kind, tail, position, subject, debit, credit, amount, reference, source)
        self.gates(kind, tail, position, recorded, subject, reference, source, index, count, actor, session)
        who = self.names[actor]
        need((who == b"ledger") == (kind in shutdown_rules.OWN) or kind == GENESIS, "the ledger's name stands under what is not its own act, or the other way round")
        self.shutdown.take(kind, tail, position, recorded, subject, amount, reference, self.persons.get(who, who), self)
        return kind_name

    def gates(self, kind, tail, position, now, subject, reference, source, index, count, actor, session):
        """Controls, approvals, roles, resets: what was open when, and who agreed."""
        who = self.names.setdefault(actor, next((name for name, number in self.actors.items() if number == actor), None))
        person = self.persons.get(who, who)
        number = lambda field, other=None: struct.unpack("<q", tail[field][0])[0] if field in tail else other
        stopped = 0
        for stops, start, end in self.controls.values():
            if start <= now < end:
                stopped |= stops
        need(not (kind == CHARGE and stopped & 1 << source), "its source is stopped")
        need(not (kind == PAYMENT and stopped & PAY_BIT), "payments are stopped")
        need(not (kind == OPENED and stopped & REGISTRATION_BIT), "registration is stopped")
        need(not (kind == LOGIN and tail[29][0][0] == 2 and stopped & EXTERNAL_BIT), "external logins are stopped")
        if 26 in tail:
            access = tail[26][0]
            need(len(access) == 36, "its access record has another size")
            country = struct.unpack_from("<H", access, 2)[0]
            if country and kind in (CHARGE, PAYMENT, OPENED, LOGIN) and stopped & FOREIGN_BIT:
                need(chr(country >> 8) + chr(country & 255) == self.home, "foreign addresses are blocked")
        if kind in (CHARGE, PAYMENT, LOGIN) and self.mandate and not self.roles.get(who, 0) & (OPERATOR | 1 << 6):
            need(max(self.reset.get(subject, 0), self.opened.get(subject, 0)) > self.mandate, "the member has not reset the credentials")
        if kind == LOGIN:
            self.sessions += 1
            need(session == self.sessions, "sessions are not numbered in order")
        else:
            need(session == 0 if kind in (65, 66) else session <= self.sessions or kind == REFUSED, "its session never began")

        # Four eyes.
        if index == 0:
            self.act = None
        if kind in APPROVALS or kind == POLICY and self.launched:
            need(self.act is not None, "it took approvals and had none")
            needed, broken = self.act
            need(broken or needed >= APPROVALS.get(kind, 1), "too few approved it")
        if kind == CERTIFIED:
            needed = 2 if struct.unpack("<5q", tail[69][0])[4] > 0 else 1 if 3 in tail[70][0] else 0
            need(needed == 0 or self.act is not None and self.act[0] >= needed, "too few approved it")
        if kind == ALERT:
            need(who == MONITOR, "somebody else than the monitor raised it")
        if kind in (STOPPED, MANDATED, LAUNCHED) and self.act is None:
            need(self.roles.get(who, 0) & OPERATOR, "who did it was no operator")
        if kind in (APPROVED, WITHDRAWN):
            need(reference in self.proposals, "no such proposal was open")
        if kind == PROPOSED:
            self.proposals[position] = {"people": [person], "needed": tail[48][0][0], "expires": number(49)}
        elif kind == APPROVED:
            proposal = self.proposals[reference]
            need(self.roles.get(who, 0) & APPROVER, "who approved it was no approver")
            need(person not in proposal["people"], "one person stands twice behind it")
            need(now < proposal["expires"], "the proposal had expired")
            proposal["people"].append(person)
            left = proposal["needed"] + 1 - len(proposal["people"])
            need(tail[48][0][0] == max(0, left), "it counts its approvals wrongly")
            if left <= 0:
                need(count > 1, "the last approval carried nothing out")
                self.act = (proposal["needed"], False)
                del self.proposals[reference]
        elif kind == WITHDRAWN:
            del self.proposals[reference]
        elif kind == GLASS:
            need(count > 1 and person not in self.unreviewed.values(), "an emergency act of the same person was not reviewed")
            self.unreviewed[position], self.act = person, (0, True)
        elif kind == REVIEWED:
            need(self.unreviewed.get(reference, person) != person, "who acted reviewed it")
            del self.unreviewed[reference]
        elif kind == GRANTED:
            principal = tail[51][0]
            self.roles[principal] = self.roles.get(principal, 0) | 1 << tail[52][0][0]
            self.persons.setdefault(principal, tail[53][0])
        elif kind == REVOKED:
            principal = tail[51][0]
            need(self.roles.get(principal, 0) & 1 << tail[52][0][0], "a role was taken that was not held")
            self.roles[principal] &= ~(1 << tail[52][0][0])
        elif kind == STOPPED:
            self.controls[position] = [number(43), number(44), number(45, FOREVER)]
            need(self.controls[position][1] >= now and self.controls[position][2] > self.controls[position][1], "its span is empty or past")
        elif kind == LIFTED:
            need(reference in self.controls, "it lifts no control")
            need(number(44) >= max(now, self.controls[reference][1]), "it ends a control before it begins, or in the past")
            self.controls[reference][2] = number(44)
        elif kind == REFUSED and 46 in tail:
            self.voids[position] = True
        elif kind == VOIDED:
            need(self.voids.pop(reference, None), "no such void was due")
        elif kind == LAUNCHED:
            need(not self.launched, "the service was launched before")
            self.launched = True
        elif kind == MANDATED:
            self.mandate = position
        elif kind == RESET and tail[16][0][0] != 4:
            self.reset[subject] = position
        elif kind == OPENED:
            self.opened[subject] = position
        elif kind == POLICY:
            self.home = "JP"
            for rule in tail.get(25, []):
                need(len(rule) == 18, "a rule of the policy has another size")
                if rule[0] == 16:
                    code = struct.unpack_from("<q", rule, 2)[0]
                    self.home = chr(code >> 8) + chr(code & 255)

    def rules(self, kind, tail, position, subject, debit, credit, amount, reference, source):
        """What must hold between events."""
        if kind not in REFERRING:
            need(reference == 0, "it refers to an event")
        need(reference == 0 or reference < position, "it refers to an event that was not there yet")
        if subject and class_of(subject) == MEMBER:
            for account in (debit, credit):
                if class_of(account) in (HOLD, COMPENSATION, RECOVERABLE, LOSS, REFUND_OWED, TRANSIT):
                    need(ordinal(account) == ordinal(subject), "it goes to another member")
        if kind in (HELD, RELEASED) or kind in range(144, 149) or kind == 154:
            need(self.owners.get(reference, (0, 0))[:2] == (subject, CHARGE), "it is about no charge of this account")
        if kind in (228, 229):
            need(self.owners.get(reference, (0, 0))[:2] == (subject, CHARGE), "it is about no charge of this account")
        person = self.standing(tail[8][0]) if kind in (CERTIFIED, AMENDED, UNCERTIFIED) else None
        if kind == LABEL:
            need(self.owners.get(reference, (0, 0))[0] == subject, "it judges what is no charge or payment of this account")
            owner = self.owners[reference]
            need(tail[63][0][0] != 2 or owner[1] == PAYMENT or owner[2] in (1, 2, 5), "cash is no thief's")
            self.labels[reference] = tail[63][0][0]
        elif kind in (CERTIFIED, AMENDED):
            sums = struct.unpack("<5q", tail[69][0])
            need(min(sums) >= 0 and sum(sums[:4]) > 0, "it certifies nothing")
            if kind == CERTIFIED:
                need(person not in self.certified, "the person was certified already")
                need(len(tail[70][0]) >= 1, "it names no route")
                self.certified[person] = position
            else:
                need(self.certified.get(person) == reference, "it amends no certification in force")
        elif kind == UNCERTIFIED:
            need(self.certified.pop(person, None) == reference, "it revokes no certification in force")
        elif kind == 141:
            # From now on the one known longer stands for both.
            one, two = (self.standing(self.person_of[account]) for account in (subject, MEMBER << 56 | struct.unpack("<Q", tail[75][0])[0]))
            need(one != two, "it links a person to himself")
            kept, gone = sorted((one, two), key=lambda person: self.people[person])
            self.stands_for[gone] = kept
            certified = self.certified.pop(gone, None)
            if certified is not None:
                self.certified.setdefault(kept, certified)
        elif kind == 130:
            need((source, tail[66][0]) not in self.messages, "this message was recorded before")
            self.messages.add((source, tail[66][0]))
        elif kind == RULES:
            self.rule_sets += 1
            need(all(len(rule) % 8 == 2 and rule[0] <= 14 for rule in tail[78]), "a rule has another size")
        elif kind == ALERT:
            need(0 < struct.unpack("<q", tail[73][0])[0] <= self.rule_sets, "its rules were never in force")
            self.alerts.add(position)
        elif kind == CLEARED:
            need(reference in self.alerts, "no such alert was open")
            self.alerts.discard(reference)
        if kind in (CHARGE, PAYMENT, CORRECTION, DISPOSED, CLOSED, REFUND, REVERSAL, LOCKED, UNLOCKED, RESET, LOGIN, *range(67, 75)):
            need(subject not in self.closed, "the account is closed")
        if kind in (CHARGE, CORRECTION, 48, 49):
            need(source == ordinal(debit if kind == CHARGE else credit), "its source is not its receivable's")
        if kind in (DISPOSED, REFUND, REVERSAL_TO_UNCLAIMED):
            need(ordinal(credit) == ordinal(subject), "it goes to another member")
        if kind == REFUSED:
            need(20 in tail and len(tail[20][0]) == 8 and 22 in tail, "a refusal does not say why")
        elif kind == POLICY:
            self.policies += 1
        elif kind == ADVANCED:
            need(self.is_scenario, "a real ledger's clock was set")
        elif kind == LOCKED:
            self.locks[subject] = self.locks.get(subject, 0) | tail[15][0][0]
        elif kind == UNLOCKED:
            scope = tail[15][0][0]
            self.locks[subject] = 0 if scope == 4 else self.locks.get(subject, 0) & ~scope
        elif kind == CLOSED:
            need(self.balance(subject) == 0, "an account closes with a balance")
            self.closed.add(subject)
        elif kind == CHARGE:
            need(not self.locks.get(subject, 0) & 5, "the account is locked")
            self.charges[position] = [subject, amount]
            self.owners[position] = (subject, CHARGE, source)
        elif kind == PAYMENT:
            need(not self.locks.get(subject, 0) & 6, "the account is locked")
            self.payments[position] = [subject, credit, amount]
            self.owners[position] = (subject, PAYMENT, 0)
        elif kind == CORRECTION:
            charge = self.charges.get(reference)
            need(charge and charge[0] == subject and amount <= charge[1], "it corrects no such charge")
            charge[1] -= amount
        elif kind in (REVERSAL, REVERSAL_TO_UNCLAIMED, TO_HOLD, TO_LOSS, 230):
            payment = self.payments.get(reference)
            need(payment and payment[:2] == [subject, debit] and amount <= payment[2], "it reverses no such payment")
            if kind in (REVERSAL, REVERSAL_TO_UNCLAIMED):
                gone = subject in self.closed or self.shutdown.state.get(ordinal(subject)) == "excluded"
                need(gone == (kind == REVERSAL_TO_UNCLAIMED), "it goes where the account does not stand")
            payment[2] -= amount


def verify(folder, print_balances):
    log = folder / "log" / "000001"
    need((log / "data.mdb").exists(), f"there is no log in {folder}")
    verifier = (folder / "keys" / "log.pub").read_text()
    outside = None
    # Before the log, so that a server at work cannot be ahead of it.
    if (folder / "checkpoint").exists():
        try:
            outside = open_note((folder / "checkpoint").read_text(), verifier)
        except (Problem, ValueError) as problem:
            raise Problem(f"checkpoint: {problem}") from None
    environment = lmdb.open(str(log), readonly=True, lock=False, max_dbs=4)
    events, meta = environment.open_db(b"events", create=False), environment.open_db(b"meta", create=False)
    tree, ledger, kinds = Tree(), Ledger(), {}
    with environment.begin() as snapshot:
        for key, data in snapshot.cursor(events):
            position = tree.size
            try:
                need(key == struct.pack(">Q", position), "it is missing")
                kind = ledger.take(data, position)
                kinds[kind] = kinds.get(kind, 0) + 1
            except (Problem, KeyError, IndexError, struct.error) as problem:
                raise Problem(f"event {position}: {problem if isinstance(problem, Problem) else 'a field is missing or malformed'}") from None
            tree.add(hashlib.sha256(b"\0" + data).digest())
            if outside and outside[1] == tree.size:
                need(outside[2] == tree.root(), f"the first {tree.size} events are not those the checkpoint outside covers")
        need(tree.size > 0, "the log is empty")
        need(ledger.group is None, "the last group is cut off")
        need(snapshot.get(b"frontier", db=meta) == tree.stored(), "the stored frontier is not that of the events")
        note = snapshot.get(b"checkpoint", db=meta)
        need(note is not None, "there is no checkpoint in the log")
        try:
            inside = open_note(note.decode(), verifier)
        except (Problem, ValueError) as problem:
            raise Problem(f"checkpoint in the log: {problem}") from None
    need(inside == ("motocho.ledger/" + ledger.ledger_id.hex(), tree.size, tree.root()), "the checkpoint in the log is not that of its events")
    need(outside is None or outside[1] <= tree.size, f"the log holds {tree.size} events, the checkpoint outside covers {outside and outside[1]}")
    need(sum(ledger.net.values()) == 0, "the books do not balance")
    if print_balances:
        print("account,balance")
        for account in sorted({MEMBER << 56 | n for n in range(1, ledger.members + 1)} | set(ledger.net)):
            print(f"{name(account)},{ledger.balance(account)}")
    print(f"ok: {tree.size} events, {ledger.postings} postings, {len(ledger.keys) - 1} commands, {kinds.get('refused', 0)} refused, "
          f"{ledger.members} accounts, {len(ledger.stores)} stores, root {tree.root().hex()}"
          + ledger.shutdown.finish() + ("" if outside else "; there is no checkpoint outside the log"),
          file=sys.stderr if print_balances else sys.stdout)


def main():
    parser = argparse.ArgumentParser(description="Checks a ledger's log from its format document alone.")
    parser.add_argument("data", type=pathlib.Path, help="the ledger's folder")
    parser.add_argument("--balances", action="store_true", help="print account,balance as CSV (the summary goes to standard error)")
    arguments = parser.parse_args()
    try:
        verify(arguments.data, arguments.balances)
    except (Problem, lmdb.Error, OSError, ValueError) as problem:
        print(f"problem: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
