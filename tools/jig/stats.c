#include "tools/jig/stats.h"

#include <inttypes.h>
#include <jansson.h>

static double ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

/* A number of bytes, short: "512 B", "1.5 MiB". */
struct size_text {
    char text[24];
};

static struct size_text size_text(uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    struct size_text out;
    if (bytes < 1024) {
        snprintf(out.text, sizeof out.text, "%" PRIu64 " B", bytes);
        return out;
    }
    double scaled = (double)bytes / 1024;
    size_t unit = 0;
    for (; scaled >= 1024 && unit < 3; unit++)
        scaled /= 1024;
    snprintf(out.text, sizeof out.text, "%.1f %s", scaled, units[unit]);
    return out;
}

static void write_table(const struct jig_build_result *r, FILE *out)
{
    fprintf(out, "phase         ms\n");
    fprintf(out, "load  %10.1f  %s: %" PRIu32 " jobs, %" PRIu32 " files\n", ms(r->load_ns),
            r->graph_reused ? "from the image" : "parsed", r->jobs, r->files);
    fprintf(out,
            "scan  %10.1f  %" PRIu64 " looked at: %" PRIu64 " as recorded, %" PRIu64
            " not; %" PRIu64 " hashed, %s\n",
            ms(r->scan_ns), r->files_statted, r->files_hit, r->files_missed, r->files_hashed,
            size_text(r->bytes_hashed).text);
    fprintf(out, "plan  %10.1f  %" PRIu32 " jobs wanted\n", ms(r->plan_ns), r->jobs_wanted);
    fprintf(out, "run   %10.1f  %" PRIu32 " run, %" PRIu32 " failed, %" PRIu32 " spared%s\n",
            ms(r->run_ns), r->jobs_run, r->jobs_failed, r->jobs_passed,
            r->manifest_changed ? "; the manifest was made anew" : "");
    fprintf(out, "save  %10.1f  image %s, journal %s\n", ms(r->save_ns),
            size_text(r->image_bytes).text, size_text(r->journal_bytes).text);
}

static void write_json(const struct jig_build_result *r, FILE *out)
{
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {
        {"jobs_wanted", r->jobs_wanted},
        {"jobs_run", r->jobs_run},
        {"jobs_passed", r->jobs_passed},
        {"jobs_failed", r->jobs_failed},
        {"exit_code", (uint64_t)r->exit_code},
        {"files", r->files},
        {"jobs", r->jobs},
        {"files_statted", r->files_statted},
        {"files_hit", r->files_hit},
        {"files_missed", r->files_missed},
        {"files_hashed", r->files_hashed},
        {"bytes_hashed", r->bytes_hashed},
        {"load_ns", r->load_ns},
        {"scan_ns", r->scan_ns},
        {"plan_ns", r->plan_ns},
        {"run_ns", r->run_ns},
        {"save_ns", r->save_ns},
        {"image_bytes", r->image_bytes},
        {"journal_bytes", r->journal_bytes},
    };
    json_t *object = json_object();
    json_object_set_new(object, "manifest_changed", json_boolean(r->manifest_changed));
    json_object_set_new(object, "graph_reused", json_boolean(r->graph_reused));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_set_new(object, numbers[i].key, json_integer((json_int_t)numbers[i].value));
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
