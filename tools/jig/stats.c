#include "tools/jig/stats.h"

#include "engine/session/numbers.h"
#include "tools/jig/text.h"

#include <inttypes.h>

static double ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

/* Whether the build was one of pipelines, which alone look at folders. */
static bool is_of_pipelines(const struct jig_build_result *r)
{
    return r->folders_statted > 0;
}

static void write_discovery(const struct jig_build_result *r, FILE *out)
{
    fprintf(out, "walk  %10.1f  %" PRIu64 " %s; %" PRIu64 " %s looked at, %" PRIu64 " read\n",
            ms(r->walk_ns), r->files_walked, text_plural(r->files_walked, "name", "names"),
            r->folders_statted, text_plural(r->folders_statted, "folder", "folders"),
            r->folders_read);
    fprintf(out,
            "find  %10.1f  %" PRIu32 " %s; %" PRIu64 " opened, %" PRIu64 " scanned, %s; %" PRIu64
            " %s resolved\n",
            ms(r->discover_ns), r->modules, text_plural(r->modules, "module", "modules"),
            r->files_opened, r->files_scanned, text_size(r->bytes_scanned).text,
            r->imports_resolved, text_plural(r->imports_resolved, "import", "imports"));
}

/* How much of what was known stood, and why the rest did not. */
static void write_hits(const struct jig_build_result *r, FILE *out)
{
    uint64_t looked = r->files_hit + r->files_missed;
    double share = looked ? 100 * (double)r->files_hit / (double)looked : 100;
    fprintf(out,
            "cache %9.1f%%  %" PRIu64 " %s, %" PRIu64 " %s (%" PRIu64 " new, %" PRIu64
            " changed, %" PRIu64 " too young, %" PRIu64 " gone), %" PRIu64 " skipped\n",
            share, r->files_hit, text_plural(r->files_hit, "hit", "hits"), r->files_missed,
            text_plural(r->files_missed, "miss", "misses"), r->missed_new, r->missed_stat,
            r->missed_racy, r->missed_gone, r->files_skipped);
}

static void write_table(const struct jig_build_result *r, FILE *out)
{
    bool pipelines = is_of_pipelines(r);
    fprintf(out, "phase         ms\n");
    fprintf(out, "load  %10.1f  %s: %" PRIu32 " %s, %" PRIu32 " %s\n", ms(r->load_ns),
            r->graph_reused ? "from the image"
            : pipelines     ? "made anew"
                            : "parsed",
            r->jobs, text_plural(r->jobs, "job", "jobs"), r->files,
            text_plural(r->files, "file", "files"));
    if (pipelines)
        write_discovery(r, out);
    uint64_t seen = r->files_hit + r->files_missed;
    fprintf(out,
            "scan  %10.1f  %" PRIu64 " %s: %" PRIu64 " as recorded, %" PRIu64 " not; %" PRIu64
            " %s, %" PRIu64 " hashed, %s\n",
            ms(r->scan_ns), seen, text_plural(seen, "file", "files"), r->files_hit, r->files_missed,
            r->files_statted, text_plural(r->files_statted, "look", "looks"), r->files_hashed,
            text_size(r->bytes_hashed).text);
    fprintf(out, "plan  %10.1f  %" PRIu32 " %s wanted\n", ms(r->plan_ns), r->jobs_wanted,
            text_plural(r->jobs_wanted, "job", "jobs"));
    fprintf(out, "run   %10.1f  %" PRIu32 " run, %" PRIu32 " failed, %" PRIu32 " spared%s",
            ms(r->run_ns), r->jobs_run, r->jobs_failed, r->jobs_passed,
            r->manifest_changed ? "; the manifest was made anew" : "");
    if (r->token_wait_ns)
        fprintf(out, "; waited %.1f ms for make's jobserver", ms(r->token_wait_ns));
    fputc('\n', out);
    fprintf(out, "save  %10.1f  image %s, journal %s\n", ms(r->save_ns),
            text_size(r->image_bytes).text, text_size(r->journal_bytes).text);
    if (pipelines)
        write_hits(r, out);
}

static json_t *numbers_json(const struct jig_build_result *r)
{
    struct result_number numbers[RESULT_NUMBERS];
    json_t *object = json_object();
    result_numbers(r, numbers);
    for (size_t i = 0; i < RESULT_NUMBERS; i++)
        json_object_set_new(object, numbers[i].name, json_integer((json_int_t)numbers[i].value));
    return object;
}

json_t *stats_json(const struct jig_build_result *r)
{
    json_t *object = numbers_json(r);
    json_object_set_new(object, "kind", json_string(result_kind_name(r->kind)));
    json_object_set_new(object, "full_reason", json_string(r->full_reason));
    json_object_set_new(object, "folders_changed", json_boolean(r->folders_changed));
    json_object_set_new(object, "manifest_changed", json_boolean(r->manifest_changed));
    json_object_set_new(object, "graph_reused", json_boolean(r->graph_reused));
    return object;
}

static void write_json(const struct jig_build_result *r, FILE *out)
{
    json_t *object = stats_json(r);
    json_dumpf(object, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(object);
}

void stats_write(enum stats_form form, const struct jig_build_result *result, FILE *out)
{
    if (form == STATS_TABLE)
        write_table(result, out);
    else if (form == STATS_JSON)
        write_json(result, out);
}
