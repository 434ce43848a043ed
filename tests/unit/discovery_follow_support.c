#include "discovery_follow_support.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- updates ------------------------------------------------------------------------------- */

void set_language(struct run_options *options, enum scanner_kind kind)
{
    static const char *const roots[] = {"."};
    options->lenses[0] = (struct discovery_lens){.kind = kind, .resolve = {.kind = kind}};
    if (kind == SCANNER_PROTO) {
        options->lenses[0].resolve.roots = roots;
        options->lenses[0].resolve.root_count = 1;
    }
}

void follow_begin(struct run *run, const struct run_options *options)
{
    run_begin(run, options);
    run->discovery->definitions_live = true;
}

void put_at_once(const char *path, const char *text)
{
    static int64_t now = 1000000000;
    assert_int_equal(io_write_file(AT_FDCWD, path, text, strlen(text)), 0);
    now++;
    const struct timespec times[2] = {{.tv_sec = now}, {.tv_sec = now}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* What definitions_follow has to be told of, before a rescan. */
struct before {
    uint32_t count; /* modules */
    struct module *modules;
    struct module_facts *facts;
    struct facts_span *spans;
    struct digest *records;
    struct module_import *resolved; /* [as the column] */
};

static void *copy(const void *from, size_t count, size_t size)
{
    void *bytes = mem_array(count + 1, size);
    if (count)
        memcpy(bytes, from, count * size);
    return bytes;
}

static struct before look_before(const struct discovery *discovery)
{
    const struct generation *now = &discovery->now;
    struct before before = {.count = now->modules.count};
    before.modules = copy(now->modules.data, before.count, sizeof *before.modules);
    before.facts = copy(now->facts.data, before.count, sizeof *before.facts);
    before.spans = mem_array(before.count + 1, sizeof *before.spans);
    before.records = mem_array(before.count + 1, sizeof *before.records);
    for (module_id id = 0; id < before.count; id++) {
        before.spans[id] = module_span(now, id);
        before.records[id] = now->records.data[id].digest;
    }
    before.resolved =
        copy(discovery->resolved.data, discovery->resolved.count, sizeof *before.resolved);
    return before;
}

static void free_before(struct before *before)
{
    free(before->modules);
    free(before->facts);
    free(before->spans);
    free(before->records);
    free(before->resolved);
}

static bool imports_differ(const struct discovery *discovery, const struct before *before,
                           module_id id)
{
    const struct module *was = &before->modules[id], *is = &discovery->now.modules.data[id];
    if (was->imports_count != is->imports_count)
        return true;
    for (uint32_t i = 0; i < is->imports_count; i++) {
        const struct module_import *one = &before->resolved[was->imports_begin + i];
        const struct module_import *other = &discovery->resolved.data[is->imports_begin + i];
        if (one->target != other->target || one->resolution != other->resolution)
            return true;
    }
    return false;
}

/* Whether the module has to be told of. */
static bool find_change(const struct discovery *discovery, const struct before *before,
                        module_id id, struct definitions_changed *out)
{
    *out = (struct definitions_changed){.module = id, .is_new = id >= before->count};
    if (out->is_new)
        return true;
    struct facts_span span = module_span(&discovery->now, id);
    out->old = before->spans[id];
    out->old_shape = before->facts[id].shape;
    out->imports_changed = imports_differ(discovery, before, id);
    uint32_t flags = before->modules[id].flags ^ discovery->now.modules.data[id].flags;
    return out->imports_changed || (flags & (MODULE_MADE | MODULE_MISSING)) ||
           memcmp(&span, &out->old, sizeof span) != 0 ||
           memcmp(&before->facts[id], &discovery->now.facts.data[id], sizeof *before->facts) != 0 ||
           !digest_equal(before->records[id], discovery->now.records.data[id].digest);
}

void follow(struct run *run, const char *const *paths, uint32_t count, bool compacts)
{
    struct discovery *discovery = run->discovery;
    struct before before = look_before(discovery);
    struct definition_graph *graph = discovery->definitions;
    if (!compacts)
        *discovery->garbage.data = 0;
    uint64_t garbage = *discovery->garbage.data;
    discovery->definitions = NULL; /* or it would be forgotten */
    assert_int_equal(discovery_rescan(discovery, paths, count, NULL), JIG_OK);
    discovery->definitions = graph;

    VEC(struct definitions_changed) changed = {0};
    for (module_id id = 0; id < discovery->now.modules.count; id++) {
        struct definitions_changed change;
        if (!find_change(discovery, &before, id, &change))
            continue;
        vec_push(&changed, change);
        struct facts_span span = module_span(&discovery->now, id);
        if (!change.is_new && memcmp(&span, &change.old, sizeof span) != 0)
            garbage += facts_span_bytes(&change.old);
    }
    if (garbage && !*discovery->garbage.data)
        definitions_forget(discovery);
    else
        definitions_follow(discovery, changed.data, changed.count);
    vec_free(&changed);
    free_before(&before);
}

void put_and_follow(struct run *run, const char *path, const char *text)
{
    put_at_once(path, text);
    follow(run, &path, 1, false);
}

struct definition_graph *put_graph_aside(struct run *run)
{
    struct definition_graph *graph = run->discovery->definitions;
    run->discovery->definitions = NULL;
    run->discovery->definitions_live = false;
    return graph;
}

void put_graph_back(struct run *run, struct definition_graph *graph)
{
    definitions_forget(run->discovery);
    run->discovery->definitions = graph;
    run->discovery->definitions_live = true;
}

uint64_t solved(const struct run *run)
{
    return run->discovery->definitions ? run->discovery->definitions->solved : 0;
}

/* ---- callers that want to be told ---------------------------------------------------------- */

struct digest watch_name(struct run *run, const char *path, const char *name, uint32_t token)
{
    return discovery_watch_definition(run->discovery, module_at(run, path), name, token);
}

const char *told(struct run *run)
{
    static char text[256];
    uint32_t count;
    bool all;
    const uint32_t *tokens = discovery_touched_definitions(run->discovery, &count, &all);
    snprintf(text, sizeof text, "%s", all ? "all" : "");
    for (uint32_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u", i ? " " : "", tokens[i]);
    return text;
}
