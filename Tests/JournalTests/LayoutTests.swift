import Foundation
import LMDB
import Ledger
import Testing

@testable import Journal

@Suite("Layout of an event")
struct LayoutTests {
    @Test("the header is 128 bytes, its fields stand where the document says")
    func offsets() {
        Layout.assertSizes()
        let offsets: [Int] = [
            Layout.position, Layout.recordedAt, Layout.occurredAt, Layout.kind, Layout.layout, Layout.source, Layout.channel,
            Layout.groupIndex, Layout.groupCount, Layout.authLevel, Layout.subject, Layout.previous, Layout.debit, Layout.credit,
            Layout.amount, Layout.balanceAfter, Layout.reference, Layout.keyHigh, Layout.keyLow, Layout.fingerprint, Layout.actor,
            Layout.session, Layout.policyVersion, Layout.tailLength, Layout.checksum, Layout.headerSize,
        ]
        #expect(offsets == [0, 8, 16, 24, 26, 27, 28, 29, 30, 31, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 116, 120, 122, 124, 128])
    }

    @Test("what is encoded reads back, whatever it holds")
    func roundTrip() throws {
        var dice = Dice(1)
        var buffer = EventBuffer()
        let events = (0..<2000).map { _ in Self.random(&dice) }
        for event in events { buffer.append(event) }
        #expect(buffer.count == events.count)
        for (index, event) in events.enumerated() {
            let (read, size) = buffer.withEvent(index) { (EventView($0, at: event.position)?.event, $0.byteCount) }
            #expect(read == event)
            #expect(size == 128 + event.tail.bytes.count && size <= Layout.largestEvent)
        }
    }

    @Test("a view refuses another position, a cut event and one that goes on")
    func boundaries() {
        var dice = Dice(2)
        let event = Self.random(&dice)
        let bytes = Self.encode(event)
        #expect(Self.reads(bytes, at: event.position))
        #expect(!Self.reads(bytes, at: event.position &+ 1))
        #expect(!Self.reads(bytes + [0], at: event.position))
        for length in [0, 1, 127, bytes.count - 1] { #expect(!Self.reads(Array(bytes[..<length]), at: event.position)) }
    }

    @Test("every single flipped bit is noticed")
    func flips() {
        var dice = Dice(3)
        for tailSize in [0, 1, 31, 100, Tail.longest] {
            var event = Self.random(&dice)
            event.tail = Tail(bytes: (0..<tailSize).map { _ in UInt8.random(in: 0...255, using: &dice) })
            let bytes = Self.encode(event)
            for bit in 0..<(bytes.count * 8) {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                if Self.reads(damaged, at: event.position) { Issue.record("bit \(bit) of \(tailSize)") }
            }
        }
    }

    @Test("an event of a later version has no kind, and is not taken for another")
    func unknownKind() {
        var event = Event(.genesis)
        event.position = 7
        var bytes = Self.encode(event)
        bytes[24] = 0xEE
        bytes[25] = 0xEE
        let sum = bytes.withBytes { Layout.checksum(of: $0) }
        for at in 0..<4 { bytes[124 + at] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * at)) }
        bytes.withBytes { bytes in
            let view = EventView(bytes, at: 7)
            #expect(view != nil && view?.kind == nil && view?.event == nil)
        }
    }

    static func encode(_ event: Event) -> [UInt8] {
        var buffer = EventBuffer()
        buffer.append(event)
        return buffer.withEvent(0) { [UInt8]($0) }
    }

    static func reads(_ bytes: [UInt8], at position: UInt64) -> Bool { bytes.withBytes { EventView($0, at: position) != nil } }

    static func random(_ dice: inout Dice) -> Event {
        var event = Event(EventKind.allCases.randomElement(using: &dice)!, subject: AccountCode(rawValue: dice.next()))
        event.position = dice.next()
        event.recordedAt = Instant(microseconds: Int64(bitPattern: dice.next()))
        event.occurredAt = Instant(microseconds: Int64(bitPattern: dice.next()))
        event.source = FundingSource.allCases.randomElement(using: &dice)
        event.channel = Channel.allCases.randomElement(using: &dice)!
        event.groupIndex = UInt8(truncatingIfNeeded: dice.next())
        event.groupCount = UInt8(truncatingIfNeeded: dice.next())
        event.authLevel = UInt8(truncatingIfNeeded: dice.next())
        event.previous = dice.next()
        event.debit = AccountCode(rawValue: dice.next())
        event.credit = AccountCode(rawValue: dice.next())
        event.amount = Int64(bitPattern: dice.next())
        event.balanceAfter = Int64(bitPattern: dice.next())
        event.reference = dice.next()
        event.key = CommandKey(high: dice.next(), low: dice.next())
        event.fingerprint = dice.next()
        event.actor = UInt32(truncatingIfNeeded: dice.next())
        event.session = UInt32(truncatingIfNeeded: dice.next())
        event.policyVersion = UInt16(truncatingIfNeeded: dice.next())
        let size = Bool.random(using: &dice) ? 0 : Int.random(in: 0...(Int.random(in: 0...40, using: &dice) == 0 ? Tail.longest : 90), using: &dice)
        event.tail = Tail(bytes: (0..<size).map { _ in UInt8(truncatingIfNeeded: dice.next()) })
        return event
    }
}
