#include "engine/manifest/pipeline/yaml_file.h"

#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 64, MAX_ANCHORS = 256 };

/* A list or mapping that is not at its end. Its children are the last of builder.children. */
struct frame {
    struct yaml_value *value;
    const char *anchor;      /* NULL: none */
    uint32_t children_begin; /* a mapping's are key, value, key, value … */
};

struct anchor {
    const char *name;
    const struct yaml_value *value;
};

struct builder {
    struct yaml_file *file;
    struct arena *arena;
    struct problems *problems;
    yaml_parser_t parser;
    size_t mark; /* bytes of a byte order mark, which libyaml does not see */
    /* libyaml counts characters and we count bytes: the same place in both. */
    size_t place_characters, place_bytes;
    struct frame frames[MAX_DEPTH];
    uint32_t depth;
    VEC(const struct yaml_value *) children;
    VEC(struct anchor) anchors;
    size_t repeated; /* size of all that aliases stand for */
    uint32_t documents;
};

/* ---- places ---------------------------------------------------------------------------------- */

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Bytes before `character`. Places come nearly in order, so that all cost O(n) together. */
static size_t byte_of(struct builder *b, size_t character)
{
    const char *text = b->file->text;
    while (b->place_characters < character && b->place_bytes < b->file->length) {
        do
            b->place_bytes++;
        while (is_continuation(text[b->place_bytes]));
        b->place_characters++;
    }
    while (b->place_characters > character) {
        do
            b->place_bytes--;
        while (is_continuation(text[b->place_bytes]));
        b->place_characters--;
    }
    return b->place_bytes;
}

static bool fail(struct builder *b, size_t offset, enum jig_status status, const char *advice,
                 const char *what)
{
    problem(b->problems, (struct place){b->file, offset}, status, advice, "%s", what);
    return false;
}

static bool fail_value(struct builder *b, const struct yaml_value *value, const char *advice,
                       const char *what)
{
    return fail(b, value->offset, JIG_ERROR_SYNTAX, advice, what);
}

/* ---- before parsing -------------------------------------------------------------------------- */

/* The length of the UTF-8 character at text[0..length) (RFC 3629), 0 when there is none. */
static size_t character_length(const unsigned char *text, size_t length)
{
    unsigned char lead = text[0];
    size_t bytes = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (bytes > length || lead > 0xf4)
        return 0;
    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    bool overlong = (lead == 0xe0 && text[1] < 0xa0) || (lead == 0xf0 && text[1] < 0x90);
    bool beyond = (lead == 0xed && text[1] > 0x9f) || (lead == 0xf4 && text[1] > 0x8f);
    return overlong || beyond ? 0 : bytes;
}

static bool check_bytes(struct builder *b)
{
    const unsigned char *text = (const unsigned char *)b->file->text;
    size_t length = b->file->length;
    for (size_t i = 0; i < length;) {
        if (text[i] == 0)
            return fail(b, i, JIG_ERROR_SYNTAX, "", "a NUL byte: this is no text");
        size_t bytes = character_length(text + i, length - i);
        if (bytes == 0)
            return fail(b, i, JIG_ERROR_SYNTAX, "save the file as UTF-8",
                        "a byte that is not UTF-8");
        i += bytes;
    }
    return true;
}

/* ---- values ---------------------------------------------------------------------------------- */

static struct yaml_value *new_value(struct builder *b, enum yaml_kind kind,
                                    const yaml_event_t *event)
{
    struct yaml_value *value = arena_alloc(b->arena, sizeof *value);
    value->kind = kind;
    value->offset = (uint32_t)byte_of(b, event->start_mark.index);
    value->line = (uint32_t)event->start_mark.line + 1;
    value->height = 1;
    value->size = 1;
    return value;
}

static bool remember(struct builder *b, const char *anchor, const struct yaml_value *value)
{
    if (!anchor)
        return true;
    if (b->anchors.count == MAX_ANCHORS)
        return fail(b, value->offset, JIG_ERROR_LIMIT, "", "more than 256 anchors in a file");
    vec_push(&b->anchors, ((struct anchor){anchor, value}));
    return true;
}

