#include "engine/trace/keep.h"

#include "engine/base/io.h"
#include "engine/trace/draft.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SUFFIX[] = ".trace";
/* Holds the name of the newest full build's trace. */
static const char FULL[] = "full";

/* Of a number in a name, at least. */
enum { DIGITS = 6 };

/* Nobody builds so often; what has such a name is not ours. */
#define LAST_NUMBER ((uint64_t)1000000000000000)

void trace_keeper_init(struct trace_keeper *keeper, const char *directory)
{
    struct buf path = {0};
    buf_printf(&path, "%s/traces", directory);
    *keeper = (struct trace_keeper){.directory = path.data};
}

void trace_keeper_free(struct trace_keeper *keeper)
{
    free(keeper->directory);
    vec_free(&keeper->kept);
    *keeper = (struct trace_keeper){0};
}

static void append_name(struct buf *out, uint64_t number)
{
    buf_printf(out, "%0*" PRIu64 "%s", DIGITS, number, SUFFIX);
}

void trace_keeper_path(const struct trace_keeper *keeper, uint64_t number, struct buf *path)
{
    buf_printf(path, "%s/", keeper->directory);
    append_name(path, number);
}

/* ---- which there are ------------------------------------------------------------------------ */

/* The number in a file's name, or 0 if the name is not one that trace_keeper_path gives. */
static uint64_t number_of(const char *name)
{
    char *end;
    if (*name < '0' || *name > '9')
        return 0;
    errno = 0;
    uint64_t number = strtoull(name, &end, 10);
    bool canonical = end - name == DIGITS || (end - name > DIGITS && *name != '0');
    return !errno && canonical && number < LAST_NUMBER && strcmp(end, SUFFIX) == 0 ? number : 0;
}

static int by_number(const void *left, const void *right)
{
    const struct trace_kept *a = left;
    const struct trace_kept *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

/* Its size, which is asked for once: a trace does not change. False: it is no file, or an empty one
 * that only holds a number for a draft. */
static bool find_size(const struct trace_kept *known, uint32_t count, int folder, const char *name,
                      struct trace_kept *kept)
{
    const struct trace_kept *before =
        count ? bsearch(kept, known, count, sizeof *known, by_number) : NULL;
    struct stat file;
    if (before) {
        *kept = *before;
        return true;
    }
    if (fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(file.st_mode) ||
        !file.st_size)
        return false;
    kept->bytes = (uint64_t)file.st_size;
    return true;
}

int trace_keeper_look(struct trace_keeper *keeper)
{
    struct trace_kept *known = keeper->kept.data;
    uint32_t known_count = keeper->kept.count;
    DIR *folder = opendir(keeper->directory);
    int errnum = folder || errno == ENOENT ? 0 : errno;
    keeper->kept.data = NULL;
    keeper->kept.count = keeper->kept.capacity = 0;
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        struct trace_kept kept = {.number = number_of(entry->d_name)};
        if (kept.number && find_size(known, known_count, dirfd(folder), entry->d_name, &kept))
            vec_push(&keeper->kept, kept);
    }
    if (folder)
        closedir(folder);
    free(known);
    if (keeper->kept.count)
        qsort(keeper->kept.data, keeper->kept.count, sizeof *keeper->kept.data, by_number);
    return errnum;
}

/* ---- keeping -------------------------------------------------------------------------------- */

/* The folder of the traces, which is made if it is missing; negative: errno says why not. */
static int open_folder(const struct trace_keeper *keeper)
{
    const int how = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    int folder = open(keeper->directory, how);
    if (folder < 0 && errno == ENOENT &&
        (mkdir(keeper->directory, 0777) == 0 || errno == EEXIST)) /* another process was faster */
        folder = open(keeper->directory, how);
    return folder;
}

/* Gives the draft the next number. Another process may have taken one meanwhile. */
static int take_number(const struct trace_keeper *keeper, struct draft *draft, uint64_t *number)
{
    enum { TRIES = 100 };
    int errnum = EEXIST;
    *number = keeper->kept.count ? keeper->kept.data[keeper->kept.count - 1].number : 0;
    for (int i = 0; i < TRIES && errnum == EEXIST; i++) {
        struct buf name = {0};
        append_name(&name, ++*number);
        errnum = draft_take_name(draft, name.data);
        buf_free(&name);
    }
    return errnum;
}

static int write_trace(const struct trace_keeper *keeper, int folder, const struct buf *bytes,
                       uint64_t *number)
{
    struct draft draft;
    int errnum = draft_begin(&draft, folder);
    if (errnum)
        return errnum;
    errnum = io_write_all(draft.fd, bytes->data, bytes->length);
    if (!errnum)
        errnum = take_number(keeper, &draft, number);
    draft_end(&draft);
    return errnum;
}

static void remove_trace(const struct trace_keeper *keeper, uint64_t number)
{
    struct buf path = {0};
    trace_keeper_path(keeper, number, &path);
    unlink(path.data); /* if it stays, the next look finds it again */
    buf_free(&path);
}

