internal import Ledger
internal import Wire

/// A command that waits for approvals, as it would be proposed again: whoever approves must see what.
struct HeldJSON {
    let currency: Currency

    /// The command's members, without braces.
    func write(_ command: Command, to json: inout JSONWriter) {
        json.member("command", string: command.name.name)
        switch command.account {
        case nil: break
        case .ordinal(let ordinal): json.member("account", decimal: ordinal)
        case .external(let id): json.member("externalId", string: id)
        }
        switch command {
        case .accounts(let command): accounts(command, &json)
        case .money(let command): money(command, &json)
        case .service(let command): service(command, &json)
        case .access(let command): access(command, &json)
        case .controls(let command): controls(command, &json)
        case .approvals(let command): approvals(command, &json)
        case .people(.view(let person, let purpose)):
            json.member("person", string: person)
            json.member("purpose", string: purpose)
        case .people(.erase(let person, let reason)):
            json.member("person", string: person)
            json.member("reason", string: reason)
        case .damage(let command): damage(command, &json)
        case .compensation(let command): compensation(command, &json)
        case .fraud(let command): fraud(command, &json)
        case .shutdown(let command): shutdown(command, &json)
        }
    }

    private func accounts(_ command: AccountsCommand, _ json: inout JSONWriter) {
        switch command {
        case .close(_, let disposition, let reason):
            text("disposition", disposition?.name, &json)
            text("reason", reason, &json)
        case .lock(_, let scope, let reason):
            json.member("scope", string: scope.name)
            text("reason", reason, &json)
        // No other command of this desk can wait.
        case .open, .unlock, .resetCredentials: break
        }
    }

    private func money(_ command: MoneyCommand, _ json: inout JSONWriter) {
        switch command {
        case .charge, .pay, .reversePayment: break
        case .correctCharge(_, let charge, let amount, let reason):
            json.member("charge", integer: charge)
            self.amount(amount, &json)
            text("reason", reason, &json)
        case .refund(_, let amount, let reason, let note):
            self.amount(amount, &json)
            text("reason", reason?.name, &json)
            text("note", note, &json)
        case .settlePartner(let source, let gross, let fee, let statement):
            json.member("source", string: source.name)
            amount(gross, &json)
            json.member("fee", string: currency.text(fee))
            text("statement", statement, &json)
        case .settleMerchant(let store, let amount, let direction, let statement):
            json.member("store", string: store)
            self.amount(amount, &json)
            json.member("direction", string: direction.rawValue)
            text("statement", statement, &json)
        case .fundByOwner(let amount, let statement):
            self.amount(amount, &json)
            text("statement", statement, &json)
        case .bookUnmatched(let amount, let direction, let statement):
            self.amount(amount, &json)
            json.member("direction", string: direction.rawValue)
            text("statement", statement, &json)
        }
    }

    private func service(_ command: ServiceCommand, _ json: inout JSONWriter) {
        switch command {
        case .setPolicy(let policy): PolicyJSON(currency: currency).members(policy, &json)
        case .advanceClock(let instant): json.member("to", time: instant)
        case .confirmClock: break
        case .launch(let reason): text("reason", reason, &json)
        case .publishNotice(let kind, let place, let hash, let note):
            json.member("kind", string: kind.name)
            json.member("place", string: place)
            json.member("contentHash", string: Hexadecimal.text(hash))
            text("note", note, &json)
        }
    }

    private func access(_ command: AccessCommand, _ json: inout JSONWriter) {
        switch command {
        case .revokeSessions(let method, let reason):
            text("method", method?.name, &json)
            json.member("reason", string: reason)
        case .mandateReset(let reason): json.member("reason", string: reason)
        default: break
        }
    }

    private func controls(_ command: ControlsCommand, _ json: inout JSONWriter) {
        switch command {
        case .activate(let stops, let effectiveAt, let until, let reason):
            StopsJSON.write(stops, to: &json)
            text("effectiveAt", effectiveAt?.description, &json)
            text("until", until?.description, &json)
            json.member("reason", string: reason)
        case .lift(let control, let effectiveAt, let reason):
            json.member("control", integer: control)
            text("effectiveAt", effectiveAt?.description, &json)
            json.member("reason", string: reason)
        case .confirmVoid(let refusal, let reference):
            json.member("refusal", integer: refusal)
            text("reference", reference, &json)
        }
    }

