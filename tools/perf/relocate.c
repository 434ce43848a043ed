#include "tools/perf/relocate.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* Whether a character can be part of a file's name in such a way that the path goes on. */
static bool continues(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c & 0x80;
}

/* Whether a path can begin at `at`: not within another one, but right behind an option (-I/a). */
static bool can_begin(const char *begin, const char *at)
{
    if (at == begin || !continues(at[-1]))
        return true;
    const char *word = at - 1;
    while (word > begin && continues(word[-1]))
        word--;
    return *word == '-' && (word == begin || word[-1] != '/');
}

/* The next place in [at, end) where the path stands; NULL when there is none. */
static const char *find(const char *begin, const char *at, const char *end, const char *path)
{
    size_t length = strlen(path);
    while ((at = memmem(at, (size_t)(end - at), path, length))) {
        bool whole = at + length == end || !continues(at[length]);
        if (whole && can_begin(begin, at))
            return at;
        at++;
    }
    return NULL;
}

/* Appends the text with `to` in place of `from`. Returns whether there was any. */
static bool replace(const struct buf *text, const char *from, const char *to, struct buf *out)
{
    const char *begin = text->data, *end = text->data + text->length, *at = begin;
    bool any = false;
    for (const char *found; (found = find(begin, at, end, from)); at = found + strlen(from)) {
        buf_append(out, at, (size_t)(found - at));
        buf_append_str(out, to);
        any = true;
    }
    buf_append(out, at, (size_t)(end - at));
    return any;
}

static int relocate_file(const char *path, const char *from, const char *to)
{
    struct buf text = {0}, out = {0};
    int errnum = io_read_file(AT_FDCWD, path, &text);
    if (!errnum && text.length && !memchr(text.data, '\0', text.length) &&
        replace(&text, from, to, &out))
        errnum = io_write_file(AT_FDCWD, path, out.data, out.length);
    buf_free(&text);
    buf_free(&out);
    return errnum;
}

static int relocate_link(const char *path, const char *from, const char *to)
{
    struct buf text = {0}, out = {0};
    ssize_t length = readlink(path, buf_reserve(&text, PATH_MAX), PATH_MAX);
    int errnum = length < 0 ? errno : 0;
    text.length = length < 0 ? 0 : (size_t)length;
    if (!errnum && replace(&text, from, to, &out) &&
        (unlink(path) < 0 || symlink(out.data, path) < 0))
        errnum = errno;
    buf_free(&text);
    buf_free(&out);
    return errnum;
}

enum jig_status relocate(const char *from, const char *to, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    char *root = mem_strndup(to, strlen(to));
    char *const roots[] = {root, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; !status && walk && (entry = fts_read(walk));) {
        int errnum = 0;
        if (entry->fts_info == FTS_D && strcmp(entry->fts_name, ".git") == 0)
            fts_set(walk, entry, FTS_SKIP);
        else if (entry->fts_info == FTS_F)
            errnum = relocate_file(entry->fts_path, from, to);
        else if (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE)
            errnum = relocate_link(entry->fts_path, from, to);
        if (errnum)
            status = jig_fail_errno(error, errnum, "cannot put right the copy of %s",
                                    entry->fts_path + strlen(to));
    }
    if (!walk)
        status = jig_fail_errno(error, errno, "cannot list %s", to);
    else
        fts_close(walk);
    free(root);
    return status;
}
