/*
 * What the session's own files share. Nothing outside engine/session and the command line's
 * maintenance tools includes this.
 */
#ifndef SESSION_INTERNAL_H
#define SESSION_INTERNAL_H

#include "engine/base/reverse.h"
#include "engine/fingerprint/fingerprint.h"
#include "engine/graph/graph.h"
#include "engine/manifest/pipeline/amend.h"
#include "engine/manifest/pipeline/fill.h"
#include "engine/manifest/pipeline/rounds.h"
#include "engine/plan/plan.h"
#include "engine/run/run.h"
#include "engine/session/around.h"
#include "engine/session/forecast.h"
#include "engine/session/links.h"
#include "engine/session/record.h"
#include "engine/session/request.h"
#include "engine/state/history.h"
#include "engine/state/state.h"
#include "jig/scheduler.h"
#include "jig/session.h"
#include "jig/trace.h"

#include <stdatomic.h>

/* What the first look at a file in a build came to. */
enum look { LOOK_HIT, LOOK_NEW, LOOK_STAT, LOOK_RACY, LOOK_GONE, LOOK_KINDS };

/* Folders that commands write to; see stray.c. */
struct strays {
    VEC(struct strays_folder) folders;
    str_id last; /* one more than the folder that was looked for last */
};

struct job_list {
    job_id *data;
    uint32_t count, capacity;
};

/* What a session over pipelines holds beside the graph made from them. */
struct pipelines {
    struct config config;
    struct lenses lenses;
    struct discovery *discovery;
    struct rounds rounds;            /* of the present graph */
    bool loaded;                     /* discovery has read its cache */
    struct discovery_counts counted; /* what earlier builds have reported */
    bool fill_anew;                  /* the graph is not to be kept even if it follows from them */
    bool select_anew;            /* the names in the tree are not those the graph was made from */
    bool blind;                  /* some folder cannot be read: what is in it may not be gone */
    struct digest stamp;         /* of what the graph follows from, manifest files apart */
    VEC(uint8_t) fresh;          /* [file_id] discovery has just looked at it: no need to again */
    VEC(struct digest) contents; /* [module] of the file, when views were last looked through */
    struct digest contents_of;   /* the stamp at that time: module ids are those of one stamp */
    VEC(struct change) changes;  /* outputs that this build may have changed; see delta.c */
    VEC(struct jig_delta_entry) delta;
    struct arena delta_text;
    struct strays strays;
    struct amend *amend;        /* of the present graph; NULL until an update needs it */
    char **salts;               /* [pipeline] that it works with */
    VEC(uint32_t) module_views; /* of graph->views, those of all modules of a pipeline */
    bool views_unrecorded;      /* updates have left the view of all that was discovered behind */
    VEC(char *) failed;         /* first outputs of jobs that failed in this build: no second try */
};

/* An output before and after, by path. */
struct change {
    const char *path;     /* both texts are in delta_text */
    const char *pipeline; /* "" when the output was removed */
    struct digest before; /* zero: it was not there */
    uint32_t order;       /* in which things happened */
};

/*
 * What a session knows of its jobs from one build to the next, so that an update need not consider
 * those that nothing has happened to. It holds while `full_reason` is empty: then every wanted job
 * that is not in `stale` was up to date when the last build ended, and whatever makes it stale
 * since is told by a change set. See live.c.
 */
struct live {
    char full_reason[128]; /* why the next update has to look at everything; "": it has not */
    struct session_request request; /* what `wanted` is about */
    VEC(uint8_t) wanted;            /* [job_id] */
    VEC(uint8_t) is_stale;          /* [job_id] it is in `stale` */
    VEC(job_id) stale;              /* wanted jobs to be considered by the next update */
    struct reverse readers;         /* jobs by the inputs they discovered; made when first needed */
    bool readers_made;
    VEC(job_id) found; /* scratch of live_readers */
    uint64_t generation;
    uint64_t size;                    /* of the graph when it was made; see live_has_grown */
    char generator[128], schema[128]; /* versions, as change sets told them; "": none has */
};

