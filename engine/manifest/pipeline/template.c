#include "engine/manifest/pipeline/template.h"

#include "engine/base/path.h"
#include "engine/manifest/pipeline/config.h"

#include <string.h>

static const struct {
    const char *name;
    enum placeholder what;
} placeholders[] = {
    {"source", PLACEHOLDER_SOURCE},     {"dir", PLACEHOLDER_DIR},
    {"name", PLACEHOLDER_NAME},         {"stem", PLACEHOLDER_STEM},
    {"ext", PLACEHOLDER_EXT},           {"package", PLACEHOLDER_PACKAGE},
    {"out_root", PLACEHOLDER_OUT_ROOT}, {"out", PLACEHOLDER_OUT},
    {"outputs", PLACEHOLDER_OUTPUTS},   {"sources", PLACEHOLDER_SOURCES},
    {"options", PLACEHOLDER_OPTIONS},
};

const char *const placeholder_names[] = {"source",  "dir",     "name",     "stem",
                                         "ext",     "package", "out_root", "out",
                                         "outputs", "sources", "options",  NULL};

/* ---- parsing --------------------------------------------------------------------------------- */

/* {outN}: N from 1, without leading zeros, at most four digits. */
static bool parse_numbered(struct template_piece *piece)
{
    enum { PREFIX = 3, DIGITS = 4 };
    if (piece->length <= PREFIX || piece->length > PREFIX + DIGITS ||
        memcmp(piece->text, "out", PREFIX) != 0 || piece->text[PREFIX] == '0')
        return false;
    uint32_t number = 0;
    for (size_t i = PREFIX; i < piece->length; i++) {
        char c = piece->text[i];
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (uint32_t)(c - '0');
    }
    piece->what = PLACEHOLDER_OUT;
    piece->number = number - 1;
    return true;
}

static void name_placeholder(struct template_piece *piece)
{
    for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++) {
        const char *name = placeholders[i].name;
        if (strlen(name) == piece->length && memcmp(name, piece->text, piece->length) == 0) {
            piece->what = placeholders[i].what;
            return;
        }
    }
    if (!parse_numbered(piece))
        piece->what = PLACEHOLDER_WRONG;
}

bool template_next(const char **cursor, struct template_piece *piece)
{
    const char *text = *cursor;
    if (!*text)
        return false;
    *piece = (struct template_piece){.text = text};
    if (text[0] != '{' && text[0] != '}') {
        piece->length = strcspn(text, "{}");
        *cursor = text + piece->length;
        return true;
    }
    if (text[1] == text[0]) {
        piece->length = 1;
        *cursor = text + 2;
        return true;
    }
    piece->text = text + 1;
    piece->length = text[0] == '{' ? strcspn(text + 1, "{}") : 0;
    if (text[0] == '}' || piece->text[piece->length] != '}') {
        *piece = (struct template_piece){.what = PLACEHOLDER_WRONG, .text = text, .length = 1};
        *cursor = text + 1;
        return true;
    }
    name_placeholder(piece);
    *cursor = piece->text + piece->length + 1;
    return true;
}

/* ---- expansion ------------------------------------------------------------------------------- */

struct span {
    const char *text;
    size_t length;
};

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static struct span dot_if_empty(struct span span)
{
    return span.length ? span : span_of(".");
}

/* The source's folder, relative to the package where it lies below it, else to the root. */
static struct span folder_of(const char *source, const char *package)
{
    struct span folder = {source, path_dir_length(source, strlen(source))};
    size_t prefix = strlen(package);
    if (prefix > 0 && folder.length >= prefix && memcmp(source, package, prefix) == 0 &&
        source[prefix] == '/') {
        bool below = folder.length > prefix;
        folder.text += below ? prefix + 1 : prefix;
        folder.length -= below ? prefix + 1 : prefix;
    }
    return dot_if_empty(folder);
}

static struct span name_of(const char *source)
{
    size_t dir = path_dir_length(source, strlen(source));
    return span_of(source + dir + (source[dir] == '/'));
}

/* Where the last suffix of `name` begins; a leading dot begins none. */
static size_t stem_length(struct span name)
{
    for (size_t i = name.length; i-- > 1;) {
        if (name.text[i] == '.')
            return i;
    }
    return name.length;
}

static struct span expand_source(enum placeholder what, const struct template_values *values)
{
    const char *source = values->source ? values->source : "";
    struct span name = name_of(source);
    size_t stem = stem_length(name);
    switch (what) {
    case PLACEHOLDER_SOURCE:
        return span_of(source);
    case PLACEHOLDER_DIR:
        return folder_of(source, values->pipeline->package);
    case PLACEHOLDER_NAME:
        return name;
    case PLACEHOLDER_STEM:
        return (struct span){name.text, stem};
    default:
        return (struct span){name.text + stem, name.length - stem};
    }
}

