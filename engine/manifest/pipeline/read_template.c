/* Which placeholders a template may have, told where one is wrong. */
#include "engine/manifest/pipeline/reader.h"
#include "engine/manifest/pipeline/template.h"

#include <stdio.h>

static void tell_wrong(struct reader *reader, struct place place, const char *key,
                       const struct template_piece *piece)
{
    char advice[400] = "write `{{` and `}}` for braces; placeholders: ";
    size_t used = strlen(advice);
    list_words(placeholder_names, advice + used, sizeof advice - used);
    if (piece->length == 1 && (*piece->text == '{' || *piece->text == '}')) {
        problem(&reader->problems, place, JIG_ERROR_MANIFEST, advice,
                "`%s` has a '%c' that is no part of a placeholder", key, *piece->text);
        return;
    }
    char name[40];
    snprintf(name, sizeof name, "%.*s", (int)piece->length, piece->text);
    const char *nearest = nearest_word(name, placeholder_names);
    problem(&reader->problems, place, JIG_ERROR_MANIFEST, advice,
            "`%s` has the unknown placeholder '{%s}'%s%s%s", key, name,
            nearest ? "; did you mean '{" : "", nearest ? nearest : "", nearest ? "}'?" : "");
}

/* Whether there is no such output. What is wrong with `outputs` itself is told there. */
static bool is_beyond(const struct draft *draft, uint32_t number)
{
    uint32_t count = draft->keys.outputs ? list_count(draft->keys.outputs) : 0;
    return count > 0 && number >= count;
}

/* Why a placeholder has no value here; NULL when it has one. */
static const char *objection(const struct draft *draft, const struct template_piece *piece,
                             enum template_place place)
{
    bool collects = draft->keys.collect != NULL;
    switch (piece->what) {
    case PLACEHOLDER_NONE:
    case PLACEHOLDER_WRONG:
    case PLACEHOLDER_PACKAGE:
        return NULL;
    case PLACEHOLDER_OUT_ROOT:
        return draft->keys.out_root ? NULL : "the pipeline has no `out_root`";
    case PLACEHOLDER_OPTIONS:
        return place == TEMPLATE_OF_OUTPUT ? "options are for commands only" : NULL;
    case PLACEHOLDER_SOURCES:
        if (!collects)
            return "only a pipeline with `collect` has several sources a job";
        return place == TEMPLATE_OF_COMMAND ? NULL : "it is for a job's command only";
    case PLACEHOLDER_OUT:
        if (place == TEMPLATE_OF_COMMAND && is_beyond(draft, piece->number))
            return "there are not so many outputs";
        return place == TEMPLATE_OF_COMMAND ? NULL : "it is for a job's command only";
    case PLACEHOLDER_OUTPUTS:
        return place == TEMPLATE_OF_COMMAND ? NULL : "it is for a job's command only";
    default:
        if (place == TEMPLATE_OF_WORKER)
            return "a worker serves many jobs; use `arguments` for those of one";
        return collects ? "a pipeline with `collect` has no single source" : NULL;
    }
}

void check_template(struct reader *reader, const struct draft *draft,
                    const struct yaml_value *value, const char *key, enum template_place place)
{
    if (value->kind != YAML_IS_SCALAR)
        return;
    const char *cursor = value->text;
    struct template_piece piece;
    for (const char *begin = cursor; template_next(&cursor, &piece); begin = cursor) {
        struct place at = place_within(reader, value, (size_t)(begin - value->text));
        const char *why = objection(draft, &piece, place);
        if (piece.what == PLACEHOLDER_WRONG)
            tell_wrong(reader, at, key, &piece);
        else if (why)
            problem(&reader->problems, at, JIG_ERROR_MANIFEST, "", "`%s` cannot have '{%.*s}': %s",
                    key, (int)piece.length, piece.text, why);
    }
}
