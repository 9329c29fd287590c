/// The list of payment certificates (払出証書) for refunds that no bank file can pay: RFC 4180, UTF-8 without a byte order
/// mark, a header, CRLF after every row, a row of totals at the end.
public enum PaymentCertificates {
    public struct Row: Hashable, Sendable {
        public let refund: UInt64
        public let payee: PostalAddress
        /// Yen.
        public let amount: Int64

        public init(refund: UInt64, payee: PostalAddress, amount: Int64) {
            self.refund = refund
            self.payee = payee
            self.amount = amount
        }
    }

    /// Columns `refund,name,postcode,address,amount`; the last row is `total,<rows>,,,<yen>`. No cell can make a
    /// spreadsheet calculate: a `PostalAddress` does not begin with `=`, `+`, `-` or `@`.
    ///
    /// - Throws: `no-items`, `too-many-items`, `amount-zero`, `amount-too-large`, `refund-twice`.
    public static func csv(_ rows: [Row]) throws(TransferError) -> [UInt8] {
        guard !rows.isEmpty else { throw TransferError(.noItems, "rows", "the list is empty; there is nothing to send") }
        guard rows.count <= 999_999 else {
            throw TransferError(.tooManyItems, "rows", "the list holds \(rows.count) rows; at most 999999 are taken. Split it")
        }
        var bytes = Array("refund,name,postcode,address,amount\r\n".utf8)
        var refunds: Set<UInt64> = []
        // No overflow: at most 999,999 amounts of ten digits.
        var total: Int64 = 0
        for row in rows {
            guard row.amount > 0 else {
                throw TransferError(.amountZero, "amount", refund: row.refund, "the amount is not above zero; take the row out")
            }
            guard row.amount <= FileLimits.greatestAmount else {
                throw TransferError(
                    .amountTooLarge, "amount", refund: row.refund, "the amount is above \(FileLimits.greatestAmount) yen; pay it in parts")
            }
            guard refunds.insert(row.refund).inserted else {
                throw TransferError(.refundTwice, "refund", refund: row.refund, "the refund stands in the list twice; take one out")
            }
            total += row.amount
            let postcode = row.payee.postcode
            let cells = [String(row.refund), row.payee.name, "\(postcode.prefix(3))-\(postcode.suffix(4))", row.payee.address, String(row.amount)]
            add(cells, to: &bytes)
        }
        add(["total", String(rows.count), "", "", String(total)], to: &bytes)
        return bytes
    }

    private static func add(_ cells: [String], to bytes: inout [UInt8]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if cell.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) {
                bytes.append(UInt8(ascii: "\""))
                for byte in cell.utf8 {
                    bytes.append(byte)
                    if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                }
                bytes.append(UInt8(ascii: "\""))
            } else {
                bytes.append(contentsOf: cell.utf8)
            }
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }
}

extension PaymentCertificates {
    /// How many rows a list that `csv` wrote has, and what they come to; `nil` for any other bytes. O(n).
    public static func summary(_ bytes: [UInt8]) -> (count: Int, total: Int64)? {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines.last == "", let last = lines.dropLast().last, last.hasPrefix("total,"),
            let total = last.split(separator: ",").last.flatMap({ Int64($0) })
        else { return nil }
        return (lines.count - 3, total)
    }
}