struct jig_session {
    struct jig_session_options options;
    struct pipelines *pipelines; /* NULL: the manifest is a build.ninja */
    char *manifest;              /* canonical path of the main manifest */
    char *state_directory;
    struct jig_pool *pool;
    struct state *state;
    struct graph *graph;
    struct history *history;
    struct fingerprint_clock clock;
    VEC(int64_t) adoption;         /* [job_id] or empty; see plan.adoption */
    struct plan plan;              /* over `graph`, when plan.graph says so; see plan.h */
    struct live live;              /* what the next update builds on */
    struct links links;            /* of the files of `graph`, as far as updates have needed them */
    struct around around;          /* of the files of `graph`, likewise */
    VEC(uint8_t) marks;            /* [file_id] scratch; all 0 between uses. See session_marks */
    VEC(uint32_t) looked;          /* [file_id] the last build that looked at it, by `build` */
    uint32_t build;                /* serial of this build */
    uint64_t looks[LOOK_KINDS];    /* of this build: how often each of these happened */
    file_id files_counted;         /* files before this one have been looked through for … */
    uint32_t real_files;           /* … how many of them are not virtual */
    struct jig_progress earlier;   /* of the plans of this build that have been carried out */
    struct file_list dyndeps_read; /* dyndep files that the graph has in it as they are now */
    bool graph_reused;             /* the graph came from the image */
    bool unsaved;                  /* graph or history hold what image and journal do not */
    uint64_t load_ns;              /* what the last load took */
    const struct jig_build_options *asked; /* what everything is, of the build that goes on */
    bool force;                            /* of it: run every wanted job */
    bool loaded;            /* the manifest was read, and is what `graph` follows from */
    bool just_loaded;       /* what was found then is not older than the call */
    bool deferred;          /* updates have left something to be saved */
    bool folders_changed;   /* since a result told it */
    uint64_t call_start_ns; /* monotonic; of the present build or update */
    uint64_t waited_ns;     /* of it, waiting for jobs */
    struct buf asked_command, asked_description; /* of the last jig_session_query_job */
    struct recorder recorder;                    /* the trace of the present build */
    atomic_bool cancelled; /* somebody wants the build to stop; see cancel.c */
    int cancel_fd;         /* eventfd; wakes the build for that */
};

/* When a job ran, monotonic. */
struct job_span {
    uint64_t start_ns; /* 0: it did not */
    uint64_t end_ns;   /* 0: it still does */
};

/* One build of some targets: what the stages hand each other. */
struct build {
    struct jig_session *session;
    const struct jig_build_options *options;
    const struct file_list *files; /* what is to be built; NULL: what the options name */
    struct jig_build_result *result;
    struct plan *plan; /* the session's */
    struct jig_progress progress;
    struct forecast forecast; /* of the plan; its points are of the whole build */
    VEC(job_id) ran;          /* jobs that ran well, for the settling pass at the end */
    struct job_span *spans;   /* [position in the plan] when jobs ran; while it executes */
    struct job_note *notes;   /* [position in the plan] for the trace; while it executes */
    uint64_t began_ns;        /* monotonic; when the plan was begun to be carried out */
    uint64_t waited_ns;       /* since then, the time in which nothing was done but wait for jobs */
    bool of_everything;   /* it is about all that the user asked for, not about a part of that */
    bool force;           /* run every wanted job */
    uint32_t round;       /* of an update of pipelines: jobs of later rounds are not for now */
    bool found_something; /* some file was not as recorded */
    bool save_failed;     /* the journal could not be written; told once */
};

/* When the job ran, or runs; it is in the plan. */
static inline struct job_span *build_span(const struct build *build, job_id id)
{
    return &build->spans[build->plan->jobs[id].position];
}

/* ---- live.c: from one build to the next ------------------------------------------------------ */

/* The session's plan, begun anew, for the present graph. */
struct plan *session_begin_plan(struct jig_session *session);
/* The next update looks at everything, because of `why`; the first reason counts. */
void live_distrust(struct jig_session *session, const char *why);
/* The graph is another one, or gone: ids mean nothing any more. */
void live_forget(struct jig_session *session);
/* A build of everything that `options` ask for begins; what is wanted is found out by it. */
void live_begin(struct jig_session *session, const struct jig_build_options *options);
/* Whether the last one was about the same. */
bool live_is_about(const struct jig_session *session, const struct jig_build_options *options);
/* The plan has been carried out, as far as it was: takes in how its jobs stand now. */
void live_take(struct build *build);
/* The job is new in the graph, or depends on something else: it is wanted, and stale. */
void live_want(struct jig_session *session, job_id id);
/* The job is no more in the graph. */
void live_drop(struct jig_session *session, job_id id);
/* The job has to be considered by the next update, if it is wanted. */
void live_add_stale(struct jig_session *session, job_id id);
/* The file holds something else, or is there or not where it was not or was: who makes it and who
 * reads it becomes stale. */
