#include "bench/pipeline_tree.h"

#include "bench/measure.h"
#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The sources of the fixture's pipelines, as its jig.yaml names them; hubs are left out. */
static const char *const taken[] = {
    "packages/shared/src/chain-*/*.ts",       "packages/entities/src/*/*.ts",
    "packages/operations/src/*/*.ts",         "apps/*/src/pages/*/*.tsx",
    "packages/documents/queries/*/*.graphql", "packages/contracts/src/*.ts",
    "packages/proto/proto/app/*/*.proto",
};
static const char *const left_out[] = {"*/index.ts", "*.test.ts"};

static const char hub[] = "packages/shared/src/identifier.ts";
static const char added[] = "apps/web/src/pages/added-page.tsx";

_Noreturn static void die_of(int errnum, const char *path)
{
    fprintf(stderr, "bench: %s: %s\n", path, strerror(errnum));
    exit(1);
}

static bool matches(const char *const *patterns, size_t count, const char *path, int flags)
{
    for (size_t i = 0; i < count; i++) {
        if (fnmatch(patterns[i], path, flags) == 0)
            return true;
    }
    return false;
}

static bool is_taken(const char *path)
{
    return matches(taken, sizeof taken / sizeof *taken, path, FNM_PATHNAME) &&
           !matches(left_out, sizeof left_out / sizeof *left_out, path, 0);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_sources(struct tree_files *tree)
{
    char *const roots[] = {(char *)(uintptr_t)tree->root, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOSTAT | FTS_NOCHDIR, NULL);
    if (!walk)
        die_of(errno, tree->root);
    size_t root_length = strlen(tree->root) + 1;
    for (FTSENT *entry; (entry = fts_read(walk));) {
        if (entry->fts_info != FTS_NSOK && entry->fts_info != FTS_F)
            continue;
        const char *path = entry->fts_path + root_length;
        if (is_taken(path))
            vec_push(&tree->sources, mem_strndup(path, strlen(path)));
    }
    fts_close(walk);
    qsort(tree->sources.data, tree->sources.count, sizeof *tree->sources.data, by_text);
}

void tree_write(struct tree_files *tree, const char *size, const char *root)
{
    *tree = (struct tree_files){.root = root, .hub = mem_strndup(hub, strlen(hub))};
    const char *const argv[] = {program_beside("jig-fixture"), size, root, NULL};
    measure_command(argv, "/", NULL);
    list_sources(tree);
}

void tree_free(struct tree_files *tree)
{
    for (uint32_t i = 0; i < tree->sources.count; i++)
        free(tree->sources.data[i]);
    vec_free(&tree->sources);
    free(tree->hub);
}

/* The path below the root, in static storage. */
static const char *below(const struct tree_files *tree, const char *path)
{
    static char full[4096];
    snprintf(full, sizeof full, "%s/%s", tree->root, path);
    return full;
}

void tree_clean(struct tree_files *tree)
{
    static const char *const made[] = {".jig", "gen", "packages/proto/gen"};
    tree->cleaned++;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char old[4096];
        snprintf(old, sizeof old, "%s-old/%u-%zu", tree->root, tree->cleaned, i);
        int errnum = io_make_parent_dirs(old);
        if (!errnum && rename(below(tree, made[i]), old) < 0 && errno != ENOENT)
            errnum = errno;
        if (errnum)
            die_of(errnum, old);
    }
}

void tree_edit(const struct tree_files *tree, const char *path, unsigned round)
{
    const char *suffix = strrchr(path, '.');
    const char *comment = suffix && strcmp(suffix, ".graphql") == 0 ? "#" : "//";
    FILE *file = fopen(below(tree, path), "a");
    if (!file || fprintf(file, "%s %u\n", comment, round) < 0 || fclose(file) != 0)
        die_of(errno, path);
}

static bool is_leaf(const char *path)
{
    return fnmatch("apps/*/src/pages/*/*.tsx", path, FNM_PATHNAME) == 0;
}

void tree_edit_many(const struct tree_files *tree, unsigned percent, bool leaves, unsigned round)
{
    uint32_t candidates = 0;
    for (uint32_t i = 0; i < tree->sources.count; i++)
        candidates += !leaves || is_leaf(tree->sources.data[i]);
    uint32_t wanted = tree->sources.count * percent / 100;
    uint32_t step = wanted < candidates ? candidates / (wanted ? wanted : 1) : 1;
    uint32_t seen = 0;
    for (uint32_t i = 0; i < tree->sources.count; i++) {
        if (leaves && !is_leaf(tree->sources.data[i]))
            continue;
        if (seen++ % step == 0 && wanted > 0) {
            tree_edit(tree, tree->sources.data[i], round);
            wanted--;
        }
    }
}

const char *tree_leaf(const struct tree_files *tree)
{
    for (uint32_t i = 0; i < tree->sources.count; i++) {
        if (is_leaf(tree->sources.data[i]))
            return tree->sources.data[i];
    }
    die_of(ENOENT, "apps/*/src/pages");
}

void tree_add(const struct tree_files *tree)
{
    struct buf text = {0};
    int errnum = io_read_file(AT_FDCWD, below(tree, tree_leaf(tree)), &text);
    if (!errnum)
        errnum = io_write_file(AT_FDCWD, below(tree, added), text.data, text.length);
    if (errnum)
        die_of(errnum, added);
    buf_free(&text);
}

void tree_remove(const struct tree_files *tree)
{
    if (unlink(below(tree, added)) < 0)
        die_of(errno, added);
}
