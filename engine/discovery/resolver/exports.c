#include "engine/discovery/resolver/exports.h"

#include <string.h>

struct walk {
    const struct conditions *conditions;
    target_fn take;
    void *context;
    struct target target; /* its text changes as the walk goes on */
};

static bool holds(const struct conditions *conditions, const char *name)
{
    if (strcmp(name, "default") == 0 || strcmp(name, "types") == 0)
        return true;
    if (strcmp(name, conditions->require ? "require" : "import") == 0)
        return true;
    for (uint32_t i = 0; i < conditions->custom_count; i++)
        if (strcmp(name, conditions->custom[i]) == 0)
            return true;
    return false;
}

/* Depth is bounded by that of JSON, which jansson limits to 2,048. */
static bool offer(struct walk *walk, const json_t *value)
{
    if (json_is_string(value)) {
        walk->target.text = json_string_value(value);
        return walk->take(walk->context, &walk->target);
    }
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            if (offer(walk, json_array_get(value, i)))
                return true;
        return false;
    }
    const char *condition;
    json_t *inner;
    json_object_foreach((json_t *)value, condition, inner) if (holds(walk->conditions, condition) &&
                                                               offer(walk, inner)) return true;
    return false;
}

/* How well a key matches: longer before the `*` is better, then having one, then longer. */
struct rank {
    size_t base;
    bool star;
    size_t length;
};

static bool is_better(struct rank a, struct rank b)
{
    if (a.base != b.base)
        return a.base > b.base;
    if (a.star != b.star)
        return a.star;
    return a.length > b.length;
}

/* Matches a key that has one `*`, or ends in a slash; fills *target with what is left over. */
static bool match_key(const char *key, const char *name, struct rank *rank, struct target *target)
{
    size_t key_length = strlen(key), name_length = strlen(name);
    const char *star = strchr(key, '*');
    if (star ? strchr(star + 1, '*') != NULL : key_length == 0 || key[key_length - 1] != '/')
        return false;
    size_t before = star ? (size_t)(star - key) : key_length;
    size_t after = star ? key_length - before - 1 : 0;
    if (name_length < before + after || memcmp(key, name, before) != 0 ||
        memcmp(key + key_length - after, name + name_length - after, after) != 0)
        return false;
    *rank = (struct rank){star ? before + 1 : before, star != NULL, key_length};
    target->star = name + before;
    target->star_length = name_length - before - after;
    target->pattern = star != NULL;
    return true;
}

static bool match_table(struct walk *walk, const json_t *table, const char *name)
{
    const json_t *exact = json_object_get(table, name);
    size_t length = strlen(name);
    if (exact && name[length - 1] != '/' && !strchr(name, '*'))
        return offer(walk, exact);

    const json_t *best = NULL;
    struct rank best_rank = {0, false, 0};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)table, key, value)
    {
        struct rank rank;
        struct target target;
        if (!match_key(key, name, &rank, &target) || (best && !is_better(rank, best_rank)))
            continue;
        best = value;
        best_rank = rank;
        walk->target = target;
    }
    return best && offer(walk, best);
}

/* Whether the keys are subpaths, not conditions. A mix is an error, and taken as conditions. */
static bool has_subpaths(const json_t *exports)
{
    const char *key;
    json_t *value;
    if (!json_is_object(exports) || json_object_size(exports) == 0)
        return false;
    json_object_foreach((json_t *)exports, key, value) if (key[0] != '.') return false;
    return true;
}

bool exports_match(const json_t *exports, const char *subpath, const struct conditions *conditions,
                   target_fn take, void *context)
{
    struct walk walk = {conditions, take, context, {.star = ""}};
    if (has_subpaths(exports))
        return match_table(&walk, exports, subpath);
    return strcmp(subpath, ".") == 0 && offer(&walk, exports);
}

bool imports_match(const json_t *imports, const char *name, const struct conditions *conditions,
                   target_fn take, void *context)
{
    struct walk walk = {conditions, take, context, {.star = ""}};
    return json_is_object(imports) && match_table(&walk, imports, name);
}
