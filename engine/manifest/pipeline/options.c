/*
 * `options`: any YAML as JSON, so that every generator reads the same and the recipe does not
 * depend on how it was written. Scalars mean what YAML 1.2's core schema says (chapter 10.3).
 */
#include "engine/manifest/pipeline/options.h"

#include "engine/manifest/pipeline/reader.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static json_t *to_json(struct reader *reader, const struct yaml_value *value);

/* Spans of digits, for the grammar of numbers. */
static const char *skip_digits(const char *text)
{
    return text + strspn(text, "0123456789");
}

/* [-+]? [0-9]+, 0o[0-7]+, 0x[0-9a-fA-F]+ */
static bool is_integer(const char *text, int *base)
{
    const char *digits = text + (*text == '-' || *text == '+');
    *base = 10;
    if (*digits && !*skip_digits(digits))
        return true;
    if (text[0] != '0' || (text[1] != 'o' && text[1] != 'x') || !text[2])
        return false;
    *base = text[1] == 'o' ? 8 : 16;
    return !text[2 + strspn(text + 2, *base == 8 ? "01234567" : "0123456789abcdefABCDEF")];
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(const char *text)
{
    text += *text == '-' || *text == '+';
    const char *fraction = skip_digits(text);
    bool digits = fraction > text;
    if (*fraction == '.') {
        text = skip_digits(fraction + 1);
        digits = digits || text > fraction + 1;
    } else {
        text = fraction;
    }
    if (!digits)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        if (!*text)
            return false;
        text = skip_digits(text);
    }
    return !*text;
}

/* Infinity and not-a-number, which JSON does not have. */
static bool is_no_number(const char *text)
{
    static const char *const words[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};
    bool sign = *text == '-' || *text == '+';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text + (sign && i < 3), words[i]) == 0)
            return true;
    }
    return false;
}

static json_t *tell_unfit(struct reader *reader, const struct yaml_value *value)
{
    wrong(reader, value, "quote it to make it text", "'%.80s' is a number that JSON cannot hold",
          value->text);
    return json_null();
}

static json_t *integer(struct reader *reader, const struct yaml_value *value, int base)
{
    errno = 0;
    long long number = strtoll(value->text + (base == 10 ? 0 : 2), NULL, base);
    return errno == ERANGE ? tell_unfit(reader, value) : json_integer(number);
}

static json_t *real(struct reader *reader, const struct yaml_value *value)
{
    double number = strtod(value->text, NULL);
    return isfinite(number) ? json_real(number) : tell_unfit(reader, value);
}

static bool is_one_of(const char *text, const char *const words[3])
{
    return strcmp(text, words[0]) == 0 || strcmp(text, words[1]) == 0 ||
           strcmp(text, words[2]) == 0;
}

static json_t *scalar(struct reader *reader, const struct yaml_value *value)
{
    static const char *const truth[] = {"true", "True", "TRUE"};
    static const char *const falsehood[] = {"false", "False", "FALSE"};
    const char *text = value->text;
    int base;
    if (!value->quoted) {
        if (yaml_is_null(value))
            return json_null();
        if (is_one_of(text, truth))
            return json_true();
        if (is_one_of(text, falsehood))
            return json_false();
        if (is_integer(text, &base))
            return integer(reader, value, base);
        if (is_float(text))
            return real(reader, value);
        if (is_no_number(text))
            return tell_unfit(reader, value);
    }
    return json_stringn(text, value->count);
}

static json_t *list(struct reader *reader, const struct yaml_value *value)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < value->count; i++)
        json_array_append_new(array, to_json(reader, value->items[i]));
    return array;
}

static json_t *mapping(struct reader *reader, const struct yaml_value *value)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < value->count; i++)
        json_object_set_new(object, value->pairs[i].key->text,
                            to_json(reader, value->pairs[i].value));
    return object;
}

/* Recursion ends: a file nests no deeper than 64. */
static json_t *to_json(struct reader *reader, const struct yaml_value *value)
{
    switch (value->kind) {
    case YAML_IS_LIST:
        return list(reader, value);
    case YAML_IS_MAPPING:
        return mapping(reader, value);
    default:
        return scalar(reader, value);
    }
}

char *options_text(const json_t *json)
{
    const size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY;
    for (size_t digits = 15; digits < 17; digits++) {
        char *text = json_dumps(json, flags | JSON_REAL_PRECISION(digits));
        json_t *again = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
        bool exact = again && json_equal(json, again);
        json_decref(again);
        if (exact)
            return text;
        free(text);
    }
    char *text = json_dumps(json, flags);
    if (!text)
        mem_exhausted(sizeof *json);
    return text;
}

const char *read_options(struct reader *reader, const struct yaml_value *value, const char *key)
{
    if (value->kind != YAML_IS_MAPPING) {
        wrong(reader, value, "", "`%s` must be a mapping (`key: value`)", key);
        return "{}";
    }
    json_t *json = mapping(reader, value);
    char *text = options_text(json);
    json_decref(json);
    const char *kept = arena_strndup(&reader->config->arena, text, strlen(text));
    free(text);
    return kept;
}
