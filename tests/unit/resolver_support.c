#include "resolver_support.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void world_begin(struct world *world, enum scanner_kind kind)
{
    *world = (struct world){.options = {.kind = kind}};
    strcpy(world->folder, "/tmp/jig-resolver-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(chdir(world->folder), 0);
}

/* The next `resolves` looks at everything anew. */
static void forget(struct world *world)
{
    resolver_destroy(world->resolver);
    tree_destroy(world->tree);
    world->resolver = NULL;
    world->tree = NULL;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st, (void)flag, (void)ftw;
    return remove(path);
}

void world_end(struct world *world)
{
    forget(world);
    assert_int_equal(fchdir(world->before), 0);
    close(world->before);
    nftw(world->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    buf_free(&world->notices);
    buf_free(&world->result);
}

int begin_typescript(void **state)
{
    *state = mem_zalloc(sizeof(struct world));
    world_begin(*state, SCANNER_TYPESCRIPT);
    return 0;
}

int end_world(void **state)
{
    world_end(*state);
    free(*state);
    return 0;
}

void put(struct world *world, const char *path, const char *text)
{
    forget(world);
    assert_int_equal(io_make_parent_dirs(path), 0);
    assert_int_equal(io_write_file(AT_FDCWD, path, text, strlen(text)), 0);
}

void link_to(struct world *world, const char *path, const char *target)
{
    forget(world);
    assert_int_equal(io_make_parent_dirs(path), 0);
    assert_int_equal(symlink(target, path), 0);
}

void drop(struct world *world, const char *path)
{
    forget(world);
    assert_int_equal(remove(path), 0);
}

static enum tree_kind made_kind(void *context, const char *path, size_t length)
{
    struct world *world = context;
    for (const char **made = world->made; made && *made; made++)
        if (strlen(*made) == length && memcmp(*made, path, length) == 0)
            return TREE_FILE;
    return TREE_MISSING;
}

static enum tree_kind kind_of(void *context, const char *path, size_t length)
{
    struct world *world = context;
    assert_int_equal(strlen(path), length);
    struct stat st;
    if (made_kind(world, path, length) == TREE_FILE)
        return TREE_FILE;
    if (stat(path, &st) != 0)
        return TREE_MISSING;
    return S_ISDIR(st.st_mode) ? TREE_FOLDER : TREE_FILE;
}

static void note(void *context, const struct jig_error *what)
{
    struct world *world = context;
    buf_printf(&world->notices, "%s:%u:%u: %s\n", what->file, what->line, what->column,
               what->message);
}

static void look(struct world *world)
{
    if (world->resolver)
        return;
    struct jig_pool *pool = jig_pool_create(1);
    world->tree = tree_create(&(struct tree_options){.root = "."});
    struct tree_counts counts = {0};
    bool changed;
    assert_int_equal(tree_refresh(world->tree, pool, &counts, &changed, NULL, NULL, NULL), JIG_OK);
    jig_pool_destroy(pool);
    const struct resolver_files files = {kind_of, world, world->tree, made_kind};
    world->resolver = resolver_create(&world->options, &files);
    buf_clear(&world->notices);
    resolver_prepare(world->resolver, note, world);
}

const char *resolves_as(struct world *world, const char *from, const char *specifier,
                        enum fact_import_kind kind)
{
    look(world);
    switch (resolver_resolve(world->resolver, from, specifier, kind, &world->result)) {
    case RESOLUTION_EXTERNAL:
        return "external";
    case RESOLUTION_UNRESOLVED:
        return "unresolved";
    case RESOLUTION_FILE:
        break;
    }
    return buf_cstr(&world->result);
}

const char *resolves(struct world *world, const char *from, const char *specifier)
{
    return resolves_as(world, from, specifier, IMPORT_STATIC);
}

const char *notices(struct world *world)
{
    look(world);
    return buf_cstr(&world->notices);
}

static void add_config(void *context, const char *path, size_t length)
{
    struct buf *out = context;
    buf_append(out, path, length);
    buf_append_char(out, '\n');
}

const char *configs(struct world *world)
{
    look(world);
    buf_clear(&world->result);
    resolver_each_config(world->resolver, add_config, &world->result);
    return buf_cstr(&world->result);
}
