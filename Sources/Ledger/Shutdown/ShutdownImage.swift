/// The shutdown books' part of the books' image.
extension ShutdownBooks {
    func encode(into image: inout ImageWriter) {
        image.number(decided?.position ?? 0)
        image.number(decided?.effectiveAt.microseconds ?? 0)
        image.number(terminated)
        image.number(UInt64(act?.kind.rawValue ?? 0))
        if let act {
            image.number(act.opened)
            act.size.encode(into: &image)
            image.number(act.done)
            image.number(act.doneTotal)
            image.number(act.cursor)
        }
        image.number(releasing)
        image.number(UInt64(refunds.count))
        for refund in refunds {
            image.number(refund.fixed)
            image.number(refund.open)
            image.number(UInt64(refund.claim) | UInt64(refund.state.rawValue) << 32 | UInt64(refund.holds.rawValue) << 40)
        }
        image.number(UInt64(claims.count))
        for claim in claims {
            image.number(claim.account)
            image.number(UInt64(claim.taker) | UInt64(claim.agreed) << 32)
            image.number(UInt64(claim.method.rawValue) | UInt64(claim.identity) << 8)
            image.number(claim.batch)
        }
        image.number(UInt64(agreed.count))
        for set in agreed { image.numbers(set.map { UInt64($0) }) }
        image.number(UInt64(batches.count))
        for (position, batch) in batches.sorted(by: { $0.key < $1.key }) {
            image.number(position)
            image.number(UInt64(batch.method.rawValue) | UInt64(batch.state.rawValue) << 8 | (batch.isStale ? 1 << 16 : 0))
            image.number(UInt64(batch.opener) | UInt64(batch.recorder) << 32)
            image.number(Int64(batch.date.number))
            batch.size.encode(into: &image)
            image.numbers(batch.agreed.sorted().map { UInt64($0) })
            image.bytes(batch.file)
        }
        image.number(UInt64(notices.count))
        for (kind, at) in notices.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            image.number(UInt64(kind.rawValue))
            image.number(at.microseconds)
        }
        image.number(window?.position ?? 0)
        if let window {
            image.number(window.from.microseconds)
            image.number(window.until.microseconds)
            image.number(window.isClosed ? UInt64(1) : 0)
        }
        image.number(UInt64(ownWindows.count))
        for (account, end) in ownWindows.sorted(by: { $0.key < $1.key }) {
            image.number(account)
            image.number(end.microseconds)
        }
        image.numbers(legalHolds.sorted())
        image.numbers(holdsDue.sorted())
        image.number(guarantee)
        image.number(UInt64(reclaimable.count))
        for (filing, left) in reclaimable.sorted(by: { $0.key < $1.key }) {
            image.number(filing)
            image.number(left)
        }
    }

    init(from image: inout ImageReader) throws(ImageError) {
        self.init()
        let (decision, effectiveAt) = (try image.number(), try image.signed())
        if decision > 0 { decided = Decided(position: decision, effectiveAt: Instant(microseconds: effectiveAt)) }
        terminated = try image.number()
        let kind = try image.number()
        if kind > 0 {
            guard let kind = LargeAct.Kind(rawValue: UInt8(truncatingIfNeeded: kind)) else { throw ImageError() }
            act = LargeAct(kind, opened: try image.number(), size: try ActSize(from: &image))
            act?.done = try image.signed()
            act?.doneTotal = try image.signed()
            act?.cursor = try image.number()
        }
        releasing = try image.number()
        let count = try image.count()
        refunds.reserveCapacity(count)
        for _ in 0..<count {
            var refund = Refund(fixed: try image.signed(), open: try image.signed())
            let word = try image.number()
            refund.claim = UInt32(truncatingIfNeeded: word)
            guard let state = State(rawValue: UInt8(truncatingIfNeeded: word >> 32)) else { throw ImageError() }
            refund.state = state
            refund.holds = HoldGrounds(rawValue: UInt8(truncatingIfNeeded: word >> 40))
            refunds.append(refund)
        }
        for _ in 0..<(try image.count()) {
            let (account, people, word) = (try image.number(), try image.number(), try image.number())
            guard let method = PayoutMethod(rawValue: UInt8(truncatingIfNeeded: word)) else { throw ImageError() }
            claims.append(
                Claim(
                    account: account, method: method, taker: UInt32(truncatingIfNeeded: people), identity: UInt8(truncatingIfNeeded: word >> 8),
                    agreed: UInt32(people >> 32), batch: try image.number()))
        }
        for _ in 0..<(try image.count()) { agreed.append(try image.numbers().map { UInt32(truncatingIfNeeded: $0) }) }
        for _ in 0..<(try image.count()) { try readBatch(&image) }
        for _ in 0..<(try image.count()) {
            guard let kind = NoticeKind(rawValue: UInt8(truncatingIfNeeded: try image.number())) else { throw ImageError() }
            notices[kind] = Instant(microseconds: try image.signed())
        }
        let opened = try image.number()
        if opened > 0 {
            window = Window(
                position: opened, from: Instant(microseconds: try image.signed()), until: Instant(microseconds: try image.signed()),
                isClosed: try image.number() == 1)
        }
        for _ in 0..<(try image.count()) {
            let account = try image.number()
            ownWindows[account] = Instant(microseconds: try image.signed())
        }
        earliestOwn = ownWindows.values.min() ?? Instant(microseconds: .max)
        legalHolds = Set(try image.numbers())
        holdsDue = Set(try image.numbers())
        guarantee = try image.signed()
        for _ in 0..<(try image.count()) {
            let filing = try image.number()
            reclaimable[filing] = try image.signed()
        }
    }

    private mutating func readBatch(_ image: inout ImageReader) throws(ImageError) {
        let (position, word, people, date) = (try image.number(), try image.number(), try image.number(), try image.signed())
        guard let method = PayoutMethod(rawValue: UInt8(truncatingIfNeeded: word)), let state = BatchState(rawValue: UInt8(truncatingIfNeeded: word >> 8))
        else { throw ImageError() }
        var batch = Batch(
            method: method, opener: UInt32(truncatingIfNeeded: people), date: Day(number: Int32(truncatingIfNeeded: date)),
            size: try ActSize(from: &image))
        batch.agreed = Set(try image.numbers().map { UInt32(truncatingIfNeeded: $0) })
        batch.file = try image.bytes()
        batch.recorder = UInt32(people >> 32)
        batch.isStale = word >> 16 & 1 == 1
        batch.state = state
        batches[position] = batch
    }
}

extension ActSize {
    func encode(into image: inout ImageWriter) {
        image.number(count)
        image.number(total)
        image.bytes(digest)
    }

    init(from image: inout ImageReader) throws(ImageError) {
        self.init(count: try image.signed(), total: try image.signed(), digest: try image.bytes())
    }
}
