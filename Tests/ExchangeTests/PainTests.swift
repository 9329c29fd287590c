import Foundation
import Ledger
import Testing

@testable import Exchange

@Suite struct PainTests {
    static let made = Instant("2019-11-14T10:00:00+09:00")!

    private func encode(_ batch: TransferBatch, id: String = "MOTOCHO-1", at: Instant = made) throws(TransferError) -> String {
        String(decoding: try Pain001.encode(batch, messageID: id, createdAt: at, limits: .layout, businessDays: .japan), as: UTF8.self)
    }

    /// `validate_pain.py` beside the document checks it against the official schema.
    @Test func theSample() throws {
        #expect(try encode(Sample.batch) == String(decoding: try Sample.specs("vectors/zengin/transfer.pain.xml"), as: UTF8.self))
    }

    @Test("What each element of a transfer says") func elements() throws {
        let text = try encode(Sample.batch)
        let transfer = text.split(separator: "\n")[4]
        #expect(
            transfer
                == "<CdtTrfTxInf><PmtId><EndToEndId>0000000102</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"JPY\">1000</InstdAmt></Amt>"
                + "<CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Prtry>JPZGN</Prtry></ClrSysId><MmbId>9900</MmbId></ClrSysMmbId><Nm>ﾕｳﾁﾖ</Nm></FinInstnId>"
                + "<BrnchId><Id>058</Id><Nm>ｾﾞﾛｺﾞﾊﾁ</Nm></BrnchId></CdtrAgt><Cdtr><Nm>ﾖ-ｺ ｽｽﾞｷ</Nm></Cdtr>"
                + "<CdtrAcct><Id><Othr><Id>1234567</Id></Othr></Id><Tp><Prtry>1</Prtry></Tp></CdtrAcct></CdtTrfTxInf>")
        #expect(text.contains("<ReqdExctnDt>2019-11-15</ReqdExctnDt>") && text.contains("<NbOfTxs>2</NbOfTxs><CtrlSum>1514</CtrlSum>"))
        #expect(text.contains("<CreDtTm>2019-11-14T10:00:00.000000+09:00</CreDtTm>") && text.contains("<PmtInfId>0000000001</PmtInfId>"))
    }

    @Test("An empty name leaves no empty element", arguments: 0..<20) func wellFormed(seed: Int) throws {
        var random = Random(seed: UInt64(seed) + 900)
        let text = String(
            decoding: try Pain001.encode(
                random.batch(), messageID: "M", createdAt: Self.made, limits: FileLimits(duplicatesAllowed: true)!, businessDays: .japan), as: UTF8.self)
        #expect(!text.contains("<Nm></Nm>") && !text.contains("><\n"))
        var open: [Substring] = []
        for part in text.split(separator: "<") where !part.hasPrefix("?") {
            let tag = part.prefix { $0 != ">" && $0 != " " }
            if tag.hasPrefix("/") { #expect(open.popLast() == tag.dropFirst()) } else { open.append(tag) }
        }
        #expect(open.isEmpty)
    }

    @Test(arguments: ["", "a b", "<M>", "é", "M\n", String(repeating: "M", count: 36)]) func messageIDs(id: String) {
        #expect { _ = try encode(Sample.batch, id: id) } throws: { ($0 as? TransferError)?.code == .messageID }
    }

    @Test(arguments: [Int64.min, -100_000_000_000_000_000, .max]) func times(microseconds: Int64) {
        #expect { _ = try encode(Sample.batch, at: Instant(microseconds: microseconds)) } throws: { ($0 as? TransferError)?.code == .dateWrong }
    }

    @Test func escapes() {
        var xml = XMLText(capacity: 0)
        xml.put("a", "<&>\"'")
        #expect(String(decoding: xml.bytes, as: UTF8.self) == "<a>&lt;&amp;&gt;&quot;&apos;</a>")
    }
}
