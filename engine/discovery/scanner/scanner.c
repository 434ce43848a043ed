#include "engine/discovery/scanner/scanner.h"

#include "engine/discovery/scanner/scanners.h"

#include <stdlib.h>

/* A longer text is no source file; facts count bytes in 32 bits. */
enum { LONGEST_TEXT = 256 << 20 };

struct scanner {
    enum scanner_kind kind;
    struct regex *regex; /* of SCANNER_REGEX */
};

enum jig_status scanner_create(enum scanner_kind kind, const char *pattern, struct scanner **out,
                               struct jig_error *error)
{
    struct regex *regex = NULL;
    if (kind == SCANNER_REGEX) {
        enum jig_status status = regex_create(pattern, &regex, error);
        if (status != JIG_OK)
            return status;
    }
    *out = mem_alloc(sizeof **out);
    **out = (struct scanner){.kind = kind, .regex = regex};
    return JIG_OK;
}

void scanner_destroy(struct scanner *scanner)
{
    if (!scanner)
        return;
    regex_destroy(scanner->regex);
    free(scanner);
}

static bool ends_with(const char *path, const char *suffix)
{
    size_t length = strlen(path), tail = strlen(suffix);
    return length >= tail && memcmp(path + length - tail, suffix, tail) == 0;
}

static bool may_hold_jsx(const char *path)
{
    return ends_with(path, ".tsx") || ends_with(path, ".jsx") || ends_with(path, ".js") ||
           ends_with(path, ".mjs") || ends_with(path, ".cjs");
}

/* All that is said of a text that is not scanned. */
static void describe_bytes(const char *text, size_t length, struct facts *out)
{
    vec_push(&out->definitions, ((struct fact_definition){.name = facts_add_text(out, "", 0),
                                                          .line = 1,
                                                          .digest = digest_of(text, length),
                                                          .uses_begin = out->uses.count}));
}

void scanner_scan(const struct scanner *scanner, const char *path, const char *text, size_t length,
                  struct facts *out)
{
    if (length > LONGEST_TEXT) {
        describe_bytes(text, length, out);
        return;
    }
    switch (scanner->kind) {
    case SCANNER_NONE:
        describe_bytes(text, length, out);
        break;
    case SCANNER_TYPESCRIPT:
        ts_scan(text, length, may_hold_jsx(path), out);
        break;
    case SCANNER_C:
        c_scan(text, length, out);
        break;
    case SCANNER_PROTO:
        proto_scan(text, length, out);
        break;
    case SCANNER_GRAPHQL:
        graphql_scan(text, length, out);
        break;
    case SCANNER_REGEX:
        regex_scan(scanner->regex, text, length, out);
        break;
    }
}

static const char *const kind_names[] = {
    [SCANNER_NONE] = "none",   [SCANNER_TYPESCRIPT] = "typescript", [SCANNER_C] = "c",
    [SCANNER_PROTO] = "proto", [SCANNER_GRAPHQL] = "graphql",       [SCANNER_REGEX] = "regex",
};

const char *scanner_kind_name(enum scanner_kind kind)
{
    return kind_names[kind];
}

bool scanner_kind_of(const char *name, enum scanner_kind *kind)
{
    for (size_t i = 0; i < sizeof kind_names / sizeof *kind_names; i++) {
        if (strcmp(name, kind_names[i]) == 0) {
            *kind = (enum scanner_kind)i;
            return true;
        }
    }
    return false;
}
