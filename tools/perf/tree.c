#include "tools/perf/tree.h"

#include "engine/base/io.h"
#include "engine/base/path.h"
#include "tools/fixture/fixture.h"
#include "tools/jig/text.h"
#include "tools/perf/relocate.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *text_of(const char *format, ...) JIG_PRINTF(1, 2);
static char *text_of(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        mem_exhausted(0);
    va_end(arguments);
    return text;
}

/* ---- making -------------------------------------------------------------------------------- */

static enum jig_status write_fixture(const struct tree *tree, struct jig_error *error)
{
    enum { SEED = 1 };
    struct output output;
    struct digest digest;
    const struct recipe recipe = {.shape = tree->subject->shape, .seed = SEED};
    enum jig_status status = output_open(&output, tree->root, error);
    if (status)
        return status;
    fixture_write(&recipe, &output);
    return output_close(&output, &digest, error);
}

static enum jig_status run(const struct tree *tree, const char *const *argv, const char *directory,
                           struct interrupt *interrupt, struct buf *out, struct jig_error *error)
{
    struct usage usage;
    struct buf log = {0};
    buf_printf(&log, "%s.log", tree->root);
    const struct child_command command = {.argv = argv, .directory = directory, .log = log.data};
    enum jig_status status = child_run(&command, interrupt, out, &usage, error);
    buf_free(&log);
    return status;
}

/* What earlier builds left in the project has been copied, too. */
static enum jig_status forget_builds(const struct tree *tree, const char *jig,
                                     struct interrupt *interrupt, struct jig_error *error)
{
    const char *const clean[] = {jig, "clean", NULL};
    const char *const forget[] = {"rm", "-rf", ".jig", ".ninja_log", ".ninja_deps", NULL};
    enum jig_status status = run(tree, clean, tree->directory, interrupt, NULL, error);
    return status ? status : run(tree, forget, tree->directory, interrupt, NULL, error);
}

static enum jig_status copy_project(const struct tree *tree, struct interrupt *interrupt,
                                    struct jig_error *error)
{
    const char *const copy[] = {"cp", "-a", "--", tree->subject->path, tree->root, NULL};
    enum jig_status status = run(tree, copy, "/", interrupt, NULL, error);
    return status ? status : relocate(tree->subject->path, tree->root, error);
}

static FTS *open_walk(const struct tree *tree)
{
    char *const roots[] = {tree->root, NULL};
    return fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL);
}

static enum jig_status list_pristine(struct tree *tree, struct jig_error *error)
{
    FTS *walk = open_walk(tree);
    if (!walk)
        return jig_fail_errno(error, errno, "cannot list %s", tree->root);
    size_t root_length = strlen(tree->root) + 1;
    for (FTSENT *entry; (entry = fts_read(walk));) {
        if (entry->fts_level > 0 && entry->fts_info != FTS_DP)
            vec_push(&tree->pristine, mem_strndup(entry->fts_path + root_length,
                                                  strlen(entry->fts_path) - root_length));
    }
    fts_close(walk);
    if (tree->pristine.count)
        qsort(tree->pristine.data, tree->pristine.count, sizeof *tree->pristine.data, text_compare);
    return JIG_OK;
}

enum jig_status tree_make(struct tree *tree, const struct subject *subject, const char *folder,
                          const char *name, const char *jig, struct interrupt *interrupt,
                          struct jig_error *error)
{
    *tree = (struct tree){.subject = subject};
    tree->root = text_of("%s/%s", folder, name);
    tree->directory = text_of("%s%s%s", tree->root, *subject->within ? "/" : "", subject->within);
    tree->removed = text_of("%s/%s-old", folder, name);
    enum jig_status status =
        subject->shape ? write_fixture(tree, error) : copy_project(tree, interrupt, error);
    char *pipelines = text_of("%s/jig.yaml", tree->directory);
    tree->pipelines = access(pipelines, F_OK) == 0;
    free(pipelines);
    if (!status && !subject->shape)
        status = forget_builds(tree, jig, interrupt, error);
    return status ? status : list_pristine(tree, error);
}

void tree_free(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->pristine.count; i++)
        free(tree->pristine.data[i]);
    for (uint32_t i = 0; i < tree->modules.count; i++)
        free(tree->modules.data[i].path);
    vec_free(&tree->pristine);
    vec_free(&tree->modules);
    free(tree->root);
    free(tree->directory);
    free(tree->removed);
    *tree = (struct tree){0};
}

/* ---- modules ------------------------------------------------------------------------------- */

static bool is_pristine(const struct tree *tree, const char *path)
{
    return tree->pristine.count && bsearch(&path, tree->pristine.data, tree->pristine.count,
                                           sizeof *tree->pristine.data, text_compare);
}

/* What begins a comment up to the end of the line, by the end of a file's name; NULL: none known.
 */
