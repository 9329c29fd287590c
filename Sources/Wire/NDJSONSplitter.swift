/// One non-blank line found by ``NDJSONSplitter``.
public struct NDJSONLine: Equatable, Sendable {
    /// Line number from 1; blank lines and over-long lines count.
    public let number: Int

    /// Whether the line exceeds the maximum length, so that its content is not available.
    public let isTooLong: Bool

    /// Where the content lies in the splitter's buffer, and at which filling of it.
    let range: Range<Int>
    let generation: Int
}

/// Cuts a stream of byte chunks into lines of newline-delimited JSON.
///
/// Lines end in `\n` or `\r\n`; the last one may lack its end. Lines of nothing but
/// whitespace are skipped, though counted. A line beyond the maximum length is reported once
/// and the splitter resumes after its newline, so that memory stays bounded by the maximum
/// plus one chunk. The lines found do not depend on how the stream is cut into chunks.
///
/// Each byte is copied once, into the buffer; lines are views of it. Apart from moving an
/// unfinished line to the front before each chunk, nothing else is copied.
///
/// ```swift
/// var splitter = NDJSONSplitter()
/// for chunk in chunks {
///     splitter.append(chunk)
///     while let line = splitter.nextLine() { handle(line.number, splitter.bytes(of: line)) }
/// }
/// splitter.finish()
/// while let line = splitter.nextLine() { handle(line.number, splitter.bytes(of: line)) }
/// ```
public struct NDJSONSplitter: Sendable {
    /// The most bytes a line may have, not counting its end.
    public let maximumLineLength: Int

    /// The number of the line that comes next or is being gathered, from 1.
    public private(set) var lineNumber = 1

    private var buffer: [UInt8] = []
    /// Start of the line being gathered.
    private var start = 0
    /// Where the search for the next newline resumes.
    private var searched = 0
    /// Whether the rest of an over-long line is being dropped.
    private var isDropping = false
    private var isFinished = false
    private var generation = 0

    /// - Parameter maximumLineLength: At least 1.
    public init(maximumLineLength: Int = 65_536) {
        precondition(maximumLineLength >= 1, "a line has at least one byte")
        self.maximumLineLength = maximumLineLength
    }

    // MARK: Input

    /// Adds a chunk. Lines found before become invalid.
    public mutating func append(_ chunk: some Sequence<UInt8>) {
        prepare()
        buffer.append(contentsOf: chunk)
    }

    /// Adds a chunk. Lines found before become invalid.
    public mutating func append(_ chunk: Span<UInt8>) {
        prepare()
        buffer.reserveCapacity(buffer.count + chunk.count)
        for index in chunk.indices { buffer.append(chunk[index]) }
    }

    /// Declares the end of the stream, so that a last line without its end is found too.
    public mutating func finish() { isFinished = true }

    // MARK: Lines

    /// The next line that is not blank, or nil if more input is needed.
    ///
    /// After ``finish()``, nil means the end. Linear in the bytes passed over.
    public mutating func nextLine() -> NDJSONLine? {
        while true {
            let end = findNewline()
            if isDropping {
                guard let end else {
                    start = buffer.count
                    return nil
                }
                isDropping = false
                pass(end)
                continue
            }
            guard let end else { return unfinishedLine() }
            let number = lineNumber
            let line = range(upTo: end)
            pass(end)
            if line.count > maximumLineLength { return overlong(number) }
            if !isBlank(line) { return complete(number, line) }
        }
    }

    /// The content of a line, without its end.
    ///
    /// Empty for a line that is too long. Traps if a chunk was added since the line was found.
    @_lifetime(borrow self)
    public func bytes(of line: NDJSONLine) -> Span<UInt8> {
        precondition(line.generation == generation, "a chunk was added since the line was found")
        return buffer.span.extracting(line.range)
    }

    // MARK: Buffer

    /// Moves the unfinished line to the front.
    private mutating func prepare() {
        precondition(!isFinished, "a chunk was added after the end")
        generation &+= 1
        if start > 0 {
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
        }
    }

    /// Reports what has no newline yet: nothing, an over-long line, or the last line.
    private mutating func unfinishedLine() -> NDJSONLine? {
        let number = lineNumber
        let end = buffer.count
        // A carriage return at the end may yet turn out to belong to the line's end.
        let line = range(upTo: end)
        if line.count > maximumLineLength {
            isDropping = true
            start = end
            return overlong(number)
        }
        guard isFinished, start < end else { return nil }
        start = end
        lineNumber += 1
        return isBlank(line) ? nil : complete(number, line)
    }

    private mutating func findNewline() -> Int? {
        var index = searched
        let end = buffer.count
        while index < end, buffer[index] != Byte.newline { index &+= 1 }
        searched = index
        return index < end ? index : nil
    }

    /// Goes to the line after the newline at this index.
    private mutating func pass(_ newline: Int) {
        start = newline + 1
        searched = start
        lineNumber += 1
    }

    /// The current line up to its end, less one carriage return.
    private func range(upTo end: Int) -> Range<Int> {
        end > start && buffer[end - 1] == Byte.carriageReturn ? start..<end - 1 : start..<end
    }

    private func isBlank(_ line: Range<Int>) -> Bool {
        for index in line where !isWhitespace(buffer[index]) { return false }
        return true
    }

    private func complete(_ number: Int, _ range: Range<Int>) -> NDJSONLine {
        NDJSONLine(number: number, isTooLong: false, range: range, generation: generation)
    }

    private func overlong(_ number: Int) -> NDJSONLine {
        NDJSONLine(number: number, isTooLong: true, range: 0..<0, generation: generation)
    }
}
