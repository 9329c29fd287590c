import Ledger
import Testing
import Foundation
@Suite struct ZZ {
    @Test(arguments: 0..<2) func stats(part: Int) throws {
        var bad: [String] = []
        guard ProcessInfo.processInfo.environment["STATS"] != nil else { return }
        for seed in (part * 15000 + 20001)...(part * 15000 + 35000) {
            var play = try FrozenPlay(seed: UInt64(seed))
            try play.play(70)
            if !play.wrong.isEmpty { bad.append("seed \(seed): \(play.wrong.prefix(3))") }
        }
        print("STAT bad", bad.count)
        for b in bad.prefix(8) { print("STAT", b) }
    }
    @Test func dump() throws {
        guard let text = ProcessInfo.processInfo.environment["SEEDS"] else { return }
        for one in text.split(separator: " ") {
            let parts = one.split(separator: ":")
            let (seed, account) = (UInt64(parts[0])!, UInt64(parts[1])!)
            var play = try FrozenPlay(seed: UInt64(seed))
            try play.play(70)
            print("STAT seed", seed, play.wrong.prefix(2))
            for e in play.story.events where (e.subject == .member(account)) && e.kind != .refused && e.kind != .proposed {
                let label = e.tail.bytes(.label)?.first.flatMap { Label(rawValue: $0) }.map { "\($0)" } ?? ""
                print("STAT  \(e.position) \(e.kind.name) \(e.source.map { "\($0)" } ?? "") \(e.amount) ref \(e.reference) \(label) group \(e.groupIndex)")
            }
            for l in play.lots(Int(account)).lots { print("STAT    ", l) }
            for l in play.lots(Int(account)).takings { print("STAT    ", l) }
        }
    }
}
