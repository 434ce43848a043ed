#include "engine/trace/log.h"

#include <string.h>

trace_text trace_log_text(struct trace_log *log, const char *text)
{
    if (!*text)
        return 0;
    vec_push(&log->offsets, (uint32_t)log->text.length);
    buf_append(&log->text, text, strlen(text) + 1);
    return log->offsets.count;
}

trace_text trace_log_word(struct trace_log *log, const char *word)
{
    if (!*word)
        return 0;
    /* From the youngest on: words come in runs. */
    for (uint32_t i = log->words.count; i-- > 0;)
        if (strcmp(trace_log_str(log, log->words.data[i]), word) == 0)
            return log->words.data[i];
    trace_text name = trace_log_text(log, word);
    vec_push(&log->words, name);
    return name;
}

const char *trace_log_str(const struct trace_log *log, trace_text name)
{
    return name ? log->text.data + log->offsets.data[name - 1] : "";
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
    vec_free(&log->words);
    *log = (struct trace_log){0};
}
