"""The end of the service and its refunds, for tools/verify-independently.py: written from Specs/event-format.md alone."""
import hashlib
import struct

MEMBER, TRANSIT, UNCLAIMED, SECURITY, REFUND = 1, 7, 8, 16, 17
# kind: (name, debit, credit, which of the two is the subject)
KINDS = {
    192: ("terminationDecided", None, None, None), 193: ("terminationRescheduled", None, None, None),
    194: ("terminationWithdrawn", None, None, None), 195: ("serviceTerminated", None, None, None),
    196: ("unusedBalanceFixed", MEMBER, REFUND, "debit"), 197: ("fixingCompleted", None, None, None),
    198: ("legalHoldPlaced", None, None, "member"), 199: ("legalHoldLifted", None, None, "member"),
    200: ("refundHeld", None, None, "member"), 201: ("refundUnheld", None, None, "member"),
    202: ("claimsOpened", None, None, None), 203: ("claimsExtended", None, None, None), 204: ("claimsClosed", None, None, None),
    205: ("refundExcluded", REFUND, UNCLAIMED, "member"), 206: ("exclusionsCompleted", None, None, None),
    207: ("refundClaimed", None, None, "member"), 208: ("identityVerified", None, None, "member"),
    209: ("payeeCorrected", None, None, "member"), 210: ("claimRejected", None, None, "member"),
    211: ("claimWithdrawn", None, None, "member"), 212: ("refundApproved", None, None, "member"),
    213: ("lateClaimAccepted", UNCLAIMED, REFUND, "member"), 214: ("batchOpened", None, None, None),
    215: ("refundBatched", None, None, "member"), 216: ("batchCompleted", None, None, None), 217: ("batchFileRecorded", None, None, None),
    218: ("batchCancelled", None, None, None), 219: ("batchReleased", None, None, None),
    220: ("refundReleased", REFUND, TRANSIT, "member"), 221: ("releaseCompleted", None, None, None), 222: ("batchSent", None, None, None),
    223: ("payoutConfirmed", TRANSIT, 4, "member"), 224: ("refundReturned", TRANSIT, REFUND, "member"),
    225: ("refundSentBack", 4, REFUND, "member"), 226: ("exceptionalRefundReturned", TRANSIT, MEMBER, "credit"),
    227: ("exceptionalRefundSentBack", 4, MEMBER, "credit"), 228: ("fraudHeldFromRefund", REFUND, 10, "member"),
    229: ("holdReleasedToRefund", 10, REFUND, "member"), 230: ("paymentReversedToRefund", 2, REFUND, "member"),
    231: ("resultFileRecorded", None, None, None), 232: ("filingRecorded", None, None, None),
    233: ("securityDeposited", SECURITY, 4, "debit"), 234: ("securityReclaimed", 4, SECURITY, "credit"),
    235: ("securityGuaranteed", None, None, None), 236: ("guaranteeEnded", None, None, None),
}
TERMINATED, FIXED, FIXING_DONE, HELD, UNHELD, OPENED, EXTENDED, CLOSED, EXCLUDED = 195, 196, 197, 200, 201, 202, 203, 204, 205
CLAIMED, VERIFIED, CORRECTED, REJECTED, TAKEN_BACK, APPROVED, LATE, BATCH, BATCHED = 207, 208, 209, 210, 211, 212, 213, 214, 215
FILE, CANCELLED, RELEASE, RELEASED, SENT, PAID, RETURNED, SENT_BACK = 217, 218, 219, 220, 222, 223, 224, 225
# An act of many steps: what opens it, what a step is, what closes it.
ACTS = {TERMINATED: (FIXED, FIXING_DONE), CLOSED: (EXCLUDED, 206), BATCH: (BATCHED, 216), RELEASE: (RELEASED, 221)}
# What the ledger does by itself: no key stands behind it.
OWN = {TERMINATED, FIXED, FIXING_DONE, HELD, UNHELD, CLOSED, EXCLUDED, 206, BATCHED, 216, RELEASED, 221}
REFERRING = {193, 194, 195, 203, 204, 196, 197, 205, 206, 215, 216, 217, 218, 219, 220, 221, 222, 223, 224, 225, 226, 227, 228, 229, 230,
             231, 234, 236}
APPROVALS = {192: 2, 193: 2, 194: 2, 199: 1, 202: 1, 203: 1, 212: 2, 213: 1, 234: 1, 236: 1}
DAY, JAPAN = 86_400_000_000, 9 * 3_600_000_000
NOTICES = {7, 8, 9}


class Problem(Exception):
    pass


def need(holds, what):
    if not holds:
        raise Problem(what)


def end_of(day):
    """The first instant after a day in Japan."""
    return (day + 1) * DAY - JAPAN


def earliest_end(start):
    """The first instant after 60 full days from an instant on."""
    days, rest = divmod(start + JAPAN, DAY)
    return (days + (1 if rest else 0) + 60) * DAY - JAPAN


