/*
 * Many threads resolve in one resolver that knows nothing yet. Run under -DJIG_SANITIZE=thread.
 */
#include "resolver_support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { THREADS = 4, FOLDERS = 200, PACKAGES = 20 };

static enum tree_kind kind_of(void *context, const char *path, size_t length)
{
    (void)context, (void)length;
    struct stat st;
    if (stat(path, &st) != 0)
        return TREE_MISSING;
    return S_ISDIR(st.st_mode) ? TREE_FOLDER : TREE_FILE;
}

struct asker {
    pthread_t thread;
    struct resolver *resolver;
    uint32_t first;
    uint32_t wrong;
};

static void ask(struct asker *asker, const char *from, const char *specifier, const char *expected,
                struct buf *out)
{
    enum resolution resolution =
        resolver_resolve(asker->resolver, from, specifier, IMPORT_STATIC, out);
    asker->wrong += resolution != RESOLUTION_FILE || strcmp(buf_cstr(out), expected) != 0;
}

/* Each thread begins elsewhere, so that all of them meet what others are just finding out. */
static void *ask_all(void *context)
{
    struct asker *asker = context;
    struct buf out = {0};
    for (uint32_t i = 0; i < FOLDERS; i++) {
        uint32_t folder = (asker->first + i) % FOLDERS, package = folder % PACKAGES;
        char from[64], specifier[64], expected[64];
        snprintf(from, sizeof from, "src/%u/deep/main.ts", folder);
        snprintf(expected, sizeof expected, "lib/%u.ts", folder);
        snprintf(specifier, sizeof specifier, "@/%u", folder);
        ask(asker, from, specifier, expected, &out);
        snprintf(specifier, sizeof specifier, "../../../lib/%u.js", folder);
        ask(asker, from, specifier, expected, &out);
        snprintf(specifier, sizeof specifier, "p%u", package);
        snprintf(expected, sizeof expected, "node_modules/p%u/types.d.ts", package);
        ask(asker, from, specifier, expected, &out);
    }
    buf_free(&out);
    return NULL;
}

static void threads_that_find_out_the_same_at_once_agree(void **state)
{
    struct world *world = *state;
    put(world, "tsconfig.json", "{\"files\": [], \"references\": [{\"path\": \"./src\"}]}");
    put(world, "src/tsconfig.json",
        "{\"references\": [{\"path\": \"..\"}],"
        " \"compilerOptions\": {\"paths\": {\"@/*\": [\"../lib/*\"]}}}");
    char path[64];
    for (uint32_t i = 0; i < FOLDERS; i++) {
        snprintf(path, sizeof path, "lib/%u.ts", i);
        put(world, path, "");
    }
    for (uint32_t i = 0; i < PACKAGES; i++) {
        snprintf(path, sizeof path, "node_modules/p%u/package.json", i);
        put(world, path, "{\"exports\": {\"types\": \"./types.d.ts\"}}");
        snprintf(path, sizeof path, "node_modules/p%u/types.d.ts", i);
        put(world, path, "");
    }
    const struct resolver_files files = {kind_of, NULL, NULL, NULL};
    struct resolver *resolver = resolver_create(&world->options, &files);
    resolver_prepare(resolver, NULL, NULL);

    struct asker askers[THREADS];
    for (uint32_t t = 0; t < THREADS; t++) {
        askers[t] = (struct asker){.resolver = resolver, .first = t * FOLDERS / THREADS};
        assert_int_equal(pthread_create(&askers[t].thread, NULL, ask_all, &askers[t]), 0);
    }
    for (uint32_t t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_join(askers[t].thread, NULL), 0);
        assert_int_equal(askers[t].wrong, 0);
    }
    resolver_destroy(resolver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TYPESCRIPT_TEST(threads_that_find_out_the_same_at_once_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
