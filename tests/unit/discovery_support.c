#include "discovery_support.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- files --------------------------------------------------------------------------------- */

static char place[64];

int enter_place(void **state)
{
    (void)state;
    strcpy(place, "/tmp/jig-discovery-XXXXXX");
    /* A session has made its folder before it looks at the tree. */
    return !mkdtemp(place) || chmod(place, 0755) < 0 || chdir(place) < 0 || mkdir(".jig", 0755) < 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

int leave_place(void **state)
{
    (void)state;
    return chdir("/") < 0 || nftw(place, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0;
}

/* File times come from a clock that ticks: what is written before and after this differs in them.
 */
static void await_tick(void)
{
    struct timespec before, now;
    clock_gettime(CLOCK_REALTIME_COARSE, &before);
    do
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
    while (now.tv_sec == before.tv_sec && now.tv_nsec == before.tv_nsec);
}

void put_bytes(const char *path, const void *bytes, size_t length)
{
    await_tick();
    assert_int_equal(io_make_parent_dirs(path), 0);
    assert_int_equal(io_write_file(AT_FDCWD, path, bytes, length), 0);
}

void put(const char *path, const char *text)
{
    put_bytes(path, text, strlen(text));
}

void put_unnoticed(const char *path, const char *text)
{
    struct stat before;
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(before.st_size, strlen(text));
    put(path, text);
    const struct timespec times[2] = {before.st_atim, before.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

void take_away(const char *path)
{
    await_tick();
    assert_int_equal(unlink(path), 0);
}

/* ---- runs ---------------------------------------------------------------------------------- */

void add_source(struct run_options *options, const char *path, uint32_t lens)
{
    assert_true(options->source_count < sizeof options->sources / sizeof *options->sources);
    options->sources[options->source_count++] = (struct discovery_source){path, lens, false};
}

void add_made(struct run_options *options, const char *path)
{
    options->made[options->made_count++] = path;
}

struct run_options ask(const char *sources)
{
    struct run_options options = {.lens_count = 1, .cache = ".jig/discovery"};
    options.lenses[0].kind = options.lenses[0].resolve.kind = SCANNER_TYPESCRIPT;
    static char text[4096];
    snprintf(text, sizeof text, "%s", sources);
    for (char *path = strtok(text, " "); path; path = strtok(NULL, " "))
        add_source(&options, path, 0);
    return options;
}

static void count_notice(void *context, const struct jig_error *what)
{
    struct run *run = context;
    run->notices++;
    run->notice = *what;
}

void run_open(struct run *run, const struct run_options *options)
{
    *run = (struct run){.pool = jig_pool_create(options->threads ? options->threads : 2)};
    const struct discovery_options discovery = {
        .root = ".",
        .cache = options->cache,
        .pool = run->pool,
        /* Much later: no file is young any more. */
        .clock = {.offset_ns = 10LL * 1000 * 1000 * 1000},
        .read_only = options->read_only,
        .notice = count_notice,
        .context = run,
    };
    run->discovery = discovery_create(&discovery);
    discovery_load(run->discovery);
}

void run_refresh(struct run *run)
{
    assert_int_equal(discovery_refresh(run->discovery, &run->changed, NULL), JIG_OK);
}

enum jig_status run_scan(struct run *run, const struct run_options *options,
                         struct jig_error *error)
{
    const struct discovery_request request = {
        .lenses = options->lenses,
        .lens_count = options->lens_count,
        .sources = options->sources,
        .source_count = options->source_count,
        .made = options->made,
        .made_count = options->made_count,
    };
    return discovery_scan(run->discovery, &request, error);
}

void run_begin(struct run *run, const struct run_options *options)
{
    run_open(run, options);
    run_refresh(run);
    assert_int_equal(run_scan(run, options, NULL), JIG_OK);
}

void run_end(struct run *run)
{
    assert_int_equal(discovery_save(run->discovery, NULL), JIG_OK);
    discovery_destroy(run->discovery);
    jig_pool_destroy(run->pool);
}

void learn(const struct run_options *options)
{
    struct run run;
    run_begin(&run, options);
    run_end(&run);
}

/* ---- what was found ------------------------------------------------------------------------ */

module_id module_at(const struct run *run, const char *path)
{
    module_id id = discovery_find(run->discovery, path, 0);
    assert_int_not_equal(id, MODULE_NONE);
    return id;
}

const char *targets_of(const struct run *run, const char *path)
{
    static char text[4096];
    uint32_t count;
    const module_id *targets = discovery_targets(run->discovery, module_at(run, path), &count);
    text[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        strcat(text, i ? " " : "");
        strcat(text, discovery_path(run->discovery, targets[i]));
    }
    return text;
}

struct digest definition(struct run *run, const char *path, const char *name)
{
    return discovery_definition_digest(run->discovery, module_at(run, path), name);
}

static void describe_digest(struct buf *out, struct digest digest)
{
    buf_printf(out, " %016llx%016llx\n", (unsigned long long)digest.high,
               (unsigned long long)digest.low);
}

static void describe_imports(struct run *run, module_id id, struct buf *out)
{
    struct discovery *discovery = run->discovery;
    const struct fact_import *imports = discovery_imports(discovery, id);
    const struct module_import *resolved = discovery_resolved(discovery, id);
    for (uint32_t i = 0; i < discovery_module(discovery, id)->imports_count; i++) {
        buf_printf(out, "  import '%s' kind %u all %u line %u: %u %s\n",
                   discovery_fact_text(discovery, imports[i].specifier), imports[i].kind,
                   imports[i].all, imports[i].line, resolved[i].resolution,
                   resolved[i].target == MODULE_NONE
                       ? "-"
                       : discovery_path(discovery, resolved[i].target));
        const struct fact_name *names = discovery_import_names(discovery, &imports[i]);
        for (uint32_t n = 0; n < imports[i].names_count; n++)
            buf_printf(out, "    %s as %s\n", discovery_fact_text(discovery, names[n].imported),
                       discovery_fact_text(discovery, names[n].local));
    }
}

static void describe_definitions(struct run *run, module_id id, struct buf *out)
{
    struct discovery *discovery = run->discovery;
    const struct fact_definition *definitions = discovery_definitions(discovery, id);
    for (uint32_t i = 0; i < discovery_module(discovery, id)->definitions_count; i++) {
        const char *name = discovery_fact_text(discovery, definitions[i].name);
        buf_printf(out, "  definition '%s' kind %u exported %u line %u", name, definitions[i].kind,
                   definitions[i].exported, definitions[i].line);
        describe_digest(out, discovery_definition_digest(discovery, id, name));
    }
    buf_append_str(out, "  all");
    describe_digest(out, discovery_definition_digest(discovery, id, "*"));
}

static void describe_module(struct run *run, module_id id, struct buf *out)
{
    struct discovery *discovery = run->discovery;
    const struct module *module = discovery_module(discovery, id);
    const struct file_record *record = discovery_record(discovery, id);
    buf_printf(out, "%s lens %u flags %u mode %o", discovery_path(discovery, id), module->lens,
               module->flags, record->mode);
    describe_digest(out, record->digest);
    describe_imports(run, id, out);
    describe_definitions(run, id, out);
    uint32_t count;
    const module_id *members = discovery_component(discovery, module->component, &count);
    for (uint32_t i = 0; i < count; i++)
        buf_printf(out, "  with %s\n", discovery_path(discovery, members[i]));
}

/* Modules in the order of their paths, or of their ids. */
static struct buf describe_in_order(struct run *run, bool ids)
{
    struct discovery *discovery = run->discovery;
    uint32_t count = discovery_module_count(discovery);
    module_id *order = calloc(count + 1, sizeof *order);
    uint32_t kept = 0;
    for (module_id id = 0; id < count; id++) {
        if (discovery_module(discovery, id)->flags & MODULE_UNREACHED)
            continue;
        uint32_t at = kept++;
        for (; !ids && at > 0; at--) {
            if (strcmp(discovery_path(discovery, order[at - 1]), discovery_path(discovery, id)) < 0)
                break;
            order[at] = order[at - 1];
        }
        order[at] = id;
    }
    struct buf out = {0};
    for (uint32_t i = 0; i < kept; i++)
        describe_module(run, order[i], &out);
    buf_append_str(&out, "structure");
    describe_digest(&out, discovery_structure(discovery));
    free(order);
    return out;
}

struct buf describe(struct run *run)
{
    return describe_in_order(run, false);
}

void assert_as_fresh(struct run *run, const struct run_options *options, bool ids)
{
    struct run_options without = *options;
    without.cache = NULL;
    without.threads = 1;
    struct run fresh;
    run_begin(&fresh, &without);
    struct buf found = describe_in_order(run, ids), expected = describe_in_order(&fresh, ids);
    assert_string_equal(buf_cstr(&found), buf_cstr(&expected));
    buf_free(&found);
    buf_free(&expected);
    run_end(&fresh);
}
