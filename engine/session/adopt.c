/*
 * Taking over a build directory that ninja made: its logs say which outputs were made by the very
 * commands the manifest has, and from what; the plan then believes those by age, once, and the
 * session records them as its own. The logs are only read, so the directory stays ninja's too. And
 * taking over what a generator did that somebody ran by hand.
 */
#include "engine/base/io.h"
#include "engine/base/path.h"
#include "engine/manifest/ninja/command_hash.h"
#include "engine/manifest/ninja/ninja_log.h"
#include "engine/session/internal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
/* Both logs, and the session they are adopted for. */
struct legacy {
    struct jig_session *session;
    struct ninja_log log;
    struct ninja_deps deps;
    VEC(uint32_t) deps_of_name; /* [name_id of deps.paths] index of the record + 1, or 0 */
};

static bool read_beside_state(const struct jig_session *session, const char *name, struct buf *out)
{
    struct buf path = {0};
    size_t dir = path_dir_length(session->state_directory, strlen(session->state_directory));
    buf_append(&path, session->state_directory, dir);
    if (dir)
        buf_append_char(&path, '/');
    buf_append_str(&path, name);
    int errnum = io_read_file(AT_FDCWD, path.data, out);
    buf_free(&path);
    return errnum == 0;
}

static uint64_t command_hash(const struct legacy *legacy, const struct graph_job *job,
                             struct buf *scratch)
{
    const struct graph *graph = legacy->session->graph;
    buf_clear(scratch);
    graph_rope_append(graph, job->command, scratch);
    struct buf content = {0};
    graph_rope_append(graph, job->rspfile_content, &content);
    if (content.length) {
        buf_append_str(scratch, ";rspfile=");
        buf_append(scratch, content.data, content.length);
    }
    buf_free(&content);
    return ninja_command_hash(legacy->log.version, buf_cstr(scratch), scratch->length);
}

/* Whether the output was last written by the run that the log tells of, give or take its clock. */
static bool is_of_that_run(const char *path, const struct ninja_log_entry *entry)
{
    static const int64_t CLOCK_SLACK_NS = 2000000000;
    struct stat now;
    if (stat(path, &now) < 0)
        return false;
    int64_t duration_ns = ((int64_t)entry->end_ms - entry->start_ms) * 1000000;
    int64_t written_ns = now.st_mtim.tv_sec * 1000000000 + now.st_mtim.tv_nsec;
    return written_ns <= entry->mtime + (duration_ns > 0 ? duration_ns : 0) + CLOCK_SLACK_NS;
}

/*
 * How new the job's inputs may be for its outputs to be theirs: the oldest time the log has for one
 * of them. 0 when the log does not vouch for the job: an output it does not know, another command.
 */
static int64_t newest_input_allowed(const struct legacy *legacy, const struct graph_job *job,
                                    struct buf *scratch)
{
    const struct graph *graph = legacy->session->graph;
    int64_t limit = INT64_MAX;
    uint64_t hash = command_hash(legacy, job, scratch);
    for (uint32_t i = 0; i < job->out_count; i++) {
        str_id path = graph->files.data[graph_outputs(graph, job)[i]].path;
        name_id name =
            names_find(&legacy->log.outputs, graph_str(graph, path), graph_str_length(graph, path));
        if (name == NAME_NONE)
            return 0;
        const struct ninja_log_entry *entry = &legacy->log.entries.data[name];
        if (entry->command_hash != hash && !(job->flags & GRAPH_JOB_GENERATOR))
            return 0;
        if (!is_of_that_run(graph_str(graph, path), entry))
            return 0;
        if (entry->mtime < limit)
            limit = entry->mtime;
    }
    return limit;
}

static uint32_t duration_of(const struct legacy *legacy, const struct graph_job *job)
{
    const struct graph *graph = legacy->session->graph;
    str_id path = graph->files.data[graph_job_key(graph, job)].path;
    name_id name =
        names_find(&legacy->log.outputs, graph_str(graph, path), graph_str_length(graph, path));
    const struct ninja_log_entry *entry = &legacy->log.entries.data[name];
    return entry->end_ms > entry->start_ms ? entry->end_ms - entry->start_ms : 1;
}

/* One index a name, so that looking up 30,000 outputs is not 30,000 searches. */
static void index_deps(struct legacy *legacy)
{
    vec_extend(&legacy->deps_of_name, legacy->deps.paths.list.count);
    for (uint32_t i = 0; i < legacy->deps.records.count; i++)
        legacy->deps_of_name.data[legacy->deps.records.data[i].output] = i + 1;
}

static const struct ninja_deps_record *deps_of(const struct legacy *legacy, file_id output)
{
    const struct graph *graph = legacy->session->graph;
    str_id path = graph->files.data[output].path;
    name_id name =
        names_find(&legacy->deps.paths, graph_str(graph, path), graph_str_length(graph, path));
    uint32_t at = name == NAME_NONE ? 0 : legacy->deps_of_name.data[name];
    return at ? &legacy->deps.records.data[at - 1] : NULL;
}

