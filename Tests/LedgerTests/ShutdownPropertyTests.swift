import Ledger
import Testing

/// The end of the service and the refunds under random traffic. A failure names its seed.
@Suite struct ShutdownPropertyTests {
    @Test("Every yen is paid, on its way, open or excluded; nothing twice, and nobody excluded before the time", arguments: 0..<4)
    func everyYen(part: Int) throws {
        var (codes, kinds): (Set<String>, Set<EventKind>) = ([], [])
        for seed in (part * 60 + 1)...(part * 60 + 60) {
            var play = try ShutdownPlay(seed: UInt64(seed))
            try play.play(200)
            if !play.wrong.isEmpty {
                Issue.record("seed \(seed): \(play.wrong.prefix(3))")
                return
            }
            codes.formUnion(play.codes)
            kinds.formUnion(play.story.events.map(\.kind))
        }
        // What never happens cannot have been looked at.
        let papers: Set<EventKind> = [.terminationRescheduled, .terminationWithdrawn, .claimsExtended, .exceptionalRefundSentBack, .exceptionalRefundReturned,
            .filingRecorded, .securityDeposited, .securityReclaimed, .securityGuaranteed, .guaranteeEnded]
        #expect(EventKind.allCases.filter { (192..<240).contains($0.rawValue) && !kinds.contains($0) && !papers.contains($0) } == [])
        #expect(codes.isSuperset(of: [
            "claims-are-closed", "already-claimed", "refund-is-held", "batch-is-past", "batch-changed", "nothing-to-batch", "not-excluded",
        ]))
    }

    @Test("Put away after every event, in the middle of an act too, the books go on alike", arguments: 1...6 as ClosedRange<UInt64>)
    func images(seed: UInt64) throws {
        var play = try ShutdownPlay(seed: seed)
        try play.play(120)
        let story = play.story
        var books = Books()
        for event in story.events {
            // What the ledger does by itself is what it did, whichever command or step it was put away after.
            if let own = event.groupIndex == 0 && event.position > 0 ? ownActOf(books, at: event.recordedAt) : nil { #expect(own == event, "\(event.kind.name)") }
            books.evolve(event)
            let again = try Books(image: books.image())
            #expect(again.shutdown == books.shutdown && again.damage == books.damage)
            books = again
        }
        #expect(books.image() == story.books.image())
    }

    /// The event that the ledger would do next by itself.
    private func ownActOf(_ books: Books, at now: Instant) -> Event? {
        guard books.shutdown.isDue(at: books.now) else { return nil }
        var copy = books
        return ownAct(&copy)
    }

    @Test("An act goes on where it stood; nothing else is due before its end")
    func steps() throws {
        var story = try Story.shutdownDesks()
        for account in 1...20 { try story.play("open p-\(account)\ncharge \(account) registerCash \(account * 10)") }
        try story.play("decideEnd 2019-07-02T00:00+09:00\nlegalHold 3\nlegalHold 7")
        story.isActing = false
        try story.ask(row: "clock 2019-07-02T00:00+09:00")
        var kinds: [EventKind] = []
        while story.books.shutdown.isDue(at: story.books.now) {
            let opened = story.books.shutdown.act
            var other = try Books(image: story.books.image())
            let next = story.ownStep()
            let event = try #require(next)
            #expect(ownAct(&other) == event && other.image() == story.books.image())
            if let opened, event.kind.isStepOfAct { #expect(event.position == opened.opened + 1 + UInt64(opened.done)) }
            kinds.append(event.kind)
        }
        #expect(kinds == [.serviceTerminated] + Array(repeating: .unusedBalanceFixed, count: 20) + [.fixingCompleted, .refundHeld, .refundHeld])
        #expect(audit(story.events, story.books) == [])
    }
}
