/*
 * `jig query`.
 */
#include "tools/jig/query.h"

#include "tools/jig/command.h"
#include "tools/jig/text.h"

#include <stdio.h>

struct question {
    const char *name;
    bool needs_words;
    int (*answer)(struct tool *tool, int count, char **words); /* NULL: query_why */
};

static const struct question questions[] = {
    {"why", true, NULL},
    {"deps", true, query_deps},
    {"rdeps", true, query_rdeps},
    {"inputs", false, query_inputs},
    {"targets", false, query_targets},
};

enum { QUESTION_COUNT = sizeof questions / sizeof *questions };

static const struct question *find_question(const char *name)
{
    const char *names[QUESTION_COUNT + 1] = {0};
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        if (strcmp(questions[i].name, name) == 0)
            return &questions[i];
        names[i] = questions[i].name;
    }
    face_unknown_word(FACE_JIG, "jig help query", "question", name, names);
    return NULL;
}

static int answer(struct tool *tool, const struct question *question, int count, char **words)
{
    if (!question->answer)
        return query_why(tool, count, words);
    if (!tool_open(tool))
        return EXIT_UNABLE;
    int code = question->answer(tool, count, words);
    tool_close(tool);
    return code;
}

static int ask(struct build_request *request)
{
    if (!request->target_count)
        return face_wrong_usage(FACE_JIG, "jig help query", "expected a question");
    const struct question *question = find_question(request->targets[0]);
    if (!question)
        return EXIT_UNABLE;
    int count = request->target_count - 1;
    char **words = request->targets + 1;
    if (question->needs_words && !count)
        return face_wrong_usage(FACE_JIG, "jig help query", "'%s' of what? expected a file",
                                question->name);
    struct place place;
    struct tool tool = {.face = FACE_JIG, .request = request, .place = &place};
    int code = EXIT_UNABLE;
    if (place_enter(FACE_JIG, request, false, &place))
        code = answer(&tool, question, count, words);
    place_free(&place);
    return code;
}

static int query_main(int argc, char **argv)
{
    return command_act(&command_query, argc, argv, ask);
}

static const struct command_word words[] = {
    {"why", "FILES", "whether the files are up to date, and why not", COMPLETE_TARGET, NULL},
    {"deps", "FILES", "what the job that makes a file needs: declared, imported, discovered",
     COMPLETE_TARGET, NULL},
    {"rdeps", "FILES", "what is made from a file, directly", COMPLETE_FILE, NULL},
    {"inputs", "[FILES]", "all sources that go into the files, or into everything", COMPLETE_TARGET,
     NULL},
    {"targets", "[all]", "what can be built: names and end products, or all outputs", COMPLETE_WORD,
     "all"},
    {NULL, NULL, NULL, COMPLETE_NOTHING, NULL},
};

static const struct option_row options[] = {
    {OPTION_DIRECTORY, "go to DIR first"},
    {OPTION_MANIFEST, "the manifest; found as by 'jig build'"},
    {OPTION_CACHE_DIR, "where what builds leave is kept, if not in .jig"},
    {OPTION_END, NULL},
};

static const struct term examples[] = {
    {"jig query why app", "say whether app is up to date, and what began it if it is not"},
    {"jig query rdeps src/util.h", "list what is made from the header"},
    {"jig query targets all", "list all outputs"},
    {NULL, NULL},
};

const struct command command_query = {
    .name = "query",
    .summary = "ask about the build, changing nothing",
    .synopsis = "[options] QUESTION [files]",
    .words = words,
    .options = {{NULL, options}},
    .notes = "Nothing is changed, and a build that is going on is not waited for. What was "
             "discovered is what the last successful run of a job read.",
    .examples = examples,
    .exit_codes = command_exits,
    .see_also = "build cache",
    .run = query_main,
};
