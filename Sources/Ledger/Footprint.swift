/// Looking ahead: what a command will read is read a little earlier, for several commands at once, so that the waits for
/// memory overlap instead of following each other. Changes nothing; the sums keep the reads from being left out.
extension Books {
    /// Reads what stands under the command's account and session.
    public func footprint(_ request: Request) -> UInt64 {
        var sum: UInt64 = 0
        if case .ordinal(let account)? = request.command.account {
            if let member = member(account) { sum &+= member.last }
            if let member = access.member(account) { sum &+= UInt64(member.links) }
        }
        let session = request.access.session
        if session != 0 { sum &+= UInt64(access.slots[session]) }
        return sum
    }

    /// Reads what those lead to; call after `footprint` of the same commands.
    public func secondFootprint(_ request: Request) -> UInt64 {
        var sum: UInt64 = 0
        let slot = request.access.session == 0 ? 0 : access.slots[request.access.session]
        if slot != 0 { sum &+= access.sessions[Int(slot) - 1].begun }
        if case .ordinal(let account)? = request.command.account, let member = access.member(account), member.links != 0 {
            sum &+= UInt64(access.links[Int(member.links) - 1].value)
        }
        return sum
    }
}
