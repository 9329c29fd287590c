/// Money is integers of the currency's minor unit (yen have none: the unit is the yen itself), in `Int64`, with
/// checked arithmetic. Nothing in Motocho computes with floating point.

/// An amount somebody asks to move: 1 … 999,999,999,999,999 minor units. Zero, negative and absurd amounts cannot be
/// expressed, so no rule has to look for them.
public struct Amount: Hashable, Sendable, Comparable {
    public let units: Int64

    public static let greatest: Int64 = 999_999_999_999_999

    /// `nil` unless `units` is in 1 … `greatest`.
    public init?(_ units: Int64) {
        guard units > 0, units <= Self.greatest else { return nil }
        self.units = units
    }

    public static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }
}

/// A currency by its ISO 4217 letters and the number of digits after the decimal point: `JPY:0`, `CZK:2`.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    public let code: String
    public let exponent: Int

    public static let yen = Currency(code: "JPY", exponent: 0)!

    /// `nil` unless the code is three capital letters and the exponent 0 … 4.
    public init?(code: String, exponent: Int) {
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (65...90).contains($0) }), (0...4).contains(exponent) else {
            return nil
        }
        self.code = code
        self.exponent = exponent
    }

    /// Reads `JPY:0`.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 1, let exponent = Int(parts[1]) else { return nil }
        self.init(code: String(parts[0]), exponent: exponent)
    }

    public var description: String { "\(code):\(exponent)" }

    /// Reads a decimal string, `"3000"` or `"700.50"`, into minor units: digits, and no more digits after the point
    /// than the currency has. No sign, no exponent, no separators. `nil` if it is none, or does not fit `Int64`.
    public func units(parsing text: String) -> Int64? {
        var value: Int64 = 0
        var fractionDigits: Int?
        var sawDigit = false
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                guard fractionDigits == nil, sawDigit else { return nil }
                fractionDigits = 0
                continue
            }
            guard (48...57).contains(byte), Self.push(Int64(byte - 48), onto: &value) else { return nil }
            sawDigit = true
            if let count = fractionDigits { fractionDigits = count + 1 }
        }
        guard sawDigit, fractionDigits != 0, (fractionDigits ?? 0) <= exponent else { return nil }
        for _ in (fractionDigits ?? 0)..<exponent {
            guard Self.push(0, onto: &value) else { return nil }
        }
        return value
    }

    private static func push(_ digit: Int64, onto value: inout Int64) -> Bool {
        let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflow2) = tens.addingReportingOverflow(digit)
        value = sum
        return !overflow && !overflow2
    }

    /// Writes minor units as a decimal string with exactly `exponent` digits after the point: `"700.50"`.
    public func text(_ units: Int64) -> String {
        guard exponent > 0 else { return String(units) }
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.utf8.count)) + digits
        let cut = padded.index(padded.endIndex, offsetBy: -exponent)
        return (units < 0 ? "-" : "") + padded[..<cut] + "." + padded[cut...]
    }

    /// `text(_:)` with thousands separated by commas, for people: `"38,615,473"`.
    public func grouped(_ units: Int64) -> String {
        let plain = text(units)
        let whole = plain.prefix { $0 != "." }
        let negative = whole.first == "-"
        var grouped = ""
        for (index, digit) in whole.drop(while: { $0 == "-" }).reversed().enumerated() {
            if index > 0, index % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return (negative ? "-" : "") + String(grouped.reversed()) + plain.dropFirst(whole.count)
    }
}
