/*
 * Which ignore files hold for the tree, and what they say together.
 */
#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/discovery/walk/ignore.h"
#include "engine/discovery/walk/tree_internal.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longer ones are left alone, as git does. */
enum { LARGEST_IGNORE_FILE = 100 * 1024 * 1024 };

/* ---- above the root ------------------------------------------------------------------------ */

/* The text of a short file without its last line's end; empty when it cannot be read. */
static void read_line(const char *path, struct buf *out)
{
    buf_clear(out);
    if (io_read_file(AT_FDCWD, path, out) != 0)
        buf_clear(out);
    while (out->length &&
           (out->data[out->length - 1] == '\n' || out->data[out->length - 1] == '\r'))
        out->data[--out->length] = '\0';
}

/* Appends `path`, which is relative to `folder` unless it is absolute. */
static void append_path(struct buf *out, const char *folder, const char *path)
{
    if (*path != '/')
        buf_printf(out, "%s/", folder);
    buf_append_str(out, path);
}

/*
 * The path of the repository's info/exclude. In a worktree and in a submodule, `.git` is a file
 * that says where the repository is, and the file `commondir` in there where the rest of it is
 * (gitrepository-layout(5)).
 */
static void find_exclude(const char *top, struct buf *out)
{
    struct buf path = {0}, line = {0};
    buf_printf(&path, "%s/.git", top);
    read_line(path.data, &line);
    static const char marker[] = "gitdir: ";
    if (line.length && strncmp(line.data, marker, sizeof marker - 1) == 0) {
        buf_clear(&path);
        append_path(&path, top, line.data + sizeof marker - 1);
        struct buf common = {0};
        buf_printf(&common, "%s/commondir", path.data);
        read_line(common.data, &line);
        buf_clear(&common);
        if (line.length)
            append_path(&common, path.data, line.data);
        if (common.length) {
            buf_clear(&path);
            buf_append(&path, common.data, common.length);
        }
        buf_free(&common);
    }
    buf_printf(out, "%s/info/exclude", path.data);
    buf_free(&path);
    buf_free(&line);
}

static bool has_repository(const char *folder)
{
    struct buf path = {0};
    struct stat st;
    buf_printf(&path, "%s/.git", folder);
    bool has = lstat(path.data, &st) == 0;
    buf_free(&path);
    return has;
}

static void add_file(struct tree_outer *outer, char *path, size_t skip)
{
    outer->files = mem_realloc(outer->files, (outer->count + 1) * sizeof *outer->files);
    outer->files[outer->count].path = path;
    outer->files[outer->count].skip = skip;
    outer->count++;
}

/*
 * Adds the files of the repository whose top is `up` folders above `root`. Their paths go through
 * the root, so that they are others when the root has moved within its repository.
 */
static void add_files(struct tree_outer *outer, const char *root, uint32_t up)
{
    struct buf folder = {0}, path = {0};
    buf_append_str(&folder, root);
    for (uint32_t i = 0; i < up; i++)
        buf_append_str(&folder, "/..");
    find_exclude(buf_cstr(&folder), &path);
    add_file(outer, mem_strndup(path.data, path.length), 0);
    size_t skip = 0;
    for (; up > 0; up--, folder.data[folder.length -= 3] = '\0') {
        buf_clear(&path);
        buf_printf(&path, "%s/.gitignore", folder.data);
        add_file(outer, mem_strndup(path.data, path.length), skip);
        const char *slash = strchr(outer->lead.data + skip, '/');
        skip = (size_t)(slash + 1 - outer->lead.data);
    }
    buf_free(&folder);
    buf_free(&path);
}

void tree_outer_find(const struct tree *tree, struct tree_outer *outer)
{
    *outer = (struct tree_outer){0};
    char root[PATH_MAX];
    if (tree->no_ignore || !realpath(tree->root, root))
        return;
    char top[PATH_MAX];
    strcpy(top, root);
    uint32_t up = 0;
    while (!has_repository(top)) {
        char *slash = strrchr(top, '/');
        if (!slash || !top[0])
            return; /* in no repository */
        *slash = '\0';
        up++;
    }
    if (up)
        buf_printf(&outer->lead, "%s/", root + strlen(top) + 1);
    add_files(outer, strcmp(root, "/") == 0 ? "" : root, up);
}

void tree_outer_free(struct tree_outer *outer)
{
    for (uint32_t i = 0; i < outer->count; i++)
        free(outer->files[i].path);
    free(outer->files);
    buf_free(&outer->lead);
}

/* ---- rules --------------------------------------------------------------------------------- */

struct tree_rules *tree_rules_read(const struct tree *tree, const char *path, size_t skip,
                                   const struct tree_rules *above, struct fingerprint_counts *stats)
{
    struct tree_rules *rules = mem_zalloc(sizeof *rules);
    struct buf text = {0};
    rules->above = above;
    rules->skip = skip;
    int errnum = fingerprint_file(tree->root_fd, path, tree->clock, 1, &rules->record, stats);
    bool readable = !errnum && S_ISREG(rules->record.mode) &&
                    rules->record.size <= LARGEST_IGNORE_FILE &&
                    io_read_file(tree->root_fd, path, &text) == 0;
    rules->file = ignore_parse(buf_cstr(&text), readable ? text.length : 0);
    buf_free(&text);
    return rules;
}

void tree_rules_free(struct tree_rules *rules)
{
    if (!rules)
        return;
    ignore_destroy(rules->file);
    free(rules);
}

/* ---- keeping them -------------------------------------------------------------------------- */

/* Where the ignore file is in the list, or would be. */
static uint32_t kept_index(const struct tree_kept_rules *kept, uint32_t ignore_file)
{
    uint32_t low = 0, high = kept->files.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (kept->files.data[middle].place < ignore_file)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct tree_rules *tree_kept_rules_find(const struct tree *tree, uint32_t ignore_file)
{
    const struct tree_kept_rules *kept = tree->kept;
    uint32_t at = kept_index(kept, ignore_file);
    bool found = at < kept->files.count && kept->files.data[at].place == ignore_file;
    return found ? kept->files.data[at].rules : NULL;
}

void tree_keep_rules(struct tree *tree, uint32_t ignore_file, struct tree_rules *rules)
{
    struct tree_kept_rules *kept = tree->kept;
    uint32_t at = kept_index(kept, ignore_file);
    vec_extend(&kept->files, 1);
    memmove(kept->files.data + at + 1, kept->files.data + at,
            (kept->files.count - 1 - at) * sizeof *kept->files.data);
    kept->files.data[at] = (struct kept_file){ignore_file, rules};
}

void tree_drop_file_rules(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->kept->files.count; i++)
        tree_rules_free(tree->kept->files.data[i].rules);
    tree->kept->files.count = 0;
}

void tree_drop_rules(struct tree *tree)
{
    struct tree_kept_rules *kept = tree->kept;
    tree_drop_file_rules(tree);
    vec_free(&kept->files);
    for (uint32_t i = 0; kept->outer_rules && i < kept->outer.count; i++)
        tree_rules_free(kept->outer_rules[i]);
    free(kept->outer_rules);
    tree_outer_free(&kept->outer);
    *kept = (struct tree_kept_rules){0};
}

bool tree_rules_leave_out(const struct tree_rules *rules, const char *path, size_t length,
                          bool is_folder)
{
    for (; rules; rules = rules->above) {
        enum ignore_verdict verdict =
            ignore_match(rules->file, path + rules->skip, length - rules->skip, is_folder);
        if (verdict != IGNORE_SILENT)
            return verdict == IGNORE_YES;
    }
    return false;
}
