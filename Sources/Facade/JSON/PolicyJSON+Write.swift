public import Ledger
public import Wire

extension PolicyJSON {
    /// Writes the policy as the document it is read from: reading it again gives the same policy.
    public func write(_ policy: Policy, to json: inout JSONWriter) {
        json.object { members(policy, &$0) }
    }

    /// The document's members, without its braces.
    func members(_ policy: Policy, _ json: inout JSONWriter) {
        amount("balanceCap", policy.balanceCap, &json)
        let limited = FundingSource.allCases.filter { policy[$0] != Policy.SourceLimit() }
        if !limited.isEmpty {
            json.member("charge", object: { charge in
                for source in limited {
                    charge.member(source.name, object: {
                        amount("limit", policy[source].perCharge, &$0)
                        amount("step", policy[source].step, &$0)
                    })
                }
            })
        }
        if policy.requiresLaunch { json.member("requiresLaunch", bool: true) }
        if policy.homeCountry != .japan { json.member("homeCountry", string: policy.homeCountry.description) }
        number("sessionSeconds", policy.sessionSeconds, &json)
        number("proposalSeconds", policy.proposalSeconds, &json)
        if policy.dailyCharge > 0 || policy.dailyCardCharge > 0 || policy.dailyPayment > 0 {
            json.member("daily", object: {
                amount("charge", policy.dailyCharge, &$0)
                amount("cardCharge", policy.dailyCardCharge, &$0)
                amount("payment", policy.dailyPayment, &$0)
            })
        }
        if !policy.chargeWindows.isEmpty {
            json.member("chargeWindows", array: { list in
                for window in policy.chargeWindows {
                    list.object {
                        sources(window.sources, &$0)
                        $0.member("count", integer: window.count)
                        $0.member("seconds", integer: window.seconds)
                    }
                }
            })
        }
        devices(policy, &json)
        coolDown("afterReset", policy.resetCoolDown, &json)
        coolDown("afterContactChange", policy.contactCoolDown, &json)
        if policy.resetsToRegisteredContact { json.member("resetsToRegisteredContact", bool: true) }
        evidence(policy, &json)
        if policy.compensationFrom.microseconds != 0 { json.member("compensationFrom", time: policy.compensationFrom) }
        if policy.claimIdentity != 1 || policy.claimsFromAbroad {
            json.member("claims", object: {
                $0.member("identity", integer: policy.claimIdentity)
                if policy.claimsFromAbroad { $0.member("fromAbroad", bool: true) }
            })
        }
        if policy.batchItems > 0 || policy.batchTotal > 0 {
            json.member("batch", object: {
                number("items", policy.batchItems, &$0)
                amount("total", policy.batchTotal, &$0)
            })
        }
        number("retentionSeconds", policy.retentionSeconds, &json)
    }

    private func devices(_ policy: Policy, _ json: inout JSONWriter) {
        guard policy.devicesPerAccount > 0 || !policy.deviceSources.isEmpty || policy.deviceCoolDown > 0 || policy.deviceFirst.amount > 0 else {
            return
        }
        json.member("devices", object: {
            number("perAccount", policy.devicesPerAccount, &$0)
            if !policy.deviceSources.isEmpty { sources(policy.deviceSources, &$0) }
            number("coolDownSeconds", policy.deviceCoolDown, &$0)
            amount("firstLimit", policy.deviceFirst.amount, &$0)
            number("firstSeconds", policy.deviceFirst.seconds, &$0)
        })
    }

    private func coolDown(_ name: String, _ coolDown: Policy.CoolDown, _ json: inout JSONWriter) {
        guard coolDown != Policy.CoolDown() else { return }
        json.member(name, object: {
            sources(coolDown.sources, &$0)
            number("seconds", coolDown.seconds, &$0)
        })
    }

    private func evidence(_ policy: Policy, _ json: inout JSONWriter) {
        let commands = Command.Name.allCases.filter { policy[minimum: $0] != Policy.Minimum() }.map { ($0.name, policy[minimum: $0]) }
        let charges = FundingSource.allCases.filter { policy[minimum: $0] != Policy.Minimum() }.map {
            (Self.chargePrefix + $0.name, policy[minimum: $0])
        }
        guard !commands.isEmpty || !charges.isEmpty else { return }
        json.member("evidence", object: { evidence in
            for (name, minimum) in commands + charges {
                evidence.member(name, object: {
                    $0.member("level", integer: minimum.level)
                    number("withinSeconds", minimum.seconds, &$0)
                })
            }
        })
    }

    // Zero is "no such rule" everywhere, and not written.

    private func amount(_ name: String, _ units: Int64, _ json: inout JSONWriter) {
        if units != 0 { json.member(name, string: currency.text(units)) }
    }

    private func number(_ name: String, _ number: Int64, _ json: inout JSONWriter) {
        if number != 0 { json.member(name, integer: number) }
    }

    private func sources(_ sources: Policy.Sources, _ json: inout JSONWriter) {
        json.member("sources", array: { list in for source in sources.all { list.element(string: source.name) } })
    }
}
