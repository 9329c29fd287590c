import ArgumentParser

/// What went wrong, in one sentence that says what to do next. Printed on standard error; the exit status is 1.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ sentence: String) { description = sentence }
}