void live_touch(struct jig_session *session, file_id file);
/* The job's record names these inputs now, which no manifest does. */
void live_note_discovered(struct jig_session *session, job_id id, const file_id *deps,
                          uint32_t count);
/* At the end of a full build: makes all that updates need, so that the first of them need not.
 * O(graph). */
void live_prepare(struct jig_session *session);
/* Whether what amending has left behind is more than what it is for: then a new graph is due. */
bool live_has_grown(const struct jig_session *session);
/* No build of everything was ever done, so nobody will ask. */
bool live_is_off(const struct jig_session *session);
void live_free(struct jig_session *session);
/* Jobs that read the file, declared or discovered; some may not any more. Until the next call. */
const job_id *live_readers(void *session, file_id file, uint32_t *count);

/* ---- load.c: manifest and image ------------------------------------------------------------ */

/* Fills graph and history from the image, or by parsing when the image is not of this manifest. */
enum jig_status session_load(struct jig_session *session, struct jig_error *error);
/* The coarse wall clock that kernels stamp files with, in ns. */
int64_t coarse_now_ns(void);
/* As session_load, unless what was loaded is still what the manifest says. */
enum jig_status session_load_again(struct jig_session *session, struct jig_error *error);
/* Before the session ends: writes what updates have left to be written. */
void session_save_late(struct jig_session *session);
/* After an update: writes the image if the journal has become very long. */
enum jig_status session_save_little(struct jig_session *session, struct jig_error *error);
/* Drops graph and history. */
void session_unload(struct jig_session *session);
/* Writes the image if there is something new and it is worth it. */
enum jig_status session_save(struct jig_session *session, struct jig_error *error);

/* Remembers what a scan of files found out, so that the next process need not. */
void session_keep_records(struct jig_session *session, const file_id *files, uint32_t count,
                          bool *failed);

/* ---- cancel.c: stopping a build from outside ------------------------------------------------- */

enum jig_status session_open_cancellation(struct jig_session *session, struct jig_error *error);
void session_close_cancellation(struct jig_session *session);
bool session_is_cancelled(const struct jig_session *session);

/* ---- pipelines.c: from jig.yaml to a graph --------------------------------------------------- */

/* Whether a manifest of that name is of pipelines. */
bool session_names_pipelines(const char *manifest);
/* Where what builds of a manifest leave is kept, allocated: `given` (may be NULL) if somebody said
 * so, else `.jig` in the manifest's `builddir`, or beside it. Reads a build.ninja's beginning. */
char *session_choose_state_directory(const char *manifest, const char *given);
enum jig_status session_open_pipelines(struct jig_session *session, struct jig_error *error);
void session_close_pipelines(struct jig_session *session);
/*
 * Given the state's graph and history, or none: reads the configuration, finds sources, scans them,
 * and either keeps the graph, when it follows from what was found, or fills another one.
 */
enum jig_status session_load_pipelines(struct jig_session *session, struct jig_error *error);
/* Writes discovery's cache, marked as that of the present graph, which has been saved. */
enum jig_status session_save_discovery(struct jig_session *session, struct jig_error *error);
/* What discovery has taken so far, in ns: what other phases' times leave out. */
uint64_t session_discovery_ns(const struct jig_session *session);
/* What discovery cost since the last report. */
void session_report_discovery(struct jig_session *session, struct jig_build_result *result);
/* Looks again at modules that jobs may have made, and does the same. */
enum jig_status session_follow_modules(struct jig_session *session, const struct file_list *files,
                                       bool *changed, struct jig_error *error);

/* Each pipeline's salt, in one allocation each; freed with session_free_salts. */
enum jig_status session_make_salts(const struct config *config, char ***out,
                                   struct jig_error *error);
void session_free_salts(const struct config *config, char **salts);
/* The amended graph follows from what discovery knows now. */
void session_note_stamp(struct jig_session *session);
/* Ends the amending of this graph: it is another one, or its configuration. */
void session_forget_amend(struct jig_session *session);
/* Whether discovery looks at the file. */
bool session_is_module(const struct jig_session *session, file_id file);

