import LMDB
import Testing

@Suite struct ErrorTests {
    @Test(arguments: [
        (Int32(-30799), "MDB_KEYEXIST"), (-30798, "MDB_NOTFOUND"), (-30797, "MDB_PAGE_NOTFOUND"),
        (-30796, "MDB_CORRUPTED"),
        (-30795, "MDB_PANIC"), (-30794, "MDB_VERSION_MISMATCH"), (-30793, "MDB_INVALID"), (-30792, "MDB_MAP_FULL"),
        (-30791, "MDB_DBS_FULL"), (-30790, "MDB_READERS_FULL"), (-30789, "MDB_TLS_FULL"), (-30788, "MDB_TXN_FULL"),
        (-30787, "MDB_CURSOR_FULL"), (-30786, "MDB_PAGE_FULL"), (-30785, "MDB_MAP_RESIZED"),
        (-30784, "MDB_INCOMPATIBLE"),
        (-30783, "MDB_BAD_RSLOT"), (-30782, "MDB_BAD_TXN"), (-30781, "MDB_BAD_VALSIZE"), (-30780, "MDB_BAD_DBI"),
        (1, "EPERM"), (2, "ENOENT"), (5, "EIO"), (12, "ENOMEM"), (13, "EACCES"), (28, "ENOSPC"),
        (4095, "errno 4095"), (-1, "code -1"),
    ])
    func everyCodeHasItsHeaderName(code: Int32, name: String) {
        #expect(LMDBError(code: code, operation: "mdb_put").name == name)
    }

    @Test func theDescriptionSaysWhatWasTriedAndWhatLMDBSaid() {
        #expect(
            LMDBError(code: -30792, operation: "mdb_put").description
                == "mdb_put: MDB_MAP_FULL: MDB_MAP_FULL: Environment mapsize limit reached")
        #expect(
            LMDBError(code: 5, operation: "mdb_txn_commit").description == "mdb_txn_commit: EIO: Input/output error")
    }
}
