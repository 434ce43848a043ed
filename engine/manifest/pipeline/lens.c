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

static void add_text(struct buf *out, const char *text)
{
    buf_append_str(out, text ? text : "");
    buf_append_char(out, '\0');
}

/* Of all that same_scan compares. */
static uint32_t mark_of(const struct config_scan *scan)
{
    struct buf text = {0};
    buf_printf(&text, "%d", (int)scan->kind);
    add_text(&text, scan->pattern);
    add_text(&text, scan->tsconfig);
    for (uint32_t i = 0; i < scan->roots.count; i++)
        add_text(&text, scan->roots.data[i]);
    buf_append_char(&text, '\1');
    for (uint32_t i = 0; i < scan->extensions.count; i++)
        add_text(&text, scan->extensions.data[i]);
    uint32_t mark = (uint32_t)XXH3_64bits(text.data, text.length);
    buf_free(&text);
    return mark;
}

/* No two alike: where two would be, one chance in 2^32 for each pair, the later one moves on. */
static void add_mark(struct lenses *lenses, uint32_t mark)
{
    for (uint32_t i = 0; i < lenses->marks.count; i++) {
        if (lenses->marks.data[i] == mark) {
            mark++;
            i = UINT32_MAX;
        }
    }
    vec_push(&lenses->marks, mark);
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
        if (earlier < i)
            continue;
        vec_push(&lenses->all, lens_of_scan(&config->pipelines[i].scan));
        add_mark(lenses, mark_of(&config->pipelines[i].scan));
    }
}

void lenses_free(struct lenses *lenses)
{
    vec_free(&lenses->all);
    vec_free(&lenses->marks);
    free(lenses->of);
    *lenses = (struct lenses){0};
}
