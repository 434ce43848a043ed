/*
 * Loads discovery caches that are arbitrary bytes, and ones that verify but hold anything. Whatever
 * is taken from them, discovery must go on, and what it saves must be a cache again.
 *
 * An input begins with a byte that says how to read the rest; see fuzz_state.h.
 */
#include "fuzz_state.h"

#include "engine/base/io.h"
#include "engine/discovery/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum mode { MODE_BYTES, MODE_COLUMNS, MODES };

static const char CACHE[] = ".jig/discovery";

static const struct {
    const char *path, *text;
} files[] = {
    {"a.ts", "import { b as x } from './b'; import './lib/c'; export const a = x;"},
    {"b.ts", "export * from './lib/c'; import 'package'; export function b() { return c; }"},
    {"lib/c.ts", "import { a } from '../a'; export const c = a; export default c;"},
    {"tsconfig.json", "{}"},
};
enum { FILES = sizeof files / sizeof *files };

/* ---- the tree ------------------------------------------------------------------------------ */

static char place[64];

static void leave(void)
{
    for (int i = 0; i < FILES; i++)
        unlink(files[i].path);
    unlink(CACHE);
    rmdir("lib");
    rmdir(".jig");
    rmdir(place);
}

/* The current directory is one of ours, with the files in it, from the first call on. */
static void enter(void)
{
    if (place[0])
        return;
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(place, sizeof place, "%s/jig-fuzz-XXXXXX", root);
    FUZZ_CHECK(mkdtemp(place) && chdir(place) == 0);
    FUZZ_CHECK(mkdir("lib", 0777) == 0 && mkdir(".jig", 0777) == 0);
    for (int i = 0; i < FILES; i++)
        FUZZ_CHECK(io_write_file(AT_FDCWD, files[i].path, files[i].text, strlen(files[i].text)) ==
                   0);
    atexit(leave);
}

/* ---- discovery ----------------------------------------------------------------------------- */

static void count_notice(void *context, const struct jig_error *what)
{
    FUZZ_CHECK(what->message[0]);
    ++*(uint32_t *)context;
}

static struct discovery *open_discovery(struct jig_pool *pool, uint32_t *notices)
{
    const struct discovery_options options = {
        .root = ".",
        .cache = CACHE,
        .pool = pool,
        .clock = {.offset_ns = 10LL * 1000 * 1000 * 1000},
        .notice = count_notice,
        .context = notices,
    };
    struct discovery *discovery = discovery_create(&options);
    discovery_load(discovery);
    return discovery;
}

static void scan(struct discovery *discovery)
{
    static const struct discovery_source sources[] = {{"a.ts", 0, false}, {"gone.ts", 0, false}};
    static const char *const made[] = {"made.ts"};
    struct discovery_lens lens = {.kind = SCANNER_TYPESCRIPT};
    lens.resolve.kind = SCANNER_TYPESCRIPT;
    const struct discovery_request request = {&lens, 1, sources, 2, made, 1};
    bool changed;
    FUZZ_CHECK(discovery_refresh(discovery, &changed, NULL) == JIG_OK);
    FUZZ_CHECK(discovery_scan(discovery, &request, NULL) == JIG_OK);
}

/* Walks over everything. */
static void use(struct discovery *discovery)
{
    struct digest sum = discovery_structure(discovery);
    for (module_id id = 0; id < discovery_module_count(discovery); id++) {
        const struct module *module = discovery_module(discovery, id);
        FUZZ_CHECK(discovery_find(discovery, discovery_path(discovery, id), module->lens) == id);
        FUZZ_CHECK(module->component < discovery_component_count(discovery));
        const struct module_import *resolved = discovery_resolved(discovery, id);
        for (uint32_t i = 0; i < module->imports_count; i++)
            FUZZ_CHECK(resolved[i].target == MODULE_NONE ||
                       resolved[i].target < discovery_module_count(discovery));
        uint32_t count;
        discovery_importers(discovery, id, &count);
        const struct fact_definition *definitions = discovery_definitions(discovery, id);
        for (uint32_t i = 0; i < module->definitions_count; i++) {
            const char *name = discovery_fact_text(discovery, definitions[i].name);
            sum = digest_add(sum, discovery_definition_digest(discovery, id, name));
        }
        sum = digest_add(sum, discovery_definition_digest(discovery, id, "*"));
    }
    FUZZ_CHECK(!digest_is_zero(sum));
}

/* A whole process. Returns how much was told. */
static uint32_t run(void)
{
    static const char *const again[] = {"b.ts", "tsconfig.json", "nowhere.ts"};
    uint32_t notices = 0;
    struct jig_pool *pool = jig_pool_create(1);
    struct discovery *discovery = open_discovery(pool, &notices);
    scan(discovery);
    use(discovery);
    FUZZ_CHECK(discovery_rescan(discovery, again, 3, NULL) == JIG_OK);
    use(discovery);
    FUZZ_CHECK(discovery_save(discovery, NULL) == JIG_OK);
    discovery_destroy(discovery);
    jig_pool_destroy(pool);
    return notices;
}

/* ---- inputs -------------------------------------------------------------------------------- */

/* A good cache with changed columns: each change sets a word of a column, or shortens one. */
static void write_columns(struct fuzz_input *input)
{
    uint32_t notices = 0;
    struct jig_pool *pool = jig_pool_create(1);
    unlink(CACHE);
    struct discovery *discovery = open_discovery(pool, &notices);
    scan(discovery);
    struct column columns[CACHE_COLUMNS];
    cache_columns(discovery, columns);
    while (input->left > 0) {
        uint32_t which = fuzz_take(input, 1);
        const struct column *column = &columns[which % 128 % CACHE_COLUMNS];
        uint32_t at = fuzz_take(input, 2), value = fuzz_take(input, 4);
        size_t bytes = (size_t)*column->count * column->element_bytes;
        if (which >= 128)
            *column->count = value % (*column->count + 1);
        else if (bytes >= sizeof value)
            memcpy((char *)*column->data + at % (bytes - sizeof value + 1), &value, sizeof value);
    }
    struct image image = {.id = 1};
    FUZZ_CHECK(image_write_as(&image, cache_kind(), CACHE, ".jig/discovery.tmp", columns,
                              CACHE_COLUMNS, NULL) == JIG_OK);
    discovery_destroy(discovery);
    jig_pool_destroy(pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    enter();
    if (fuzz_take(&input, 1) % MODES == MODE_BYTES)
        fuzz_write_file(CACHE, input.data, input.left);
    else
        write_columns(&input);
    FUZZ_CHECK(run() <= 1);
    FUZZ_CHECK(run() == 0);
    return 0;
}
