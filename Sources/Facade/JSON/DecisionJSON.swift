internal import Ledger
internal import Projections
internal import Wire

/// Decisions and proposals, as operators read them.
struct DecisionJSON {
    let currency: Currency

    /// One that waits for approvals.
    func proposal(_ entry: DecisionEntry, _ json: inout JSONWriter) {
        json.member("proposal", integer: entry.position)
        json.member("recordedAt", time: entry.recordedAt)
        json.member("proposedBy", string: entry.decidedBy)
        if let why = entry.why { json.member("because", string: why) }
        held(entry, &json)
        json.member("approvedBy", strings: entry.approvedBy)
        if case .open(let missing, let expiresAt) = entry.state {
            json.member("approvalsLeft", integer: missing)
            json.member("expiresAt", time: expiresAt)
        }
    }

    func decision(_ entry: DecisionEntry, _ json: inout JSONWriter) {
        json.member("position", integer: entry.position)
        json.member("recordedAt", time: entry.recordedAt)
        json.member("event", string: Names.of(entry.what.kind))
        json.member("decidedBy", string: entry.decidedBy)
        if let why = entry.why { json.member("why", string: why) }
        if let proposal = entry.proposal { json.member("proposal", integer: proposal) }
        if let proposedBy = entry.proposedBy { json.member("proposedBy", string: proposedBy) }
        json.member("approvedBy", strings: entry.approvedBy)
        held(entry, &json)
        state(entry.state, &json)
        json.member("events", array: { list in
            let events = EventJSON(currency: currency)
            for event in entry.acts { events.write(event, to: &list) }
        })
    }

    private func held(_ entry: DecisionEntry, _ json: inout JSONWriter) {
        guard let command = entry.command else { return }
        json.member("held", object: { HeldJSON(currency: currency).write(command, to: &$0) })
    }

    private func state(_ state: DecisionEntry.State, _ json: inout JSONWriter) {
        switch state {
        case .done: json.member("state", string: "done")
        case .open(let missing, let expiresAt):
            json.member("state", string: "open")
            json.member("approvalsLeft", integer: missing)
            json.member("expiresAt", time: expiresAt)
        case .expired(let at):
            json.member("state", string: "expired")
            json.member("expiresAt", time: at)
        case .withdrawn(let by, let at, let because):
            json.member("state", string: "withdrawn")
            json.member("withdrawal", object: {
                $0.member("by", string: by)
                $0.member("at", time: at)
                if let because { $0.member("because", string: because) }
            })
        case .emergency(let review):
            json.member("state", string: "emergency")
            if let review {
                json.member("review", object: {
                    $0.member("position", integer: review.position)
                    $0.member("verdict", string: review.verdict.name)
                    $0.member("by", string: review.by)
                    $0.member("at", time: review.recordedAt)
                    if let note = review.note { $0.member("note", string: note) }
                })
            }
        }
    }
}
