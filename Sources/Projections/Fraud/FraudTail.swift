internal import Journal
internal import LMDB
internal import Ledger

/// Where the fields that the fraud views read lie in an event's bytes; 0 = there is none. Nothing is copied.
struct FraudTail {
    var access = 0
    var device = 0
    var store = 0
    var place = 0
    var register = 0
    var loginID = 0
    var failure = 0
    var counts = 0
    var touched = 0
    var isAddressChanged = false

    init(_ event: borrowing EventView) {
        var at = Layout.headerSize
        while at + 3 <= event.bytes.byteCount {
            let value = at + 3
            let count = Int(event.bytes.u16(at: at + 1))
            guard value + count <= event.bytes.byteCount else { return }
            switch event.bytes.u8(at: at) {
            case Tail.Field.access.rawValue where count == 36: access = value
            case Tail.Field.device.rawValue where count == 16: device = value
            case Tail.Field.store.rawValue: store = value
            case Tail.Field.storePlace.rawValue: place = value
            case Tail.Field.register.rawValue: register = value
            case Tail.Field.loginID.rawValue where count == 16: loginID = value
            case Tail.Field.loginFailure.rawValue where count == 1: failure = value
            case Tail.Field.loginCounts.rawValue where count == 40: counts = value
            case Tail.Field.accountsTouched.rawValue: touched = value
            case Tail.Field.addressChanged.rawValue: isAddressChanged = count > 0 && event.bytes.u8(at: value) == 1
            default: break
            }
            at = value + count
        }
    }
}

extension EventView {
    /// Ordinal of the session it was asked through; a login's own. At 116 in the header (`Layout`).
    var session: Int64 { Int64(bytes.u32(at: 116)) }

    /// The access record's fields, by where the record lies.
    func country(_ access: Int) -> Int64 { access == 0 ? 0 : Int64(bytes.u16(at: access + 2)) }
    func network(_ access: Int) -> Int64 { access == 0 ? 0 : Int64(bytes.u32(at: access + 4)) }
    func device(_ access: Int) -> Int64 { access == 0 ? 0 : Int64(bytes.u32(at: access + 8)) }
    func address(_ access: Int) -> (high: UInt64, low: UInt64) { access == 0 ? (0, 0) : pseudonym(access + 20) }

    /// Stands most significant byte first.
    func pseudonym(_ at: Int) -> (high: UInt64, low: UInt64) { (bytes.u64(at: at).byteSwapped, bytes.u64(at: at + 8).byteSwapped) }

    /// A field's value, by where it lies.
    func value(_ at: Int) -> [UInt8] {
        at == 0 ? [] : [UInt8](bytes.extracting(at..<(at + Int(bytes.u16(at: at - 2)))))
    }

    func size(_ at: Int) -> Int { at == 0 ? 0 : Int(bytes.u16(at: at - 2)) }
}
