import Facade
import Foundation
import Journal
import Ledger

/// Makes a ledger with its founders' tokens, for `init` and for the commands that make a yen ledger where there is none.
struct Founding {
    /// A founder with the token that was made for it. Shown once.
    struct Founder {
        let name: String
        let token: String
    }

    let directory: DataDirectory
    let founders: [Founder]

    static let names = ["operator-1", "operator-2", "operator-3"]

    /// Raw tokens of the founders, for handing out: `name token` a line.
    static func tokens(_ directory: DataDirectory) -> String { directory.keys + "/founding-tokens" }

    @available(*, noasync)
    init(_ directory: DataDirectory, _ founding: Ledgers.Founding) throws {
        try Ledgers.create(directory, founding)
        self.directory = directory
        founders = try founding.operators.map { name in
            Founder(name: name, token: try Principals.issue(name: name, role: .operator, in: directory))
        }
        try directory.replace(Self.tokens(directory), with: founders.map { "\($0.name) \($0.token)\n" }.joined())
    }

    /// Makes a yen ledger if there is none, and says so on standard error.
    @available(*, noasync)
    static func ensure(_ directory: DataDirectory) throws {
        guard !directory.holdsLedger else { return }
        _ = try Founding(directory, Ledgers.Founding(currency: .yen, operators: names))
        Output.note(
            "Made a new yen ledger in \(directory.path), founded by \(names.joined(separator: ", ")). "
                + "Their tokens are in \(tokens(directory)): hand them out, then delete that file.")
    }

    /// The first founder's token, while the file still holds it.
    static func operatorToken(_ directory: DataDirectory) -> String? {
        let line = directory.read(tokens(directory))?.split(separator: "\n").first
        return line?.split(separator: " ").last.map(String.init)
    }
}
