/// Reads CSV (RFC 4180): quoted fields, doubled quotes, line breaks inside quotes, LF or CRLF, an optional byte order
/// mark. Works on bytes; a field becomes a string when it is asked for. After a record that does not read it goes on
/// with the next line of the file.
struct CSVReader {
    private var source: ByteSource
    private var buffer: [UInt8] = []
    private var at = 0
    private var isAtEnd = false
    private var isAtStart = true
    private var nextLine: UInt64 = 1
    private var fields: [Field] = []

    /// Line of the file on which the record begins, from 1.
    private(set) var line: UInt64 = 0
    /// Why the record does not read; `nil` if it does.
    private(set) var fault: String?

    private struct Field {
        var start: Int
        var end: Int
        /// Holds doubled quotes.
        var isEscaped = false
    }

    /// A record longer than this is taken for an unclosed quote.
    private static let longest = 1 << 16

    init(_ source: ByteSource) { self.source = source }

    var count: Int { fields.count }
    /// Bytes read so far, and bytes in all.
    var progress: (done: UInt64, size: UInt64?) { (source.done, source.size) }

    /// Reads the next record; false at the end. Blank lines are passed over.
    mutating func next() throws -> Bool {
        fields.removeAll(keepingCapacity: true)
        fault = nil
        while true {
            if at == buffer.count, try !fill() { return false }
            if isAtStart { try skipMark() }
            if at == buffer.count { continue }
            if buffer[at] == 0x0A {
                at += 1
                nextLine += 1
            } else if buffer[at] == 0x0D, try has(2), buffer[at + 1] == 0x0A {
                at += 2
                nextLine += 1
            } else {
                break
            }
        }
        line = nextLine
        while true {
            switch scan() {
            case .record(let end, let lines):
                at = end
                nextLine += lines
                return true
            case .fault(let what):
                fault = what
                fields.removeAll(keepingCapacity: true)
                try skipLine()
                return true
            case .more:
                guard try fill() else { preconditionFailure("at the end every record ends") }
            }
        }
    }

    /// The field's text; `nil` if it is not UTF-8.
    func text(_ index: Int) -> String? {
        let field = fields[index]
        guard !field.isEscaped else {
            var bytes: [UInt8] = []
            var place = field.start
            while place < field.end {
                bytes.append(buffer[place])
                place += buffer[place] == 0x22 ? 2 : 1
            }
            return String(validating: bytes, as: UTF8.self)
        }
        let span = buffer.span.extracting(field.start..<field.end)
        guard let valid = try? UTF8Span(validating: span) else { return nil }
        return String(copying: valid)
    }

    /// Whether the field has these bytes.
    func isField(_ index: Int, _ bytes: [UInt8]) -> Bool {
        let field = fields[index]
        return !field.isEscaped && field.end - field.start == bytes.count && buffer[field.start..<field.end].elementsEqual(bytes)
    }

    func bytes(_ index: Int) -> ArraySlice<UInt8> { buffer[fields[index].start..<fields[index].end] }

    // MARK: Scanning

    private enum Scan {
        case record(end: Int, lines: UInt64)
        case fault(String)
        case more
    }

    private mutating func scan() -> Scan {
        fields.removeAll(keepingCapacity: true)
        var index = at
        var lines: UInt64 = 0
        let end = buffer.count
        while true {
            guard index < end || isAtEnd else { return outOfBytes(index) }
            if index < end, buffer[index] == 0x22 {
                // A quoted field: up to a quote that is not doubled.
                index += 1
                var field = Field(start: index, end: index)
                while true {
                    guard index < end else { return isAtEnd ? .fault("a quoted field is not closed") : outOfBytes(index) }
                    if buffer[index] == 0x22 {
                        if index + 1 == end, !isAtEnd { return outOfBytes(index) }
                        guard index + 1 < end, buffer[index + 1] == 0x22 else { break }
                        field.isEscaped = true
                        index += 2
                        continue
                    }
                    if buffer[index] == 0x0A { lines += 1 }
                    index += 1
                    guard index - at <= Self.longest else { return .fault("a quoted field is not closed") }
                }
                field.end = index
                index += 1
                fields.append(field)
                if index == end, !isAtEnd { return outOfBytes(index) }
                guard index == end || buffer[index] == 0x2C || buffer[index] == 0x0A || buffer[index] == 0x0D else {
                    return .fault("something stands behind a closing quote")
                }
            } else {
                let start = index
                while index < end, buffer[index] != 0x2C, buffer[index] != 0x0A {
                    if buffer[index] == 0x22 { return .fault("a quote stands inside a field that is not quoted") }
                    index += 1
                }
                if index == end, !isAtEnd { return outOfBytes(index) }
                let isLast = index == end || buffer[index] == 0x0A
                fields.append(Field(start: start, end: isLast && index > start && buffer[index - 1] == 0x0D ? index - 1 : index))
            }
            if index < end, buffer[index] == 0x2C {
                index += 1
                continue
            }
            if index < end, buffer[index] == 0x0D {
                guard index + 1 < end || isAtEnd else { return outOfBytes(index) }
                guard index + 1 == end || buffer[index + 1] == 0x0A else { return .fault("a carriage return stands alone") }
                index += 1
            }
            return .record(end: min(index + 1, end), lines: lines + 1)
        }
    }

    private func outOfBytes(_ index: Int) -> Scan {
        index - at > Self.longest ? .fault("the line is longer than \(Self.longest) bytes") : .more
    }

    /// Passes over what is left of the file's line the record began on.
    private mutating func skipLine() throws {
        while true {
            while at < buffer.count {
                at += 1
                if buffer[at - 1] == 0x0A {
                    nextLine += 1
                    return
                }
            }
            guard try fill() else { return }
        }
    }

    private mutating func has(_ count: Int) throws -> Bool {
        while buffer.count - at < count { guard try fill() else { return false } }
        return true
    }

    private mutating func skipMark() throws {
        isAtStart = false
        guard buffer[at] == 0xEF, try has(3), buffer[at + 1] == 0xBB, buffer[at + 2] == 0xBF else { return }
        at += 3
    }

    /// Puts more bytes behind what is not used yet; false if there are none.
    private mutating func fill() throws -> Bool {
        guard !isAtEnd else { return false }
        let more = try source.next()
        if more.isEmpty {
            isAtEnd = true
            // What waits for its end has it now.
            return at < buffer.count
        }
        buffer.removeSubrange(0..<at)
        buffer.append(contentsOf: more)
        at = 0
        return true
    }
}
