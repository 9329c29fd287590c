import ArgumentParser
import Facade
import Foundation
import Journal
import Ledger
import Projections

/// `serve`: the REST facade.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the ledger over HTTP.",
        discussion: """
            Makes a yen ledger if there is none. Without a service's token it listens on
            loopback only and takes every caller for the service `anonymous`; operators
            always need their token. SIGTERM and SIGINT end it after what was accepted is
            answered.

            EXAMPLE: serve, open an account, charge it:
              motocho serve
              curl -X POST http://127.0.0.1:8080/v1/accounts -H 'Idempotency-Key: k-1' \\
                -H 'Content-Type: application/json' -d '{"person": "p-1"}'
              curl -X POST http://127.0.0.1:8080/v1/accounts/1/charges -H 'Idempotency-Key: k-2' \\
                -H 'Content-Type: application/json' -d '{"source": "creditCard", "amount": "3000"}'
            """)

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("Where to listen; port 0 takes any free one.", valueName: "host:port"))
    var listen: ListenAddress = ListenAddress(host: "127.0.0.1", port: 8080)

    @Option(help: ArgumentHelp("Threads for the network; the writer has its own.", valueName: "count"))
    var threads: Int = 1

    @Flag(help: "Copy the signed checkpoint out within each commit, not up to 200 ms later: safer, slower.")
    var checkpointEachCommit = false

    func validate() throws {
        guard (1...64).contains(threads) else { throw ValidationError("--threads takes 1 to 64.") }
    }

    func run() async throws {
        let (writer, server) = try open()
        do {
            try await server.run()
        } catch {
            // What was accepted is on disk or was answered as unknown; the address may be taken.
            if writer.failure == nil, !(error is ServerError) {
                throw Failure("the server at \(listen) ended: \(error); if the address is taken, choose another with --listen")
            }
            throw error
        }
    }

    private func open() throws -> (Writer, Server) {
        let directory = ledger.directory
        try Founding.ensure(directory)
        try Preflight.check(directory)
        let principals = try Principals(directory)
        let (writer, vault) = try Keeping.open(directory, checkpointEachCommit: checkpointEachCommit)
        let views = try Views(writer.log)
        views.start()
        do {
            let server = try Server(
                writer: writer, views: views, principals: principals, vault: vault, options: .init(address: listen, eventLoops: threads))
            return (writer, server)
        } catch {
            writer.stop()
            views.stop()
            throw error
        }
    }
}
