import Ledger
import Testing

/// Charges, payments, labels, holds, reversals, certifications and links at random, against the coins (`CoinModel`): every part of
/// every lot, every posting, every refusal, every figure. Nothing is made good here, so nothing is frozen and the coins
/// are exact; what comes after a making-good is `FrozenTests`.
@Suite struct DamageModelTests {
    @Test("The core and the coins agree", arguments: 0..<4)
    func againstTheCoins(part: Int) throws {
        var (codes, kinds): (Set<String>, Set<EventKind>) = ([], [])
        for seed in (part * 750 + 1)...(part * 750 + 750) {
            var play = try DamagePlay(seed: UInt64(seed))
            try play.play(30)
            if !play.wrong.isEmpty {
                Issue.record("seed \(seed): \(play.wrong.prefix(4))")
                return
            }
            codes.formUnion(play.codes)
            kinds.formUnion(play.kinds)
        }
        // What never happens cannot have been compared.
        #expect(codes == [
            "account-closed", "account-locked", "insufficient-balance", "reversal-exceeds-payment", "charge-already-spent", "money-held", "refund-is-open",
            "cash-is-own", "labelled-so", "amendment-required", "charge-not-fraud", "nothing-to-hold", "nothing-held", "already-certified",
            "labels-missing", "not-entitled", "differs-from-entitlement", "certified-so",
        ])
        #expect(kinds.isSuperset(of: [
            .paymentReversedToHold, .paymentReversedToUnclaimed, .fraudHeld, .holdReleased, .balanceDisposed, .victimCertified,
            .certificationAmended, .certificationRevoked,
        ]))
    }
}
