// The limit our numbers are held against: LMDB alone, called from C with the log's own settings. Nothing is decided,
// hashed or remembered here.
//
//   bench-limit append FOLDER EVENTS BATCH SIZE...   durable MDB_APPEND of values of these sizes in turn under 8-byte
//                                                    big-endian keys, BATCH a commit: events/s, p50 and p99 of a commit in us
//   bench-limit scan FOLDER                          a walk over the table `events` that touches each value: events/s
#include <lmdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void check(int code, const char *what) {
    if (code == MDB_SUCCESS) return;
    fprintf(stderr, "bench-limit: %s: %s\n", what, mdb_strerror(code));
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static MDB_env *open_folder(const char *folder, unsigned flags) {
    MDB_env *environment;
    check(mdb_env_create(&environment), "mdb_env_create");
    check(mdb_env_set_mapsize(environment, (size_t)1 << 40), "mdb_env_set_mapsize");
    check(mdb_env_set_maxdbs(environment, 16), "mdb_env_set_maxdbs");
    check(mdb_env_open(environment, folder, MDB_NOTLS | flags, 0600), folder);
    return environment;
}

static int append(const char *folder, long events, long batch, char **sizes, int kinds) {
    MDB_env *environment = open_folder(folder, 0);
    MDB_txn *transaction;
    MDB_dbi table;
    check(mdb_txn_begin(environment, NULL, 0, &transaction), "mdb_txn_begin");
    check(mdb_dbi_open(transaction, "events", MDB_CREATE, &table), "mdb_dbi_open");
    check(mdb_txn_commit(transaction), "mdb_txn_commit");

    static unsigned char bytes[2022];
    for (size_t at = 0; at < sizeof bytes; at++) bytes[at] = (unsigned char)(at * 131);
    long commits = (events + batch - 1) / batch;
    double *times = calloc((size_t)commits, sizeof *times);
    uint64_t position = 0;
    double started = now();
    for (long commit = 0; commit < commits; commit++) {
        double begun = now();
        check(mdb_txn_begin(environment, NULL, 0, &transaction), "mdb_txn_begin");
        for (long index = 0; index < batch; index++, position++) {
            uint64_t key = __builtin_bswap64(position);
            memcpy(bytes, &position, sizeof position);
            MDB_val name = {sizeof key, &key};
            MDB_val value = {(size_t)atol(sizes[position % (uint64_t)kinds]), bytes};
            check(mdb_put(transaction, table, &name, &value, MDB_APPEND), "mdb_put");
        }
        check(mdb_txn_commit(transaction), "mdb_txn_commit");
        times[commit] = now() - begun;
    }
    double seconds = now() - started;
    qsort(times, (size_t)commits, sizeof *times, ascending);
    printf("%.0f %.0f %.0f\n", (double)position / seconds, times[commits / 2] * 1e6, times[commits * 99 / 100] * 1e6);
    mdb_env_close(environment);
    return 0;
}

static int scan(const char *folder) {
    MDB_env *environment = open_folder(folder, MDB_RDONLY);
    MDB_txn *transaction;
    MDB_cursor *cursor;
    MDB_dbi table;
    MDB_val key, value;
    check(mdb_txn_begin(environment, NULL, MDB_RDONLY, &transaction), "mdb_txn_begin");
    check(mdb_dbi_open(transaction, "events", 0, &table), "mdb_dbi_open");
    check(mdb_cursor_open(transaction, table, &cursor), "mdb_cursor_open");
    uint64_t events = 0, sum = 0;
    double started = now();
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) {
        uint64_t amount;
        memcpy(&amount, (const char *)value.mv_data + 64, sizeof amount);
        sum += amount;
        events++;
    }
    double seconds = now() - started;
    printf("%.0f %llu %llu\n", (double)events / seconds, (unsigned long long)events, (unsigned long long)sum);
    return 0;
}

int main(int count, char **words) {
    if (count >= 6 && strcmp(words[1], "append") == 0) return append(words[2], atol(words[3]), atol(words[4]), words + 5, count - 5);
    if (count == 3 && strcmp(words[1], "scan") == 0) return scan(words[2]);
    fprintf(stderr, "usage: bench-limit append FOLDER EVENTS BATCH SIZE... | scan FOLDER\n");
    return 2;
}
