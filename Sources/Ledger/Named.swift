/// An enumeration whose cases go by their own names in JSON, on the command line and in reports.
public protocol Named: CaseIterable, Sendable {}

extension Named {
    public var name: String { "\(self)" }

    /// `nil` if no case has this name.
    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}
