/*
 * Reads arbitrary bytes as a tsconfig.json: first as JSON with comments, then with all it says of
 * paths and of files that are covered, in a folder where it may extend and refer to itself.
 */
#include "fuzz.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "engine/discovery/resolver/jsonc.h"
#include "engine/discovery/resolver/resolver.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Made once, and removed when the program ends. */
static char folder[] = "/tmp/jig-fuzz-tsconfig-XXXXXX";

static void remove_folder(void)
{
    unlink("tsconfig.json");
    rmdir(folder);
}

static void enter_folder(void)
{
    static bool entered;
    if (entered)
        return;
    entered = true;
    FUZZ_CHECK(mkdtemp(folder) && chdir(folder) == 0);
    atexit(remove_folder);
}

static enum tree_kind kind_of(void *context, const char *path, size_t length)
{
    (void)context;
    FUZZ_CHECK(strlen(path) == length && length > 0);
    if (strcmp(path, "tsconfig.json") == 0)
        return TREE_FILE;
    return length % 3 == 0 ? TREE_FILE : length % 3 == 1 ? TREE_FOLDER : TREE_MISSING;
}

/* Some bytes may have become spaces; none may have moved. */
static void check_positions(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    jsonc_to_json(text, size);
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK(text[i] == (char)data[i] || text[i] == ' ');
    free(text);
}

static void check_notice(void *context, const struct jig_error *what)
{
    (void)context;
    FUZZ_CHECK(what->file[0] && what->message[0]);
    FUZZ_CHECK(what->caret < sizeof what->excerpt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const specifiers[] = {"a",  "@/a", "@a/b/c", "./a",
                                             "#a", "..",  "/a",     "a/b?c"};
    check_positions(data, size);
    enter_folder();
    FUZZ_CHECK(io_write_file(AT_FDCWD, "tsconfig.json", data, size) == 0);
    const struct resolver_options options = {.kind = SCANNER_TYPESCRIPT,
                                             .tsconfig = "tsconfig.json"};
    const struct resolver_files files = {kind_of, NULL, NULL, NULL};
    struct resolver *resolver = resolver_create(&options, &files);
    resolver_prepare(resolver, check_notice, NULL);
    struct buf out = {0};
    for (size_t i = 0; i < sizeof specifiers / sizeof specifiers[0]; i++) {
        enum resolution resolution =
            resolver_resolve(resolver, "src/m.ts", specifiers[i], IMPORT_STATIC, &out);
        FUZZ_CHECK((resolution == RESOLUTION_FILE) == (out.length > 0));
    }
    buf_free(&out);
    resolver_destroy(resolver);
    return 0;
}
