#include "engine/discovery/resolver/probe.h"

#include <string.h>

/* Longer ones are no extension that another file could stand in for. */
enum { EXTENSION_MAX_BYTES = 31 };

/* One name to try: `suffix` in place of the extension, if files of a kind in `mask` will do. */
struct attempt {
    unsigned mask;
    const char *suffix;
};

static const struct attempt script_attempts[] = {
    {PROBE_TS, ".ts"}, {PROBE_TS, ".tsx"}, {PROBE_DECLARATION, ".d.ts"},
    {PROBE_JS, ".js"}, {PROBE_JS, ".jsx"}, {0, NULL}};
static const struct attempt jsx_attempts[] = {
    {PROBE_TS, ".tsx"}, {PROBE_TS, ".ts"}, {PROBE_DECLARATION, ".d.ts"},
    {PROBE_JS, ".jsx"}, {PROBE_JS, ".js"}, {0, NULL}};
static const struct attempt esm_attempts[] = {
    {PROBE_TS, ".mts"}, {PROBE_DECLARATION, ".d.mts"}, {PROBE_JS, ".mjs"}, {0, NULL}};
static const struct attempt cjs_attempts[] = {
    {PROBE_TS, ".cts"}, {PROBE_DECLARATION, ".d.cts"}, {PROBE_JS, ".cjs"}, {0, NULL}};
static const struct attempt json_attempts[] = {
    {PROBE_DECLARATION, ".d.json.ts"}, {PROBE_JSON, ".json"}, {0, NULL}};
static const struct attempt more_attempts[] = {{PROBE_ANY, ".mts"},  {PROBE_ANY, ".cts"},
                                               {PROBE_ANY, ".mjs"},  {PROBE_ANY, ".cjs"},
                                               {PROBE_ANY, ".json"}, {0, NULL}};

static const struct {
    const char *extension;
    unsigned kind;
    const struct attempt *attempts;
} known[] = {
    /* Longer ones first: `.d.ts` ends in `.ts`. */
    {".d.ts", PROBE_DECLARATION, script_attempts},
    {".d.mts", PROBE_DECLARATION, esm_attempts},
    {".d.cts", PROBE_DECLARATION, cjs_attempts},
    {".ts", PROBE_TS, script_attempts},
    {".tsx", PROBE_TS, jsx_attempts},
    {".js", PROBE_JS, script_attempts},
    {".jsx", PROBE_JS, jsx_attempts},
    {".mts", PROBE_TS, esm_attempts},
    {".mjs", PROBE_JS, esm_attempts},
    {".cts", PROBE_TS, cjs_attempts},
    {".cjs", PROBE_JS, cjs_attempts},
    {".json", PROBE_JSON, json_attempts},
};

enum { KNOWN_COUNT = sizeof known / sizeof known[0] };

static bool ends_with(const char *text, size_t length, const char *suffix)
{
    size_t size = strlen(suffix);
    return length > size && memcmp(text + length - size, suffix, size) == 0;
}

/* Index into `known`, or KNOWN_COUNT. */
static size_t known_extension(const char *name, size_t length)
{
    size_t i = 0;
    while (i < KNOWN_COUNT && !ends_with(name, length, known[i].extension))
        i++;
    return i;
}

static const char *last_component(const struct buf *out)
{
    const char *slash = memrchr(out->data, '/', out->length);
    return slash ? slash + 1 : out->data;
}

/* Tries the suffixes after the first `stem` bytes; leaves `out` at the stem if there is none. */
static bool try_attempts(const struct resolver *resolver, struct buf *out, size_t stem,
                         const struct attempt *attempts, unsigned mask)
{
    for (; attempts->suffix; attempts++) {
        if (!(attempts->mask & mask))
            continue;
        candidate_cut(out, stem);
        buf_append_str(out, attempts->suffix);
        if (candidate_is_file(resolver, out))
            return true;
    }
    candidate_cut(out, stem);
    return false;
}

/* `x.css` may be described by `x.d.css.ts`. */
static bool try_described(const struct resolver *resolver, struct buf *out, size_t stem,
                          const char *extension, unsigned mask)
{
    if (!(mask & PROBE_DECLARATION))
        return false;
    candidate_cut(out, stem);
    buf_append_str(out, ".d");
    buf_append_str(out, extension);
    buf_append_str(out, ".ts");
    return candidate_is_file(resolver, out);
}

bool probe_replaced(const struct resolver *resolver, struct buf *out, unsigned mask)
{
    if (out->length == 0)
        return false;
    const char *name = last_component(out);
    const char *dot = memrchr(name, '.', (size_t)(out->data + out->length - name));
    if (!dot)
        return false;
    size_t which = known_extension(out->data, out->length);
    size_t stem = (size_t)(dot - out->data);
    if (which < KNOWN_COUNT)
        stem = out->length - strlen(known[which].extension);
    char extension[EXTENSION_MAX_BYTES + 1];
    size_t length = out->length - stem;
    if (length > EXTENSION_MAX_BYTES)
        return false;
    memcpy(extension, out->data + stem, length + 1);

    bool found = which < KNOWN_COUNT
                     ? try_attempts(resolver, out, stem, known[which].attempts, mask)
                     : try_described(resolver, out, stem, extension, mask);
    if (!found) {
        candidate_cut(out, stem);
        buf_append(out, extension, length);
    }
    return found;
}

bool probe_module(const struct resolver *resolver, struct buf *out, unsigned mask)
{
    if (probe_replaced(resolver, out, mask))
        return true;
    return out->length > 0 && try_attempts(resolver, out, out->length, script_attempts, mask);
}

bool probe_named(const struct resolver *resolver, struct buf *out, unsigned mask)
{
    if (out->length == 0)
        return false;
    if (mask & PROBE_ANY)
        return candidate_is_file(resolver, out);
    size_t which = known_extension(out->data, out->length);
    if (which < KNOWN_COUNT && (known[which].kind & PROBE_TYPED & mask))
        return candidate_is_file(resolver, out);
    return probe_replaced(resolver, out, mask);
}

bool probe_written(const struct resolver *resolver, const struct buf *out)
{
    return out->length > 0 && known_extension(out->data, out->length) < KNOWN_COUNT &&
           candidate_is_file(resolver, out);
}

bool probe_more(const struct resolver *resolver, struct buf *out)
{
    return out->length > 0 && try_attempts(resolver, out, out->length, more_attempts, PROBE_ANY);
}
