import Foundation
import Journal
import Ledger
import Synchronization
import Testing

@testable import Projections

/// The live views of a server, with a writer and many readers at once.
@Suite(.serialized) struct ViewsTests {
    @Test("While others write and views are rebuilt, an answer is never older than asked")
    func concurrent() throws {
        let scratch = try Scratch()
        let directory = try scratch.ledger()
        let wrong = Mutex<[String]>([])
        @Sendable func note(_ what: String) { wrong.withLock { if $0.count < 10 { $0.append(what) } } }
        try writing(directory) { writer in
            let views = try Views(writer.log)
            views.start()
            let accounts = 40
            try Teller(writer).ask((0..<accounts).map { .open("p-\($0)") })
            let isDone = Atomic(false)
            let answers = Atomic<Int>(0)
            let all = DispatchGroup()
            func run(_ name: String, _ body: @escaping @Sendable () throws -> Void) {
                DispatchQueue(label: name).async(group: all) { do { try body() } catch { note("\(name): \(error)") } }
            }
            // Each teller has accounts of its own, so it knows what their balances must be.
            for teller in 0..<2 {
                run("teller \(teller)") {
                    var random = Random(seed: UInt64(70 + teller))
                    let asking = Teller(writer)
                    var payments: [Event] = []
                    while !isDone.load(ordering: .relaxed) {
                        let ordinal = UInt64(1 + teller + 2 * random.below(accounts / 2))
                        let command: Command =
                            switch random.below(3) {
                            case 0: .charge(ordinal, Int64(1 + random.below(900)))
                            case 1: .pay(ordinal, Int64(1 + random.below(900)))
                            default:
                                payments.isEmpty
                                    ? .charge(ordinal, 5)
                                    : { .reverse($0.subject.ordinal, $0.position, 1 + $0.amount / 3) }(random.pick(payments))
                            }
                        guard case .recorded(let event, false) = try asking.ask([command])[0] else { throw Teller.Unexpected() }
                        if event.kind == .paymentAccepted { payments.append(event) }
                        let (account, position) = try views.account(event.subject.ordinal, atLeast: writer.log.count)
                        if position < event.position { note("asked after \(event.position), answered at \(position)") }
                        if account?.balance != event.balanceAfter || account?.last != event.position { note("\(event): \(String(describing: account))") }
                        let page = try views.statement(of: event.subject.ordinal, after: event.position - 1, limit: 10, atLeast: event.position + 1)
                        if page.events != [event] || page.next != nil { note("\(event): statement \(page)") }
                        answers.add(1, ordering: .relaxed)
                    }
                }
            }
            for reader in 0..<8 {
                run("reader \(reader)") {
                    var random = Random(seed: UInt64(90 + reader))
                    while !isDone.load(ordering: .relaxed) {
                        let asked = writer.log.count
                        let ordinal = UInt64(1 + random.below(accounts + 3))
                        let (account, position) = try views.account(ordinal, atLeast: asked)
                        if position + 1 < asked { note("asked \(asked), answered at \(position)") }
                        if (account == nil) != (ordinal > UInt64(accounts)) { note("account \(ordinal): \(String(describing: account))") }
                        if let account, account.person != "p-\(ordinal - 1)" || account.last > position { note("\(account)") }
                        if views.status.contains(where: { $0.position > writer.log.count }) { note("\(views.status)") }
                        answers.add(1, ordering: .relaxed)
                    }
                }
            }
            run("rebuilder") {
                while !isDone.load(ordering: .relaxed) {
                    for name in Views.names {
                        let report = try views.rebuild(name)
                        if report?.matches != true || report?.name != name { note("\(String(describing: report))") }
                    }
                }
            }
            run("second rebuilder") {
                while !isDone.load(ordering: .relaxed) {
                    if try views.rebuild(Balances.name)?.matches != true { note("the second rebuild differs") }
                    usleep(100_000)
                }
            }
            usleep(2_500_000)
            isDone.store(true, ordering: .relaxed)
            all.wait()
            // What comes after the last rebuild belongs in the checkpoint of the folder it left.
            try Teller(writer).ask([.charge(1, 3), .charge(2, 3)])
            writer.stop()
            views.stop()
            #expect(views.failure == nil)
            #expect(answers.load(ordering: .relaxed) > 100)
            #expect(wrong.withLock { $0 } == [])
            let head = writer.log.count
            #expect(views.status.allSatisfy { $0.position == head })
            let plain = Plain(try writer.log.events())
            for ordinal in 1...UInt64(accounts) {
                #expect(try views.account(ordinal, atLeast: head).account?.balance == plain.accounts[ordinal]?.balance)
            }
        }
        let log = try reading(directory)
        let plain = Plain(try log.events())
        #expect(try compare(#require(try Views.stored(Balances.self, log)), plain) == [])
        #expect(try compare(#require(try Views.stored(Statements.self, log)), plain) == [])
        #expect(try compare(#require(try Views.stored(Trial.self, log)), plain) == [])
        #expect(try compare(#require(try Views.stored(Decisions.self, log)), plain) == [])
        #expect(try compare(#require(try Views.stored(Damage.self, log)), plain) == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.views).sorted().filter { $0.hasSuffix(".new") || $0.hasSuffix(".old") } == [])
    }

