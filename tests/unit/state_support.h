/*
 * What the state's tests share: a temporary directory, small graphs with histories, and all that a
 * graph and a history know as text, so that two of them can be compared whatever their ids are.
 */
#ifndef TESTS_UNIT_STATE_SUPPORT_H
#define TESTS_UNIT_STATE_SUPPORT_H

#include "cmocka_all.h"

#include "engine/base/buf.h"
#include "engine/graph/graph.h"
#include "engine/state/history.h"
#include "engine/state/state.h"

/* ---- directories and files -------------------------------------------------------------- */

/* A temporary state directory and the files in it. */
struct test_dir {
    char path[64];
    char image[96];
    char image_temporary[96];
    char journal[96];
    char journal_temporary[96];
    char lock[96];
};

/* cmocka setup and teardown: *state is a new, empty struct test_dir. */
int make_temp_dir(void **state);
int remove_temp_dir(void **state);

/* Whole files; any failure fails the test. `slurp` appends to an empty buf. */
struct buf slurp(const char *path);
void spill(const char *path, const void *bytes, size_t length);
bool exists(const char *path);

/* Limits the size of files this process writes, and lifts the limit again. */
void limit_file_size(uint64_t bytes);
void unlimit_file_size(void);

/* ---- graphs ----------------------------------------------------------------------------- */

struct world {
    struct graph *graph;
    struct history *history;
};

struct world make_world(void);
void free_world(struct world *world);
file_id world_file(struct world *world, const char *path);
/* A job; `outs` and `ins` are paths separated by spaces. */
job_id world_job(struct world *world, const char *outs, const char *ins);
/* Gives `path` a record that is made of `seed` in every field. */
void world_know(struct world *world, const char *path, uint64_t seed);
/* Gives `job` a record made of `seed`, and its outputs too; `deps` as in world_job. */
void world_run(struct world *world, job_id job, const char *deps, uint64_t seed);
/* Three jobs, one of them with two outputs, all run and with some discovered inputs. */
struct world make_small_world(void);

/* All that is known, one line a fact, sorted; the caller frees it. Orphans look like jobs. */
struct buf facts(const struct graph *graph, const struct history *history);
void assert_same_facts(const struct graph *graph, const struct history *history,
                       const struct buf *expected);

/* ---- states ----------------------------------------------------------------------------- */

struct notices {
    uint32_t count;
    struct jig_error last;
};

/* Opens `dir` (which must work) and counts notices, when `notices` is not NULL. */
struct state *open_state(const char *dir, struct notices *notices);
struct state *open_read_only(const char *dir, struct notices *notices);
/* state_load into a world; graph and history may be NULL. */
struct world load_world(struct state *state);
/* An image of `world` in `dir`, with no journal beside it. */
void write_image(const char *dir, struct world *world);

/* ---- sessions --------------------------------------------------------------------------- */

/* A process that has the state open and loaded. */
struct session {
    struct state *state;
    struct world world; /* as it was loaded, and changed since */
};

struct session begin_session(const struct test_dir *dir, struct notices *notices);
/* Closes it all. Returns all that was known at the end, to be freed. */
struct buf end_session(struct session *session);
/* The image of make_small_world, and a session on it. Jobs: 0 a.o, 1 b.o b.d, 2 prog. */
struct session begin_with_image(const struct test_dir *dir);
/* Records the job's present record; it must work. */
void record(struct session *session, job_id job);
uint64_t journal_bytes(const struct session *session);
/* The next process finds exactly `expected`, which is freed, and nothing odd. */
void assert_found(const struct test_dir *dir, struct buf expected);

#endif
