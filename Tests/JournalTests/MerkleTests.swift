import LMDB
import Ledger
import Testing

@testable import Journal

@Suite("Merkle tree and checkpoint")
struct MerkleTests {
    /// RFC 6962, section 2.1, word for word.
    private static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        switch leaves.count {
        case 0: return Hash.of([]).bytes
        case 1: return Hash.of([0] + leaves.first!).bytes
        default:
            var split = 1
            while split * 2 < leaves.count { split *= 2 }
            let middle = leaves.startIndex + split
            return Hash.of([1] + root(leaves[..<middle]) + root(leaves[middle...])).bytes
        }
    }

    @Test("roots are those of RFC 6962, for 0 … 200 leaves")
    func roots() {
        let leaves = (0..<200).map { number in [UInt8](repeating: UInt8(number), count: number % 7 * 40) }
        var frontier = Frontier()
        for count in 0...200 {
            #expect(frontier.size == UInt64(count))
            #expect(frontier.root.bytes == Self.root(leaves[..<count]))
            let copy = Frontier(bytes: frontier.bytes)
            #expect(copy == frontier)
            if count < 200 { frontier.append(leaf: leaves[count].withBytes { Hash.leaf($0) }) }
        }
    }

    @Test("the published roots of certificate transparency's own test leaves")
    func published() {
        let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var frontier = Frontier()
        for (leaf, root) in zip(leaves, roots) {
            frontier.append(leaf: try! Hex.bytes(leaf).withBytes { Hash.leaf($0) })
            #expect(frontier.root.description == root)
        }
    }

    @Test("a frontier with a root too many or too few does not read")
    func frontierBytes() {
        var frontier = Frontier()
        for number in 0..<6 { frontier.append(leaf: Hash.of([UInt8(number)])) }
        let bytes = frontier.bytes
        #expect(bytes.count == 8 + 2 * 32)
        #expect(Frontier(bytes: bytes + [0]) == nil)
        #expect(Frontier(bytes: bytes.dropLast(32)) == nil)
        #expect(Frontier(bytes: [1, 2, 3]) == nil)
        #expect(Frontier(bytes: Frontier().bytes) == Frontier())
    }

    @Test("a note is believed only as it was signed")
    func note() throws {
        let key = LogKey(name: "motocho.ledger/00ff")
        let checkpoint = Checkpoint(origin: "motocho.ledger/00ff", size: 12_345, root: Hash.of([7]))
        let note = try key.sign(checkpoint)
        #expect(Checkpoint(note: note, verifiedBy: key.verifier) == checkpoint)
        #expect(note.hasPrefix(checkpoint.body + "\n\u{2014} motocho.ledger/00ff "))
        // Every changed character of it is refused (but the last of the base64, which holds bits that mean nothing).
        let characters = Array(note)
        for index in characters.indices.dropLast(4) {
            var changed = characters
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(Checkpoint(note: String(changed), verifiedBy: key.verifier) == nil, "character \(index)")
        }
        #expect(Checkpoint(note: note, verifiedBy: LogKey(name: "motocho.ledger/00ff").verifier) == nil)
        #expect(Checkpoint(note: note, verifiedBy: LogKey(name: "other").verifier) == nil)
        for bad in ["", "\n", "\n\n", note.replacing("\n\n", with: "\n"), String(note.prefix(60)), note.replacing("12345", with: "012345")] {
            #expect(Checkpoint(note: bad, verifiedBy: key.verifier) == nil)
        }
        // Other people's signatures may stand beside ours.
        #expect(Checkpoint(note: note + "\u{2014} witness AAAA\n", verifiedBy: key.verifier) == checkpoint)
    }

    @Test("a verifier key reads back from its text, and not from another")
    func verifierKey() throws {
        for _ in 0..<50 {
            let key = LogKey(name: "motocho.ledger/abc")
            let text = key.verifier.description
            #expect(VerifierKey(text) == key.verifier)
            #expect(VerifierKey(text.replacing("abc", with: "abd")) == nil)
            #expect(VerifierKey(String(text.dropLast(4))) == nil)
            #expect(LogKey(name: "motocho.ledger/abc", rawBytes: key.rawBytes)?.verifier == key.verifier)
        }
        #expect(VerifierKey("") == nil && VerifierKey("a+b+c") == nil && LogKey(name: "x", rawBytes: [1, 2]) == nil)
    }
}