/* ---- view.c: what discovery knows, as records of files --------------------------------------- */

/* Gives every module's file the record that discovery made, and every view the digest it has now.
 */
void session_take_discovered(struct jig_session *session);

/* The same for what an update found; views from `first_view` on are new. */
void session_take_updated(struct jig_session *session, const struct discovery_updated *updated,
                          uint32_t first_view);
/* From here on it is told which views of definitions may have changed. O(views). */
void session_watch_views(struct jig_session *session);
/* Before the state is written: records that all views have been looked through. */
void session_record_views(struct jig_session *session);

/* ---- stale.c: outputs whose source is gone --------------------------------------------------- */

/* Marks the files of `graph` that jig is known to have made, in an array the caller frees. */
uint8_t *session_mark_made(const struct graph *graph, const struct history *history);
/*
 * Deletes what jig made and nothing makes any more, if it is still as jig left it, and forgets it.
 * Returns whether there was anything: the tree then is another one.
 */
bool session_remove_stale(struct build *build);

/* ---- round.c: building in rounds ------------------------------------------------------------- */

/* Lets jobs that failed be tried again. */
void session_forget_failures(struct jig_session *session);
/* As session_build_targets, for pipelines: modules that jobs make are scanned in between. */
enum jig_status session_build_pipelines(struct jig_session *session,
                                        const struct jig_build_options *options,
                                        struct jig_build_result *result, struct jig_error *error);

/* ---- generate.c: jobs without a process of their own ---------------------------------------- */

struct generate;

/* Whether the job is for session's generators and not for a process. */
bool generate_is_for(const struct build *build, job_id id);
/* Whether it is known that the job's source is there and may not be read. */
bool generate_source_is_unreadable(const struct build *build, job_id id);
/* Whether what it writes is written by us, folders included. */
bool generate_makes_folders(const struct build *build, job_id id);
enum jig_status generate_create(struct generate **generate, struct build *build,
                                void (*wake)(void *context), void *context,
                                struct jig_error *error);
void generate_destroy(struct generate *generate);
enum jig_status generate_start(struct generate *generate, job_id id, struct jig_error *error);
/*
 * Takes a job that has ended, in the form of a process' end; its slot is not set. *contents is the
 * sum of the digests of what its outputs were given, empty ones left out; zero when that is not
 * known.
 */
bool generate_take(struct generate *generate, struct run_result *result, struct digest *contents);
void generate_interrupt(struct generate *generate);

/* ---- delta.c: what a build changed ---------------------------------------------------------- */

void delta_begin(struct jig_session *session);
/* The job's outputs, before it starts. */
void delta_note(struct build *build, job_id id);
void delta_note_removed(struct jig_session *session, const char *path, struct digest before);
/* Puts together what jig_session_delta returns. */
void delta_finish(struct jig_session *session);

/* ---- stray.c: what nobody declares ---------------------------------------------------------- */

/* Before a command of a pipeline starts. */
void strays_watch(struct jig_session *session, job_id id);
/* At the end of a build: tells what has come to the folders watched, and forgets these. */
void strays_tell(struct jig_session *session);
void strays_forget(struct jig_session *session);

/* ---- adopt.c: what others made -------------------------------------------------------------- */

/* Fills `adoption`, and records without validity, from .ninja_log and .ninja_deps if there are, and
 * from depfiles of generators that somebody has run by hand. */
void session_adopt_foreign(struct jig_session *session);

/* The scratch marks, one for each file of the graph, all 0. Whoever sets some clears them. */
uint8_t *session_marks(struct jig_session *session);

/* ---- scan.c: looking at files --------------------------------------------------------------- */

/* Fingerprints `files`, into the build's terms and counts, and keeps what was found out. */
enum jig_status session_scan(struct build *build, const struct file_list *files,
                             struct jig_error *error);

/* Counts a look at a file, if it is this build's first. */
void session_count_look(struct jig_session *session, file_id file, enum look look);
/* Why a record did not stand: from its flags before, and those after. */
enum look look_missed(uint32_t before, uint32_t after);

/* ---- session.c ------------------------------------------------------------------------------ */

