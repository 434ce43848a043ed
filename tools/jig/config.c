/*
 * `jig config`.
 */
#include "engine/manifest/pipeline/config.h"
#include "engine/discovery/walk/tree.h"
#include "tools/jig/command.h"
#include "tools/jig/text.h"
#include "tools/jig/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] = "jig help config";

/* ---- files ------------------------------------------------------------------------------- */

/* The files that make one configuration, the root's first. */
struct config_paths {
    const char *name; /* what they are called */
    VEC(char *) all;
};

static void add_path(void *context, const char *path, size_t length)
{
    struct config_paths *paths = context;
    size_t name = strlen(paths->name);
    if (length > name && path[length - name - 1] == '/' &&
        memcmp(path + length - name, paths->name, name) == 0)
        vec_push(&paths->all, mem_strndup(path, length));
}

static enum jig_status find_paths(struct config_paths *paths, struct jig_error *error)
{
    const struct tree_options options = {.root = "."};
    struct jig_pool *pool = jig_pool_create(0);
    struct tree *tree = tree_create(&options);
    struct tree_counts counts;
    bool changed;
    vec_push(&paths->all, mem_strndup(paths->name, strlen(paths->name)));
    enum jig_status status = tree_refresh(tree, pool, &counts, &changed, NULL, NULL, error);
    if (!status)
        tree_each_file(tree, add_path, paths);
    tree_destroy(tree);
    jig_pool_destroy(pool);
    return status;
}

static void free_paths(struct config_paths *paths)
{
    for (uint32_t i = 0; i < paths->all.count; i++)
        free(paths->all.data[i]);
    vec_free(&paths->all);
}

/* ---- check ------------------------------------------------------------------------------- */

struct tally {
    uint32_t told;
};

static void tell(void *context, const struct jig_error *problem)
{
    struct tally *tally = context;
    tally->told++;
    face_error(FACE_JIG, problem);
}

/* What shows only once sources are known: outputs that collide, plugins that cannot be loaded.
 * Tells what is odd but legal, too. */
static bool can_fill(const struct build_request *request, const struct place *place)
{
    struct tool tool = {.face = FACE_JIG, .request = request, .place = place};
    bool filled = tool_open(&tool);
    tool_close(&tool);
    return filled;
}

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

static int check(const struct build_request *request, const struct place *place,
                 const struct config_paths *paths)
{
    struct config config;
    struct tally tally = {0};
    uint32_t problems = config_check(&config, (const char *const *)paths->all.data,
                                     paths->all.count, tell, NULL, &tally);
    uint32_t pipelines = config.pipeline_count;
    config_free(&config);
    if (problems > tally.told)
        face_complain(FACE_JIG, "%" PRIu32 " more mistakes", problems - tally.told);
    if (problems || !can_fill(request, place))
        return EXIT_UNABLE;
    if (!request->quiet)
        printf("jig: %" PRIu32 " pipeline%s in %" PRIu32 " file%s, without mistakes\n", pipelines,
               plural(pipelines), paths->all.count, plural(paths->all.count));
    return EXIT_DONE;
}

/* ---- show -------------------------------------------------------------------------------- */

static void notice(void *context, const struct jig_error *what)
{
    (void)context;
    face_notice(FACE_JIG, what);
}

static int show(const struct build_request *request, const struct place *place,
                const struct config_paths *paths)
{
    (void)request;
    (void)place;
    struct config config;
    struct jig_error error;
    struct buf text = {0};
    enum jig_status status = config_read(&config, (const char *const *)paths->all.data,
                                         paths->all.count, notice, NULL, &error);
    if (status)
        face_error(FACE_JIG, &error);
    else
        config_show(&config, &text);
    fputs(buf_cstr(&text), stdout);
    buf_free(&text);
    config_free(&config);
    return status ? EXIT_UNABLE : EXIT_DONE;
}

/* ---- the command ------------------------------------------------------------------------- */

typedef int action(const struct build_request *request, const struct place *place,
                   const struct config_paths *paths);

static action *find_action(const char *word)
{
    static const char *const words[] = {"check", "show", NULL};
    if (strcmp(word, "check") == 0)
        return check;
    if (strcmp(word, "show") == 0)
        return show;
    const char *meant = text_closest(word, words);
    if (meant)
        face_wrong_usage(FACE_JIG, help, "cannot '%s' a configuration, did you mean '%s'?", word,
                         meant);
    else
        face_wrong_usage(FACE_JIG, help, "cannot '%s' a configuration", word);
    return NULL;
}

static int act_in_place(action *act, const struct build_request *request)
{
    struct place place;
    struct config_paths paths = {0};
    struct jig_error error;
    int code = EXIT_UNABLE;
    if (place_enter(FACE_JIG, request, false, &place)) {
        paths.name = place.manifest;
        if (!place.pipelines)
            face_wrong_usage(FACE_JIG, help, "'%s' is not a jig.yaml", place.manifest);
        else if (find_paths(&paths, &error))
            face_error(FACE_JIG, &error);
        else
            code = act(request, &place, &paths);
    }
    free_paths(&paths);
    place_free(&place);
    return code;
}

/* `check` or `show`, and perhaps a file, which is the same as -f. */
static int obey(struct build_request *request)
{
    if (!request->target_count)
        return face_wrong_usage(FACE_JIG, help, "expected 'check' or 'show'");
    action *act = find_action(request->targets[0]);
    if (!act)
        return EXIT_UNABLE;
    if (request->target_count > 2 || (request->target_count == 2 && request->manifest))
        return face_wrong_usage(FACE_JIG, help, "expected one file");
    if (request->target_count == 2)
        request->manifest = request->targets[1];
    return act_in_place(act, request);
}

static int config_main(int argc, char **argv)
{
    return command_act(&command_config, argc, argv, obey);
}

static const struct command_word words[] = {
    {"check", "[FILE]",
     "tell every mistake in the jig.yaml and in those below it, and whether jobs can be made of "
     "them",
     COMPLETE_FILE, NULL},
    {"show", "[FILE]",
     "print them as one jig.yaml with all defaults filled in and all paths relative to the root",
     COMPLETE_FILE, NULL},
    {NULL, NULL, NULL, COMPLETE_NOTHING, NULL},
};

static const struct option_row options[] = {
    {OPTION_DIRECTORY, "go to DIR first"},
    {OPTION_MANIFEST, "the jig.yaml of a root; found as by 'jig build'"},
    {OPTION_CACHE_DIR, "where what builds leave is kept, if not in .jig"},
    {OPTION_QUIET, "say nothing when all is well"},
    {OPTION_END, NULL},
};

const struct command command_config = {
    .name = "config",
    .summary = "check or show the pipelines of a jig.yaml",
    .synopsis = "[options] check|show [FILE]",
    .words = words,
    .options = {{NULL, options}},
    .notes = "What a jig.yaml holds is told in docs/reference/jig-yaml.md; its JSON Schema, for "
             "editors, is installed to share/jig/jig.schema.json.",
    .exit_codes = command_exits,
    .see_also = "build query",
    .run = config_main,
};
