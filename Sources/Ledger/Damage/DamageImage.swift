/// The damage books' part of the books' image.
extension DamageBooks {
    func encode(into image: inout ImageWriter) {
        var tail = Tail()
        rules.write(to: &tail)
        image.bytes(tail.bytes)
        image.number(UInt64(ruleVersion))
        image.number(UInt64(alerts.count))
        for (position, account) in alerts.sorted(by: { $0.key < $1.key }) { image.numbers([position, account]) }
        image.number(UInt64(frauds.count))
        for (account, events) in frauds.sorted(by: { $0.key < $1.key }) { image.numbers([account] + events.sorted()) }
        image.number(UInt64(madeGood.count))
        for (account, sum) in madeGood.sorted(by: { $0.key < $1.key }) { image.numbers([account, UInt64(bitPattern: sum)]) }
        image.numbers(labelled.sorted())
        image.number(UInt64(disputes.count))
        for (position, dispute) in disputes.sorted(by: { $0.key < $1.key }) {
            image.number(position)
            image.number(dispute.account)
            image.number(UInt64(dispute.openedBy) | (dispute.isOpen ? 1 << 32 : 0))
            image.numbers(dispute.events)
        }
        image.number(UInt64(reports.count))
        for (position, report) in reports.sorted(by: { $0.key < $1.key }) {
            image.number(position)
            image.number(UInt64(report.source.rawValue))
            image.number(report.account)
        }
        image.number(UInt64(messages.count))
        for (message, position) in messages.sorted(by: { $0.value < $1.value }) {
            image.number(UInt64(message.source.rawValue))
            image.text(message.number)
            image.number(position)
        }
        image.number(UInt64(certifications.count))
        for (person, certification) in certifications.sorted(by: { $0.key < $1.key }) {
            image.number(UInt64(person))
            image.number(certification.position)
            image.number(certification.amended)
            for number in certification.sums.numbers { image.number(number) }
        }
        image.number(UInt64(reversals.count))
        for (charge, reversal) in reversals.sorted(by: { $0.key < $1.key }) {
            image.number(charge)
            image.number(UInt64(reversal.rawValue))
        }
        image.number(UInt64(unmatched.count))
        for (position, reversal) in unmatched.sorted(by: { $0.key < $1.key }) {
            image.number(position)
            image.number(UInt64(reversal.source.rawValue))
            image.number(reversal.amount)
        }
        image.numbers(offers.sorted())
        image.number(UInt64(linked.count))
        for (person, standing) in linked.sorted(by: { $0.key < $1.key }) { image.number(UInt64(person) | UInt64(standing) << 32) }
    }

    init(from image: inout ImageReader) throws(ImageError) {
        self.init()
        rules = RuleSet(reading: Tail(bytes: try image.bytes()))
        ruleVersion = UInt16(truncatingIfNeeded: try image.number())
        if ruleVersion == 0 { rules = .none }
        for _ in 0..<(try image.count()) {
            let pair = try image.numbers()
            guard pair.count == 2 else { throw ImageError() }
            alerts[pair[0]] = pair[1]
            if pair[1] > 0 { openAlerts[pair[1], default: 0] += 1 }
        }
        for _ in 0..<(try image.count()) {
            let numbers = try image.numbers()
            guard numbers.count > 1 else { throw ImageError() }
            frauds[numbers[0]] = Set(numbers[1...])
        }
        for _ in 0..<(try image.count()) {
            let pair = try image.numbers()
            guard pair.count == 2 else { throw ImageError() }
            madeGood[pair[0]] = Int64(bitPattern: pair[1])
        }
        labelled = Set(try image.numbers())
        for _ in 0..<(try image.count()) {
            let (position, account, word) = (try image.number(), try image.number(), try image.number())
            disputes[position] = Dispute(
                account: account, openedBy: UInt32(truncatingIfNeeded: word), events: try image.numbers(), isOpen: word >> 32 == 1)
            if word >> 32 == 1 { openDisputes[account, default: 0] += 1 }
        }
        for _ in 0..<(try image.count()) {
            let position = try image.number()
            reports[position] = Report(source: try image.source(), account: try image.number())
        }
        for _ in 0..<(try image.count()) {
            let message = Message(source: try image.source(), number: try image.text())
            messages[message] = try image.number()
        }
        for _ in 0..<(try image.count()) {
            let (person, position, amended) = (try image.number(), try image.number(), try image.number())
            var numbers: [Int64] = []
            for _ in 0..<5 { numbers.append(try image.signed()) }
            guard let sums = Entitlement(numbers: numbers) else { throw ImageError() }
            certifications[UInt32(truncatingIfNeeded: person)] = Certification(
                position: position, amended: amended, sums: sums)
        }
        for _ in 0..<(try image.count()) {
            let charge = try image.number()
            guard let state = ReversalState(rawValue: UInt8(truncatingIfNeeded: try image.number())) else { throw ImageError() }
            reversals[charge] = state
        }
        for _ in 0..<(try image.count()) {
            let position = try image.number()
            unmatched[position] = Unmatched(source: try image.source(), amount: try image.signed())
        }
        offers = Set(try image.numbers())
        for _ in 0..<(try image.count()) {
            let word = try image.number()
            linked[UInt32(truncatingIfNeeded: word)] = UInt32(word >> 32)
        }
    }
}

extension ImageReader {
    fileprivate mutating func source() throws(ImageError) -> FundingSource {
        guard let source = FundingSource(rawValue: UInt8(truncatingIfNeeded: try number())) else { throw ImageError() }
        return source
    }
}