/* Builds the targets, given that manifest and dyndep files are up to date. */
enum jig_status session_build_targets(struct jig_session *session,
                                      const struct jig_build_options *options,
                                      struct jig_build_result *result, struct jig_error *error);
/* The same for these files. */
enum jig_status session_build_files(struct jig_session *session,
                                    const struct jig_build_options *options,
                                    const struct file_list *files, struct jig_build_result *result,
                                    struct jig_error *error);

/* Carries out the plan that has been made, in the build's counts and events. */
enum jig_status session_carry_out(struct build *build, struct jig_error *error);
/* Begins to count jobs, and time. */
void session_count_anew(struct jig_session *session);

/* ---- update.c: from a change set to jobs ----------------------------------------------------- */

/*
 * Does what jig_session_update does, in proportion to the change; or else writes to `why` (of
 * `size` bytes, empty before) why everything has to be looked at, and then has not built anything.
 */
enum jig_status session_try_update(struct jig_session *session,
                                   const struct jig_change_set *changes,
                                   const struct jig_build_options *options,
                                   struct jig_build_result *result, char *why, size_t size,
                                   struct jig_error *error);
/* Plans and runs what is stale, and what follows from it. `why` as above. */
enum jig_status session_build_stale(struct build *build, char *why, size_t size,
                                    struct jig_error *error);

/* ---- change_files.c: from paths to files of the graph ---------------------------------------- */

/* Appends the files that the set names or that lie in folders it names, each once. */
void change_files(struct jig_session *session, const struct jig_change_set *changes,
                  struct file_list *out);

/* ---- pipelines_update.c: the same over a jig.yaml -------------------------------------------- */

enum jig_status session_update_pipelines(struct build *build, const struct jig_change_set *changes,
                                         char *why, size_t size, struct jig_error *error);

/* Makes all that updates need, so that the first of them need not. O(graph). */
enum jig_status session_prepare_updates(struct jig_session *session, struct jig_error *error);

/* ---- dyndep.c: what only a build can tell of the graph -------------------------------------- */

/* Builds and reads every dyndep file that the targets need. */
enum jig_status session_complete_graph(struct jig_session *session,
                                       const struct jig_build_options *options,
                                       struct jig_build_result *result, struct jig_error *error);
bool session_has_dyndeps(const struct jig_session *session);
/* Takes what dyndep files told out of the graph again. */
void session_forget_dyndeps(struct jig_session *session);

/* ---- target.c: what the user asked for ------------------------------------------------------ */

/* The file that `text` names: a path, or `source^`. Fails with a suggestion. */
enum jig_status session_find_target(struct jig_session *session, const char *text, file_id *file,
                                    struct jig_error *error);
/* The same for pipelines: filters, and targets that are files or else filters. */
enum jig_status session_add_selected(struct build *build, struct jig_error *error);
/* Adds the build's targets to its plan, or the default ones. */
enum jig_status session_add_targets(struct build *build, struct jig_error *error);

/* ---- progress.c: how far a build is, and what is left ---------------------------------------- */

/* The plan has been made: counts its jobs, and makes the first forecast. O(jobs of the plan). */
void progress_begin(struct build *build);
/* The plan has been carried out: what the next one of the same build counts on from. */
void progress_end(struct build *build);
/* What these do to the counts; `queued`: it has been handed to a generator, and may have to wait
 * there. O(1). */
void progress_start(struct build *build, job_id id, uint64_t start_ns, bool queued);
void progress_take_back(struct build *build, job_id id);
/* The job has ended, after `took_ns`, and used so much of processors. O(1). */
void progress_finish(struct build *build, job_id id, uint64_t took_ns, uint64_t processor_ns,
                     bool failed);
/* At its turn the job turned out not to be one that runs. O(1). */
void progress_pass(struct build *build, job_id id);
/* Brings the forecast up to date: each 100 ms O(running), else O(1). */
void progress_foretell(struct build *build, uint64_t now_ns, uint64_t heaviest_ms);
void progress_free(struct build *build);

/* ---- execute.c: the loop over jobs ---------------------------------------------------------- */

/* Runs what the plan wants. JIG_ERROR_JOB, JIG_ERROR_INTERRUPTED as jig_session_build. */
enum jig_status session_execute(struct build *build, struct jig_error *error);

/* ---- collect.c: what a finished job left ---------------------------------------------------- */

