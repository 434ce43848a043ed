/* Single values out of YAML: text, numbers, words, durations, lists. */
#include "engine/manifest/pipeline/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct place place_within(const struct reader *reader, const struct yaml_value *value, size_t index)
{
    const struct yaml_file *file = reader->file;
    size_t begin = value->offset;
    size_t rest = file->length - begin;
    if (value->quoted && rest > 0) { /* behind its quote */
        begin++;
        rest--;
    }
    /* Escapes, line breaks, blocks and anchors make text and file differ. */
    bool same = rest >= value->count && memcmp(file->text + begin, value->text, value->count) == 0;
    return (struct place){file, same ? begin + index : value->offset};
}

static bool is_filled(const struct yaml_value *value)
{
    return value->kind == YAML_IS_SCALAR && !yaml_is_null(value) && value->count > 0;
}

const char *read_text(struct reader *reader, const struct yaml_value *value, const char *key)
{
    if (!is_filled(value)) {
        wrong(reader, value, "", "`%s` must be text%s", key,
              value->kind == YAML_IS_SCALAR ? " and is empty" : "");
        return NULL;
    }
    return arena_strndup(&reader->config->arena, value->text, value->count);
}

bool read_bool(struct reader *reader, const struct yaml_value *value, const char *key,
               bool otherwise)
{
    static const char *const truth[] = {"true", "True", "TRUE"};
    static const char *const falsehood[] = {"false", "False", "FALSE"};
    for (int i = 0; i < 3 && value->kind == YAML_IS_SCALAR && !value->quoted; i++) {
        if (strcmp(value->text, truth[i]) == 0)
            return true;
        if (strcmp(value->text, falsehood[i]) == 0)
            return false;
    }
    wrong(reader, value, "", "`%s` must be true or false", key);
    return otherwise;
}

/* Reads all of `text` as digits; false when it is anything else or beyond 32 bits. */
static bool parse_number(const char *text, size_t length, uint32_t *number)
{
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
        if (value > UINT32_MAX)
            return false;
    }
    *number = (uint32_t)value;
    return length > 0;
}

uint32_t read_number(struct reader *reader, const struct yaml_value *value, const char *key,
                     uint32_t least, uint32_t most)
{
    uint32_t number;
    if (value->kind == YAML_IS_SCALAR && !value->quoted &&
        parse_number(value->text, value->count, &number) && number >= least && number <= most)
        return number;
    wrong(reader, value, "", "`%s` must be a whole number from %u to %u", key, least, most);
    return least;
}

uint32_t read_choice(struct reader *reader, const struct yaml_value *value, const char *key,
                     const char *const *words)
{
    const char *text = value->kind == YAML_IS_SCALAR ? value->text : "";
    for (uint32_t i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
    }
    char list[256];
    list_words(words, list, sizeof list);
    const char *nearest = nearest_word(text, words);
    char advice[128] = "";
    if (nearest)
        snprintf(advice, sizeof advice, "did you mean '%s'?", nearest);
    wrong(reader, value, advice, "`%s` must be one of %s", key, list);
    return 0;
}

uint32_t read_duration(struct reader *reader, const struct yaml_value *value, const char *key)
{
    static const struct {
        const char *suffix;
        uint32_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}, {"", 1000}};
    size_t digits = value->kind == YAML_IS_SCALAR ? strspn(value->text, "0123456789") : 0;
    uint32_t number;
    if (digits > 0 && parse_number(value->text, digits, &number)) {
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            if (strcmp(value->text + digits, units[i].suffix) == 0 &&
                number <= UINT32_MAX / units[i].ms)
                return number * units[i].ms;
        }
    }
    wrong(reader, value, "write `500ms`, `30s`, `2m`, `1h` or a number of seconds",
          "`%s` must be a duration of at most 49 days", key);
    return 0;
}

uint32_t list_count(const struct yaml_value *value)
{
    return value->kind == YAML_IS_LIST ? value->count : 1;
}

const struct yaml_value *list_item(const struct yaml_value *value, uint32_t index)
{
    return value->kind == YAML_IS_LIST ? value->items[index] : value;
}

struct string_list read_list(struct reader *reader, const struct yaml_value *value, const char *key,
                             read_item *read)
{
    struct string_list list = {0};
    uint32_t count = list_count(value);
    list.data = arena_alloc(&reader->config->arena, (count + 1) * sizeof *list.data);
    for (uint32_t i = 0; i < count; i++) {
        const char *text = read(reader, list_item(value, i), key);
        if (text)
            list.data[list.count++] = text;
    }
    return list;
}
