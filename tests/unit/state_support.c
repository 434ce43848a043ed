#include "state_support.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- directories and files -------------------------------------------------------------- */

int make_temp_dir(void **state)
{
    struct test_dir *dir = mem_zalloc(sizeof *dir);
    snprintf(dir->path, sizeof dir->path, "/tmp/jig-state-XXXXXX");
    *state = dir;
    if (!mkdtemp(dir->path))
        return -1;
    snprintf(dir->image, sizeof dir->image, "%s/image", dir->path);
    snprintf(dir->image_temporary, sizeof dir->image_temporary, "%s/image.tmp", dir->path);
    snprintf(dir->journal, sizeof dir->journal, "%s/journal", dir->path);
    snprintf(dir->journal_temporary, sizeof dir->journal_temporary, "%s/journal.tmp", dir->path);
    snprintf(dir->lock, sizeof dir->lock, "%s/lock", dir->path);
    return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int remove_temp_dir(void **state)
{
    struct test_dir *dir = *state;
    int result = nftw(dir->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return result;
}

struct buf slurp(const char *path)
{
    struct buf content = {0};
    assert_int_equal(io_read_file(AT_FDCWD, path, &content), 0);
    return content;
}

void spill(const char *path, const void *bytes, size_t length)
{
    /* A new file each time: ext4 brings a file that was truncated and written to the disk. */
    unlink(path);
    assert_int_equal(io_write_file(AT_FDCWD, path, bytes, length), 0);
}

bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void limit_file_size(uint64_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

void unlimit_file_size(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* ---- graphs ----------------------------------------------------------------------------- */

struct world make_world(void)
{
    struct world world = {.graph = graph_create()};
    world.history = history_create(world.graph);
    return world;
}

void free_world(struct world *world)
{
    graph_destroy(world->graph);
    history_destroy(world->history);
    *world = (struct world){0};
}

file_id world_file(struct world *world, const char *path)
{
    file_id file = graph_add_file(world->graph, path, strlen(path));
    history_fit(world->history, world->graph);
    return file;
}

static uint32_t push_words(struct world *world, struct file_list *list, const char *words)
{
    uint32_t before = list->count;
    while (*words) {
        size_t length = strcspn(words, " ");
        vec_push(list, graph_add_file(world->graph, words, length));
        words += length + (words[length] == ' ');
    }
    history_fit(world->history, world->graph);
    return list->count - before;
}

job_id world_job(struct world *world, const char *outs, const char *ins)
{
    struct file_list edges = {0};
    struct graph_job job = {.rule = graph_intern(world->graph, "cc", 2),
                            .manifest = graph_intern(world->graph, "build.ninja", 11),
                            .msvc_deps_prefix = GRAPH_NONE,
                            .dyndep = GRAPH_NONE};
    job.out_count = job.explicit_out_count = push_words(world, &edges, outs);
    job.in_count = job.explicit_in_count = push_words(world, &edges, ins);
    uint32_t mark = graph_rope_begin(world->graph);
    graph_rope_push(world->graph, graph_intern(world->graph, outs, strlen(outs)));
    job.command = graph_rope_end(world->graph, mark);
    job_id id = graph_add_job(world->graph, &job, edges.data);
    graph_seal(world->graph, id);
    history_fit(world->history, world->graph);
    vec_free(&edges);
    return id;
}

void world_know(struct world *world, const char *path, uint64_t seed)
{
    world->history->files.data[world_file(world, path)] = (struct file_record){
        .size = seed,
        .mtime_ns = (int64_t)seed - 1000, /* some of them before 1970 */
        .ctime_ns = (int64_t)(seed << 40),
        .inode = seed + 3,
        .device = seed + 4,
        .digest = {seed * 0x9e3779b97f4a7c15u, ~seed},
        .changed_tick = history_tick(world->history),
        .mode = S_IFREG | 0644,
        .flags = FILE_KNOWN | (seed % 2 ? FILE_RACY : 0),
    };
}

void world_run(struct world *world, job_id id, const char *deps, uint64_t seed)
{
    struct file_list list = {0};
    push_words(world, &list, deps);
    const struct graph_job *job = &world->graph->jobs.data[id];
    for (uint32_t i = 0; i < job->out_count; i++)
        world_know(world, graph_path(world->graph, graph_outputs(world->graph, job)[i]), seed + i);
    struct job_record record = {
        .recipe = {seed, 1},
        .inputs = {seed, 2},
        .outputs = {seed << 30, 3},
        .tick = history_tick(world->history),
        .cost.duration_ms = (uint32_t)seed + 1,
        .flags = JOB_RECORDED,
    };
    history_set_job(world->history, id, &record, list.data, list.count);
    vec_free(&list);
}

struct world make_small_world(void)
{
    struct world world = make_world();
    job_id a = world_job(&world, "a.o", "a.c");
    job_id b = world_job(&world, "b.o b.d", "b.c");
    job_id c = world_job(&world, "prog", "a.o b.o");
    world_know(&world, "a.c", 10);
    world_know(&world, "b.c", 11);
    world_know(&world, "x.h", 12);
    world_run(&world, a, "x.h y.h", 20);
    world_run(&world, b, "x.h", 30);
    world_run(&world, c, "", 40);
    return world;
}

/* ---- facts ------------------------------------------------------------------------------ */

static void print_digest(struct buf *out, struct digest digest)
{
    buf_printf(out, " %016" PRIx64 "%016" PRIx64, digest.high, digest.low);
}

static void print_paths(struct buf *out, const struct graph *graph, const char *title,
                        const file_id *files, uint32_t count)
{
    buf_printf(out, " %s:", title);
    for (uint32_t i = 0; i < count; i++)
        buf_printf(out, " %s", graph_path(graph, files[i]));
}

static void print_job(struct buf *out, const struct graph *graph, const struct history *history,
                      const struct job_record *record, const file_id *outs, uint32_t out_count)
{
    buf_append_str(out, "job");
    print_paths(out, graph, "outs", outs, out_count);
    print_digest(out, record->recipe);
    print_digest(out, record->inputs);
    print_digest(out, record->outputs);
    buf_printf(out, " tick %" PRIu64 " ms %u flags %u", record->tick, record->cost.duration_ms,
               record->flags);
    print_paths(out, graph, "deps", history_deps(history, record), record->deps_count);
    buf_append_char(out, '\n');
}

static void print_file(struct buf *out, const struct graph *graph, const struct history *history,
                       file_id file)
{
    const struct file_record *record = &history->files.data[file];
    buf_printf(out, "file %s %" PRIu64 " %" PRId64 " %" PRId64 " %" PRIu64 " %" PRIu64 " %o %u",
               graph_path(graph, file), record->size, record->mtime_ns, record->ctime_ns,
               record->inode, record->device, record->mode, record->flags);
    print_digest(out, record->digest);
    buf_printf(out, " tick %" PRIu64 "\n", record->changed_tick);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The same text with its lines in order. */
static struct buf sort_lines(struct buf *text)
{
    VEC(char *) lines = {0};
    for (char *line = strtok(text->data, "\n"); line; line = strtok(NULL, "\n"))
        vec_push(&lines, line);
    struct buf sorted = {0};
    if (lines.count)
        qsort(lines.data, lines.count, sizeof *lines.data, compare_lines);
    for (uint32_t i = 0; i < lines.count; i++)
        buf_printf(&sorted, "%s\n", lines.data[i]);
    vec_free(&lines);
    buf_free(text);
    return sorted;
}

struct buf facts(const struct graph *graph, const struct history *history)
{
    struct buf text = {0};
    assert_int_equal(history->files.count, graph->files.count);
    assert_int_equal(history->jobs.count, graph->jobs.count);
    for (file_id file = 0; file < graph->files.count; file++) {
        if (history->files.data[file].flags & FILE_KNOWN)
            print_file(&text, graph, history, file);
    }
    for (job_id id = 0; id < graph->jobs.count; id++) {
        const struct graph_job *job = &graph->jobs.data[id];
        if (history->jobs.data[id].flags)
            print_job(&text, graph, history, &history->jobs.data[id], graph_outputs(graph, job),
                      job->out_count);
    }
    for (uint32_t i = 0; i < history->orphans.count; i++) {
        const struct orphan *orphan = &history->orphans.data[i];
        print_job(&text, graph, history, &orphan->record, history->deps.data + orphan->outs_begin,
                  orphan->outs_count);
    }
    return sort_lines(&text);
}

void assert_same_facts(const struct graph *graph, const struct history *history,
                       const struct buf *expected)
{
    struct buf got = facts(graph, history);
    assert_string_equal(buf_cstr(&got), buf_cstr(expected));
    buf_free(&got);
}

/* ---- states ----------------------------------------------------------------------------- */

static void count_notice(void *context, const struct jig_error *what)
{
    struct notices *notices = context;
    assert_int_not_equal(what->status, JIG_OK);
    assert_true(what->message[0] && what->file[0]);
    notices->count++;
    notices->last = *what;
}

static struct state *open_with(struct state_options options, struct notices *notices)
{
    struct state *state;
    struct jig_error error;
    options.notice = notices ? count_notice : NULL;
    options.context = notices;
    if (state_open(&options, &state, &error))
        fail_msg("%s", error.message);
    return state;
}

struct state *open_state(const char *dir, struct notices *notices)
{
    return open_with((struct state_options){.directory = dir}, notices);
}

struct state *open_read_only(const char *dir, struct notices *notices)
{
    return open_with((struct state_options){.directory = dir, .read_only = true}, notices);
}

struct world load_world(struct state *state)
{
    struct state_loaded loaded;
    state_load(state, &loaded);
    assert_int_equal(loaded.graph == NULL, loaded.history == NULL);
    return (struct world){loaded.graph, loaded.history};
}

void write_image(const char *dir, struct world *world)
{
    struct state *state = open_state(dir, NULL);
    struct world before = load_world(state);
    free_world(&before);
    struct jig_error error;
    if (state_fold(state, world->graph, world->history, &error))
        fail_msg("%s", error.message);
    state_close(state);
}

/* ---- sessions --------------------------------------------------------------------------- */

struct session begin_session(const struct test_dir *dir, struct notices *notices)
{
    struct session session = {.state = open_state(dir->path, notices)};
    session.world = load_world(session.state);
    return session;
}

struct buf end_session(struct session *session)
{
    struct buf known = {0};
    if (session->world.graph)
        known = facts(session->world.graph, session->world.history);
    free_world(&session->world);
    state_close(session->state);
    return known;
}

void record(struct session *session, job_id job)
{
    struct jig_error error;
    if (state_record_job(session->state, session->world.graph, session->world.history, job, &error))
        fail_msg("%s", error.message);
}

uint64_t journal_bytes(const struct session *session)
{
    uint64_t image, journal;
    state_sizes(session->state, &image, &journal);
    return journal;
}

void assert_found(const struct test_dir *dir, struct buf expected)
{
    struct notices notices = {0};
    struct session session = begin_session(dir, &notices);
    struct buf found = end_session(&session);
    assert_string_equal(buf_cstr(&found), buf_cstr(&expected));
    assert_int_equal(notices.count, 0);
    buf_free(&found);
    buf_free(&expected);
}

struct session begin_with_image(const struct test_dir *dir)
{
    struct world world = make_small_world();
    write_image(dir->path, &world);
    free_world(&world);
    return begin_session(dir, NULL);
}
