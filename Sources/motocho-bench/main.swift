import Foundation
import Journal

/// Measures; started by `tools/bench`, which builds it and the limit it is held against.
///
///     motocho-bench [--smoke] [--format table|json] --limit PROGRAM --script FILE --motocho PROGRAM
///                   --scratch FOLDER [--only writer,gates,log,http,damage,shutdown,start]
///     motocho-bench make FOLDER ACCOUNTS EVENTS TAIL | open FOLDER | bare PORT      (used by itself)
///     motocho-bench drive FOLDER ACCOUNTS EVENTS IN-FLIGHT | fold FOLDER TIMES | gated FOLDER TIMES        (for a profiler)
let words = Array(CommandLine.arguments.dropFirst())

func option(_ name: String) -> String? {
    guard let index = words.firstIndex(of: name), index + 1 < words.count else { return nil }
    return words[index + 1]
}

do {
    switch words.first {
    case "make" where words.count == 5:
        guard let accounts = Int(words[2]), let events = Int(words[3]), let tail = Int(words[4]) else { fallthrough }
        try Making(DataDirectory(words[1]), accounts: accounts, events: events, tail: tail).run(killed: true)
    case "open" where words.count == 2: try Opened.measure(DataDirectory(words[1]))
    case "drive" where words.count == 5: try Profiled.drive(words[1], words[2...].compactMap { Int($0) })
    case "gated" where words.count == 3:
        try GateRows(plan: Plan(isSmoke: false), scratch: Scratch(path: words[1]), printer: Printer(isJSON: false)).profile(Int(words[2]) ?? 0)
    case "fold" where words.count == 3: try Profiled.fold(words[1], Int(words[2]) ?? 1)
    case "bare" where words.count == 2: try await Bare.serve(port: Int(words[1]) ?? 0)
    default:
        guard let limit = option("--limit"), let folder = option("--scratch") else {
            FileHandle.standardError.write(Data("use tools/bench [--smoke] [--format table|json]\n".utf8))
            exit(2)
        }
        let plan = Plan(isSmoke: words.contains("--smoke"))
        let scratch = Scratch(path: folder)
        let printer = Printer(isJSON: option("--format") == "json")
        let only = option("--only")?.split(separator: ",").map(String.init)
        func wants(_ group: String) -> Bool { only?.contains(group) ?? true }
        printer.heading()
        if wants("writer") { try WriterRows(plan: plan, scratch: scratch, limit: limit, printer: printer).measure() }
        if wants("gates") { try GateRows(plan: plan, scratch: scratch, printer: printer).measure() }
        if wants("log") { try LogRows(plan: plan, scratch: scratch, limit: limit, printer: printer).measure() }
        if wants("http"), let script = option("--script"), let motocho = option("--motocho") {
            try HTTPRows(plan: plan, scratch: scratch, printer: printer, script: script, motocho: motocho).measure()
        }
        if wants("damage") { try DamageRows(plan: plan, scratch: scratch, printer: printer).measure() }
        if wants("shutdown") { try ShutdownRows(plan: plan, scratch: scratch, printer: printer).measure() }
        if wants("start") { try StartRows(plan: plan, scratch: scratch, printer: printer).measure() }
    }
} catch {
    FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
    exit(1)
}