    @Test("A view that differs is told and replaced by the one rebuilt; the folder is the new one")
    func rebuildMends() throws {
        let scratch = try Scratch()
        let directory = try scratch.ledger()
        try writing(directory) { writer in
            try Teller(writer).ask([.open("p"), .charge(1, 700), .pay(1, 200)])
            var mutated = try Balances.fold(writer.log)
            mutated.tables[0][0, 0] += 1
            try mutated.keep(writer.log)
            let views = try Views(writer.log)
            #expect(try views.account(1, atLeast: 0).account?.balance == 501)
            let report = try #require(try views.rebuild(Balances.name))
            #expect(!report.matches && report.digest != report.before && report.position == writer.log.count - 1)
            #expect(try views.account(1, atLeast: 0).account?.balance == 500)
            #expect(try views.rebuild(Balances.name)?.matches == true)
            #expect(try views.rebuild("nothing") == nil)
        }
        let log = try reading(directory)
        #expect(try Views.stored(Balances.self, log)?[1]?.balance == 500)
    }

    @Test("A fresh view answers, whatever is asked of it, and stops whether it was started or not")
    func fresh() throws {
        let scratch = try Scratch()
        try writing(try scratch.ledger()) { writer in
            let views = try Views(writer.log)
            #expect(try views.account(1, atLeast: 0).account == nil)
            #expect(try views.account(1, atLeast: 0).position == 0)
            let page = try views.statement(of: 9, after: 0, limit: .max, atLeast: 0)
            #expect(page.events == [] && page.next == nil && page.position == 0)
            // What is not there yet cannot be waited for; the answer says how far it goes.
            #expect(try views.account(1, atLeast: 99).position == 0)
            views.stop()
            views.stop()
        }
    }

    @Test("Pages of a statement are the plain list in pieces, for every cursor and limit")
    func pages() throws {
        let scratch = try Scratch()
        try writing(try scratch.ledger()) { writer in
            let teller = Teller(writer)
            try teller.ask([.open("p"), .open("q")])
            for part in 0..<10 { try teller.ask((0..<60).map { .charge(UInt64(1 + ($0 + part) % 2), 5) }) }
            let views = try Views(writer.log)
            defer { views.stop() }
            let events = try writer.log.events()
            let own = events.filter { $0.subject == .member(1) }
            #expect(own.count == 301)
            let head = writer.log.count
            for limit in [1, 63, 64, 65, 128, 300, 301, 1000] {
                for after in 0...head {
                    let rest = own.drop { $0.position <= after }
                    let page = try views.statement(of: 1, after: after, limit: limit, atLeast: head)
                    let end = rest.dropFirst(limit).isEmpty ? nil : rest.prefix(limit).last?.position
                    if page.events != Array(rest.prefix(limit)) || page.next != end || page.position != head - 1 {
                        Issue.record("after \(after), limit \(limit): \(page.events.map(\.position)), next \(String(describing: page.next))")
                    }
                }
            }
            // All pages of one, by their cursors.
            var (cursor, walked): (UInt64?, [Event]) = (0, [])
            while let after = cursor {
                let page = try views.statement(of: 1, after: after, limit: 50, atLeast: head)
                walked += page.events
                cursor = page.next
            }
            #expect(walked == own)
        }
    }

    @Test("A busy account with many partial reversals is followed in time that grows with its events")
    func hotAccount() throws {
        let scratch = try Scratch()
        try writing(try scratch.ledger()) { writer in
            let teller = Teller(writer)
            try teller.ask([.open("p")])
            for _ in 0..<5 {
                try teller.ask((0..<200).map { _ in .charge(1, 1000) })
                let paid = try teller.ask((0..<100).map { _ in .pay(1, 1500) })
                for part in 0..<2 {
                    try teller.ask(paid.compactMap { if case .recorded(let event, _) = $0 { .reverse(1, event.position, Int64(100 + part)) } else { nil } })
                }
            }
            let events = try writer.log.events()
            #expect(events.filter { $0.kind == .paymentReversed }.count == 1000)
            let clock = ContinuousClock()
            var view = Balances()
            let time = try clock.measure { try view.follow(writer.log, to: writer.log.count) }
            #expect(time < .seconds(4))
            #expect(compare(view, Plain(events)) == [])
            let audited = audit(events)
            #expect(audited.findings == [] && view.differences(from: audited) == [])
        }
    }
}
