/*
 * `jig clean`.
 */
#include "tools/jig/cleaner.h"
#include "tools/jig/command.h"

#include <inttypes.h>
#include <stdio.h>

static int clean(struct tool *tool)
{
    const struct build_request *request = tool->request;
    struct file_list files = {0};
    if (request->target_count &&
        !tool_targets(tool, request->target_count, request->targets, &files)) {
        vec_free(&files);
        return EXIT_UNABLE;
    }
    struct cleaner cleaner = {.tool = tool,
                              .generated = request->generated,
                              .dry_run = request->dry_run,
                              .verbose = request->verbose};
    cleaner_begin(&cleaner);
    if (!request->target_count)
        cleaner_all(&cleaner);
    for (uint32_t i = 0; i < files.count; i++)
        cleaner_target(&cleaner, files.data[i]);
    if (!request->quiet)
        printf("jig: %s %" PRIu32 " file%s\n", cleaner.dry_run ? "would remove" : "removed",
               cleaner.removed, cleaner.removed == 1 ? "" : "s");
    cleaner_free(&cleaner);
    vec_free(&files);
    return cleaner.failed ? EXIT_UNABLE : EXIT_DONE;
}

static int clean_in_place(struct build_request *request)
{
    struct place place;
    struct tool tool = {.face = FACE_JIG, .request = request, .place = &place};
    int code = EXIT_UNABLE;
    if (place_enter(FACE_JIG, request, false, &place) && tool_open(&tool))
        code = clean(&tool);
    tool_close(&tool);
    place_free(&place);
    return code;
}

static int clean_main(int argc, char **argv)
{
    return command_act(&command_clean, argc, argv, clean_in_place);
}

static const struct option_row options[] = {
    {OPTION_DIRECTORY, "go to DIR first"},
    {OPTION_MANIFEST, "the manifest; found as by 'jig build'"},
    {OPTION_CACHE_DIR, "where what builds leave is kept, if not in .jig"},
    {OPTION_GENERATED, "also remove what generators made"},
    {OPTION_DRY_RUN, "say how much would go, remove nothing"},
    {OPTION_VERBOSE, "name each file"},
    {OPTION_QUIET, "say nothing"},
    {OPTION_END, NULL},
};

const struct command command_clean = {
    .name = "clean",
    .summary = "remove what builds made",
    .synopsis = "[options] [targets]",
    .about = "Removes what jobs made: for the targets and all they need, or everything. Depfiles "
             "and response files go too; the manifest and what else its generator made stay.",
    .completion = COMPLETE_TARGET,
    .options = {{NULL, options}},
    .details = "What jig knows of the jobs is kept: how long they took and what they read serves "
               "the next build.",
    .exit_codes = command_exits,
    .see_also = "build cache",
    .run = clean_main,
};
