/*
 * Lenses: pipelines that scan and resolve in the same way share one, and so its modules.
 */
#include "engine/manifest/pipeline/fill.h"

#include <stdlib.h>

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_list(const struct string_list *a, const struct string_list *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++)
        same = strcmp(a->data[i], b->data[i]) == 0;
    return same;
}

static bool same_scan(const struct config_scan *a, const struct config_scan *b)
{
    return a->kind == b->kind && same_text(a->pattern, b->pattern) &&
           same_text(a->tsconfig, b->tsconfig) && same_list(&a->roots, &b->roots) &&
           same_list(&a->extensions, &b->extensions);
}

static struct discovery_lens lens_of_scan(const struct config_scan *scan)
{
    return (struct discovery_lens){
        .kind = scan->kind,
        .pattern = scan->pattern,
        .resolve = {.kind = scan->kind,
                    .roots = scan->roots.data,
                    .root_count = scan->roots.count,
                    .extensions = scan->extensions.data,
                    .extension_count = scan->extensions.count,
                    .tsconfig = scan->tsconfig},
    };
}

void lenses_of(struct lenses *lenses, const struct config *config)
{
    *lenses = (struct lenses){.of = mem_array(config->pipeline_count, sizeof *lenses->of)};
    for (uint32_t i = 0; i < config->pipeline_count; i++) {
        uint32_t earlier = 0;
        while (earlier < i &&
               !same_scan(&config->pipelines[earlier].scan, &config->pipelines[i].scan))
            earlier++;
        lenses->of[i] = earlier < i ? lenses->of[earlier] : lenses->all.count;
        if (earlier == i)
            vec_push(&lenses->all, lens_of_scan(&config->pipelines[i].scan));
    }
}

void lenses_free(struct lenses *lenses)
{
    vec_free(&lenses->all);
    free(lenses->of);
    *lenses = (struct lenses){0};
}
