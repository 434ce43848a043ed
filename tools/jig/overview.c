#include "tools/jig/overview.h"

#include "tools/jig/path_json.h"
#include "tools/jig/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- taking ------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct overview_file *)a)->name, ((const struct overview_file *)b)->name);
}

static void take_directory(struct overview *overview, const char *directory)
{
    overview->directory = mem_strndup(directory, strlen(directory));
    DIR *folder = opendir(directory);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        struct stat st;
        if (fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !S_ISREG(st.st_mode) || strcmp(entry->d_name, "lock") == 0)
            continue;
        struct overview_file file = {mem_strndup(entry->d_name, strlen(entry->d_name)),
                                     (uint64_t)st.st_size};
        vec_push(&overview->files, file);
        overview->bytes += file.bytes;
    }
    if (folder)
        closedir(folder);
    if (overview->files.count)
        qsort(overview->files.data, overview->files.count, sizeof *overview->files.data, by_name);
}

static void take_history(struct overview *overview, const struct graph *graph,
                         const struct history *history)
{
    for (file_id file = 0; file < history->files.count; file++) {
        uint32_t flags = graph_is_virtual(graph, file) ? 0 : history->files.data[file].flags;
        overview->files_known += (flags & FILE_KNOWN) != 0;
        overview->files_racy += (flags & FILE_RACY) != 0;
    }
    for (job_id job = 0; job < history->jobs.count; job++)
        overview->jobs_recorded += (history->jobs.data[job].flags & JOB_RECORDED) != 0;
    overview->jobs_gone = history->orphans.count;
}

static void take_modules(struct overview *overview, const struct discovery *discovery)
{
    overview->modules = discovery_module_count(discovery);
    for (module_id id = 0; id < overview->modules; id++) {
        const struct module *module = discovery_module(discovery, id);
        overview->imports += module->imports_count;
        overview->definitions += module->definitions_count;
    }
}

static uint32_t count_real_jobs(const struct graph *graph)
{
    uint32_t count = 0;
    for (job_id job = 0; job < graph->jobs.count; job++)
        count += !(graph->jobs.data[job].flags & GRAPH_JOB_PHONY);
    return count;
}

void overview_take(struct overview *overview, const struct jig_session *session)
{
    take_directory(overview, session->state_directory);
    overview->tally = tally_read(session->state_directory);
    if (session->graph) {
        take_history(overview, session->graph, session->history);
        overview->jobs = count_real_jobs(session->graph);
    }
    if (session->pipelines)
        take_modules(overview, session->pipelines->discovery);
}

void overview_free(struct overview *overview)
{
    for (uint32_t i = 0; i < overview->files.count; i++)
        free(overview->files.data[i].name);
    vec_free(&overview->files);
    free(overview->directory);
}

/* ---- telling ----------------------------------------------------------------------------- */

static void append_tally(const struct tally *tally, struct buf *out)
{
    uint64_t looked = tally->files_hit + tally->files_missed;
    double share = looked ? 100 * (double)tally->files_hit / (double)looked : 0;
    buf_printf(out,
               "builds   %" PRIu64 " so far: %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64
               " skipped (%.1f%% hits)\n",
               tally->builds, tally->files_hit, text_plural(tally->files_hit, "hit", "hits"),
               tally->files_missed, text_plural(tally->files_missed, "miss", "misses"),
               tally->files_skipped, share);
    buf_printf(out,
               "         misses: %" PRIu64 " new, %" PRIu64 " changed, %" PRIu64
               " too young, %" PRIu64 " gone\n",
               tally->missed_new, tally->missed_stat, tally->missed_racy, tally->missed_gone);
    buf_printf(out, "         jobs: %" PRIu64 " run, %" PRIu64 " spared, %" PRIu64 " failed\n",
               tally->jobs_run, tally->jobs_passed, tally->jobs_failed);
}

void overview_append_text(const struct overview *o, struct buf *out)
{
    buf_printf(out, "cache    %s: %s\n", o->directory, text_size(o->bytes).text);
    for (uint32_t i = 0; i < o->files.count; i++)
        buf_printf(out, "         %-10s %s\n", o->files.data[i].name,
                   text_size(o->files.data[i].bytes).text);
    buf_printf(out, "files    %" PRIu32 " known, %" PRIu32 " of them to be looked into again\n",
               o->files_known, o->files_racy);
    buf_printf(out, "jobs     %" PRIu32 " recorded of %" PRIu32 ", and %" PRIu32 " that are gone\n",
               o->jobs_recorded, o->jobs, o->jobs_gone);
    if (o->modules)
        buf_printf(out, "modules  %" PRIu32 " with %" PRIu32 " %s, %" PRIu32 " %s\n", o->modules,
                   o->imports, text_plural(o->imports, "import", "imports"), o->definitions,
                   text_plural(o->definitions, "definition", "definitions"));
    append_tally(&o->tally, out);
}

void overview_append_json(const struct overview *o, struct buf *out)
{
    json_t *root = json_object();
    json_t *files = json_object();
    path_json_set(root, "directory", o->directory);
    json_object_set_new(root, "bytes", json_integer((json_int_t)o->bytes));
    for (uint32_t i = 0; i < o->files.count; i++)
        json_object_set_new(files, o->files.data[i].name,
                            json_integer((json_int_t)o->files.data[i].bytes));
    json_object_set_new(root, "file_bytes", files);
    const struct {
        const char *key;
        uint32_t value;
    } numbers[] = {
        {"files_known", o->files_known},
        {"files_racy", o->files_racy},
        {"jobs", o->jobs},
        {"jobs_recorded", o->jobs_recorded},
        {"jobs_gone", o->jobs_gone},
        {"modules", o->modules},
        {"imports", o->imports},
        {"definitions", o->definitions},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_set_new(root, numbers[i].key, json_integer(numbers[i].value));
    json_object_set_new(root, "tally", tally_json(&o->tally));
    char *text = json_dumps(root, JSON_COMPACT);
    buf_append_str(out, text);
    buf_append_char(out, '\n');
    free(text);
    json_decref(root);
}