/* What was known when the job started, and what its generator said. */
struct job_start {
    job_id job;
    int64_t start_ns; /* file system time; a later exact stamp is not less */
    int64_t tick_ns;  /* the same as clocks that tick have it; no later stamp at all is less */
    struct digest contents; /* see generate_take */
};

/*
 * After a job's process succeeded: reads what it discovered, fingerprints its outputs and inputs,
 * and records the run. `before` is what the outputs of a pipeline's job were, NULL for another job:
 * if one of them is not there now, the job failed after all (JIG_ERROR_JOB). Returns
 * JIG_ERROR_SYNTAX when its depfile is malformed: the job then counts as failed. `output` loses the
 * lines that tell MSVC's includes.
 */
enum jig_status session_collect(struct build *build, const struct job_start *start,
                                const struct file_record *before, struct job_cost cost,
                                struct buf *output, struct jig_error *error);

/* ---- discover.c: what a job turns out to have read ------------------------------------------ */

/* Appends the inputs that the job discovered, none of its declared ones among them, each once. */
enum jig_status session_discover(struct jig_session *session, job_id id, bool keep_depfile,
                                 struct buf *output, struct file_list *out,
                                 struct jig_error *error);
/* The same from its depfile; a missing depfile names nothing. */
enum jig_status session_read_depfile(struct jig_session *session, job_id id, bool remove,
                                     struct file_list *out, struct jig_error *error);
/* The same from `count` NUL-terminated canonical paths. */
void session_list_discovered(struct jig_session *session, job_id id, const struct buf *paths,
                             uint32_t count, struct file_list *out);
/* For a failed job: takes the lines that tell MSVC's includes out of `output`. */
void session_hide_includes(const struct graph *graph, const struct graph_job *job,
                           struct buf *output);
/* For jobs taken as up to date by age: records what is there as their last run. */
void session_adopt(struct build *build, job_id job);
/* Looks once more at the outputs of all jobs that ran: later jobs may have rewritten them. */
void session_settle(struct build *build);
/*
 * Before a job's turn: looks again at its inputs that no job makes. One that an earlier job of this
 * build wrote without declaring it is another one than when the plan was made.
 */
void session_look_at_sources(struct build *build, job_id job);
/* After a failure: looks at what the job has left of its outputs. */
void session_look_at_failed(struct build *build, job_id job);
/*
 * After an interrupt, or a failure: removes the outputs that the job had begun to write. `before`
 * is what they were when it started; NULL: what their records say.
 */
void session_remove_half_written(struct build *build, job_id job, const struct file_record *before);

/*
 * Appends to the journal that the job is about to write its outputs: should jig be killed
 * meanwhile, the next one knows whose they are. The second takes that back, for a job that failed.
 */
void session_record_intent(struct build *build, job_id id);
void session_withdraw_intent(struct build *build, job_id id);
/* Appends the job's present record to the journal; a failure is told once. */
void session_record_job(struct build *build, job_id id);

/* ---- rewrite.c: outputs that a later job rewrites ------------------------------------------- */

/* `rewriter` has changed `file`, an output of another job, whose term was `old_term` before. */
void session_follow_rewrite(struct build *build, job_id rewriter, file_id file,
                            struct digest old_term);

/*
 * Whether a job other than `id` that makes or reads `file` ran at some time while `id` ran. Then a
 * change of the file meanwhile need not be its own.
 */
bool session_another_may_write(struct build *build, job_id id, file_id file);
/*
 * `file` is an output that its job has just left missing, or a directory, whose stat does not tell
 * what changed in it: what reads it has to run.
 */
void session_mark_remade(struct build *build, file_id file);

/* ---- event.c: telling the caller ------------------------------------------------------------ */

/* The texts of a job view, joined from the graph. Zeroed is empty. */
struct job_text {
    struct buf description, command, outputs, reason;
};
struct jig_job_view event_view(struct build *build, job_id job, struct job_text *text);
void job_text_free(struct job_text *text);
void event_emit(struct build *build, enum jig_event_kind kind, const struct jig_job_view *job,
                const struct jig_job_outcome *outcome);
void event_notice(struct jig_session *session, const struct jig_error *what);
/* As event_notice, in the form that stages below take. */
void event_notice_callback(void *session, const struct jig_error *what);

#endif
