import Journal
import Ledger
import Testing

@testable import Projections

@Suite struct DumpTests {
    @Test(arguments: [(3, 3, 273), (6, 4, 362)] as [(UInt64, UInt64, Int)])
    func dump(seed: UInt64, account: UInt64, end: Int) throws {
        var play = try DamagePlay(seed: seed)
        try play.go(500)
        var story = Attribution()
        for event in play.events where event.subject == .member(account) && event.position <= UInt64(end + 4) && (event.kind != .refused) {
            let label = event.tail.bytes(.label)?.first.flatMap { Label(rawValue: $0) }
            story.apply(event)
            var copy = story
            copy.settle()
            let lots = copy.lots.map { "\($0.position)\($0.isFraud ? "F" : "o")\($0.madeGoodAt > 0 ? "!" : ""):\($0.free)/\($0.held)/c\($0.cancelled)" }.joined(separator: " ")
            let takes = copy.takings.map { "\($0.payment)<\(copy.lots[$0.lot].position):\($0.amount)m\($0.made)r\($0.recovered)" }.joined(separator: " ")
            print("DUMP\(seed)", event.position, "g\(event.groupIndex)/\(event.groupCount)", event.kind.name, event.amount, "ref", event.reference, label?.name ?? "", "|", lots, "|", takes)
        }
    }
}
