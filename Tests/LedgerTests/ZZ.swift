import Ledger
import Testing
@Suite struct ZZ {
    @Test(arguments: 0..<2) func stats(part: Int) throws {
        var bad: [String] = []
        for seed in (part * 6000 + 1)...(part * 6000 + 6000) {
            var play = try FrozenPlay(seed: UInt64(seed))
            try play.play(60)
            if !play.wrong.isEmpty { bad.append("seed \(seed): \(play.wrong.prefix(3))") }
        }
        print("STAT bad", bad.count)
        for b in bad.prefix(8) { print("STAT", b) }
    }
}
