internal import Ledger

/// Rows that come and go in order, each known by a number that only grows. Number 0 is none. What was dropped is no longer
/// held, so a chain of numbers ends where the window does. In one table: row 0 says which numbers are held.
struct Ring: Sendable {
    private(set) var table: DenseTable
    private var mask: Int64

    init(_ name: String, width: Int) {
        table = DenseTable(name, width: width)
        mask = -1
        (table[0, 0], table[0, 1]) = (1, 1)
    }

    /// Around a table read from disk; ask `isSound` next.
    mutating func restore(_ stored: DenseTable) {
        table = stored
        mask = Int64(stored.count) - 2
    }

    /// False if what was read from disk is no ring.
    var isSound: Bool {
        let capacity = Int64(table.count) - 1
        return capacity >= 0 && capacity & (capacity - 1) == 0 && first > 0 && next >= first && next - first <= capacity
    }

    /// The oldest number held, and the one the next row gets.
    var first: Int64 { @inline(__always) get { table[0, 0] } }
    var next: Int64 { @inline(__always) get { table[0, 1] } }
    var isEmpty: Bool { first == next }

    func holds(_ number: Int64) -> Bool { number >= first && number < next }

    subscript(number: Int64, column: Int) -> Int64 {
        @inline(__always) get { table[1 + Int(number & mask), column] }
        @inline(__always) set { table[1 + Int(number & mask), column] = newValue }
    }

    /// Makes room for a row and gives its number. Amortised O(1).
    mutating func append() -> Int64 {
        if next - first > mask { grow() }
        let number = next
        table[0, 1] = number + 1
        return number
    }

    mutating func dropFirst() { table[0, 0] = first + 1 }

    mutating func removeAll() { table[0, 0] = next }

    private mutating func grow() {
        let capacity = max(64, (mask + 1) * 2)
        var larger = DenseTable(table.name, width: table.width)
        larger[Int(capacity), 0] = 0
        (larger[0, 0], larger[0, 1]) = (first, next)
        for number in first..<next {
            for column in 0..<table.width { larger[1 + Int(number & (capacity - 1)), column] = self[number, column] }
        }
        table = larger
        mask = capacity - 1
    }
}
