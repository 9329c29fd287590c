/// The damage desk's commands as bytes.
extension DamageCommand {
    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .openDispute(_, let events, let via, let note):
            bytes.add(positions: events)
            bytes.add(Int64(via.rawValue))
            bytes.add(note)
        case .closeDispute(let dispute, let outcome, let note):
            bytes.add(Int64(bitPattern: dispute))
            bytes.add(Int64(outcome.rawValue))
            bytes.add(note)
        case .report(let report):
            bytes.add(Int64(report.source.rawValue))
            bytes.add(report.message)
            bytes.add(report.card)
            bytes.add(report.account)
            bytes.add(positions: report.charges)
            bytes.add(report.amount?.units)
            bytes.add(report.note)
        case .matchReport(let report, _, let charges):
            bytes.add(Int64(bitPattern: report))
            bytes.add(positions: charges)
        case .recordContact(_, let isInbound, let via, let outcome, let note):
            bytes.add(isInbound ? 1 : 0)
            bytes.add(Int64(via.rawValue))
            bytes.add(Int64(outcome.rawValue))
            bytes.add(note)
        case .label(_, let events, let label, let basis, let amends):
            bytes.add(positions: events)
            bytes.add(Int64(label.rawValue))
            bytes.add(basis)
            bytes.add(amends)
        case .hold(_, let charge, let reason):
            bytes.add(charge.map { Int64(bitPattern: $0) })
            bytes.add(reason)
        case .endHold(_, let charge, let reason):
            bytes.add(charge.map { Int64(bitPattern: $0) })
            bytes.add(reason)
        case .certify(let person, let sums, let grounds, let note):
            bytes.add(person)
            for number in sums.numbers { bytes.add(number) }
            bytes.add(grounds.dispute.map { Int64(bitPattern: $0) })
            bytes.add(grounds.report.map { Int64(bitPattern: $0) })
            bytes.add(grounds.pattern.map { Int64($0.ruleVersion) })
            if let pattern = grounds.pattern {
                bytes.add(pattern.score)
                bytes.add(positions: pattern.events)
            }
            bytes.add(note)
        case .amend(let person, let sums, let reason):
            bytes.add(person)
            for number in sums.numbers { bytes.add(number) }
            bytes.add(reason)
        case .revoke(let person, let reason):
            bytes.add(person)
            bytes.add(reason)
        case .link(_, let other, let evidence):
            bytes.add(other)
            bytes.add(evidence)
        }
    }

    /// The acts that may wait for approvals; `nil` for any other.
    init?(_ name: Command.Name, _ account: AccountReference?, reading bytes: inout CanonicalReader) throws(ImageError) {
        switch name {
        case .label:
            self = .label(
                try account.orThrow(), events: try bytes.positions(), try bytes.choice(), basis: try bytes.text(), amends: try bytes.textIfAny())
        case .endHold: self = .endHold(try account.orThrow(), charge: try bytes.positionIfAny(), reason: try bytes.text())
        case .certifyVictim:
            let person = try bytes.text()
            let sums = try bytes.entitlement()
            var grounds = Grounds(dispute: try bytes.positionIfAny(), report: try bytes.positionIfAny())
            if let version = try bytes.numberIfAny() {
                grounds.pattern = Grounds.Pattern(
                    ruleVersion: UInt16(truncatingIfNeeded: version), score: try bytes.number(), events: try bytes.positions())
            }
            self = .certify(person: person, sums, grounds, note: try bytes.textIfAny())
        case .amendCertification: self = .amend(person: try bytes.text(), try bytes.entitlement(), reason: try bytes.text())
        case .revokeCertification: self = .revoke(person: try bytes.text(), reason: try bytes.text())
        case .linkAccounts:
            self = .link(try account.orThrow(), other: try bytes.account().orThrow(), evidence: try bytes.text())
        default: return nil
        }
    }
}

extension CanonicalBytes {
    mutating func add(positions: [UInt64]) { add(blob: positions.flatMap(\.littleEndianBytes)) }
}

extension CanonicalReader {
    mutating func positions() throws(ImageError) -> [UInt64] {
        let bytes = try blob()
        guard bytes.count % 8 == 0 else { throw ImageError() }
        return [UInt64](packed: bytes[...])
    }

    mutating func positionIfAny() throws(ImageError) -> UInt64? { try numberIfAny().map { UInt64(bitPattern: $0) } }

    mutating func entitlement() throws(ImageError) -> Entitlement {
        var numbers: [Int64] = []
        for _ in 0..<5 { numbers.append(try number()) }
        guard let sums = Entitlement(numbers: numbers) else { throw ImageError() }
        return sums
    }
}

extension UInt64 {
    var littleEndianBytes: [UInt8] { stride(from: UInt64(0), to: 64, by: 8).map { UInt8(truncatingIfNeeded: self >> $0) } }
}

extension [UInt64] {
    /// Eight bytes each, the least significant first.
    init(packed bytes: ArraySlice<UInt8>) {
        self = stride(from: bytes.startIndex, to: bytes.endIndex - 7, by: 8).map { UInt64(bitPattern: Tail.number(bytes[$0..<($0 + 8)])) }
    }
}

extension Tail {
    mutating func add(_ field: Field, positions: [UInt64]) { add(field, bytes: positions.flatMap(\.littleEndianBytes)) }

    /// The positions of a field that holds some.
    public func positions(_ field: Field) -> [UInt64] { bytes(field).map { [UInt64](packed: $0) } ?? [] }
}