static struct span expand_one(const struct template_piece *piece,
                              const struct template_values *values)
{
    switch (piece->what) {
    case PLACEHOLDER_PACKAGE:
        return dot_if_empty(span_of(values->pipeline->package));
    case PLACEHOLDER_OUT_ROOT:
        return dot_if_empty(span_of(values->pipeline->out_root));
    case PLACEHOLDER_OPTIONS:
        return span_of(values->pipeline->generate.options);
    case PLACEHOLDER_OUT:
        return span_of(piece->number < values->output_count ? values->outputs[piece->number] : "");
    case PLACEHOLDER_NONE:
    case PLACEHOLDER_WRONG:
        return (struct span){piece->text, piece->length};
    default:
        return expand_source(piece->what, values);
    }
}

static void append(struct buf *out, struct span span, bool quote)
{
    if (quote)
        buf_append_shell_quoted(out, span.text, span.length);
    else
        buf_append(out, span.text, span.length);
}

static void append_list(struct buf *out, const char *const *items, uint32_t count, bool quote)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            buf_append_char(out, ' ');
        append(out, span_of(items[i]), quote);
    }
}

void template_expand(const char *text, const struct template_values *values, bool quote,
                     struct buf *out)
{
    struct template_piece piece;
    while (template_next(&text, &piece)) {
        if (piece.what == PLACEHOLDER_OUTPUTS)
            append_list(out, values->outputs, values->output_count, quote);
        else if (piece.what == PLACEHOLDER_SOURCES)
            append_list(out, values->sources, values->source_count, quote);
        else
            append(out, expand_one(&piece, values), quote && piece.what > PLACEHOLDER_WRONG);
    }
}

bool config_output_path(const struct config_pipeline *pipeline, uint32_t index, const char *source,
                        struct buf *out)
{
    const struct template_values values = {.pipeline = pipeline, .source = source};
    size_t begin = out->length;
    template_expand(pipeline->outputs.data[index], &values, false, out);
    char *path = buf_reserve(out, 0) + begin - out->length;
    out->length = begin + path_canonicalize(path, out->length - begin);
    bool up = path[0] == '.' && path[1] == '.' && (path[2] == '/' || path[2] == '\0');
    return !up && path[0] != '/';
}

/* ---- commands -------------------------------------------------------------------------------- */

/* Whether `word` is nothing but {outputs} or {sources}; then its items. */
static bool is_list(const char *word, const struct template_values *values,
                    const char *const **items, uint32_t *count)
{
    if (strcmp(word, "{outputs}") == 0) {
        *items = values->outputs;
        *count = values->output_count;
        return true;
    }
    if (strcmp(word, "{sources}") == 0) {
        *items = values->sources;
        *count = values->source_count;
        return true;
    }
    return false;
}

/* Calls `add` for each word that the templates come to. */
static void expand_words(const struct string_list *words, const struct template_values *values,
                         void (*add)(struct buf *out, const char *word, size_t length),
                         struct buf *out)
{
    struct buf word = {0};
    for (uint32_t i = 0; i < words->count; i++) {
        const char *const *items;
        uint32_t count;
        if (is_list(words->data[i], values, &items, &count)) {
            for (uint32_t k = 0; k < count; k++)
                add(out, items[k], strlen(items[k]));
            continue;
        }
        buf_clear(&word);
        template_expand(words->data[i], values, false, &word);
        add(out, buf_cstr(&word), word.length);
    }
    buf_free(&word);
}

static void add_shell_word(struct buf *out, const char *word, size_t length)
{
    if (out->length > 0 && out->data[out->length - 1] != ' ')
        buf_append_char(out, ' ');
    buf_append_shell_quoted(out, word, length);
}

static void add_argument(struct buf *out, const char *word, size_t length)
{
    buf_append(out, word, length);
    buf_append_char(out, '\0');
}

void config_command(const struct config_pipeline *pipeline, const struct template_values *values,
                    struct buf *out)
{
    if (pipeline->generate.shell)
        template_expand(pipeline->generate.shell, values, true, out);
    else
        expand_words(&pipeline->generate.argv, values, add_shell_word, out);
}

void config_arguments(const struct config_pipeline *pipeline, const struct template_values *values,
                      struct buf *out)
{
    expand_words(&pipeline->generate.arguments, values, add_argument, out);
}