    private func approvals(_ command: ApprovalsCommand, _ json: inout JSONWriter) {
        switch command {
        case .grant(let principal, let role, let person):
            json.member("principal", string: principal)
            json.member("role", string: role.name)
            text("person", person, &json)
        case .revoke(let principal, let role):
            json.member("principal", string: principal)
            json.member("role", string: role.name)
        case .propose, .approve, .withdraw, .breakGlass, .review: break
        }
    }

    private func damage(_ command: DamageCommand, _ json: inout JSONWriter) {
        switch command {
        case .label(_, let events, let label, let basis, let amends):
            json.member("events", positions: events)
            json.member("label", string: label.name)
            json.member("basis", string: basis)
            text("amends", amends, &json)
        case .endHold(_, let charge, let reason):
            if let charge { json.member("charge", integer: charge) }
            json.member("reason", string: reason)
        case .certify(let person, let sums, let grounds, let note):
            json.member("person", string: person)
            EntitlementJSON(currency: currency).members(sums, &json)
            if let dispute = grounds.dispute { json.member("dispute", integer: dispute) }
            if let report = grounds.report { json.member("report", integer: report) }
            if let pattern = grounds.pattern {
                json.member("pattern", object: {
                    $0.member("ruleVersion", integer: pattern.ruleVersion)
                    $0.member("score", integer: pattern.score)
                    $0.member("events", positions: pattern.events)
                })
            }
            text("note", note, &json)
        case .amend(let person, let sums, let reason):
            json.member("person", string: person)
            EntitlementJSON(currency: currency).members(sums, &json)
            json.member("reason", string: reason)
        case .revoke(let person, let reason):
            json.member("person", string: person)
            json.member("reason", string: reason)
        case .link(_, let other, let evidence):
            switch other {
            case .ordinal(let ordinal): json.member("other", decimal: ordinal)
            case .external(let id): json.member("otherExternalId", string: id)
            }
            json.member("evidence", string: evidence)
        case .openDispute, .closeDispute, .report, .matchReport, .recordContact, .hold: break
        }
    }

    private func compensation(_ command: CompensationCommand, _ json: inout JSONWriter) {
        switch command {
        case .agree(_, let amount): self.amount(amount, &json)
        case .waive(_, let amount, let reason):
            self.amount(amount, &json)
            json.member("reason", string: reason)
        case .requestReversal, .rejectReversal, .confirmReversal, .matchReversal, .settleClearing, .offer, .pay, .returned, .repay,
            .bookCulprit:
            break
        }
    }

    private func fraud(_ command: FraudCommand, _ json: inout JSONWriter) {
        guard case .activate(let rules, let reason) = command else { return }
        RuleSetJSON(currency: currency).members(rules, &json)
        json.member("reason", string: reason)
    }

    private func shutdown(_ command: ShutdownCommand, _ json: inout JSONWriter) {
        switch command {
        case .decide(let instant, let reason), .reschedule(let instant, let reason):
            json.member("effectiveAt", time: instant)
            json.member("reason", string: reason)
        case .withdrawDecision(let reason), .liftLegalHold(_, let reason): json.member("reason", string: reason)
        case .openClaims(let from, let last):
            text("from", from?.description, &json)
            json.member("last", string: last.description)
        case .extendClaims(let last, let reason):
            json.member("last", string: last.description)
            json.member("reason", string: reason)
        case .approve(let accounts, let total):
            json.member("accounts", positions: accounts)
            json.member("total", string: currency.text(total.units))
        case .acceptLate(_, let claim):
            json.member("claimant", string: claim.claimant)
            json.member("method", string: claim.method.name)
            json.member("payee", string: Hexadecimal.text(claim.payee.bytes))
            json.member("channel", string: claim.channel.name)
            if let identity = claim.identity {
                json.member("identity", object: {
                    $0.member("level", integer: identity.level)
                    $0.member("method", string: identity.method.name)
                })
            }
        case .reclaim(let form, let amount, let approval):
            json.member("form", string: form.name)
            self.amount(amount, &json)
            json.member("approval", integer: approval)
        case .placeLegalHold, .claim, .verifyIdentity, .correctPayee, .rejectClaim, .withdrawClaim, .openBatch, .recordFile, .cancelBatch,
            .releaseBatch, .sendBatch, .recordResult, .confirmPayout, .returnPayout, .recordFiling, .secure:
            break
        }
    }

    private func amount(_ amount: Amount, _ json: inout JSONWriter) { json.member("amount", string: currency.text(amount.units)) }

    private func text(_ name: String, _ text: String?, _ json: inout JSONWriter) {
        if let text { json.member(name, string: text) }
    }
}
