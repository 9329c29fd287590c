internal import Foundation
internal import Hummingbird
public import Journal
internal import Logging
internal import NIOCore
internal import NIOPosix
public import Projections
internal import ServiceLifecycle
internal import UnixSignals
public import Vault

/// The REST facade of one ledger. It owns nothing but connections: the writer decides and commits, the views answer
/// reads, and both are stopped, in this order, when the server ends.
///
/// ```swift
/// let server = try Server(writer: writer, views: views, principals: Principals(directory))
/// try await server.run()     // until SIGTERM or SIGINT
/// ```
public struct Server: Sendable {
    public struct Options: Sendable {
        public var address: ListenAddress
        /// Threads that do nothing but network; the writer has threads of its own.
        public var eventLoops: Int
        /// Connections beyond this wait to be accepted.
        public var mostConnections: Int
        /// A connection that sends nothing for so long is closed; so is one that does not read its answer.
        public var idleSeconds: Int
        /// How long a stop waits for requests that are still under way.
        public var drainSeconds: Int

        public init(
            address: ListenAddress = ListenAddress(host: "127.0.0.1", port: 8080), eventLoops: Int = 1, mostConnections: Int = 4096,
            idleSeconds: Int = 60, drainSeconds: Int = 20
        ) {
            self.address = address
            self.eventLoops = eventLoops
            self.mostConnections = mostConnections
            self.idleSeconds = idleSeconds
            self.drainSeconds = drainSeconds
        }
    }

    private let writer: Writer
    private let views: Views
    private let vault: Vault?
    private let options: Options
    private let gate: Gate
    private let tally = ResponseTally()

    /// `writer` and `views` are of one ledger and running. Throws `ServerError.needsServiceToken` for an address others
    /// can reach while anybody could call.
    ///
    /// - Parameter vault: the one the writer hands personal values to; without one, commands that hold any are not taken.
    public init(
        writer: Writer, views: Views, principals: Principals, vault: Vault? = nil, options: Options = Options()
    ) throws(ServerError) {
        guard options.address.isLoopback || principals.hasService else { throw .needsServiceToken(options.address) }
        self.writer = writer
        self.views = views
        self.vault = vault
        self.options = options
        gate = Gate(principals: principals, isLoopback: options.address.isLoopback)
    }

    /// Serves until SIGTERM or SIGINT: then accepts no more, answers what was accepted, and stops writer and views. Throws
    /// `ServerError.commitFailed` if the writer gave up; the process should then end with an error.
    ///
    /// - Parameter ready: called once with the bound address; prints it by default.
    public func run(ready: @escaping @Sendable (ListenAddress) -> Void = Server.printReady) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: max(1, options.eventLoops))
        let application = application(loops) { [writer, options] port in
            let bound = ListenAddress(host: options.address.host, port: port)
            writer.announce(address: bound.description)
            ready(bound)
        }
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: application),
                .init(
                    service: WriterWatch(writer: writer), successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: monitor),
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.logger)
        configuration.maximumGracefulShutdownDuration = .seconds(options.drainSeconds)
        let outcome: Result<Void, any Error>
        do {
            try await ServiceGroup(configuration: configuration).run()
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        // Only now: every request that was accepted has its outcome.
        try? await Pool("stop", threads: 1).run { [writer, views] in
            writer.stop()
            views.stop()
        }
        try? await loops.shutdownGracefully()
        if let failure = writer.failure { throw ServerError.commitFailed(failure) }
        try outcome.get()
    }

    /// `listening on http://127.0.0.1:8080`
    public static let printReady: @Sendable (ListenAddress) -> Void = { address in
        try? FileHandle.standardOutput.write(contentsOf: Data("listening on http://\(address)\n".utf8))
    }

    // MARK: Parts

    var monitor: Monitor { Monitor(writer, views) }

    func application(
        _ loops: any EventLoopGroup, onBound: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> Application<RouterResponder<Call>> {
        let idle = TimeAmount.seconds(Int64(options.idleSeconds))
        return Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionGuard(patience: idle)], idleTimeout: idle,
                    httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 128))),
            configuration: ApplicationConfiguration(
                address: .hostname(options.address.host, port: options.address.port), backlog: 1024,
                availableConnectionsDelegate: .maximum(options.mostConnections, logger: Self.logger)),
            onServerRunning: { channel in onBound(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(loops),
            logger: Self.logger)
    }

    /// Every route, once.
    var routes: [Route] {
        let desk = Desk(writer: writer, views: views, vault: vault, gate: gate, tally: tally)
        return desk.accountRoutes + desk.moneyRoutes + desk.accessRoutes + desk.gateRoutes + desk.peopleRoutes + desk.serviceRoutes
            + desk.damageRoutes + desk.damageReads + desk.compensationRoutes + desk.fraudRoutes + desk.fraudReads + desk.shutdownRoutes + desk.refundReads
            + desk.bulkRoutes + desk.probeRoutes
    }

    private var responder: RouterResponder<Call> {
        let routes = routes
        var others = OtherMethods()
        for route in routes { others.add(route.path, route.method) }
        let router = Router(context: Call.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: Boundary(tally: tally, otherMethods: others))
        for route in routes { router.on(RouterPath(route.path), method: route.method, use: route.handle) }
        return router.buildResponder()
    }

    /// Trouble of the server itself goes to standard error; requests are not logged.
    static let logger: Logger = {
        var logger = Logger(label: "motocho", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        return logger
    }()
}

/// Why a server does not start, or ended by itself.
public enum ServerError: Error, Equatable, CustomStringConvertible, Sendable {
    case needsServiceToken(ListenAddress)
    case commitFailed(String)

    public var description: String {
        switch self {
        case .needsServiceToken(let address):
            "\(address) can be reached from other machines, so every caller needs a token and no service has one; issue a service's token first, or listen on 127.0.0.1"
        case .commitFailed(let what):
            "the log could not be written (\(what)); the server has ended. Commands without an answer may or may not be recorded: start again, and repeat them with their keys"
        }
    }
}

/// Ends the service group when the writer has given up.
private struct WriterWatch: Service {
    let writer: Writer

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while true {
                if let failure = writer.failure { throw ServerError.commitFailed(failure) }
                // Cancelled by the group's shutdown.
                guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { return }
            }
        }
    }
}