/* Adds a finished value to what is open around it, or makes it the root. */
static void add(struct builder *b, const struct yaml_value *value)
{
    if (b->depth == 0)
        b->file->root = value;
    else
        vec_push(&b->children, value);
}

static const char *copy_name(struct builder *b, const yaml_char_t *name)
{
    return name ? arena_strndup(b->arena, (const char *)name, strlen((const char *)name)) : NULL;
}

/* Only text may be tagged: everything else is told by how it is written. */
static bool check_tag(struct builder *b, const struct yaml_value *value, const yaml_char_t *tag)
{
    if (!tag)
        return true;
    const char *name = (const char *)tag;
    bool text = strcmp(name, YAML_STR_TAG) == 0 || strcmp(name, "!") == 0;
    if (text && value->kind == YAML_IS_SCALAR)
        return true;
    return fail_value(b, value, "leave the tag out; quote what must be text",
                      "a tag that has no meaning here");
}

static bool on_scalar(struct builder *b, const yaml_event_t *event)
{
    struct yaml_value *value = new_value(b, YAML_IS_SCALAR, event);
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (memchr(text, '\0', length))
        return fail_value(b, value, "", "a NUL character in text");
    if (!check_tag(b, value, event->data.scalar.tag))
        return false;
    value->text = arena_strndup(b->arena, text, length);
    value->count = (uint32_t)length;
    value->size = 1 + (uint32_t)length;
    value->quoted =
        event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || event->data.scalar.tag != NULL;
    add(b, value);
    return remember(b, copy_name(b, event->data.scalar.anchor), value);
}

static bool on_alias(struct builder *b, const yaml_event_t *event)
{
    size_t offset = byte_of(b, event->start_mark.index);
    const char *name = (const char *)event->data.alias.anchor;
    for (uint32_t i = b->anchors.count; i-- > 0;) {
        if (strcmp(b->anchors.data[i].name, name) != 0)
            continue;
        const struct yaml_value *value = b->anchors.data[i].value;
        b->repeated += value->size;
        if (b->repeated >= MAX_YAML_BYTES)
            return fail(b, offset, JIG_ERROR_LIMIT, "", "aliases that repeat more than 1 MiB");
        if (b->depth + value->height > MAX_DEPTH)
            return fail(b, offset, JIG_ERROR_LIMIT, "", "nested deeper than 64");
        add(b, value);
        return true;
    }
    return fail(b, offset, JIG_ERROR_SYNTAX, "", "an alias without an anchor before it");
}

static bool on_begin(struct builder *b, enum yaml_kind kind, const yaml_event_t *event,
                     const yaml_char_t *anchor, const yaml_char_t *tag)
{
    struct yaml_value *value = new_value(b, kind, event);
    if (b->depth == MAX_DEPTH)
        return fail(b, value->offset, JIG_ERROR_LIMIT, "", "nested deeper than 64");
    if (!check_tag(b, value, tag))
        return false;
    b->frames[b->depth++] = (struct frame){value, copy_name(b, anchor), b->children.count};
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct yaml_pair *left = a, *right = b;
    int order = strcmp(left->key->text, right->key->text);
    return order ? order
                 : (left->key->offset > right->key->offset) -
                       (left->key->offset < right->key->offset);
}

static bool check_keys(struct builder *b, const struct yaml_pair *pairs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml_value *key = pairs[i].key;
        if (key->kind != YAML_IS_SCALAR)
            return fail_value(b, key, "", "a key must be text");
        if (!key->quoted && strcmp(key->text, "<<") == 0)
            return fail_value(b, key, "write the keys out, or alias each value",
                              "'<<' does not merge: YAML 1.2 has no such key");
    }
    struct yaml_pair *sorted = mem_array(count, sizeof *sorted);
    if (count)
        memcpy(sorted, pairs, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_keys);
    bool fine = true;
    for (uint32_t i = 1; i < count && fine; i++) {
        const struct yaml_value *key = sorted[i].key;
        if (strcmp(sorted[i - 1].key->text, key->text) != 0)
            continue;
        problem(b->problems, (struct place){b->file, key->offset}, JIG_ERROR_SYNTAX, "",
                "the key '%.80s' is given twice, in line %u already", key->text,
                sorted[i - 1].key->line);
        fine = false;
    }
    free(sorted);
    return fine;
}

