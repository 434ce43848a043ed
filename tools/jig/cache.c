/*
 * `jig cache`.
 */
#include "tools/jig/cache.h"

#include "tools/jig/command.h"
#include "tools/jig/text.h"

#include <stdio.h>
#include <string.h>

enum task { TASK_NONE, TASK_SHOW, TASK_PRUNE };

/* TASK_NONE when the word is none of them: told. */
static enum task find_task(const char *word)
{
    static const char *const names[] = {"show", "prune", NULL};
    if (strcmp(word, names[0]) == 0)
        return TASK_SHOW;
    if (strcmp(word, names[1]) == 0)
        return TASK_PRUNE;
    face_unknown_word(FACE_JIG, "jig help cache", "word", word, names);
    return TASK_NONE;
}

static int show(struct tool *tool, int count, char **words)
{
    int code = tool_open(tool) ? cache_show(tool, count, words) : EXIT_UNABLE;
    tool_close(tool);
    return code;
}

static int do_task(struct build_request *request)
{
    enum task task = request->target_count ? find_task(request->targets[0]) : TASK_SHOW;
    int count = request->target_count ? request->target_count - 1 : 0;
    if (task == TASK_NONE)
        return EXIT_UNABLE;
    if (task == TASK_PRUNE && count)
        return face_wrong_usage(FACE_JIG, "jig help cache", "'prune' is followed by nothing");
    struct place place;
    struct tool tool = {.face = FACE_JIG, .request = request, .place = &place};
    int code = EXIT_UNABLE;
    if (place_enter(FACE_JIG, request, false, &place))
        code = task == TASK_PRUNE ? cache_prune(&tool) : show(&tool, count, request->targets + 1);
    place_free(&place);
    return code;
}

static int cache_main(int argc, char **argv)
{
    return command_act(&command_cache, argc, argv, do_task);
}

static const struct command_word words[] = {
    {"show", NULL, "what is kept, where, how much, how often it was of use", COMPLETE_NOTHING,
     NULL},
    {"show", "FILES",
     "what is known of them: fingerprint and digest; imports and where they lead; definitions; "
     "jobs that make or read them",
     COMPLETE_FILE, NULL},
    {"prune", NULL, "forget files and jobs that the manifest has no more", COMPLETE_NOTHING, NULL},
    {NULL, NULL, NULL, COMPLETE_NOTHING, NULL},
};

static const struct option_row options[] = {
    {OPTION_DIRECTORY, "go to DIR first"},
    {OPTION_MANIFEST, "the manifest; found as by 'jig build'"},
    {OPTION_CACHE_DIR, "where it is kept, if not in .jig"},
    {OPTION_JSON, "for programs: one line of JSON"},
    {OPTION_END, NULL},
};

const struct command command_cache = {
    .name = "cache",
    .summary = "look at what is kept between builds, and tidy it",
    .synopsis = "[options] show [files]\n[options] prune",
    .words = words,
    .options = {{NULL, options}},
    .notes = "While nothing is being built the directory may be deleted: the next build then "
             "finds out everything anew.",
    .exit_codes = command_exits,
    .see_also = "build query clean",
    .run = cache_main,
};
