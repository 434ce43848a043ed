/*
 * Reading one folder.
 */
#include "engine/discovery/walk/tree_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRENT_BUFFER = 64 * 1024 };

void tree_scratch_init(struct tree_scratch *scratch)
{
    *scratch = (struct tree_scratch){0};
    vec_reserve(&scratch->entries, 64);
    vec_reserve(&scratch->names, 1024);
}

void tree_scratch_free(struct tree_scratch *scratch)
{
    vec_free(&scratch->entries);
    vec_free(&scratch->names);
    free(scratch->buffer);
}

enum entry_type tree_type_of_mode(uint32_t mode)
{
    if (S_ISREG(mode))
        return ENTRY_FILE;
    if (S_ISDIR(mode))
        return ENTRY_FOLDER;
    return S_ISLNK(mode) ? ENTRY_LINK : ENTRY_OTHER;
}

/* Some file systems do not say what a name is; then it is looked up. */
static enum entry_type type_of_dirent(int fd, const struct dirent64 *dirent)
{
    if (dirent->d_type != DT_UNKNOWN)
        return tree_type_of_mode((mode_t)DTTOIF(dirent->d_type));
    struct stat st;
    if (fstatat(fd, dirent->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return ENTRY_OTHER;
    return tree_type_of_mode(st.st_mode);
}

static bool is_dot_or_dot_dot(const char *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static void add_name(struct tree_scratch *scratch, int fd, const struct dirent64 *dirent)
{
    if (is_dot_or_dot_dot(dirent->d_name))
        return;
    size_t length = strlen(dirent->d_name);
    struct tree_entry entry = {.name = scratch->names.count,
                               .length = (uint16_t)length,
                               .type = (uint8_t)(type_of_dirent(fd, dirent) & 0xf)};
    vec_reserve(&scratch->names, length + 1);
    memcpy(scratch->names.data + scratch->names.count, dirent->d_name, length + 1);
    scratch->names.count += (uint32_t)length + 1;
    vec_push(&scratch->entries, entry);
}

static int compare_entries(const void *left, const void *right, void *context)
{
    const struct tree_entry *a = left, *b = right;
    const char *names = context;
    return strcmp(names + a->name, names + b->name);
}

int tree_read_names(struct tree_scratch *scratch, int fd)
{
    uint32_t entries = scratch->entries.count, names = scratch->names.count;
    if (!scratch->buffer)
        scratch->buffer = mem_alloc(DIRENT_BUFFER);
    ssize_t filled;
    while ((filled = getdents64(fd, scratch->buffer, DIRENT_BUFFER)) > 0) {
        for (ssize_t at = 0; at < filled;) {
            /* The kernel aligns its records for their type. */
            const struct dirent64 *dirent = (const void *)(scratch->buffer + at);
            add_name(scratch, fd, dirent);
            at += dirent->d_reclen;
        }
    }
    if (filled < 0) {
        scratch->entries.count = entries;
        scratch->names.count = names;
        return errno;
    }
    qsort_r(scratch->entries.data + entries, scratch->entries.count - entries,
            sizeof *scratch->entries.data, compare_entries, scratch->names.data);
    return 0;
}

static bool means_gone(int errnum)
{
    return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP;
}

int tree_read_folder(const struct tree *tree, struct tree_scratch *scratch, const char *path,
                     struct file_record *record)
{
    *record = (struct file_record){0};
    int fd = openat(tree->root_fd, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && means_gone(errno)) {
        record->flags = FILE_KNOWN | FILE_MISSING;
        return ENOENT;
    }
    if (fd < 0)
        return errno;
    /* The fingerprint first: a name that comes meanwhile then shows as a change next time. */
    scratch->folders_statted++;
    int errnum = fingerprint_file(fd, ".", tree->clock, 1, record, &scratch->stats);
    if (!errnum && !(record->flags & FILE_MISSING)) {
        scratch->folders_read++;
        errnum = tree_read_names(scratch, fd);
    }
    close(fd);
    if (errnum)
        *record = (struct file_record){0};
    return !errnum && (record->flags & FILE_MISSING) ? ENOENT : errnum;
}

enum entry_target tree_look_up(const struct tree *tree, const char *dir, size_t dir_length,
                               const char *name, size_t length)
{
    char path[PATH_MAX];
    size_t lead = dir_length ? dir_length + 1 : 0;
    if (lead + length >= sizeof path || memchr(name, '\0', length))
        return TARGET_NOTHING;
    memcpy(path, dir, dir_length);
    if (lead)
        path[dir_length] = '/';
    memcpy(path + lead, name, length);
    path[lead + length] = '\0';
    struct stat st;
    if (fstatat(tree->root_fd, path, &st, 0) < 0)
        return TARGET_NOTHING;
    return S_ISREG(st.st_mode) ? TARGET_FILE : S_ISDIR(st.st_mode) ? TARGET_FOLDER : TARGET_NOTHING;
}

size_t tree_link_target(const struct tree *tree, const char *path, size_t length, char *target,
                        size_t size)
{
    char text[PATH_MAX];
    memcpy(text, path, length);
    text[length] = '\0';
    ssize_t filled = readlinkat(tree->root_fd, text, target, size);
    if (filled <= 0 || (size_t)filled == size) /* no link, or cut */
        return 0;
    target[filled] = '\0';
    return (size_t)filled;
}

enum tree_kind tree_look_at_probe(const struct tree *tree, const char *path, size_t length,
                                  struct digest *link)
{
    static const enum tree_kind kinds[TARGET_KINDS] = {
        [TARGET_FILE] = TREE_FILE, [TARGET_FOLDER] = TREE_FOLDER, [TARGET_NOTHING] = TREE_MISSING};
    char target[PATH_MAX];
    size_t filled = tree_link_target(tree, path, length, target, sizeof target);
    *link = filled ? digest_of(target, filled) : (struct digest){0};
    return kinds[tree_look_up(tree, "", 0, path, length)];
}

struct tree_entry *tree_find_entry(struct tree_entry *entries, uint32_t count, const char *text,
                                   const char *name, size_t length)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct tree_entry *entry = &entries[middle];
        size_t shorter = entry->length < length ? entry->length : length;
        int order = memcmp(text + entry->name, name, shorter);
        if (order == 0 && entry->length == length)
            return entry;
        if (order < 0 || (order == 0 && entry->length < length))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
