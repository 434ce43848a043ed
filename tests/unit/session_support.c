#include "session_support.h"

#include "temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the tree ---------------------------------------------------------------------------- */

int session_enter_tree(void **state)
{
    return temporary_enter(state, "session");
}

int session_leave_tree(void **state)
{
    return temporary_leave(state);
}

void put(const char *path, const char *text)
{
    char folder[256];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0755);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

const char *get(const char *path)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[length] = '\0';
    if (file)
        fclose(file);
    return text;
}

/* ---- probes ------------------------------------------------------------------------------ */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts words that have a blank after each, and takes the last blank away. */
static void sort_words(char *text, size_t size)
{
    char *copy = strdup(text);
    char *words[64], *rest;
    size_t count = 0;
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    qsort(words, count, sizeof *words, by_text);
    *text = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, "%s%s", i ? " " : "", words[i]);
    }
    free(copy);
}

static void add_word(char *text, size_t size, const char *word)
{
    size_t length = strlen(text);
    assert_true(length + strlen(word) + 2 < size);
    snprintf(text + length, size - length, "%s ", word);
}

static void on_event(void *context, const struct jig_event *event)
{
    struct probe *probe = context;
    if (event->kind == JIG_EVENT_REMOVED) {
        add_word(probe->removed, sizeof probe->removed, event->path);
        if (probe->on_removed)
            probe->on_removed(probe);
    }
    if (event->kind == JIG_EVENT_EXPLAIN && probe->on_explain)
        probe->on_explain(probe, event->job->output);
    if (event->kind != JIG_EVENT_JOB_STARTED)
        return;
    add_word(probe->ran, sizeof probe->ran, event->job->output);
    if (probe->on_start)
        probe->on_start(probe, event->job->output);
}

void probe_open(struct probe *probe, const char *manifest, const char *state_dir)
{
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    options.manifest = manifest;
    options.state_dir = state_dir;
    options.threads = 2;
    options.wait = false;
    options.on_event = on_event;
    options.context = probe;
    *probe = (struct probe){.changes = jig_change_set_create()};
    if (jig_session_open(&options, &probe->session, &probe->error))
        fail_msg("%s", probe->error.message);
}

void probe_close(struct probe *probe)
{
    jig_session_close(probe->session);
    jig_change_set_destroy(probe->changes);
}

static void begin(struct probe *probe)
{
    probe->ran[0] = probe->removed[0] = '\0';
    probe->result = (struct jig_build_result)JIG_BUILD_RESULT;
    probe->error = (struct jig_error){0};
}

static void end(struct probe *probe)
{
    sort_words(probe->ran, sizeof probe->ran);
    sort_words(probe->removed, sizeof probe->removed);
}

enum jig_status probe_build(struct probe *probe)
{
    struct jig_build_options options = JIG_BUILD_OPTIONS;
    options.slots = 2;
    options.failures = JIG_UNLIMITED;
    begin(probe);
    enum jig_status status =
        jig_session_build(probe->session, &options, &probe->result, &probe->error);
    end(probe);
    return status;
}

enum jig_status probe_update(struct probe *probe)
{
    begin(probe);
    enum jig_status status =
        jig_session_update(probe->session, probe->changes, NULL, &probe->result, &probe->error);
    end(probe);
    jig_change_set_clear(probe->changes);
    return status;
}

enum jig_status probe_changed(struct probe *probe, const char *path)
{
    assert_int_equal(jig_change_set_updated(probe->changes, path, NULL), JIG_OK);
    return probe_update(probe);
}
