/// What the ledger does by itself, because it was decided for an instant that has come, or because something decided takes more
/// events than one commit holds. Nothing else is decided before.
public enum OwnAct: Equatable, Sendable {
    /// One event.
    case event(Event)
    /// The first event of an act of these steps; it lacks their digest.
    case opening(Event, RefundRows)
}

extension Books {
    /// The next act of the ledger's own at `now`; `nil` if nothing is due. O(1), but for the instants at which a large act opens.
    public func dueAct(at now: Instant) -> OwnAct? {
        guard shutdown.isDue(at: now) else { return nil }
        if let act = shutdown.act { return .event(step(of: act)) }
        if !shutdown.isTerminated { return termination() }
        if let account = shutdown.holdsDue.min() { return .event(holdEvent(account)) }
        if shutdown.window?.isClosed == false { return closing() }
        return expiry(at: now).map { .event($0) }
    }

    /// How the ledger signs what it does by itself.
    public func ownRequest(for event: Event) -> Request {
        // The ledger's own words need no check.
        guard let request = try? Request(
            .service(.confirmClock), principal: .ledger, key: .none, fingerprint: 0,
            occurredAt: event.kind == .serviceTerminated || event.kind == .claimsClosed ? event.effectiveAt : nil, channel: .ledger)
        else { preconditionFailure("the ledger's own request is well formed") }
        return request
    }

    // MARK: Openings

    private func termination() -> OwnAct {
        var rows = RefundRows()
        for (index, member) in members.enumerated() where member.balance > 0 { rows.add(UInt64(index) + 1, member.balance) }
        var event = Event(.serviceTerminated)
        event.reference = shutdown.decided?.position ?? 0
        event.tail.add(.effectiveAt, number: shutdown.decided?.effectiveAt.microseconds ?? 0)
        return .opening(event, rows)
    }

    private func closing() -> OwnAct {
        var rows = RefundRows()
        for (index, refund) in shutdown.refunds.enumerated() where isUnclaimed(refund, of: UInt64(index) + 1) {
            rows.add(UInt64(index) + 1, refund.open)
        }
        var event = Event(.claimsClosed)
        event.reference = shutdown.window?.position ?? 0
        event.tail.add(.effectiveAt, number: shutdown.window?.until.microseconds ?? 0)
        return .opening(event, rows)
    }

    /// True of what is excluded when the window closes: nobody claimed it, nothing keeps it, and it has no longer time of its own.
    private func isUnclaimed(_ refund: ShutdownBooks.Refund, of account: UInt64) -> Bool {
        refund.state == .fixed && refund.open > 0 && refund.holds.isEmpty && shutdown.ownWindows[account] == nil
    }

    /// The first account whose own time to claim is over.
    private func expiry(at now: Instant) -> Event? {
        guard let account = shutdown.ownWindows.filter({ $0.value <= now }).keys.min(), let refund = shutdown.refund(account) else { return nil }
        var legs = Legs(self, account)
        legs.post(.refundExcluded, .refund(account), .unclaimed(account), refund.open)
        return legs.events.first
    }

    // MARK: Steps

    /// The next step of an act that was opened, or its last event.
    private func step(of act: LargeAct) -> Event {
        guard act.done < act.size.count else { return completion(of: act) }
        for ordinal in (act.cursor + 1)...UInt64(members.count) {
            let refund = shutdown.refunds[Int(ordinal) - 1]
            let code = AccountCode.refund(ordinal)
            var legs = Legs(self, ordinal)
            switch act.kind {
            case .fixing: legs.post(.unusedBalanceFixed, legs.subject, code, legs.balance, reference: act.opened)
            case .excluding:
                guard isUnclaimed(refund, of: ordinal) else { continue }
                legs.post(.refundExcluded, code, .unclaimed(ordinal), refund.open, reference: act.opened)
            case .batching:
                guard let batch = shutdown.batches[act.opened], isReady(refund, batch.method) else { continue }
                legs.note(.refundBatched, reference: act.opened) { $0.add(.sum, number: refund.open) }
            case .releasing:
                guard refund.state == .batched, let claim = shutdown.claim(ordinal), claim.batch == shutdown.releasing else { continue }
                legs.post(.refundReleased, code, .payoutInTransit(ordinal), refund.open, reference: act.opened)
            }
            if let event = legs.events.first { return event }
        }
        preconditionFailure("the act at \(act.opened) ran out of accounts after \(act.done) of \(act.size.count)")
    }

    private func completion(of act: LargeAct) -> Event {
        precondition(act.doneTotal == act.size.total, "the act at \(act.opened) came to \(act.doneTotal), not to \(act.size.total)")
        let kind: EventKind =
            switch act.kind {
            case .fixing: .fixingCompleted
            case .excluding: .exclusionsCompleted
            case .batching: .batchCompleted
            case .releasing: .releaseCompleted
            }
        var event = Event(kind)
        event.reference = act.opened
        event.tail.add(act.size)
        return event
    }

    // MARK: Holds

    private func holdEvent(_ account: UInt64) -> Event {
        let grounds = grounds(of: account)
        var legs = Legs(self, account)
        legs.note(grounds.isEmpty ? .refundUnheld : .refundHeld) { if !grounds.isEmpty { $0.add(.holdGrounds, bytes: [grounds.rawValue]) } }
        return legs.events[0]
    }

    /// Why an account's refund must wait now; nothing while there is nothing to pay.
    func grounds(of account: UInt64) -> HoldGrounds {
        guard let refund = shutdown.refund(account), refund.open > 0 else { return [] }
        var grounds = HoldGrounds()
        if damage.openDisputes[account] != nil { grounds.insert(.dispute) }
        if damage.openAlerts[account] != nil { grounds.insert(.alert) }
        if shutdown.legalHolds.contains(account) { grounds.insert(.legalHold) }
        if hasOpenCase(standing(of: account)) { grounds.insert(.case) }
        return grounds
    }

    /// A fraud nobody has certified, or one that is certified and not wholly made good.
    private func hasOpenCase(_ person: UInt32) -> Bool {
        let accounts = accounts(ofPerson: person)
        guard let certified = damage.certifications[person] else { return accounts.contains { damage.frauds[$0] != nil } }
        let madeGood = accounts.reduce(Int64(0)) { $0 + (damage.madeGood[$1] ?? 0) }
        return madeGood < certified.sums.total || accounts.contains { balance(.compensation($0)) > 0 }
    }
}
