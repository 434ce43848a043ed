/*
 * `jig trace`: what the traces of past builds say.
 */
#include "tools/jig/command.h"
#include "tools/jig/terminal.h"
#include "tools/jig/text.h"
#include "tools/jig/trace_builds.h"
#include "tools/trace/chrome.h"
#include "tools/trace/diff.h"
#include "tools/trace/flame.h"
#include "tools/trace/report.h"
#include "tools/trace/summary_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] = "jig help trace";

/* One of the words after `jig trace`. Of the functions one is set. */
struct trace_form {
    const char *name;
    void (*tell)(const struct trace_builds *builds, struct trace_page *page);
    json_t *(*json)(const struct trace_builds *builds); /* the same, for --json */
    void (*write)(const struct traced_build *build, FILE *to);
    const char *file; /* what `write` fills without -o, and says so; NULL: standard output */
    int builds;       /* how many it is about */
    bool analyse;     /* whether that has to be done before */
};

/* ---- for people and programs ---------------------------------------------------------------- */

static void tell_summary(const struct trace_builds *builds, struct trace_page *page)
{
    trace_summary_tell(&builds->builds[0].analysis, builds->builds[0].title, page);
}

static json_t *summary_json(const struct trace_builds *builds)
{
    return trace_summary_json(&builds->builds[0].analysis);
}

static void tell_path(const struct trace_builds *builds, struct trace_page *page)
{
    trace_path_tell(&builds->builds[0].analysis, page);
}

static json_t *path_of_build_json(const struct trace_builds *builds)
{
    return trace_path_json(&builds->builds[0].analysis);
}

static void tell_diff(const struct trace_builds *builds, struct trace_page *page)
{
    struct trace_diff diff;
    trace_diff_find(&diff, &builds->builds[0].analysis, &builds->builds[1].analysis);
    trace_diff_tell(&diff, builds->builds[0].title, builds->builds[1].title, page);
    trace_diff_free(&diff);
}

static json_t *diff_json(const struct trace_builds *builds)
{
    struct trace_diff diff;
    trace_diff_find(&diff, &builds->builds[0].analysis, &builds->builds[1].analysis);
    json_t *object = trace_diff_json(&diff);
    trace_diff_free(&diff);
    return object;
}

/* ---- for other tools ------------------------------------------------------------------------ */

static void write_chrome(const struct traced_build *build, FILE *to)
{
    trace_chrome_write(&build->log, to);
}

static void write_flame(const struct traced_build *build, FILE *to)
{
    trace_flame_write(&build->log, to);
}

/* A failed write is seen on the stream. */
static void write_report(const struct traced_build *build, FILE *to)
{
    trace_report_write(&build->analysis, to, NULL);
}

static const struct trace_form forms[] = {
    {.name = "list"},
    {.name = "summary", .builds = 1, .tell = tell_summary, .json = summary_json, .analyse = true},
    {.name = "critical-path",
     .builds = 1,
     .tell = tell_path,
     .json = path_of_build_json,
     .analyse = true},
    {.name = "diff", .builds = 2, .tell = tell_diff, .json = diff_json, .analyse = true},
    {.name = "report",
     .builds = 1,
     .write = write_report,
     .file = "jig-report.html",
     .analyse = true},
    {.name = "export", .builds = 1, .write = write_chrome},
    {.name = "flame", .builds = 1, .write = write_flame},
};
enum { FORM_COUNT = sizeof forms / sizeof *forms };

/* ---- giving it out -------------------------------------------------------------------------- */

static int tell(const struct trace_form *form, const struct trace_builds *builds, bool json)
{
    if (json) {
        json_t *object = form->json(builds);
        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(object);
        return EXIT_DONE;
    }
    struct terminal terminal = terminal_detect(STDOUT_FILENO);
    struct trace_page page = {.colour = terminal.colour,
                              .columns = terminal.smart ? terminal_columns(&terminal) : 0};
    form->tell(builds, &page);
    fputs(buf_cstr(&page.text), stdout);
    buf_free(&page.text);
    return EXIT_DONE;
}

static int write_file(const struct trace_form *form, const struct trace_builds *builds,
                      const char *path)
{
    struct jig_error error;
    FILE *file = fopen(path, "we");
    int errnum = file ? 0 : errno;
    if (file) {
        errno = 0;
        form->write(&builds->builds[0], file);
        if (fflush(file) != 0 || ferror(file))
            errnum = errno ? errno : EIO;
        if (fclose(file) != 0 && !errnum)
            errnum = errno;
    }
    if (!errnum)
        return EXIT_DONE;
    jig_fail_errno(&error, errnum, "cannot write '%s'", path);
    face_error(FACE_JIG, &error);
    return EXIT_UNABLE;
}

static int write_out(const struct trace_form *form, const struct trace_builds *builds,
                     const char *output)
{
    output = output ? output : form->file ? form->file : "-";
    if (strcmp(output, "-") == 0) {
        form->write(&builds->builds[0], stdout);
        return EXIT_DONE;
    }
    struct buf path = {0};
    trace_builds_spell(builds, output, &path);
    int code = write_file(form, builds, path.data);
    if (code == EXIT_DONE && form->file)
        printf("%s\n", path.data);
    buf_free(&path);
    return code;
}

