import Ledger
import Testing

/// The accounts desk, by table (`Story.play`). Ordinals are allotted from 1 in the order of opening.
@Suite struct AccountsTableTests {
    @Test func opening() throws {
        var story = Story()
        try story.play(
            """
            open p-1                        | ok accountOpened balance 0
            open p-1 x-9                    | ok balance 0
            open p-2 x-9                    | external-id-taken
            open p-2 x-90                   | ok
            charge 3 point 10               | ok balance 10 member.3 10
            charge x-90 point 5             | ok balance 15
            charge x-9 point 7              | ok member.2 7
            charge 4 point 1                | account-unknown
            charge 0 point 1                | account-unknown
            charge 18446744073709551615 point 1 | account-unknown
            charge x-91 point 1             | account-unknown
            """)
        #expect(story.books.members.count == 3)
    }

    @Test(
        "A lock of a scope stops that scope and no other",
        arguments: [
            (LockScope.charge, "account-locked", "ok"), (.pay, "ok", "account-locked"), (.all, "account-locked", "account-locked"),
        ])
    func locking(scope: LockScope, charge: String, pay: String) throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 500
            lock 1 \(scope.name) phone         | ok accountLocked balance 500
            lock 1 \(scope.name)               | already-locked
            charge 1 point 10                  | \(charge)
            pay 1 s-1 10                       | \(pay)
            unlock 1 \(scope.name)             | ok accountUnlocked
            unlock 1 \(scope.name)             | not-locked
            charge 1 point 10                  | ok
            pay 1 s-1 10                       | ok
            """)
    }

    @Test func locksAreBits() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 500
            lock 1 pay                         | ok
            lock 1 charge                      | ok
            unlock 1 pay                       | ok
            pay 1 s-1 10                       | ok balance 490
            charge 1 point 10                  | account-locked
            lock 1 all                         | ok
            unlock 1 charge                    | ok
            -- all still stands
            charge 1 point 10                  | account-locked
            unlock 1 charge                    | not-locked
            lock 1 pay                         | ok
            -- unlocking all lifts every lock
            unlock 1 all                       | ok
            pay 1 s-1 10                       | ok balance 480
            charge 1 point 20                  | ok balance 500
            lock 1 pay                         | ok
            unlock 1 all                       | ok
            unlock 1 all                       | not-locked
            """)
        #expect(story.books.members[0].locks == 0)
    }

    @Test("A payment and a lock race: whichever is first in the log wins (golden case G18)")
    func lockRace() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 registerCash 5000
            lock 1 pay                         | ok
            pay 1 s-1 1000                     | account-locked
            open p-2
            charge 2 registerCash 5000
            A: pay 2 s-1 1000                  | ok balance 4000
            lock 2 pay                         | ok balance 4000
            -- a reversal is allowed on a locked account
            lock 2 all                         | ok
            reverse 2 A 1000                   | ok paymentReversed balance 5000 member.1 5000 member.2 5000 store.s-1 0
            """)
    }

    @Test(arguments: ResetMethod.allCases) func resetting(method: ResetMethod) throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 5
            lock 1 all
            reset 1 \(method.name)             | ok credentialsReset balance 5
            reset 1 \(method.name) moved       | ok
            """)
        let (plain, moved) = (story.events[4], story.events[5])
        #expect(plain.tail.bytes(.resetMethod) == [method.rawValue])
        #expect(plain.tail.bytes(.addressChanged) == nil)
        #expect(moved.tail.bytes(.addressChanged) == [1])
    }

    @Test func closing() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            close 1                            | ok accountClosed balance 0
            open p-2
            charge 2 atmCash 3000
            close 2                            | disposition-required 3000
            close 2 unclaimed                  | ok balanceDisposed accountClosed balance 0 unclaimed.2 3000 member.2 0
            open p-3
            lock 3 all
            close 3 unclaimed                  | ok accountClosed unclaimed.3 0
            """)
    }

    @Test("A closed account takes nothing but the reversal of its payments")
    func closed() throws {
        var story = Story()
        try story.play(
            """
            open p-1 x-1
            C: charge 1 point 1000
            P: pay 1 s-1 600
            close 1 unclaimed                  | ok balanceDisposed accountClosed unclaimed.1 400
            lock 1 pay                         | account-closed
            unlock 1 pay                       | account-closed
            reset 1 mass                       | account-closed
            close 1                            | account-closed
            close x-1 unclaimed                | account-closed
            charge 1 point 10                  | account-closed
            pay 1 s-1 10                       | account-closed
            correct 1 C 10                     | account-closed
            refund 1 10 smallAmount            | account-closed
            refund 1 10                        | account-closed
            reverse 1 P 500                    | ok paymentReversedToUnclaimed balance 0 unclaimed.1 900
            reverse 1 P 101                    | reversal-exceeds-payment 100
            reverse 1 P 100                    | ok paymentReversedToUnclaimed unclaimed.1 1000 store.s-1 0
            -- its external id stays taken
            open p-2 x-1                       | external-id-taken
            """)
    }

    @Test("Refusals are recorded, except of what does not exist")
    func recording() throws {
        var story = Story()
        try story.play("open p-1")
        let before = story.books.next
        try story.play(
            """
            pay 7 s-1 1                        | account-unknown
            settleStore s-1 toStore 1          | store-unknown
            reverse 1 1 1                      | payment-unknown
            correct 1 1 1                      | charge-unknown
            """)
        #expect(story.books.next == before)
        try story.play(
            """
            charge 1 point 700
            pay 1 s-1 701                      | insufficient-balance 700
            """)
        let refused = story.events[3]
        #expect(refused.kind == .refused)
        #expect(refused.subject == .member(1))
        #expect(refused.amount == 701)
        #expect(refused.balanceAfter == 700)
        #expect(refused.tail.number(.rejection) == 610)
        #expect(refused.tail.number(.rejectionBound) == 700)
        #expect(refused.tail.bytes(.refusedCommand) == [Command.Name.pay.rawValue])
        #expect(refused.previous == 2)
        #expect(story.books.stores.count == 0)
    }

    @Test("Names are learned from the first event that needs them")
    func names() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 700
            pay 1 s-1 1 Shibuya 4
            pay 1 s-1 1 Shibuya 4
            as till-2 pay 1 s-2 1
            as till-2 pay 1 s-2 1
            close 1                            | disposition-required 696
            """)
        let tails = story.events.map(\.tail)
        #expect(tails[1].text(.actorName) == "anonymous")
        #expect(tails[2].text(.actorName) == nil)
        #expect(tails[3].text(.store) == "s-1")
        #expect(tails[3].text(.storePlace) == "Shibuya")
        #expect(tails[3].text(.register) == "4")
        #expect(tails[4].text(.store) == nil)
        #expect(tails[4].text(.storePlace) == nil)
        #expect(tails[4].text(.register) == "4")
        #expect(tails[5].text(.actorName) == "till-2")
        #expect(tails[5].text(.store) == "s-2")
        #expect(tails[6].isEmpty)
        #expect(story.events.map(\.actor) == [0, 4, 4, 4, 4, 5, 5, 1])
    }
}
