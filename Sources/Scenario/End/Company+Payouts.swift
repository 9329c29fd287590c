internal import Ledger

/// From the claims to the money: who agrees, which file goes out when, what comes back; and what the regulator holds.
extension Company {
    /// Proposed and agreed to by two within a day.
    private func approve(on day: String, _ script: inout Prompter, telling: String) {
        script.look(Ending.at("\(day) 10:00"), Self.payer, telling: "\(telling): proposed", Worklists.propose)
        script.look(Ending.at("\(day) 14:00"), Staff.approvers[0], telling: "looked at by one", Worklists.agree)
        script.look(Ending.at("\(day) 16:00"), Staff.approvers[1], telling: "and by another, who agrees too", Worklists.agree)
    }

    /// Opened, made into a file, let go out and sent on one day.
    private func batch(_ method: PayoutMethod, on day: String, for date: String, _ script: inout Prompter, telling: String) -> Mark {
        let mark = script.marks.next()
        let transfer = Day(date)!
        script.look(Ending.at("\(day) 10:00"), Self.payer, mark: mark, telling: telling) { books, _ in Worklists.open(books, method, transfer) }
        script.add(Act(Ending.at("\(day) 11:00"), by: Self.payer, .paper(.file(batch: mark)), telling: "its file is made"))
        script.add(Act(Ending.at("\(day) 15:00"), by: Self.releaser, .paper(.release(batch: mark)), telling: "somebody else lets it go out"))
        script.look(Ending.at("\(day) 15:30"), Self.payer) { books, positions in
            guard let batch = positions[mark], books.shutdown.batches[batch] != nil else { return [] }
            return [.shutdown(.sendBatch(batch, reference: "sent-\(transfer)"))]
        }
        return mark
    }

    private func result(of mark: Mark, at: String, _ script: inout Prompter) {
        script.add(Act(Ending.at(at), by: Self.payer, .paper(.result(batch: mark)), telling: "the bank's answer comes"))
    }

    private func certificates(of mark: Mark, _ days: [(String, UInt64)], _ script: inout Prompter) {
        for (day, share) in days {
            script.look(Ending.at(day), Self.payer) { books, positions in
                positions[mark].map { Worklists.certificates(books, $0, cashed: share) } ?? []
            }
        }
    }

    func payouts(_ script: inout Prompter) {
        approve(on: "2019-11-06", &script, telling: "the claims made so far")
        let first = batch(.bank, on: "2019-11-12", for: "2019-11-15", &script, telling: "the first bank file is put together, for 11-15")
        result(of: first, at: "2019-11-18 10:00", &script)
        let postal = batch(.postal, on: "2019-11-20", for: "2019-11-29", &script, telling: "payment certificates for who has no bank")
        certificates(of: postal, [("2019-12-09 11:00", 55), ("2020-01-14 11:00", 82), ("2020-02-25 11:00", 94)], &script)

        script.look(
            Ending.at("2020-01-15 13:00"), Staff.support[0], telling: "the documents of who came by the form are looked at", Worklists.verify)
        approve(on: "2020-01-16", &script, telling: "the later claims, those by the form, and corrected ones")
        let second = batch(.bank, on: "2020-01-21", for: "2020-01-24", &script, telling: "the second bank file, for 01-24")
        result(of: second, at: "2020-01-27 10:00", &script)
        let posted = batch(.postal, on: "2020-01-22", for: "2020-01-31", &script, telling: "the second list of certificates")
        certificates(of: posted, [("2020-02-14 11:00", 55), ("2020-03-16 11:00", 94)], &script)

        script.look(Ending.at("2020-02-10 09:00"), Staff.support[0], Worklists.verify)
        approve(on: "2020-02-10", &script, telling: "late claims, and what was corrected since")
        let third = batch(.bank, on: "2020-02-12", for: "2020-02-14", &script, telling: "the third bank file, for 02-14")
        result(of: third, at: "2020-02-17 10:00", &script)
    }

    // MARK: Late

    /// Who claims after the window and is paid all the same; and whose own time to claim is longer.
    func lateClaims(_ script: inout Prompter) {
        late(.external("m-1002"), "p-botan", 4_000_002, at: Ending.at("2020-01-20 10:00"), &script, isTold: true)
        for member in crowd.forgetful where !crowd.isVictim[member] {
            var chance = Chance(month.seed, .ending, 1_000_000 + member)
            guard chance.below(1_000) < 4 else { continue }
            let at = Ending.at("2020-01-21 09:00") + chance.below(14) * July.day + chance.below(8 * 3600)
            late(.external(Names.account(member)), Names.person(member), member, at: at, &script, isTold: false)
        }
        guard let late = cases.lateFound else { return }
        let found = month.cases[late.claims]
        script.add(
            Wish.act(
                Ending.at("2020-01-25 11:00"), .external(found.account), found.person, .paper,
                script.payees.payee(of: found.member ?? 0, .bank, attempt: 1),
                telling: "whose case ended in December has an own time to claim, and does"))
    }

    private func late(
        _ account: AccountReference, _ person: String, _ number: Int, at moment: Moment, _ script: inout Prompter, isTold: Bool
    ) {
        let proposal = script.marks.next()
        let payee = script.payees.payee(of: number, .bank, attempt: 1)
        script.add(
            Act(
                moment, by: Self.payer,
                .payee(payee) {
                    .approvals(.propose(
                        .shutdown(.acceptLate(
                            account,
                            .init(
                                claimant: person, method: payee.method, payee: $0, channel: .paper, identity: .init(level: 2, method: .document)))),
                        because: "the balance can be confirmed"))
                }, mark: proposal, telling: isTold ? "Botan writes a letter: to pay all the same is proposed" : nil))
        // Who took the claim down agrees to no payment of it.
        script.later(moment + 3_600, Acting.chief, telling: isTold ? "and agreed to" : nil) { positions in
            positions[proposal].map { .approvals(.approve(proposal: $0)) }
        }
    }

    // MARK: Security

    func security(_ script: inout Prompter) {
        script.look(Ending.at("2019-11-28 15:00"), Staff.treasurer, telling: "half of what was unused at the base date is deposited") { books, _ in
            Worklists.security(books).map { [.shutdown(.secure(.deposit, $0, reference: "dp-2019-1"))] } ?? []
        }
        let approval = script.marks.next()
        script.look(
            Ending.at("2020-06-12 10:00"), Staff.treasurer, mark: approval, telling: "the regulator allows that all of it is taken back"
        ) { books, _ in
            guard let held = Amount(books.balance(.security(.deposit))) else { return [] }
            return [
                .shutdown(.recordFiling(
                    .init(.reclaimApproval, day: Day("2020-06-12"), contentHash: Self.hash("approval"), amount: held, reference: "ra-2020-1")))
            ]
        }
        let reclaim = script.marks.next()
        script.look(
            Ending.at("2020-06-19 10:00"), Staff.treasurer, mark: reclaim, telling: "to take it back is proposed"
        ) { books, positions in
            guard let position = positions[approval], let amount = Amount(books.balance(.security(.deposit))) else { return [] }
            return [.approvals(.propose(.shutdown(.reclaim(.deposit, amount, approval: position)), because: "nothing is left to secure"))]
        }
        script.later(Ending.at("2020-06-19 14:00"), Staff.approvers[0], telling: "and done") { positions in
            positions[reclaim].map { .approvals(.approve(proposal: $0)) }
        }
    }
}
