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
    const char *meant = text_closest(word, names);
    if (meant)
        face_wrong_usage(FACE_JIG, "jig help cache", "unknown word '%s', did you mean '%s'?", word,
                         meant);
    else
        face_wrong_usage(FACE_JIG, "jig help cache", "unknown word '%s'", word);
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
    return command_act(&command_cache, OPTIONS_OF_CACHE, argc, argv, do_task);
}

const struct command command_cache = {
    .name = "cache",
    .summary = "look at what is kept between builds, and tidy it",
    .usage = "usage: jig cache [options] show [files]\n"
             "       jig cache [options] prune\n"
             "\n"
             "  show               what is kept, where, how much, how often it was of use\n"
             "  show FILES         what is known of them: fingerprint and digest; imports and\n"
             "                     where they lead; definitions; jobs that make or read them\n"
             "  prune              forget files and jobs that the manifest has no more\n"
             "\n"
             "  -C DIR             go to DIR first\n"
             "  -f FILE            the manifest; found as by 'jig build'\n"
             "      --cache-dir D  where it is kept, if not in .jig\n"
             "      --json         for programs: one line of JSON\n"
             "\n"
             "While nothing is being built the directory may be deleted: the next build then\n"
             "finds out everything anew.\n",
    .run = cache_main,
};
