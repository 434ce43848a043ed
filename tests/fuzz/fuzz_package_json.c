/*
 * Reads arbitrary bytes as the package.json of a package, and resolves into and inside it.
 */
#include "fuzz.h"

#include "engine/base/io.h"
#include "engine/discovery/resolver/resolver.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Made once, and removed when the program ends. */
static char folder[] = "/tmp/jig-fuzz-package-XXXXXX";

#define PACKAGE "node_modules/p"

static void remove_folder(void)
{
    unlink(PACKAGE "/package.json");
    rmdir(PACKAGE);
    rmdir("node_modules");
    rmdir(folder);
}

static void enter_folder(void)
{
    static bool entered;
    if (entered)
        return;
    entered = true;
    FUZZ_CHECK(mkdtemp(folder) && chdir(folder) == 0);
    FUZZ_CHECK(mkdir("node_modules", 0700) == 0 && mkdir(PACKAGE, 0700) == 0);
    atexit(remove_folder);
}

static enum tree_kind kind_of(void *context, const char *path, size_t length)
{
    (void)context;
    FUZZ_CHECK(strlen(path) == length && length > 0);
    if (strcmp(path, "node_modules") == 0 || strcmp(path, PACKAGE) == 0)
        return TREE_FOLDER;
    if (strcmp(path, PACKAGE "/package.json") == 0)
        return TREE_FILE;
    return length % 5 == 0 ? TREE_FILE : TREE_MISSING;
}

static void resolve_all(struct resolver *resolver)
{
    static const char *const specifiers[] = {"p",        "p/a", "p/a/b", "p/a.js", "p/../a",
                                             "p/a/../b", "p/*", "#a",    "#a/b",   "#"};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof specifiers / sizeof specifiers[0]; i++)
        for (int inside = 0; inside < 2; inside++) {
            enum resolution resolution =
                resolver_resolve(resolver, inside ? PACKAGE "/src/m.ts" : "m.ts", specifiers[i],
                                 i % 2 ? IMPORT_REQUIRE : IMPORT_STATIC, &out);
            FUZZ_CHECK((resolution == RESOLUTION_FILE) == (out.length > 0));
        }
    buf_free(&out);
}

static void count(void *context, const char *path, size_t length)
{
    FUZZ_CHECK(strlen(path) == length);
    ++*(unsigned *)context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enter_folder();
    FUZZ_CHECK(io_write_file(AT_FDCWD, PACKAGE "/package.json", data, size) == 0);
    const struct resolver_options options = {.kind = SCANNER_TYPESCRIPT};
    const struct resolver_files files = {kind_of, NULL, NULL, NULL};
    struct resolver *resolver = resolver_create(&options, &files);
    resolver_prepare(resolver, NULL, NULL);
    resolve_all(resolver);
    unsigned configs = 0;
    resolver_each_config(resolver, count, &configs);
    FUZZ_CHECK(configs >= 1);
    resolver_destroy(resolver);
    return 0;
}