/* Gives the job's record what it was found to read. False when that is not known any more. */
static bool adopt_deps(const struct legacy *legacy, job_id id, uint32_t duration_ms)
{
    struct graph *graph = legacy->session->graph;
    const struct graph_job *job = &graph->jobs.data[id];
    struct file_list files = {0};
    bool known = true;
    if (job->flags & (GRAPH_JOB_DEPS_GCC | GRAPH_JOB_DEPS_MSVC)) {
        const struct ninja_deps_record *record = deps_of(legacy, graph_job_key(graph, job));
        known = record != NULL;
        struct buf paths = {0};
        for (uint32_t i = 0; known && i < record->count; i++) {
            const char *path =
                names_text(&legacy->deps.paths, legacy->deps.inputs.data[record->begin + i]);
            buf_append(&paths, path, strlen(path) + 1);
        }
        if (known)
            session_list_discovered(legacy->session, id, &paths, record->count, &files);
        buf_free(&paths);
    } else if (job->depfile.count) {
        known = session_read_depfile(legacy->session, id, false, &files, NULL) == JIG_OK;
    }
    if (known) {
        const struct job_record record = {.cost.duration_ms = duration_ms};
        history_set_job(legacy->session->history, id, &record, files.data, files.count);
    }
    vec_free(&files);
    return known;
}

/* Whether there is nothing to adopt: jig has run the job, or nobody ever will. */
static bool is_settled(const struct jig_session *session, job_id id)
{
    return (session->graph->jobs.data[id].flags & GRAPH_JOB_PHONY) ||
           session->history->jobs.data[id].flags;
}

static void adopt_jobs(struct legacy *legacy)
{
    struct jig_session *session = legacy->session;
    struct buf scratch = {0};
    vec_extend(&session->adoption, session->graph->jobs.count);
    for (job_id id = 0; id < session->graph->jobs.count; id++) {
        const struct graph_job *job = &session->graph->jobs.data[id];
        if (is_settled(session, id))
            continue;
        int64_t limit = newest_input_allowed(legacy, job, &scratch);
        if (limit && adopt_deps(legacy, id, duration_of(legacy, job)))
            session->adoption.data[id] = limit;
    }
    buf_free(&scratch);
}

static bool lists_are_equal(const struct file_list *a, const file_id *b, uint32_t count)
{
    return a->count == count && (!count || memcmp(a->data, b, count * sizeof *b) == 0);
}

static bool has_depfile(const struct graph *graph, const struct graph_job *job)
{
    struct buf path = {0};
    graph_rope_append(graph, job->depfile, &path);
    bool has = access(buf_cstr(&path), R_OK) == 0;
    buf_free(&path);
    return has;
}

/*
 * A generator is run by hand as well, and what it read then is in its depfile only. That it says
 * something else than we know tells that this has happened: then our record is of no use.
 */
static void adopt_generator(struct jig_session *session, job_id id)
{
    struct history *history = session->history;
    const struct job_record record = history->jobs.data[id];
    struct file_list files = {0};
    bool read = has_depfile(session->graph, &session->graph->jobs.data[id]) &&
                session_read_depfile(session, id, false, &files, NULL) == JIG_OK;
    bool known =
        record.flags && lists_are_equal(&files, history_deps(history, &record), record.deps_count);
    if (read && !known) {
        const struct job_record unproven = {.cost = record.cost};
        history_set_job(history, id, &unproven, files.data, files.count);
        session->adoption.data[id] = INT64_MAX;
    }
    vec_free(&files);
}

static void adopt_generators(struct jig_session *session)
{
    const struct graph *graph = session->graph;
    uint32_t count = graph->jobs.count; /* reading depfiles adds files, no jobs */
    for (job_id id = 0; id < count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        if (!(job->flags & GRAPH_JOB_GENERATOR) || !job->depfile.count ||
            (job->flags & (GRAPH_JOB_DEPS_GCC | GRAPH_JOB_DEPS_MSVC)))
            continue;
        vec_extend(&session->adoption, count - session->adoption.count);
        if (!session->adoption.data[id])
            adopt_generator(session, id);
    }
}

static void adopt_ninja_logs(struct jig_session *session)
{
    job_id first = 0;
    while (first < session->graph->jobs.count && is_settled(session, first))
        first++;
    if (first == session->graph->jobs.count)
        return;
    struct legacy legacy = {.session = session};
    struct buf log = {0};
    struct buf deps = {0};
    if (read_beside_state(session, ".ninja_log", &log) &&
        ninja_log_parse(log.data, log.length, &legacy.log, NULL) == JIG_OK) {
        if (read_beside_state(session, ".ninja_deps", &deps))
            ninja_deps_parse(deps.data, deps.length, &legacy.deps, NULL);
        index_deps(&legacy);
        adopt_jobs(&legacy);
    }
    ninja_log_free(&legacy.log);
    ninja_deps_free(&legacy.deps);
    vec_free(&legacy.deps_of_name);
    buf_free(&deps);
    buf_free(&log);
}

void session_adopt_foreign(struct jig_session *session)
{
    adopt_ninja_logs(session);
    adopt_generators(session);
}
