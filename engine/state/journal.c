/*
 * The journal as a file: its header, and the frames that records lie in.
 */
#include "engine/state/journal.h"

#include "engine/base/io.h"
#include "engine/state/header.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct header_kind JOURNAL = {"jig journal", JOURNAL_VERSION, .is_cache = false};

/*
 * A record: an array of 3 (1 byte), the checksum (uint 64), the length of the entries in bytes
 * (uint 32), and the entries (an array 32). The checksum covers all that follows it.
 */
enum {
    CHECKSUM_AT = 2,
    LENGTH_AT = 11,
    FRAME_BYTES = JOURNAL_FRAME_BYTES,
};

static uint64_t checksum_of(const struct journal *journal, uint64_t offset,
                            const unsigned char *frame, uint32_t length)
{
    const unsigned char *covered = frame + LENGTH_AT - 1;
    return XXH3_64bits_withSeed(covered, (size_t)(frame + FRAME_BYTES - covered) + length,
                                journal->nonce + offset);
}

void journal_init(struct journal *journal, const char *path, const char *temporary, bool read_only)
{
    *journal =
        (struct journal){.path = path, .temporary = temporary, .read_only = read_only, .fd = -1};
}

/* ---- opening ---------------------------------------------------------------------------- */

static int read_all(int fd, size_t bytes, struct buf *out)
{
    while (out->length < bytes) {
        size_t wanted = bytes - out->length;
        ssize_t n = pread(fd, buf_reserve(out, wanted), wanted, (off_t)out->length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            break;
        out->length += (size_t)n;
    }
    return 0;
}

static enum jig_status read_header(struct journal *journal, struct jig_error *error)
{
    struct header header;
    enum jig_status status =
        header_read(journal->content.data, journal->content.length, JOURNAL, &header, error);
    if (status)
        return status;
    pack_expect_map(&header.map, 3);
    pack_expect_key(&header.map, "jig");
    pack_read_str(&header.map);
    pack_expect_key(&header.map, "image");
    uint64_t image_id = pack_read_uint(&header.map);
    pack_expect_key(&header.map, "nonce");
    uint64_t nonce = pack_read_uint(&header.map);
    if (!pack_is_done(&header.map) || header.more || nonce == 0)
        return jig_fail(error, JIG_ERROR_CORRUPT, "its header makes no sense");
    journal->image_id = image_id;
    journal->nonce = nonce;
    journal->end = header.end;
    return JIG_OK;
}

enum jig_status journal_open(struct journal *journal, struct jig_error *error)
{
    journal_restart(journal, 0);
    /* O_NONBLOCK: something may have put a pipe here, and opening one waits for a writer. */
    int access = journal->read_only ? O_RDONLY : O_RDWR;
    int fd = open(journal->path, access | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return JIG_OK;
    if (fd < 0)
        return jig_fail_errno(error, errno, "it cannot be opened");
    journal->fd = fd;
    struct stat st;
    enum jig_status status;
    int errnum = fstat(fd, &st) < 0 ? errno : 0;
    if (!errnum && !S_ISREG(st.st_mode)) {
        status = jig_fail(error, JIG_ERROR_CORRUPT, "it is not a file");
    } else {
        /* Read, not mapped: a writer may shorten it at any time, and that would be a SIGBUS. */
        if (!errnum)
            errnum = read_all(fd, (size_t)st.st_size, &journal->content);
        status = errnum ? jig_fail_errno(error, errnum, "it cannot be read")
                        : read_header(journal, error);
    }
    if (status)
        journal_restart(journal, 0);
    return status;
}

void journal_restart(struct journal *journal, uint64_t image_id)
{
    if (journal->fd >= 0)
        close(journal->fd);
    journal->fd = -1;
    journal->image_id = image_id;
    journal->nonce = 0;
    journal->end = 0;
    buf_free(&journal->content);
    journal->paths.count = 0;
    journal->settled_paths = 0;
    buf_clear(&journal->record);
    journal->entries = 0;
}

void journal_close(struct journal *journal)
{
    journal_restart(journal, 0);
    vec_free(&journal->paths);
    vec_free(&journal->numbers);
    vec_free(&journal->mentions);
    buf_free(&journal->record);
}

/* ---- replaying -------------------------------------------------------------------------- */

enum frame {
    FRAME_WHOLE,
    FRAME_NONE,    /* the content ends where a frame would begin */
    FRAME_CUT,     /* the content ends inside the frame */
    FRAME_DAMAGED, /* not a frame, or its checksum does not match */
};

static enum frame read_frame(const struct journal *journal, struct pack_reader *entries)
{
    const unsigned char *frame = (const unsigned char *)journal->content.data + journal->end;
    size_t left = journal->content.length - journal->end;
    if (left == 0)
        return FRAME_NONE;
    if (left < FRAME_BYTES)
        return FRAME_CUT;
    if (frame[0] != 0x93 || frame[CHECKSUM_AT - 1] != 0xcf || frame[LENGTH_AT - 1] != 0xce)
        return FRAME_DAMAGED;
    uint32_t length = (uint32_t)pack_load_be(frame + LENGTH_AT, 4);
    if (length > left - FRAME_BYTES)
        return FRAME_CUT;
    if (pack_load_be(frame + CHECKSUM_AT, 8) != checksum_of(journal, journal->end, frame, length))
        return FRAME_DAMAGED;
    *entries = pack_reader(frame + FRAME_BYTES, length);
    return FRAME_WHOLE;
}

enum jig_status journal_replay(struct journal *journal, struct graph *graph,
                               struct history *history, uint32_t *records, struct jig_error *error)
{
    struct replay replay = {.journal = journal, .graph = graph, .history = history};
    struct pack_reader entries;
    enum frame frame;
    *records = 0;
    while ((frame = read_frame(journal, &entries)) == FRAME_WHOLE) {
        if (!journal_apply(&replay, &entries)) {
            frame = FRAME_DAMAGED;
            break;
        }
        journal->settled_paths = journal->paths.count;
        journal->end = (uint64_t)((const char *)entries.end - journal->content.data);
        ++*records;
    }
    journal->paths.count = journal->settled_paths; /* a bad record numbered none */
    vec_free(&replay.files);
    vec_free(&replay.outs);
    vec_free(&replay.deps);
    vec_free(&replay.orphan_of);
    size_t lost = journal->content.length - journal->end;
    buf_free(&journal->content);

    if (frame == FRAME_NONE || (frame == FRAME_CUT && journal->read_only))
        return JIG_OK;
    /* Should cutting fail, the next commit overwrites the tail, and no part of it can verify. */
    if (!journal->read_only)
        (void)!ftruncate(journal->fd, (off_t)journal->end);
    return jig_fail(error, JIG_ERROR_CORRUPT, "its last %zu bytes %s", lost,
                    frame == FRAME_CUT ? "are an unfinished record" : "are damaged");
}

/* ---- writing ---------------------------------------------------------------------------- */

static int write_at(int fd, const char *bytes, size_t length, uint64_t offset)
{
    while (length > 0) {
        ssize_t n = pwrite(fd, bytes, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        bytes += n;
        length -= (size_t)n;
        offset += (size_t)n;
    }
    return 0;
}

/*
 * Makes the file, complete with its header before it gets its name: what is called a journal is
 * one, whenever the process is killed.
 */
static int start_file(struct journal *journal)
{
    struct buf map = {0};
    struct buf file = {0};
    uint64_t nonce = header_fresh_id();
    msgpack_packer writer = pack_writer(&map);
    msgpack_pack_map(&writer, 3);
    pack_write_str(&writer, "jig");
    pack_write_str(&writer, JIG_VERSION);
    pack_write_str(&writer, "image");
    msgpack_pack_fix_uint64(&writer, journal->image_id);
    pack_write_str(&writer, "nonce");
    msgpack_pack_fix_uint64(&writer, nonce);
    header_write(&file, JOURNAL, &map, 0);

    int errnum = 0;
    int fd = open(journal->temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        errnum = errno;
    } else {
        errnum = write_at(fd, file.data, file.length, 0);
        if (!errnum && rename(journal->temporary, journal->path) < 0)
            errnum = errno;
        if (errnum) {
            close(fd);
            unlink(journal->temporary);
        } else {
            journal->fd = fd;
            journal->nonce = nonce;
            journal->end = file.length;
        }
    }
    buf_free(&map);
    buf_free(&file);
    return errnum;
}

static enum jig_status write_record(struct journal *journal, struct jig_error *error)
{
    size_t length = journal->record.length - FRAME_BYTES;
    if (length > UINT32_MAX)
        return jig_fail(error, JIG_ERROR_LIMIT, "cannot write '%s': a record of %zu bytes",
                        journal->path, length);
    int errnum = journal->fd < 0 ? start_file(journal) : 0;
    if (!errnum) {
        unsigned char *frame = (unsigned char *)journal->record.data;
        frame[0] = 0x93;
        frame[CHECKSUM_AT - 1] = 0xcf;
        frame[LENGTH_AT - 1] = 0xce;
        pack_store_be(frame + LENGTH_AT, length, 4);
        frame[FRAME_BYTES] = 0xdd;
        pack_store_be(frame + FRAME_BYTES + 1, journal->entries, 4);
        uint64_t checksum = checksum_of(journal, journal->end, frame, (uint32_t)length);
        pack_store_be(frame + CHECKSUM_AT, checksum, 8);
        errnum = write_at(journal->fd, journal->record.data, journal->record.length, journal->end);
        if (errnum)
            (void)!ftruncate(journal->fd, (off_t)journal->end);
    }
    if (errnum)
        return jig_fail_errno(error, errnum, "cannot write '%s'", journal->path);
    journal->end += journal->record.length;
    return JIG_OK;
}

enum jig_status journal_commit(struct journal *journal, struct jig_error *error)
{
    if (!journal->entries)
        return JIG_OK;
    enum jig_status status = write_record(journal, error);
    if (status)
        journal->paths.count = journal->settled_paths; /* their numbers are free again */
    else
        journal->settled_paths = journal->paths.count;
    buf_clear(&journal->record);
    journal->entries = 0;
    return status;
}
