import Exchange
import Foundation
import Journal
import Projections

/// Files handed to a bank, as they lie in a folder.
enum BankFiles {
    /// By their SHA-256 value. What is no bank file of ours counts by its hash alone.
    static func read(_ folder: String) throws -> [[UInt8]: Reconciliation.Contents] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { throw Failure("\(folder) cannot be read") }
        var found: [[UInt8]: Reconciliation.Contents] = [:]
        for name in names.sorted() {
            guard let data = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
            let hash = Hash.of([UInt8](data)).bytes
            let (count, total) = sums([UInt8](data)) ?? (nil, nil)
            found[hash] = Reconciliation.Contents(contentHash: hash, count: count, total: total)
        }
        return found
    }

    private static func sums(_ bytes: [UInt8]) -> (Int64?, Int64?)? {
        if let file = try? Zengin.decode(bytes) { return (Int64(file.instructions.count), file.total) }
        guard let sums = Pain001.summary(bytes) ?? PaymentCertificates.summary(bytes) else { return nil }
        return (Int64(sums.count), sums.total)
    }
}
