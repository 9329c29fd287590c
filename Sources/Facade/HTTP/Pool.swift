internal import Dispatch
internal import Synchronization

/// A few threads for calls that block, so that the tasks that serve requests never do.
final class Pool: Sendable {
    private let queues: [DispatchQueue]
    private let next = Atomic<Int>(0)

    init(_ name: String, threads: Int) {
        queues = (0..<threads).map { DispatchQueue(label: "motocho.\(name).\($0)") }
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return try await withCheckedThrowingContinuation { continuation in
            queues[abs(turn % queues.count)].async { continuation.resume(with: Result { try body() }) }
        }
    }
}
