public import Ledger

/// The batch as ISO 20022 `pain.001.001.03`, for banks that take XML (ZEDI). Names stay in half-width kana, in UTF-8.
/// The mapping is in `Specs/bank-files.md`.
public enum Pain001 {
    /// The document: UTF-8 without a byte order mark, LF after the declaration, the headers and each transfer, no other
    /// space between elements. O(n).
    ///
    /// - Parameters:
    ///   - messageID: 1 … 35 letters, digits and `/ - . : _ +`; unique for the bank.
    ///   - createdAt: When the message was made.
    /// - Throws: `message-id`, `date-wrong`, and what `TransferBatch.validate` throws.
    public static func encode(
        _ batch: TransferBatch, messageID: String, createdAt: Instant, limits: FileLimits, businessDays: BusinessDays
    ) throws(TransferError) -> [UInt8] {
        try batch.validate(limits: limits, businessDays: businessDays)
        guard (1...35).contains(messageID.utf8.count), messageID.utf8.allSatisfy(isPlain) else {
            throw TransferError(.messageID, "messageID", "a message id is 1 to 35 Latin letters, digits and / - . : _ +; make one of them")
        }
        let created = createdAt.description
        guard created.utf8.count == 32, created.utf8.first != UInt8(ascii: "-") else {
            throw TransferError(.dateWrong, "createdAt", "the time of the message is out of the calendar; give the present time")
        }
        let (count, total) = (String(batch.instructions.count), String(batch.total ?? 0))
        let originator = batch.originator
        var xml = XMLText(capacity: 1500 + batch.instructions.count * 640)
        xml.declare()
        xml.open("Document", #" xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03""#)
        xml.open("CstmrCdtTrfInitn")
        xml.open("GrpHdr")
        xml.put("MsgId", messageID)
        xml.put("CreDtTm", created)
        xml.put("NbOfTxs", count)
        xml.put("CtrlSum", total)
        xml.put(originator, as: "InitgPty")
        xml.close("GrpHdr")
        xml.newLine()
        xml.open("PmtInf")
        xml.put("PmtInfId", padded(batch.number ?? 0))
        xml.put("PmtMtd", "TRF")
        xml.put("NbOfTxs", count)
        xml.put("CtrlSum", total)
        xml.put("ReqdExctnDt", batch.date.description)
        xml.put(originator, as: "Dbtr")
        xml.putAccount("DbtrAcct", originator.number, originator.type)
        xml.putBank("DbtrAgt", originator.bank, originator.bankName, originator.branch, originator.branchName)
        xml.newLine()
        for instruction in batch.instructions { xml.put(instruction) }
        xml.close("PmtInf")
        xml.close("CstmrCdtTrfInitn")
        xml.close("Document")
        xml.newLine()
        return xml.bytes
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "/-.:_+".utf8.contains(byte)
        }
    }

    /// Ten digits, as in the other file.
    fileprivate static func padded(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits
    }
}

extension XMLText {
    fileprivate mutating func put(_ originator: Originator, as element: StaticString) {
        open(element)
        put("Nm", originator.name)
        open("Id")
        open("OrgId")
        open("Othr")
        put("Id", originator.code)
        close("Othr")
        close("OrgId")
        close("Id")
        close(element)
    }

    fileprivate mutating func put(_ instruction: TransferInstruction) {
        let payee = instruction.payee
        open("CdtTrfTxInf")
        open("PmtId")
        put("EndToEndId", Pain001.padded(instruction.refund))
        close("PmtId")
        open("Amt")
        open("InstdAmt", #" Ccy="JPY""#)
        text(String(instruction.amount))
        close("InstdAmt")
        close("Amt")
        putBank("CdtrAgt", payee.bank, payee.bankName, payee.branch, payee.branchName)
        open("Cdtr")
        put("Nm", payee.holder)
        close("Cdtr")
        putAccount("CdtrAcct", payee.number, payee.type)
        close("CdtTrfTxInf")
        newLine()
    }

    fileprivate mutating func putAccount(_ element: StaticString, _ number: String, _ type: AccountType) {
        open(element)
        open("Id")
        open("Othr")
        put("Id", number)
        close("Othr")
        close("Id")
        open("Tp")
        put("Prtry", String(type.rawValue))
        close("Tp")
        close(element)
    }

    /// A name that is empty is left out: the schema takes none.
    fileprivate mutating func putBank(_ element: StaticString, _ bank: String, _ bankName: String, _ branch: String, _ branchName: String) {
        open(element)
        open("FinInstnId")
        open("ClrSysMmbId")
        open("ClrSysId")
        put("Prtry", "JPZGN")
        close("ClrSysId")
        put("MmbId", bank)
        close("ClrSysMmbId")
        if !bankName.isEmpty { put("Nm", bankName) }
        close("FinInstnId")
        open("BrnchId")
        put("Id", branch)
        if !branchName.isEmpty { put("Nm", branchName) }
        close("BrnchId")
        close(element)
    }
}

/// XML as it grows.
struct XMLText {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func declare() {
        bytes.append(contentsOf: #"<?xml version="1.0" encoding="UTF-8"?>"#.utf8)
        newLine()
    }

    mutating func newLine() { bytes.append(0x0A) }

    /// - Parameter attributes: As they stand in the tag, the space before them included.
    mutating func open(_ element: StaticString, _ attributes: StaticString = "") {
        bytes.append(UInt8(ascii: "<"))
        bytes.append(contentsOf: element.description.utf8)
        bytes.append(contentsOf: attributes.description.utf8)
        bytes.append(UInt8(ascii: ">"))
    }

    mutating func close(_ element: StaticString) {
        bytes.append(UInt8(ascii: "<"))
        bytes.append(UInt8(ascii: "/"))
        bytes.append(contentsOf: element.description.utf8)
        bytes.append(UInt8(ascii: ">"))
    }

    mutating func put(_ element: StaticString, _ content: String) {
        open(element)
        text(content)
        close(element)
    }

    /// Escapes what markup is made of. The text holds no control characters.
    mutating func text(_ content: String) {
        for byte in content.utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): bytes.append(contentsOf: "&apos;".utf8)
            default: bytes.append(byte)
            }
        }
    }
}

extension Pain001 {
    /// What the group header of a document that `encode` wrote says it holds; `nil` for any other bytes.
    public static func summary(_ bytes: [UInt8]) -> (count: Int, total: Int64)? {
        let head = String(decoding: bytes.prefix(2000), as: UTF8.self)
        func value(_ element: String) -> String? {
            guard let opened = head.split(separator: "<\(element)>", maxSplits: 1).dropFirst().first else { return nil }
            return opened.split(separator: "<", maxSplits: 1, omittingEmptySubsequences: false).first.map { String($0) }
        }
        guard head.hasPrefix("<?xml"), let count = value("NbOfTxs").flatMap({ Int($0) }), let total = value("CtrlSum").flatMap({ Int64($0) })
        else { return nil }
        return (count, total)
    }
}
