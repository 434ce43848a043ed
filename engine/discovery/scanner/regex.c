/* Imports and definitions by a user's own PCRE2 pattern; see pcre2api(3). */
#include "engine/discovery/scanner/scanners.h"

#include "engine/discovery/scanner/lines.h"
#include "engine/discovery/scanner/outline.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

enum {
    MATCH_LIMIT = 1000000, /* steps of one match; then the scan ends */
    NO_GROUP = -1,
};

struct regex {
    pcre2_code *code;
    int import;     /* number of the group that is a specifier */
    int definition; /* and of that which names a definition; or NO_GROUP */
};

enum jig_status regex_create(const char *pattern, struct regex **out, struct jig_error *error)
{
    int number;
    PCRE2_SIZE offset;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_MULTILINE,
                                     &number, &offset, NULL);
    if (!code) {
        PCRE2_UCHAR text[256];
        pcre2_get_error_message(number, text, sizeof text);
        jig_fail(error, JIG_ERROR_SYNTAX, "the pattern is no regular expression: %s", (char *)text);
        if (error)
            error->column = (uint32_t)offset + 1;
        return JIG_ERROR_SYNTAX;
    }
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it, it is only slower */
    uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    int import = pcre2_substring_number_from_name(code, (PCRE2_SPTR) "import");
    int definition = pcre2_substring_number_from_name(code, (PCRE2_SPTR) "definition");
    if (import < 0)
        import = groups >= 1 && definition != 1 ? 1 : NO_GROUP;
    *out = mem_alloc(sizeof **out);
    **out = (struct regex){code, import, definition < 0 ? NO_GROUP : definition};
    return JIG_OK;
}

void regex_destroy(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_code_free(regex->code);
    free(regex);
}

struct regex_scanner {
    const struct regex *regex;
    const char *text;
    const char *end;
    const char *taken; /* the statement so far ends here */
    pcre2_match_data *match;
    struct outline outline;
    struct lines lines;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

/* Takes the bytes up to `to`: all of them count, and all words in them. */
static void take(struct regex_scanner *scanner, const char *to)
{
    const char *p = scanner->taken;
    if (p >= to)
        return;
    outline_token(&scanner->outline, p, (size_t)(to - p));
    while (p < to) {
        const char *word = p;
        while (p < to && is_word(*p))
            p++;
        if (p > word)
            outline_mention(&scanner->outline,
                            symbols_intern(&scanner->outline.symbols, word, (size_t)(p - word)));
        else
            p++;
    }
    scanner->taken = to;
}

/* What the group matched: false when it took no part, or matched nothing. */
static bool group(const struct regex_scanner *scanner, int number, const char **from,
                  const char **to)
{
    if (number == NO_GROUP || (uint32_t)number >= pcre2_get_ovector_count(scanner->match))
        return false;
    const PCRE2_SIZE *range = pcre2_get_ovector_pointer(scanner->match) + 2 * (size_t)number;
    if (range[0] == PCRE2_UNSET || range[1] <= range[0])
        return false;
    *from = scanner->text + range[0];
    *to = scanner->text + range[1];
    return true;
}

static void take_match(struct regex_scanner *scanner, size_t begin)
{
    const char *from, *to;
    if (group(scanner, scanner->regex->definition, &from, &to)) {
        take(scanner, scanner->text + begin);
        outline_end(&scanner->outline);
        outline_define(&scanner->outline,
                       symbols_intern(&scanner->outline.symbols, from, (size_t)(to - from)),
                       DEFINITION_OTHER, lines_at(&scanner->lines, from), true);
    }
    if (group(scanner, scanner->regex->import, &from, &to)) {
        outline_import_all(&scanner->outline, IMPORT_QUOTED, from, (size_t)(to - from),
                           lines_at(&scanner->lines, from));
    }
}

static void match_all(struct regex_scanner *scanner, pcre2_match_context *context)
{
    size_t length = (size_t)(scanner->end - scanner->text), at = 0;
    while (at <= length) {
        int found = pcre2_match(scanner->regex->code, (PCRE2_SPTR)scanner->text, length, at, 0,
                                scanner->match, context);
        if (found <= 0)
            return;
        const PCRE2_SIZE *range = pcre2_get_ovector_pointer(scanner->match);
        size_t begin = range[0], end = range[1];
        take_match(scanner, begin);
        at = end > at ? end : at + 1;
    }
}

void regex_scan(const struct regex *regex, const char *text, size_t length, struct facts *out)
{
    struct regex_scanner scanner = {.regex = regex,
                                    .text = text,
                                    .end = text + length,
                                    .taken = text,
                                    .match =
                                        pcre2_match_data_create_from_pattern(regex->code, NULL),
                                    .lines = lines_begin(text)};
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (!scanner.match || !context)
        mem_exhausted(0);
    pcre2_set_match_limit(context, MATCH_LIMIT);
    outline_begin(&scanner.outline, out);
    scanner.outline.uses_rest = true;
    match_all(&scanner, context);
    take(&scanner, scanner.end);
    outline_finish(&scanner.outline);
    pcre2_match_context_free(context);
    pcre2_match_data_free(scanner.match);
}
