/// Why something was refused at the border to a bank. The raw values are stable: they are what the API, the command
/// line and `Specs/bank-files.md` say. Declared in the order in which a reader meets them: payee, transfer, file, result.
public enum ExchangeCode: String, CaseIterable, Sendable {
    // A payee
    case nameEmpty = "name-empty"
    case nameNotKana = "name-not-kana"
    case nameHasWo = "name-has-wo"
    case nameTooLong = "name-too-long"
    case notDigits = "not-digits"
    case accountType = "account-type"
    case symbolUnknown = "symbol-unknown"
    case numberUnknown = "number-unknown"
    case postcodeWrong = "postcode-wrong"
    case textNotPlain = "text-not-plain"
    case textIsFormula = "text-is-formula"
    // A batch
    case noItems = "no-items"
    case tooManyItems = "too-many-items"
    case amountZero = "amount-zero"
    case amountTooLarge = "amount-too-large"
    case totalTooLarge = "total-too-large"
    case customerNumber = "customer-number"
    case refundTwice = "refund-twice"
    case duplicate
    case otherBatch = "other-batch"
    case holiday
    case dateNotCovered = "date-not-covered"
    case messageID = "message-id"
    // A file
    case otherEncoding = "other-encoding"
    case truncated
    case lineEnds = "line-ends"
    case recordOrder = "record-order"
    case fieldValue = "field-value"
    case characterNotAllowed = "character-not-allowed"
    case dateWrong = "date-wrong"
    case wrongCount = "wrong-count"
    case wrongTotal = "wrong-total"
    // A result
    case resultUnknown = "result-unknown"
    case otherOriginator = "other-originator"
    case otherDate = "other-date"
    case notInBatch = "not-in-batch"
    case lineDiffers = "line-differs"
    case notReported = "not-reported"
    // A list of holidays
    case holidayList = "holiday-list"
}

/// A payee that no bank file and no certificate can carry. Tells which field, never what stands in it.
public struct PayeeError: Error, Equatable, Sendable, CustomStringConvertible {
    public let code: ExchangeCode
    /// The field at fault, as the API names it.
    public let field: String
    /// What is wrong and what to do next; follows the field's name.
    public let reason: String

    init(_ code: ExchangeCode, _ field: String, _ reason: String) {
        self.code = code
        self.field = field
        self.reason = reason
    }

    public var description: String { "\(field) \(reason)" }
}

/// A batch that must not go to a bank, or a file, ours or the bank's result, that is not what it should be. Nothing of such a file is
/// used.
public struct TransferError: Error, Equatable, Sendable, CustomStringConvertible {
    public let code: ExchangeCode
    public let field: String
    /// The transfer at fault, by its refund number.
    public let refund: UInt64?
    /// The record at fault, the header being 1.
    public let record: Int?
    /// A sentence: what is wrong and what to do next. No name, no account number.
    public let reason: String

    init(_ code: ExchangeCode, _ field: String, refund: UInt64? = nil, record: Int? = nil, _ reason: String) {
        self.code = code
        self.field = field
        self.refund = refund
        self.record = record
        self.reason = reason
    }

    init(_ fault: RecordFault) {
        self.init(fault.code, fault.field, refund: fault.refund, record: fault.record, fault.reason)
    }

    public var description: String { Place.text(record, refund) + reason }
}

/// What is wrong with a file of 120-byte records, before it is said whose file it is.
struct RecordFault: Error {
    let code: ExchangeCode
    let field: String
    var refund: UInt64?
    let record: Int?
    let reason: String

    init(_ code: ExchangeCode, _ field: String, refund: UInt64? = nil, record: Int? = nil, _ reason: String) {
        self.code = code
        self.field = field
        self.refund = refund
        self.record = record
        self.reason = reason
    }
}

private enum Place {
    static func text(_ record: Int?, _ refund: UInt64?) -> String {
        switch (record, refund) {
        case (let record?, let refund?): "record \(record), refund \(refund): "
        case (let record?, nil): "record \(record): "
        case (nil, let refund?): "refund \(refund): "
        case (nil, nil): ""
        }
    }
}
