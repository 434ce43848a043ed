/* `scan`: how a pipeline's sources are looked through for imports. */
#include "engine/manifest/pipeline/reader.h"

/* In the order of enum scanner_kind. */
static const char *const kinds[] = {"none", "typescript", "c", "proto", "graphql", "regex", NULL};

static const struct {
    const char *suffix;
    enum scanner_kind kind;
} suffixes[] = {
    {"ts", SCANNER_TYPESCRIPT},
    {"tsx", SCANNER_TYPESCRIPT},
    {"mts", SCANNER_TYPESCRIPT},
    {"cts", SCANNER_TYPESCRIPT},
    {"js", SCANNER_TYPESCRIPT},
    {"jsx", SCANNER_TYPESCRIPT},
    {"mjs", SCANNER_TYPESCRIPT},
    {"cjs", SCANNER_TYPESCRIPT},
    {"c", SCANNER_C},
    {"h", SCANNER_C},
    {"cc", SCANNER_C},
    {"hh", SCANNER_C},
    {"cpp", SCANNER_C},
    {"hpp", SCANNER_C},
    {"cxx", SCANNER_C},
    {"hxx", SCANNER_C},
    {"proto", SCANNER_PROTO},
    {"graphql", SCANNER_GRAPHQL},
    {"gql", SCANNER_GRAPHQL},
};

/* ---- the kind that sources suggest ----------------------------------------------------------- */

static enum scanner_kind kind_of_suffix(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (strlen(suffixes[i].suffix) == length && memcmp(suffixes[i].suffix, text, length) == 0)
            return suffixes[i].kind;
    }
    return SCANNER_NONE;
}

/* The kind of text[0..length), which ends a pattern, by what is after its last dot. */
static enum scanner_kind kind_of_end(const char *text, size_t length)
{
    size_t begin = length;
    while (begin > 0 && text[begin - 1] != '.')
        begin--;
    return begin > 0 ? kind_of_suffix(text + begin, length - begin) : SCANNER_NONE;
}

/* `*.{ts,tsx}` and `{*.c,*.h}`: the alternatives' kind when they agree. */
static enum scanner_kind kind_of_alternatives(const char *open, const char *close, bool after_dot)
{
    enum scanner_kind kind = SCANNER_NONE;
    for (const char *from = open + 1; from <= close;) {
        size_t length = strcspn(from, ",}");
        enum scanner_kind own = kind_of_end(from, length);
        if (own == SCANNER_NONE && after_dot)
            own = kind_of_suffix(from, length);
        if (own == SCANNER_NONE || (kind != SCANNER_NONE && own != kind))
            return SCANNER_NONE;
        kind = own;
        from += length + 1;
    }
    return kind;
}

static enum scanner_kind kind_of_pattern(const char *pattern)
{
    const char *open = strrchr(pattern, '{');
    size_t length = strlen(pattern);
    if (open && length > 0 && pattern[length - 1] == '}')
        return kind_of_alternatives(open, pattern + length - 1, open > pattern && open[-1] == '.');
    return kind_of_end(pattern, length);
}

