#include "engine/fingerprint/fingerprint.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
    /* Kernels stamp files with a clock that ticks every 1 to 10 ms; twice the worst. */
    FINE_GRANULARITY_NS = 20 * 1000 * 1000,
    READ_CHUNK = 128 * 1024,
    /* How often a file that changes under our eyes is read again before it is left racy. */
    READ_ATTEMPTS = 3,
};
/* File systems that keep no fractions of a second: ext3, HFS+ (1 s), FAT (2 s). */
static const int64_t COARSE_GRANULARITY_NS = 2000000000;

/* Times beyond the years 1678 to 2262 all look alike. */
static int64_t timestamp_ns(struct statx_timestamp t)
{
    int64_t ns;
    if (__builtin_mul_overflow(t.tv_sec, INT64_C(1000000000), &ns) ||
        __builtin_add_overflow(ns, (int64_t)t.tv_nsec, &ns))
        return t.tv_sec < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

/* Sets the file's times to now and reads what they became. False when that fails. */
static bool stamp(int fd, int64_t *stamped_ns)
{
    struct stat st;
    if (futimens(fd, NULL) < 0 || fstat(fd, &st) < 0)
        return false;
    *stamped_ns = st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return true;
}

struct fingerprint_clock fingerprint_measure_clock(int fd)
{
    struct fingerprint_clock clock = {0};
    int64_t before_ns = clock_realtime_ns();
    int64_t stamps_ns[3];
    for (int i = 0; i < 3; i++) {
        if (!stamp(fd, &stamps_ns[i]))
            return clock;
    }
    /* Within the granularity of stamps the clocks are the same one; a file system whose stamps lag
     * because they are coarse must not make young files look old. */
    int64_t offset_ns = stamps_ns[0] - before_ns;
    if (offset_ns <= -COARSE_GRANULARITY_NS || offset_ns >= COARSE_GRANULARITY_NS)
        clock.offset_ns = offset_ns;
    /* Three stamps within microseconds: two ticks in that time do not happen. */
    clock.fine = stamps_ns[0] != stamps_ns[1] && stamps_ns[1] != stamps_ns[2];
    return clock;
}

static bool is_racy(const struct file_record *record, int64_t now_ns)
{
    bool coarse = record->mtime_ns % 1000000000 == 0 && record->ctime_ns % 1000000000 == 0;
    int64_t granularity = coarse ? COARSE_GRANULARITY_NS : FINE_GRANULARITY_NS;
    /* The ctime cannot be set by hand, so one in the future means that clocks differ: stay careful.
     * An mtime far in the future was set on purpose and says nothing. */
    return record->ctime_ns > now_ns - granularity ||
           (record->mtime_ns > now_ns - granularity && record->mtime_ns < now_ns + granularity);
}

bool fingerprint_can_settle(const struct file_record *record, struct fingerprint_clock clock)
{
    return (record->flags & FILE_RACY) && !is_racy(record, clock_realtime_ns() + clock.offset_ns);
}

static void fill_from_stat(struct file_record *record, const struct statx *st)
{
    record->size = st->stx_size;
    record->mtime_ns = timestamp_ns(st->stx_mtime);
    record->ctime_ns = timestamp_ns(st->stx_ctime);
    record->inode = st->stx_ino;
    record->device = makedev(st->stx_dev_major, st->stx_dev_minor);
    record->mode = st->stx_mode;
}

static bool same_stat(const struct file_record *a, const struct file_record *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns &&
           a->inode == b->inode && a->device == b->device && a->mode == b->mode;
}

static int stat_file(int dirfd, const char *name, int flags, struct file_record *out)
{
    struct statx st;
    const unsigned wanted =
        STATX_TYPE | STATX_MODE | STATX_SIZE | STATX_MTIME | STATX_CTIME | STATX_INO;
    if (statx(dirfd, name, flags, wanted, &st) < 0)
        return errno;
    fill_from_stat(out, &st);
    return 0;
}

static struct digest digest_of_words(const uint64_t *words, size_t count)
{
    return digest_of(words, count * sizeof *words);
}

/* What a file that is read from its beginning holds. */
struct content {
    struct digest digest;
    bool mute; /* see fingerprint_made_file */
};

static bool is_mute(const char *begin, size_t length)
{
    static const char thin_archive[] = "!<thin>\n"; /* ar(5) of GNU binutils */
    size_t magic = sizeof thin_archive - 1;
    return length == 0 || (length >= magic && memcmp(begin, thin_archive, magic) == 0);
}

/* Reads all of `fd` in chunks and digests it. 0 or errno. */
static int digest_in_chunks(int fd, struct content *out, uint64_t *bytes)
{
    char chunk[READ_CHUNK];
    size_t filled = 0;
    XXH3_state_t *stream = NULL; /* only for files longer than a chunk */
    int result = 0;
    for (;;) {
        ssize_t n = read(fd, chunk + filled, sizeof chunk - filled);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            result = errno;
        if (n <= 0)
            break;
        filled += (size_t)n;
        *bytes += (uint64_t)n;
        if (filled < sizeof chunk)
            continue;
        if (!stream) {
            out->mute = is_mute(chunk, filled);
            stream = XXH3_createState();
            if (!stream)
                mem_exhausted(sizeof chunk);
            XXH3_128bits_reset(stream);
        }
        XXH3_128bits_update(stream, chunk, filled);
        filled = 0;
    }
    if (!stream) {
        *out = (struct content){digest_of(chunk, filled), is_mute(chunk, filled)};
        return result;
    }
    XXH3_128bits_update(stream, chunk, filled);
    XXH128_hash_t h = XXH3_128bits_digest(stream);
    out->digest = (struct digest){h.low64, h.high64};
    XXH3_freeState(stream);
    return result;
}

/*
 * Reads all of `fd`, which should hold `size` bytes, into `out`, at most `limit` of them. 0 or
 * errno. Reading ends at `size` without asking whether there is more: what stat says afterwards
 * tells.
 */
static int read_whole(int fd, uint64_t size, size_t limit, struct buf *out)
{
    buf_clear(out);
    for (;;) {
        size_t missing = size > out->length ? (size_t)size - out->length : READ_CHUNK;
        char *to = buf_reserve(out, missing);
        ssize_t n = read(fd, to, missing);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        out->length += (size_t)n;
        out->data[out->length] = '\0';
        if (n == 0 || out->length == size || out->length > limit)
            return 0;
    }
}

/* Digests what `fd` holds from its beginning on, and keeps it where that was asked for. */
static int digest_content(int fd, uint64_t size, struct fingerprint_reading *reading,
                          struct content *out, uint64_t *bytes)
{
    if (reading && size <= reading->limit) {
        int result = read_whole(fd, size, reading->limit, &reading->bytes);
        *bytes += reading->bytes.length;
        if (result || reading->bytes.length <= reading->limit) {
            const char *data = reading->bytes.data;
            *out = (struct content){digest_of(data, reading->bytes.length),
                                    is_mute(data, reading->bytes.length)};
            reading->outcome = READING_KEPT;
            return result;
        }
        if (lseek(fd, 0, SEEK_SET) < 0) /* it grew beyond the limit meanwhile */
            return errno;
    }
    if (reading)
        reading->outcome = READING_TOO_LONG;
    return digest_in_chunks(fd, out, bytes);
}

/*
 * Digests a regular file so that the digest belongs to the stat in `record`: when the file changes
 * while it is read, `record` moves on to what it is now and the reading starts over.
 */
static int hash_regular(int dirfd, const char *name, bool made, struct fingerprint_reading *reading,
                        struct file_record *record, bool *unsteady,
                        struct fingerprint_counts *counts)
{
    *unsteady = false;
    int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && (errno == EACCES || errno == EPERM)) {
        const uint64_t words[] = {record->size, (uint64_t)record->mtime_ns,
                                  (uint64_t)record->ctime_ns, record->inode, record->device};
        record->digest = digest_of_words(words, sizeof words / sizeof *words);
        return 0;
    }
    if (fd < 0)
        return errno;
    int result = 0;
    counts->hashed++;
    struct content content = {0};
    for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
        result = digest_content(fd, record->size, reading, &content, &counts->hashed_bytes);
        struct file_record after = {.flags = record->flags};
        if (!result)
            result = stat_file(fd, "", AT_EMPTY_PATH, &after);
        if (result)
            break;
        *unsteady = !same_stat(record, &after);
        if (!*unsteady)
            break;
        *record = after;
        if (lseek(fd, 0, SEEK_SET) < 0) {
            result = errno;
            break;
        }
    }
    close(fd);
    if (made && content.mute) {
        const uint64_t words[] = {content.digest.low, content.digest.high,
                                  (uint64_t)record->mtime_ns};
        content.digest = digest_of_words(words, sizeof words / sizeof *words);
    }
    record->digest = content.digest;
    return result;
}

