/// How much is measured: everything, or enough to see that everything is measured.
struct Plan {
    let isSmoke: Bool
    var rounds: Int { isSmoke ? 1 : 5 }
    var manyAccounts: Int { isSmoke ? 10_000 : 100_000 }
    var rebuildEvents: Int { isSmoke ? 200_000 : 3_000_000 }
    /// Ledgers that are started after a kill: all events after the snapshot, and a tail of them.
    var startEvents: Int { isSmoke ? 50_000 : 1_000_000 }
    var longEvents: Int { isSmoke ? 150_000 : 10_000_000 }
    var longTail: Int { isSmoke ? 50_000 : 1_000_000 }
    var largeAccounts: Int { isSmoke ? 20_000 : 1_000_000 }
    var largeKeys: Int { isSmoke ? 100_000 : 5_000_000 }
    /// Logins of one ledger, and how many controls are thrown under load.
    var logins: Int { isSmoke ? 100_000 : 10_000_000 }
    var controls: Int { isSmoke ? 5 : 60 }
    var httpSeconds: Int { isSmoke ? 1 : 5 }
    var httpRounds: Int { isSmoke ? 1 : 3 }

    /// Commands of one run.
    func commands(inFlight: Int) -> Int {
        let full = [1: 3000, 16: 30_000, 128: 150_000, 1024: 400_000][inFlight] ?? 100_000
        return isSmoke ? max(200, full / 20) : full
    }
}