static const char *comment_of(const char *path)
{
    static const char *const slashes[] = {"c",   "cc",  "cpp", "cxx", "cts", "go",   "h",
                                          "hh",  "hpp", "hxx", "js",  "jsx", "java", "kt",
                                          "mjs", "mts", "cjs", "rs",  "ts",  "tsx",  "proto"};
    static const char *const hashes[] = {"gql", "graphql", "pl", "py", "rb", "sh"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof slashes / sizeof *slashes; i++) {
        if (strcmp(dot + 1, slashes[i]) == 0)
            return "//";
    }
    for (size_t i = 0; dot && i < sizeof hashes / sizeof *hashes; i++) {
        if (strcmp(dot + 1, hashes[i]) == 0)
            return "#";
    }
    return NULL;
}

/* The path from the tree's root of what jig names in a line, or nothing. */
static void take_path(const struct tree *tree, const char *line, size_t length, struct buf *path)
{
    size_t root_length = strlen(tree->root);
    const char *within = tree->subject->within;
    if (length > root_length && memcmp(line, tree->root, root_length) == 0 &&
        line[root_length] == '/')
        buf_append(path, line + root_length + 1, length - root_length - 1);
    else if (length && *line != '/')
        buf_printf(path, "%s%s%.*s", within, *within ? "/" : "", (int)length, line);
    if (path->length)
        path->length = path_canonicalize(path->data, path->length);
}

static void add_module(struct tree *tree, const char *line, size_t length)
{
    struct buf path = {0};
    struct stat st;
    take_path(tree, line, length, &path);
    if (path.length && comment_of(path.data) && is_pristine(tree, path.data)) {
        char *full = text_of("%s/%s", tree->root, path.data);
        if (lstat(full, &st) == 0 && S_ISREG(st.st_mode))
            vec_push(&tree->modules,
                     ((struct module){mem_strndup(path.data, path.length), st.st_size}));
        free(full);
    }
    buf_free(&path);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct module *)a)->path, ((const struct module *)b)->path);
}

enum jig_status tree_find_modules(struct tree *tree, const char *jig, struct interrupt *interrupt,
                                  struct jig_error *error)
{
    const char *const ask[] = {jig, "query", "inputs", NULL};
    struct buf lines = {0};
    enum jig_status status = run(tree, ask, tree->directory, interrupt, &lines, error);
    const char *end = buf_cstr(&lines) + lines.length;
    for (const char *line = buf_cstr(&lines), *next; !status && line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        if (!next)
            next = end;
        add_module(tree, line, (size_t)(next - line));
    }
    if (tree->modules.count)
        qsort(tree->modules.data, tree->modules.count, sizeof *tree->modules.data, by_path);
    buf_free(&lines);
    return status;
}

/* ---- starting afresh ----------------------------------------------------------------------- */

enum jig_status tree_clean(struct tree *tree, struct jig_error *error)
{
    FTS *walk = open_walk(tree);
    if (!walk)
        return jig_fail_errno(error, errno, "cannot list %s", tree->root);
    char *folder = text_of("%s/%u/", tree->removed, ++tree->cleaned);
    int errnum = io_make_parent_dirs(folder);
    size_t root_length = strlen(tree->root) + 1;
    uint32_t count = 0;
    for (FTSENT *entry; !errnum && (entry = fts_read(walk));) {
        if (entry->fts_level == 0 || entry->fts_info == FTS_DP ||
            is_pristine(tree, entry->fts_path + root_length))
            continue;
        char *to = text_of("%s%u", folder, count++);
        if (rename(entry->fts_path, to) < 0)
            errnum = errno;
        free(to);
        fts_set(walk, entry, FTS_SKIP);
    }
    free(folder);
    fts_close(walk);
    return errnum ? jig_fail_errno(error, errnum, "cannot clear %s", tree->root) : JIG_OK;
}

/* ---- editing ------------------------------------------------------------------------------- */

enum jig_status tree_edit(struct tree *tree, uint32_t module, struct jig_error *error)
{
    const struct module *m = &tree->modules.data[module];
    char *path = text_of("%s/%s", tree->root, m->path);
    char *comment = text_of("\n%s edit %u\n", comment_of(path), ++tree->edits);
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    int errnum = fd < 0 || ftruncate(fd, m->size) < 0 ? errno : 0;
    if (!errnum)
        errnum = io_write_all(fd, comment, strlen(comment));
    if (fd >= 0)
        close(fd);
    enum jig_status status =
        errnum ? jig_fail_errno(error, errnum, "cannot edit %s", path) : JIG_OK;
    free(comment);
    free(path);
    return status;
}

enum jig_status tree_edit_many(struct tree *tree, uint32_t count, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    for (uint32_t i = 0; !status && i < count; i++)
        status = tree_edit(tree, (uint32_t)((uint64_t)i * tree->modules.count / count), error);
    return status;
}

enum jig_status tree_touch(const struct tree *tree, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    for (uint32_t i = 0; !status && i < tree->modules.count; i++) {
        char *path = text_of("%s/%s", tree->root, tree->modules.data[i].path);
        if (utimensat(AT_FDCWD, path, NULL, 0) < 0)
            status = jig_fail_errno(error, errno, "cannot touch %s", path);
        free(path);
    }
    return status;
}
