#include "engine/codegen/options.h"

#include "engine/base/buf.h"
#include "engine/base/edit_distance.h"
#include "engine/base/memory.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- unknown keys --------------------------------------------------------------------------- */

/* The key that `wrong` was probably meant to be, or NULL. */
static const char *nearest_key(const struct option *table, const char *wrong)
{
    size_t length = strlen(wrong);
    uint32_t least = (uint32_t)(length < 60 ? length / 2 : 30) + 1;
    const char *nearest = NULL;
    for (; table->key && least > 0; table++) {
        uint32_t distance = edit_distance(wrong, length, table->key, strlen(table->key), least - 1);
        if (distance < least) {
            least = distance;
            nearest = table->key;
        }
    }
    return nearest;
}

static void advise_keys(const char *owner, const struct option *table, struct jig_error *error)
{
    if (!error)
        return;
    struct buf keys = {0};
    for (; table->key; table++)
        buf_printf(&keys, "%s%s", keys.length ? ", " : "", table->key);
    if (keys.length)
        snprintf(error->advice, sizeof error->advice, "options of %s: %s", owner, keys.data);
    else
        snprintf(error->advice, sizeof error->advice, "%s has no options", owner);
    buf_free(&keys);
}

static enum jig_status fail_unknown(const char *owner, const struct option *table, const char *key,
                                    struct jig_error *error)
{
    const char *nearest = nearest_key(table, key);
    if (nearest)
        jig_fail(error, JIG_ERROR_USAGE, "%s has no option '%s'; did you mean '%s'?", owner, key,
                 nearest);
    else
        jig_fail(error, JIG_ERROR_USAGE, "%s has no option '%s'", owner, key);
    advise_keys(owner, table, error);
    return JIG_ERROR_USAGE;
}

/* ---- values --------------------------------------------------------------------------------- */

static enum jig_status fail_type(const char *owner, const struct option *option,
                                 const char *expected, struct jig_error *error)
{
    return jig_fail(error, JIG_ERROR_USAGE, "option '%s' of %s has to be %s", option->key, owner,
                    expected);
}

static enum jig_status read_choice(const char *owner, const struct option *option,
                                   const json_t *value, int *choice, struct jig_error *error)
{
    struct buf expected = {0};
    for (int i = 0; option->choices[i]; i++) {
        if (json_is_string(value) && strcmp(json_string_value(value), option->choices[i]) == 0) {
            buf_free(&expected);
            *choice = i;
            return JIG_OK;
        }
        buf_printf(&expected, "%s'%s'", i ? (option->choices[i + 1] ? ", " : " or ") : "",
                   option->choices[i]);
    }
    fail_type(owner, option, expected.data, error);
    buf_free(&expected);
    return JIG_ERROR_USAGE;
}

static enum jig_status read_value(const char *owner, const struct option *option,
                                  const json_t *value, void *to, struct jig_error *error)
{
    switch (option->type) {
    case OPTION_TEXT:
        if (!json_is_string(value))
            return fail_type(owner, option, "text", error);
        free(*(char **)to);
        *(char **)to = mem_strndup(json_string_value(value), json_string_length(value));
        return JIG_OK;
    case OPTION_FLAG:
        if (!json_is_boolean(value))
            return fail_type(owner, option, "true or false", error);
        *(bool *)to = json_is_true(value);
        return JIG_OK;
    case OPTION_NUMBER:
        if (!json_is_integer(value))
            return fail_type(owner, option, "a whole number", error);
        *(int64_t *)to = json_integer_value(value);
        return JIG_OK;
    case OPTION_CHOICE:
        return read_choice(owner, option, value, to, error);
    }
    return JIG_OK;
}

static const struct option *find_option(const struct option *table, const char *key)
{
    while (table->key && strcmp(table->key, key) != 0)
        table++;
    return table->key ? table : NULL;
}

static enum jig_status read_object(const char *owner, json_t *object, const struct option *table,
                                   void *values, struct jig_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        const struct option *option = find_option(table, key);
        if (!option)
            return fail_unknown(owner, table, key, error);
        enum jig_status status =
            read_value(owner, option, value, (char *)values + option->offset, error);
        if (status)
            return status;
    }
    return JIG_OK;
}

enum jig_status options_read(const char *owner, const char *json, const struct option *table,
                             void *values, struct jig_error *error)
{
    json_error_t where;
    json_t *object = json_loads(json && *json ? json : "{}", JSON_REJECT_DUPLICATES, &where);
    enum jig_status status;
    if (!object)
        status = jig_fail(error, JIG_ERROR_USAGE, "options of %s are not valid JSON: %s", owner,
                          where.text);
    else if (!json_is_object(object))
        status = jig_fail(error, JIG_ERROR_USAGE, "options of %s have to be a mapping", owner);
    else
        status = read_object(owner, object, table, values, error);
    json_decref(object);
    return status;
}

void options_free(const struct option *table, void *values)
{
    for (; table->key; table++)
        if (table->type == OPTION_TEXT)
            free(*(char **)((char *)values + table->offset));
}