/* ---- obeying -------------------------------------------------------------------------------- */

static const struct trace_form *find_form(const char *name)
{
    const char *names[FORM_COUNT + 1] = {0};
    for (size_t i = 0; i < FORM_COUNT; i++) {
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
        names[i] = forms[i].name;
    }
    face_unknown_word(FACE_JIG, help, "word", name, names);
    return NULL;
}

/* Whether the command line makes sense; else told. */
static bool makes_sense(const struct trace_form *form, const struct build_request *request,
                        int count)
{
    if (count > form->builds)
        face_wrong_usage(FACE_JIG, help, "'%s' is about %s", form->name,
                         form->builds == 0   ? "all builds: name none"
                         : form->builds == 1 ? "one build"
                                             : "two builds");
    else if (request->json && form->write)
        face_wrong_usage(FACE_JIG, help, "'%s' has one form only, without --json", form->name);
    else if (request->output && !form->write)
        face_wrong_usage(FACE_JIG, help, "'%s' is printed: -o has no effect on it", form->name);
    else
        return true;
    return false;
}

/* Without words the last build, compared with the one before; with one of two that one. */
static bool read_builds(const struct trace_form *form, struct trace_builds *builds, int count,
                        char **words)
{
    if (form->builds == 2 && !trace_builds_read(builds, count ? words[0] : "~2"))
        return false;
    return trace_builds_read(builds, count == form->builds ? words[count - 1] : "~1");
}

static int obey(struct build_request *request)
{
    int count = request->target_count;
    char **words = request->targets;
    const char *name = "summary"; /* if nothing is said, or only which build */
    if (count && !trace_words_is_build(words[0])) {
        name = words[0];
        words++;
        count--;
    }
    const struct trace_form *form = find_form(name);
    if (!form || !makes_sense(form, request, count))
        return EXIT_UNABLE;
    struct trace_builds builds;
    int code = EXIT_UNABLE;
    bool open = trace_builds_open(&builds, request, form->builds, count, words);
    builds.analyse = form->analyse;
    if (open && !form->builds)
        code = trace_list(&builds, request->json);
    else if (open && read_builds(form, &builds, count, words))
        code = form->write ? write_out(form, &builds, request->output)
                           : tell(form, &builds, request->json);
    trace_builds_close(&builds);
    return code;
}

static int trace_main(int argc, char **argv)
{
    char **words = trace_words_respell(argc, argv);
    int code = command_act(&command_trace, argc, words, obey);
    trace_words_free(words);
    return code;
}

static const struct command_word words[] = {
    {"summary", "[BUILD]",
     "length, critical path, idle slots, rules, reasons, other numbers of slots, and advice, on "
     "one screen",
     COMPLETE_TRACE, NULL},
    {"critical-path", "[BUILD]", "what the end of the build waited for, step by step",
     COMPLETE_TRACE, NULL},
    {"diff", "[BUILD [BUILD]]",
     "what got slower or faster from one build to the other, what ran that did not before, and why",
     COMPLETE_TRACE, NULL},
    {"report", "[BUILD]", "a page to look at: timeline, graph, tables; one HTML file",
     COMPLETE_TRACE, NULL},
    {"export", "[BUILD]", "Chrome trace event JSON, which ui.perfetto.dev opens", COMPLETE_TRACE,
     NULL},
    {"flame", "[BUILD]", "folded stacks, for speedscope and flamegraph.pl", COMPLETE_TRACE, NULL},
    {"list", NULL, "the builds whose traces are kept: the last 20, and the last full one",
     COMPLETE_NOTHING, NULL},
    {NULL, NULL, NULL, COMPLETE_NOTHING, NULL},
};

static const struct option_row options[] = {
    {OPTION_OUTPUT,
     "where to write; without it report goes to jig-report.html, export and flame to "
     "standard output"},
    {OPTION_JSON, "for programs: one line of JSON; not of report, export and flame"},
    {OPTION_DIRECTORY, "go to DIR first"},
    {OPTION_MANIFEST, "the manifest; found as by 'jig build'"},
    {OPTION_CACHE_DIR, "where what builds leave is kept, if not in .jig"},
    {OPTION_END, NULL},
};

static const struct term examples[] = {
    {"jig trace", "what the last build spent its time on"},
    {"jig trace diff -2", "what is different from the one before"},
    {NULL, NULL},
};

const struct command command_trace = {
    .name = "trace",
    .summary = "tell what past builds spent their time on, and what to do about it",
    .synopsis = "[options] [WORD] [BUILD]",
    .about = "Each build that came to something leaves its trace. Without a word, it is summed up.",
    .words = words,
    .completion = COMPLETE_TRACE,
    .options = {{NULL, options}},
    .notes = "BUILD is a number as 'list' has it, 'last' or -1 for the last one, -2 for the one "
             "before, and so on, or a .trace file. Without it, it is the last build; 'diff' "
             "compares that with the one given, or else with the one before.",
    .examples = examples,
    .exit_codes = command_exits,
    .see_also = "build",
    .run = trace_main,
};