/* Not what the log calls full: that is how it was found out what to do, and each build that is not
 * an update finds it out in full. */
static bool is_full(const struct trace_log *log)
{
    uint64_t run = trace_log_number(log, "jobs_run");
    return !log->asked && run && run >= trace_log_number(log, "jobs_wanted") / 2;
}

/* The number of the newest full build's trace; 0 if none is noted. */
static uint64_t read_full(int folder)
{
    struct stat file;
    if (fstatat(folder, FULL, &file, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(file.st_mode))
        return 0;
    struct buf name = {0};
    uint64_t number = io_read_file(folder, FULL, &name) ? 0 : number_of(buf_cstr(&name));
    buf_free(&name);
    return number;
}

/* If it cannot be noted, the trace is one like any other. */
static void note_full(int folder, uint64_t number)
{
    struct draft draft;
    struct buf name = {0};
    append_name(&name, number);
    if (draft_begin(&draft, folder) == 0) {
        if (io_write_all(draft.fd, name.data, name.length) == 0)
            draft_replace(&draft, FULL);
        draft_end(&draft);
    }
    buf_free(&name);
}

/* How many of the youngest stay beside the full build's, which is counted among them if it is one
 * of them. */
static uint32_t count_staying(const struct trace_keeper *keeper, const struct trace_kept *full)
{
    uint64_t bytes = full ? full->bytes : 0;
    uint32_t stay = 0;
    while (stay < keeper->kept.count && stay < TRACE_KEPT_BUILDS) {
        const struct trace_kept *next = &keeper->kept.data[keeper->kept.count - 1 - stay];
        bytes += next == full ? 0 : next->bytes;
        if (stay && bytes > TRACE_KEPT_BYTES)
            break;
        stay++;
    }
    return stay;
}

/* NULL if it is not kept any more, or is too large beside the last one. */
static const struct trace_kept *find_full(const struct trace_keeper *keeper, uint64_t number)
{
    const struct trace_kept *last = &keeper->kept.data[keeper->kept.count - 1];
    const struct trace_kept wanted = {.number = number};
    const struct trace_kept *full =
        bsearch(&wanted, keeper->kept.data, keeper->kept.count, sizeof wanted, by_number);
    return full && full != last && full->bytes + last->bytes > TRACE_KEPT_BYTES ? NULL : full;
}

static void delete_oldest(struct trace_keeper *keeper, int folder)
{
    const struct trace_kept *full = find_full(keeper, read_full(folder));
    uint64_t full_number = full ? full->number : 0;
    uint32_t gone = keeper->kept.count - count_staying(keeper, full);
    uint32_t stay = 0;
    for (uint32_t i = 0; i < keeper->kept.count; i++) {
        struct trace_kept kept = keeper->kept.data[i];
        if (i < gone && kept.number != full_number)
            remove_trace(keeper, kept.number);
        else
            keeper->kept.data[stay++] = kept;
    }
    keeper->kept.count = stay;
}

/* What processes that were killed have left behind. */
static void remove_left(const struct trace_keeper *keeper, int folder)
{
    DIR *entries = opendir(keeper->directory);
    for (const struct dirent *entry; entries && (entry = readdir(entries));)
        if (draft_is_name(entry->d_name))
            draft_remove_if_left(folder, entry->d_name);
    if (entries)
        closedir(entries);
}

int trace_keep(struct trace_keeper *keeper, const struct trace_log *log)
{
    trace_keeper_look(keeper); /* others keep theirs here, too */
    int folder = open_folder(keeper);
    if (folder < 0)
        return errno;
    struct buf bytes = {0};
    uint64_t number;
    trace_log_encode(log, &bytes);
    remove_left(keeper, folder);
    int errnum = write_trace(keeper, folder, &bytes, &number);
    if (!errnum) {
        vec_push(&keeper->kept, ((struct trace_kept){number, bytes.length}));
        if (is_full(log))
            note_full(folder, number);
        delete_oldest(keeper, folder);
    }
    buf_free(&bytes);
    close(folder);
    return errnum;
}

enum jig_status trace_read(const char *path, struct trace_log *log, struct jig_error *error)
{
    struct buf bytes = {0};
    *log = (struct trace_log){0};
    struct stat file;
    if (stat(path, &file) == 0 && !S_ISREG(file.st_mode))
        return jig_fail(error, JIG_ERROR_CORRUPT,
                        "'%s' is no trace that can be read: it is no file", path);
    int errnum = io_read_file(AT_FDCWD, path, &bytes);
    enum jig_status status = errnum ? jig_fail_errno(error, errnum, "cannot read '%s'", path)
                                    : trace_log_decode(buf_cstr(&bytes), bytes.length, log, error);
    buf_free(&bytes);
    if (status != JIG_ERROR_CORRUPT || !error)
        return status;
    struct jig_error why = *error;
    return jig_fail(error, status, "'%s' is no trace that can be read: %s", path, why.message);
}
