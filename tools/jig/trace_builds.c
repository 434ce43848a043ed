#include "tools/jig/trace_builds.h"

#include "engine/session/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] = "jig help trace";

/* ---- words ---------------------------------------------------------------------------------- */

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

static bool is_file(const char *word)
{
    static const char suffix[] = ".trace";
    size_t length = strlen(word), ending = sizeof suffix - 1;
    return strchr(word, '/') || (length > ending && strcmp(word + length - ending, suffix) == 0);
}

bool trace_words_is_build(const char *word)
{
    return is_file(word) || is_number(*word == '~' ? word + 1 : word) || strcmp(word, "last") == 0;
}

/* Whether the option is followed by a word of its own. */
static bool takes_word(const char *option)
{
    static const char *const options[] = {"-C", "-f", "-o", "--output", "--cache-dir"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(option, options[i]) == 0)
            return true;
    return false;
}

char **trace_words_respell(int argc, char **argv)
{
    /* Twice: getopt permutes the one, the other keeps what is to be freed. */
    size_t count = (size_t)argc;
    char **words = mem_array(2 * count + 2, sizeof *words);
    for (size_t i = 0; i < count; i++) {
        char *word = mem_strndup(argv[i], strlen(argv[i]));
        if (i && *word == '-' && is_number(word + 1) && !takes_word(argv[i - 1]))
            *word = '~';
        words[i] = words[count + 1 + i] = word;
    }
    return words;
}

void trace_words_free(char **argv)
{
    size_t count = 0;
    while (argv[count])
        count++;
    for (size_t i = 0; i < count; i++)
        free(argv[count + 1 + i]);
    free(argv);
}

/* ---- where ---------------------------------------------------------------------------------- */

static bool go_to(const char *directory)
{
    if (!directory || chdir(directory) == 0)
        return true;
    face_wrong_usage(FACE_JIG, help, "chdir to '%s' - %s", directory, strerror(errno));
    return false;
}

bool trace_builds_open(struct trace_builds *builds, const struct build_request *request, int needed,
                       int count, char **words)
{
    *builds = (struct trace_builds){0};
    bool all_files = needed > 0 && count == needed;
    for (int i = 0; i < count; i++)
        all_files &= is_file(words[i]);
    if (all_files)
        return go_to(request->directory);
    if (!place_enter(FACE_JIG, request, false, &builds->place))
        return false;
    char *directory =
        session_choose_state_directory(builds->place.manifest, builds->place.state_dir);
    trace_keeper_init(&builds->keeper, directory);
    int errnum = trace_keeper_look(&builds->keeper);
    free(directory);
    if (errnum)
        face_complain(FACE_JIG, "cannot read '%s': %s", builds->keeper.directory,
                      strerror(errnum));
    if (errnum)
        trace_builds_close(builds);
    return !errnum;
}

void trace_builds_close(struct trace_builds *builds)
{
    for (int i = 0; i < builds->count; i++) {
        free(builds->builds[i].title);
        trace_analysis_free(&builds->builds[i].analysis);
        trace_log_free(&builds->builds[i].log);
    }
    trace_keeper_free(&builds->keeper);
    place_free(&builds->place);
}

void trace_builds_spell(const struct trace_builds *builds, const char *path, struct buf *out)
{
    if (builds->place.root)
        place_spell(&builds->place, path, out);
    else
        buf_append_str(out, path);
}

/* ---- which ---------------------------------------------------------------------------------- */

static bool no_traces(const struct trace_builds *builds)
{
    struct jig_error error;
    jig_fail(&error, JIG_ERROR_USAGE, "no trace is kept in '%s'", builds->keeper.directory);
    snprintf(error.advice, sizeof error.advice,
             "build something: each build that may write its state keeps its trace; or name "
             "another state with -C, -f or --cache-dir, or a .trace file");
    face_error(FACE_JIG, &error);
    return false;
}

static bool no_such_build(const struct trace_builds *builds, const char *what)
{
    const struct trace_kept *kept = builds->keeper.kept.data;
    struct jig_error error;
    if (builds->keeper.kept.count == 1)
        jig_fail(&error, JIG_ERROR_USAGE, "no trace is kept of %s, but only of build %" PRIu64,
                 what, kept[0].number);
    else
        jig_fail(&error, JIG_ERROR_USAGE,
                 "no trace is kept of %s: there are %" PRIu32 ", of builds %" PRIu64 " to %" PRIu64,
                 what, builds->keeper.kept.count, kept[0].number,
                 kept[builds->keeper.kept.count - 1].number);
    snprintf(error.advice, sizeof error.advice, "see which with 'jig trace list'");
    face_error(FACE_JIG, &error);
    return false;
}

/* Of those that are kept: the one that the word names. 0: told. */
static uint64_t find_number(const struct trace_builds *builds, const char *word)
{
    const struct trace_kept *kept = builds->keeper.kept.data;
    uint32_t count = builds->keeper.kept.count;
    bool back = *word == '~';
    char what[64];
    if (strcmp(word, "last") == 0) {
        back = true;
        word = "~1";
    }
    if (!is_number(back ? word + 1 : word)) {
        face_wrong_usage(FACE_JIG, help,
                         "'%s' is no build: expected a number, 'last', -1, -2 … or a .trace file",
                         word);
        return 0;
    }
    if (!count)
        return no_traces(builds);
    errno = 0;
    uint64_t number = strtoull(back ? word + 1 : word, NULL, 10);
    if (back && number >= 1 && number <= count)
        return kept[count - number].number;
    for (uint32_t i = 0; i < count && !back && !errno; i++)
        if (kept[i].number == number)
            return number;
    snprintf(what, sizeof what, "build %s%.30s", back ? "-" : "", back ? word + 1 : word);
    return no_such_build(builds, what);
}

static bool read_build(struct trace_builds *builds, const char *path, char *title)
{
    struct traced_build *build = &builds->builds[builds->count];
    struct jig_error error;
    if (trace_read(path, &build->log, &error)) {
        face_error(FACE_JIG, &error);
        free(title);
        return false;
    }
    if (builds->analyse)
        trace_analyse(&build->log, &build->analysis);
    build->title = title;
    builds->count++;
    return true;
}

bool trace_builds_read(struct trace_builds *builds, const char *word)
{
    struct buf path = {0}, title = {0};
    bool good;
    if (is_file(word)) {
        trace_builds_spell(builds, word, &path);
        good = read_build(builds, path.data, mem_strndup(word, strlen(word)));
    } else {
        uint64_t number = find_number(builds, word);
        trace_keeper_path(&builds->keeper, number, &path);
        buf_printf(&title, "build %" PRIu64, number);
        good = number && read_build(builds, path.data, mem_strndup(title.data, title.length));
    }
    buf_free(&path);
    buf_free(&title);
    return good;
}