static enum scanner_kind default_kind(struct reader *reader, const struct draft *draft)
{
    const struct string_list *sources = &draft->pipeline.sources;
    enum scanner_kind kind = SCANNER_NONE;
    for (uint32_t i = 0; i < sources->count; i++) {
        enum scanner_kind own = kind_of_pattern(sources->data[i]);
        if (i > 0 && own != kind) {
            odd(reader, draft->keys.sources, "say which with `scan`, or write `scan: none`",
                "sources of different languages are not scanned for imports");
            return SCANNER_NONE;
        }
        kind = own;
    }
    return kind;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static const char *read_extension(struct reader *reader, const struct yaml_value *item,
                                  const char *key)
{
    const char *text = read_text(reader, item, key);
    if (text && text[0] != '.') {
        wrong(reader, item, "", "`%s` are with their dot, as in `.vue`", key);
        return NULL;
    }
    return text;
}

static const char *read_regex(struct reader *reader, const struct yaml_value *value)
{
    const char *pattern = read_text(reader, value, "pattern");
    if (!pattern)
        return NULL;
    struct scanner *scanner = NULL;
    struct jig_error error;
    if (scanner_create(SCANNER_REGEX, pattern, &scanner, &error) != JIG_OK)
        problem(&reader->problems, place_within(reader, value, error.column ? error.column - 1 : 0),
                JIG_ERROR_MANIFEST, error.advice, "`pattern`: %s", error.message);
    scanner_destroy(scanner);
    return pattern;
}

static struct string_list list_of(struct reader *reader, const char *const *texts, uint32_t count)
{
    struct string_list list = {arena_alloc(&reader->config->arena, count * sizeof *list.data),
                               count};
    memcpy(list.data, texts, count * sizeof *list.data);
    return list;
}

/* Where imports are looked for when nothing is said: in the package. */
static struct string_list default_roots(struct reader *reader, const struct draft *draft)
{
    const char *package = draft->pipeline.package;
    if (draft->pipeline.scan.kind == SCANNER_TYPESCRIPT)
        return (struct string_list){0};
    return list_of(reader, (const char *[]){*package ? package : "."}, 1);
}

/* Tells of keys that are given for nothing, and forgets them. */
static void drop_unused(struct reader *reader, enum scanner_kind kind, struct scan_keys *keys)
{
    bool is_typescript = kind == SCANNER_TYPESCRIPT;
    bool has_extensions = kind == SCANNER_GRAPHQL || kind == SCANNER_REGEX;
    const struct {
        const char *name;
        const struct yaml_value **value;
        bool used;
    } all[] = {
        {"roots", &keys->roots, !is_typescript && kind != SCANNER_NONE},
        {"include_dirs", &keys->include_dirs, !is_typescript && kind != SCANNER_NONE},
        {"pattern", &keys->pattern, kind == SCANNER_REGEX},
        {"extensions", &keys->extensions, has_extensions},
        {"tsconfig", &keys->tsconfig, is_typescript},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].used || !*all[i].value)
            continue;
        odd(reader, *all[i].value, "", "`%s` means nothing to a scan of kind %s", all[i].name,
            kinds[kind]);
        *all[i].value = NULL;
    }
}

static void read_roots(struct reader *reader, struct draft *draft, const struct scan_keys *keys)
{
    struct config_scan *scan = &draft->pipeline.scan;
    if (keys->roots && keys->include_dirs)
        wrong(reader, keys->include_dirs, "",
              "`include_dirs` is another name of `roots`: give one");
    if (keys->roots)
        scan->roots = read_list(reader, keys->roots, "roots", read_path);
    else if (keys->include_dirs)
        scan->roots = read_list(reader, keys->include_dirs, "include_dirs", read_path);
    else
        scan->roots = default_roots(reader, draft);
}

static void read_extensions(struct reader *reader, struct config_scan *scan,
                            const struct yaml_value *value)
{
    if (value)
        scan->extensions = read_list(reader, value, "extensions", read_extension);
    else if (scan->kind == SCANNER_GRAPHQL)
        scan->extensions = list_of(reader, (const char *[]){".graphql", ".gql"}, 2);
}

void read_scan(struct reader *reader, struct draft *draft)
{
    const struct yaml_value *value = draft->keys.scan;
    struct config_scan *scan = &draft->pipeline.scan;
    struct scan_keys keys = {0};
    bool is_short = value && value->kind == YAML_IS_SCALAR; /* `scan: proto` */
    if (is_short)
        keys.kind = value;
    else if (value)
        read_scan_keys(reader, value, &keys);

    if (keys.kind)
        scan->kind =
            (enum scanner_kind)read_choice(reader, keys.kind, is_short ? "scan" : "kind", kinds);
    else
        scan->kind = default_kind(reader, draft);
    drop_unused(reader, scan->kind, &keys);
    if (scan->kind == SCANNER_NONE)
        return;
    read_roots(reader, draft, &keys);
    read_extensions(reader, scan, keys.extensions);
    if (keys.pattern)
        scan->pattern = read_regex(reader, keys.pattern);
    else if (scan->kind == SCANNER_REGEX)
        wrong(reader, value ? value : draft->self, "its group 1 is what is imported",
              "a scan of kind regex needs a `pattern`");
    if (keys.tsconfig)
        scan->tsconfig = read_path(reader, keys.tsconfig, "tsconfig");
}
