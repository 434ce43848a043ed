#include "engine/trace/log.h"

#include "engine/base/digest.h"

#include <stdlib.h>
#include <string.h>

trace_text trace_log_text(struct trace_log *log, const char *text)
{
    if (!*text)
        return 0;
    vec_push(&log->offsets, (uint32_t)log->text.length);
    buf_append(&log->text, text, strlen(text) + 1);
    return log->offsets.count;
}

/* The word's place in the table, which has a free one: where it is, or where it belongs. */
static trace_text *find_word(const struct trace_log *log, const char *word)
{
    const struct trace_word_table *words = &log->words;
    uint32_t at = (uint32_t)XXH3_64bits(word, strlen(word)) & (words->capacity - 1);
    while (words->names[at] && strcmp(trace_log_str(log, words->names[at]), word) != 0)
        at = (at + 1) & (words->capacity - 1);
    return &words->names[at];
}

static void grow_words(struct trace_log *log)
{
    enum { FIRST_CAPACITY = 64 };
    struct trace_word_table before = log->words;
    log->words.capacity = before.capacity ? before.capacity * 2 : FIRST_CAPACITY;
    log->words.names = mem_array(log->words.capacity, sizeof *log->words.names);
    for (uint32_t i = 0; i < before.capacity; i++)
        if (before.names[i])
            *find_word(log, trace_log_str(log, before.names[i])) = before.names[i];
    free(before.names);
}

trace_text trace_log_word(struct trace_log *log, const char *word)
{
    if (!*word)
        return 0;
    if (log->words.count >= log->words.capacity / 2)
        grow_words(log);
    trace_text *place = find_word(log, word);
    if (!*place) {
        *place = trace_log_text(log, word);
        log->words.count++;
    }
    return *place;
}

const char *trace_log_str(const struct trace_log *log, trace_text name)
{
    return name ? log->text.data + log->offsets.data[name - 1] : "";
}

uint64_t trace_log_number(const struct trace_log *log, const char *name)
{
    for (uint32_t i = 0; i < log->numbers.count; i++)
        if (strcmp(trace_log_str(log, log->numbers.data[i].name), name) == 0)
            return log->numbers.data[i].value;
    return 0;
}

void trace_log_add_job(struct trace_log *log, const struct trace_job *job, const uint32_t *deps,
                       uint32_t count)
{
    struct trace_job added = *job;
    added.deps_begin = log->deps.count;
    added.deps_count = count;
    if (count) {
        vec_reserve(&log->deps, count);
        memcpy(log->deps.data + log->deps.count, deps, count * sizeof *deps);
        log->deps.count += count;
    }
    vec_push(&log->jobs, added);
}

void trace_log_free(struct trace_log *log)
{
    vec_free(&log->jobs);
    vec_free(&log->deps);
    vec_free(&log->slices);
    vec_free(&log->samples);
    vec_free(&log->forecasts);
    vec_free(&log->pools);
    vec_free(&log->numbers);
    buf_free(&log->text);
    vec_free(&log->offsets);
    free(log->words.names);
    *log = (struct trace_log){0};
}
