import Testing
@testable import Wire

/// Agreement of both readers and the writer on random input.
@Suite struct JSONRandomTests {
    /// Checks that the reader and the general parser accept the same and read the same.
    private func agree(_ bytes: [UInt8]) -> Bool {
        let general: JSONObject
        do throws(JSONError) {
            general = try JSONObject(parsing: bytes)
        } catch let expected {
            do throws(JSONError) {
                _ = try JSONObjectReader(bytes.span)
                return false
            } catch { return error == expected }
        }
        guard let object = try? JSONObjectReader(bytes.span) else { return false }
        guard object.count == general.count else { return false }
        guard zip(object.names, general.members).allSatisfy({ $0.utf8.elementsEqual($1.name.utf8) }) else {
            return false
        }
        for member in general.members {
            guard object[member.name] == member.value, object.offset(of: member.name) == member.offset,
                object.type(of: member.name) == member.value.type,
                (try? object.decimal(member.name)) == (try? general.decimal(member.name))
            else { return false }
        }
        return object.unknownMember(besides: []) == general.unknownMember(besides: [])
    }

    private func rewrite(_ object: JSONObject) -> [UInt8] {
        var json = JSONWriter()
        json.element(object: object)
        return json.take()
    }

    @Test(arguments: 0..<20) func whatIsWrittenIsRead(_ seed: Int) throws {
        var source = RandomJSON(seed: seed)
        for round in 0..<100 {
            let plain = source.flat(plain: true, members: round % 20)
            let escaped = source.flat(plain: false, members: round % 20)
            let nested = source.nested(depth: 6)
            for bytes in [plain, escaped, nested] {
                #expect(rewrite(try JSONObject(parsing: bytes)) == bytes)
                #expect(agree(bytes))
            }
        }
    }

    @Test(arguments: 0..<20) func mutationsNeverTrapAndBothReadersAgree(_ seed: Int) {
        var source = RandomJSON(seed: 1_000 + seed)
        let interesting = Array("{}[]\":,\\u0-1.eE+tfn \n\u{0}\u{1F}".utf8) + [0x80, 0xC0, 0xE0, 0xED, 0xF4, 0xFF]
        var accepted = 0
        for round in 0..<150 {
            let valid =
                round % 3 == 0
                ? source.nested(depth: 4) : source.flat(plain: round % 3 == 1, members: 1 + round % 6)
            for _ in 0..<10 {
                var bytes = valid
                for _ in 0...source.random.below(3) where !bytes.isEmpty {
                    let index = source.random.below(bytes.count)
                    let byte = interesting[source.random.below(interesting.count)]
                    switch source.random.below(5) {
                    case 0: bytes[index] = UInt8(truncatingIfNeeded: source.random.next())
                    case 1: bytes[index] = byte
                    case 2: bytes.insert(byte, at: index)
                    case 3: bytes.remove(at: index)
                    default: bytes.removeSubrange(index...)
                    }
                }
                if !agree(bytes) { Issue.record("the readers disagree on \(bytes)") }
                if let object = try? JSONObject(parsing: bytes) {
                    accepted += 1
                    let again = rewrite(object)
                    #expect((try? JSONObject(parsing: again)) == object)
                }
            }
        }
        #expect(accepted > 0)
    }

    @Test func everyPrefixOfAnObjectIsTruncated() {
        let bytes = Array(#"{"key":"k-1","n":-10,"t":true,"z":null,"e":"\u00e9","a":[{}]}"#.utf8)
        for length in 0..<bytes.count {
            let prefix = Array(bytes.prefix(length))
            #expect(throws: JSONError(.truncated, at: length)) { try JSONObject(parsing: prefix) }
            #expect(agree(prefix))
        }
        #expect(agree(bytes))
    }

    @Test func everySingleByteChangeIsReadAlike() {
        let bytes = Array(#"{"a":"1","b":-1,"c":true}"#.utf8)
        for index in bytes.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = bytes
                changed[index] = byte
                if !agree(changed) { Issue.record("the readers disagree on \(changed)") }
            }
        }
    }
}