/* Finds out the digest of what `fresh` says is there. */
static int digest_file(int dirfd, const char *name, bool made, struct fingerprint_reading *reading,
                       struct file_record *fresh, bool *unsteady, struct fingerprint_counts *counts)
{
    *unsteady = false;
    if (S_ISREG(fresh->mode))
        return hash_regular(dirfd, name, made, reading, fresh, unsteady, counts);
    if (S_ISDIR(fresh->mode)) {
        const uint64_t words[] = {S_IFDIR, (uint64_t)fresh->mtime_ns};
        fresh->digest = digest_of_words(words, 2);
        fresh->flags |= FILE_DIRECTORY;
        return 0;
    }
    const uint64_t words[] = {fresh->mode & S_IFMT, fresh->device, fresh->inode};
    fresh->digest = digest_of_words(words, 3);
    return 0;
}

static bool means_missing(int errnum)
{
    return errnum == ENOENT || errnum == ENOTDIR || errnum == ENAMETOOLONG;
}

static int look_at(int dirfd, const char *name, bool made, struct fingerprint_reading *reading,
                   struct fingerprint_clock clock, uint64_t tick, struct file_record *record,
                   struct fingerprint_counts *counts)
{
    struct file_record fresh = {.flags = FILE_KNOWN};
    int64_t now_ns = clock_realtime_ns() + clock.offset_ns;
    counts->stats++;
    int result = stat_file(dirfd, name, 0, &fresh);
    bool unsteady = false;
    if (!result) {
        bool stands = (record->flags & (FILE_KNOWN | FILE_RACY | FILE_MISSING)) == FILE_KNOWN &&
                      same_stat(record, &fresh);
        if (stands) {
            counts->hits++;
            return 0;
        }
        result = digest_file(dirfd, name, made, reading, &fresh, &unsteady, counts);
    }
    if (means_missing(result)) {
        if (record->flags & FILE_MISSING) {
            counts->hits++;
            return 0;
        }
        fresh = (struct file_record){.flags = FILE_KNOWN | FILE_MISSING};
    } else if (result) {
        *record = (struct file_record){0};
        return result;
    } else if (unsteady || is_racy(&fresh, now_ns)) {
        fresh.flags |= FILE_RACY;
    }
    counts->misses++;
    bool changed = !(record->flags & FILE_KNOWN) || !digest_equal(record->digest, fresh.digest);
    fresh.changed_tick = changed ? tick : record->changed_tick;
    counts->changed += changed;
    *record = fresh;
    return 0;
}

int fingerprint_file(int dirfd, const char *name, struct fingerprint_clock clock, uint64_t tick,
                     struct file_record *record, struct fingerprint_counts *counts)
{
    return look_at(dirfd, name, false, NULL, clock, tick, record, counts);
}

int fingerprint_made_file(int dirfd, const char *name, struct fingerprint_clock clock,
                          uint64_t tick, struct file_record *record,
                          struct fingerprint_counts *counts)
{
    return look_at(dirfd, name, true, NULL, clock, tick, record, counts);
}

int fingerprint_read_file(int dirfd, const char *name, bool made, struct fingerprint_clock clock,
                          uint64_t tick, struct file_record *record,
                          struct fingerprint_reading *reading, struct fingerprint_counts *counts)
{
    reading->outcome = READING_NONE;
    int result = look_at(dirfd, name, made, reading, clock, tick, record, counts);
    if (result || (record->flags & FILE_MISSING))
        reading->outcome = READING_NONE;
    return result;
}

struct digest fingerprint_term(const char *path, size_t length, struct digest content)
{
    const uint64_t words[] = {XXH3_64bits(path, length), content.low, content.high};
    return digest_of(words, sizeof words);
}