static bool on_end(struct builder *b)
{
    struct frame *frame = &b->frames[b->depth - 1];
    struct yaml_value *value = frame->value;
    uint32_t count = b->children.count - frame->children_begin;
    const struct yaml_value **kept = arena_alloc(b->arena, (count + 1) * sizeof(void *));
    for (uint32_t i = 0; i < count; i++) {
        kept[i] = b->children.data[frame->children_begin + i];
        value->size += kept[i]->size;
        if (value->height <= kept[i]->height)
            value->height = kept[i]->height + 1;
    }
    b->children.count = frame->children_begin;
    b->depth--;
    if (value->kind == YAML_IS_LIST) {
        value->items = kept;
        value->count = count;
    } else {
        /* A pair is laid out as its two pointers are in `kept`. */
        _Static_assert(sizeof(struct yaml_pair) == 2 * sizeof(void *), "pairs have no padding");
        value->pairs = (const struct yaml_pair *)(const void *)kept;
        value->count = count / 2;
        if (!check_keys(b, value->pairs, value->count))
            return false;
    }
    add(b, value);
    return remember(b, frame->anchor, value);
}

/* ---- parsing --------------------------------------------------------------------------------- */

static bool on_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->documents++ == 0)
            return true;
        return fail(b, byte_of(b, event->start_mark.index), JIG_ERROR_SYNTAX, "",
                    "a second document: one file holds one");
    case YAML_SCALAR_EVENT:
        return on_scalar(b, event);
    case YAML_ALIAS_EVENT:
        return on_alias(b, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_begin(b, YAML_IS_LIST, event, event->data.sequence_start.anchor,
                        event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return on_begin(b, YAML_IS_MAPPING, event, event->data.mapping_start.anchor,
                        event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(b);
    default:
        return true;
    }
}

static bool fail_syntax(struct builder *b)
{
    const yaml_parser_t *parser = &b->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        mem_exhausted(b->file->length);
    /* A character that YAML does not allow is told by its byte, all else by a mark. */
    size_t offset = parser->error == YAML_READER_ERROR ? b->mark + parser->problem_offset
                                                       : byte_of(b, parser->problem_mark.index);
    offset = offset < b->file->length ? offset : b->file->length;
    const char *advice =
        b->file->text[offset] == '\t' ? "YAML is indented with spaces, never with tabs" : "";
    const char *what = parser->problem ? parser->problem : "not YAML";
    struct place place = {b->file, offset};
    if (parser->context)
        problem(b->problems, place, JIG_ERROR_SYNTAX, advice, "%s, %s that begins in line %zu",
                what, parser->context, parser->context_mark.line + 1);
    else
        problem(b->problems, place, JIG_ERROR_SYNTAX, advice, "%s", what);
    return false;
}

static bool run(struct builder *b)
{
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b->parser, &event))
            return fail_syntax(b);
        more = event.type != YAML_STREAM_END_EVENT;
        bool fine = on_event(b, &event);
        yaml_event_delete(&event);
        if (!fine)
            return false;
    }
    return true;
}

bool yaml_file_parse(struct yaml_file *file, struct arena *arena, struct problems *problems)
{
    struct builder *b = mem_zalloc(sizeof *b);
    b->file = file;
    b->arena = arena;
    b->problems = problems;
    bool fine;
    if (file->length >= MAX_YAML_BYTES)
        fine = fail(b, 0, JIG_ERROR_LIMIT, "", "1 MiB or more: too large for a jig.yaml");
    else
        fine = check_bytes(b);
    if (fine) {
        if (!yaml_parser_initialize(&b->parser))
            mem_exhausted(sizeof b->parser);
        b->mark = strncmp(file->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        b->place_bytes = b->mark;
        yaml_parser_set_input_string(&b->parser, (const unsigned char *)file->text + b->mark,
                                     file->length - b->mark);
        yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
        fine = run(b);
        yaml_parser_delete(&b->parser);
    }
    vec_free(&b->children);
    vec_free(&b->anchors);
    free(b);
    return fine;
}

bool yaml_is_null(const struct yaml_value *value)
{
    if (value->kind != YAML_IS_SCALAR || value->quoted)
        return false;
    const char *text = value->text;
    return !*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ||
           strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0;
}
