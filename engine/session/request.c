#include "engine/session/request.h"

#include <string.h>

static const char *const *copy_list(struct arena *strings, const char *const *list, uint32_t count)
{
    const char **copy = arena_alloc(strings, (count + 1) * sizeof *copy);
    for (uint32_t i = 0; i < count; i++)
        copy[i] = arena_strndup(strings, list[i], strlen(list[i]));
    return copy;
}

void session_request_keep(struct session_request *request, const struct jig_build_options *options)
{
    struct session_request kept = {.options = *options, .given = true};
    struct jig_build_options *to = &kept.options;
    to->targets = copy_list(&kept.strings, options->targets, options->target_count);
    to->filters = copy_list(&kept.strings, options->filters, options->filter_count);
    to->affected = copy_list(&kept.strings, options->affected, options->affected_count);
    session_request_free(request);
    *request = kept;
}

void session_request_free(struct session_request *request)
{
    arena_free(&request->strings);
    *request = (struct session_request){0};
}

static bool same_list(const char *const *a, uint32_t a_count, const char *const *b,
                      uint32_t b_count)
{
    bool same = a_count == b_count;
    for (uint32_t i = 0; same && i < a_count; i++)
        same = strcmp(a[i], b[i]) == 0;
    return same;
}

bool session_request_wants_same(const struct session_request *request,
                                const struct jig_build_options *options)
{
    const struct jig_build_options *kept = &request->options;
    return request->given &&
           same_list(kept->targets, kept->target_count, options->targets, options->target_count) &&
           same_list(kept->filters, kept->filter_count, options->filters, options->filter_count) &&
           same_list(kept->affected, kept->affected_count, options->affected,
                     options->affected_count) &&
           kept->depth == options->depth && kept->only_affected == options->only_affected;
}