class Shutdown:
    """What follows from the shutdown desk's events."""

    def __init__(self):
        self.decided, self.terminated, self.act, self.notices, self.window = None, None, None, {}, None
        self.state, self.claims, self.batches, self.fixed, self.released, self.holds, self.own = {}, {}, {}, {}, {}, {}, {}
        self.legal, self.allowed, self.guarantee, self.closed = set(), {}, 0, False

    def size(self, tail):
        need(len(tail[81][0]) == 48, "an act's size has another size")
        count, total = struct.unpack_from("<qq", tail[81][0])
        return count, total, tail[81][0][16:]

    def take(self, kind, tail, position, now, subject, amount, reference, person, ledger):
        number = lambda field: struct.unpack("<q", tail[field][0])[0]
        member = subject & 0x00FFFFFFFFFFFFFF
        # Nothing comes between an act's steps.
        if self.act:
            opened, step, last, size, done, digest = self.act
            need(kind in (step, last) and reference == opened, "it comes between the steps of an act")
            if kind == step:
                moved = amount or number(90)
                digest.update(struct.pack("<Qq", member, moved))
                self.act[4] = (done[0] + 1, done[1] + moved, member)
                need(member > done[2], "an act's steps are out of order")
            else:
                need((done[0], done[1], digest.digest()) == size == self.size(tail), "the act's steps are not what it announced")
                self.act = None
        else:
            need(kind not in {end for _, end in ACTS.values()} | {FIXED, BATCHED, RELEASED}, "it is a step of no act")
        if kind in ACTS:
            step, last = ACTS[kind]
            self.act = [position, step, last, self.size(tail), (0, 0, 0), hashlib.sha256()]
        if self.terminated is not None:
            need(kind not in (16, 32, 34, 33, 37), "the service has ended")
        elif kind >= 196 and kind not in (198, 199, 223, 226, 227, *range(232, 237)):
            need(False, "the service has not ended")
        if kind == 7:
            self.notices[tail[56][0][0]] = now
        elif kind in (192, 193):
            need(number(44) > now, "the end lies in the past")
            need((self.decided is None) == (kind == 192), "the end was decided twice, or not at all")
            self.decided = number(44)
        elif kind == 194:
            need(self.decided is not None, "no end was decided")
            self.decided = None
        elif kind == TERMINATED:
            need(self.decided is not None and now >= self.decided == number(44), "the service ends before its instant")
            due = [(n, -ledger.net.get(MEMBER << 56 | n, 0)) for n in range(1, ledger.members + 1)]
            due = [(n, balance) for n, balance in due if balance > 0]
            want = hashlib.sha256(b"".join(struct.pack("<Qq", *row) for row in due)).digest()
            need(self.size(tail) == (len(due), sum(row[1] for row in due), want), "it does not fix every balance there is")
            self.terminated = position
        elif kind == FIXED:
            self.fixed[member] = amount
        elif kind == 198:
            need(member not in self.legal, "the account was on legal hold")
            self.legal.add(member)
        elif kind == 199:
            need(member in self.legal, "the account was not on legal hold")
            self.legal.discard(member)
        elif kind == HELD:
            need(tail[82][0][0] in range(1, 16), "it holds for no reason")
            need(bool(tail[82][0][0] & 8) == (member in self.legal), "its legal hold is not the account's")
            self.holds[member] = tail[82][0][0]
            self.disturb(member)
        elif kind == UNHELD:
            need(self.holds.pop(member, None), "it was not held")
        elif kind == OPENED:
            need(self.window is None, "claims were opened twice")
            need(NOTICES <= set(self.notices), "a notice is missing")
            start = max([number(44)] + [self.notices[notice] for notice in NOTICES])
            need(end_of(number(83)) >= earliest_end(start), "holders have less than 60 full days")
            self.window = [number(44), end_of(number(83))]
        elif kind == EXTENDED:
            need(end_of(number(83)) > self.window[1], "the time to claim was shortened")
            self.window[1] = end_of(number(83))
        elif kind == CLOSED:
            need(now >= self.window[1] == number(44) and not self.closed, "claims close before their time")
            self.closed = True
        elif kind == EXCLUDED:
            need(self.closed and self.state.get(member, "fixed") == "fixed", "a claimed refund is excluded, or before its time")
            need(member not in self.holds, "a held refund is excluded")
            self.state[member] = "excluded"
        elif kind in (CLAIMED, LATE):
            if kind == LATE:
                self.state[member] = "late"
                return
            claimant = ledger.standing(tail[8][0])
            need(claimant == ledger.standing(ledger.person_of[subject]), "somebody else claims it")
            state = self.state.get(member, "fixed")
            need(state in ("fixed", "late"), "it is claimed twice")
            need(state == "late" or self.window and now >= self.window[0], "it is claimed too early")
            if 91 in tail:
                # Accepted late by an approval: its proposer took it down.
                actor = struct.unpack_from("<I", tail[91][0])[0]
                name = next(name for name, number in ledger.actors.items() if number == actor)
                person = ledger.persons.get(name, name)
            self.state[member], self.claims[member] = "claimed", {"taker": person, "agreed": set(), "batch": None, "identity": 0}
        elif kind == VERIFIED:
            self.claims[member]["identity"] = max(self.claims[member]["identity"], tail[88][0][0])
        elif kind == CORRECTED:
            need(self.state.get(member) in ("claimed", "approved", "returned"), "its payee is changed too late")
            self.state[member] = "claimed"
        elif kind in (REJECTED, TAKEN_BACK):
            need(self.state.get(member) in ("claimed", "approved", "returned"), "no claim of it is open")
            self.state[member] = "fixed"
        elif kind == APPROVED:
            actors = [struct.unpack_from("<I", tail[91][0], at)[0] for at in range(0, len(tail[91][0]), 4)]
            names = {number: name for name, number in ledger.actors.items()}
            people = {ledger.persons.get(names[actor], names[actor]) for actor in actors}
            need(len(people) == len(actors) >= 3, "fewer than three people stand behind it")
            need(self.state.get(member) == "claimed" and self.claims[member]["identity"] >= 1, "nobody claimed it, or nobody knows who")
            # The first proposed it, the others approved.
            agreed = {ledger.persons.get(names[actor], names[actor]) for actor in actors[1:]}
            need(self.claims[member]["taker"] not in agreed, "who took the claim down approved it")
            need(member not in self.holds, "it is held")
            need(number(90) == -ledger.net.get(REFUND << 56 | member, 0) > 0, "what is approved is not what is owed")
            self.state[member], self.claims[member]["agreed"] = "approved", people
        elif kind == BATCH:
            self.batches[position] = {"size": self.size(tail), "state": "open", "people": {person}, "file": None, "left": {}, "stale": False}
        elif kind == BATCHED:
            need(self.state.get(member) == "approved" and member not in self.holds, "it was not approved, or is held")
            need(number(90) == -ledger.net.get(REFUND << 56 | member, 0), "the batch has another amount than is owed")
            batch = self.batches[reference]
            batch["left"][member] = number(90)
            batch["people"] |= self.claims[member]["agreed"]
            self.state[member], self.claims[member]["batch"] = "batched", reference
        elif kind == FILE:
            need(self.batches[reference]["state"] == "open", "its batch is past that")
            self.batches[reference]["file"] = tail[58][0]
            self.batches[reference]["people"].add(person)
        elif kind == CANCELLED:
            need(self.batches[reference]["state"] == "open", "its batch is past that")
            self.batches[reference]["state"] = "cancelled"
            for account in self.batches[reference]["left"]:
                if self.state[account] == "batched":
                    # One of them changed: all are looked at again.
                    self.state[account] = "claimed" if self.batches[reference]["stale"] else "approved"
        elif kind == RELEASE:
            batch = self.batches[reference]
            need(batch["state"] == "open" and batch["file"] == tail[58][0], "another file, or its batch is past that")
            need(person not in batch["people"], "who releases it stands behind it")
            need(not batch["stale"], "a refund in it changed or was held since")
            need(self.size(tail) == batch["size"], "another size than the batch's")
            batch["state"], self.releasing = "released", reference
        elif kind == RELEASED:
            batch = self.batches[self.releasing]
            need(self.state.get(member) == "batched" and batch["left"].pop(member, None) == amount, "it stands in no batch with this amount")
            self.state[member] = "released"
            self.released[member] = self.released.get(member, 0) + 1
        elif kind == SENT:
            need(self.batches[reference]["state"] == "released", "a batch is sent that was not released")
            self.batches[reference]["state"] = "sent"
        elif kind == PAID and self.state.get(member) == "released":
            if not -ledger.net.get(TRANSIT << 56 | member, 0):
                self.state[member] = "paid" if not -ledger.net.get(REFUND << 56 | member, 0) else "claimed"
        elif kind in (RETURNED, SENT_BACK) and member in self.claims:
            self.state[member] = "returned"
        elif kind in (228, 229, 230):
            state, left = self.state.get(member), -ledger.net.get(REFUND << 56 | member, 0)
            self.disturb(member)
            if state == "approved" or state == "paid" and left:
                self.state[member] = "claimed"
            elif state == "excluded" and left:
                self.state[member] = "fixed"
        elif kind == 232 and tail[94][0][0] == 6:
            self.allowed[position] = number(90)
        elif kind == 235:
            self.guarantee += number(90)
        elif kind in (234, 236):
            taken = amount or number(90)
            need(self.allowed.get(reference, 0) >= taken, "security is taken back without an approval")
            self.allowed[reference] -= taken
            if kind == 236:
                self.guarantee -= taken
                need(self.guarantee >= 0, "more is taken from a guarantee than it was")

    def disturb(self, member):
        """A refund that stands in a batch not gone out yet is not what the batch says any more."""
        if self.state.get(member) == "batched":
            self.batches[self.claims[member]["batch"]]["stale"] = True

    def finish(self):
        """At the end of the log; an act may be under way."""
        return "" if self.act is None else f"; the act opened at {self.act[0]} is under way"
