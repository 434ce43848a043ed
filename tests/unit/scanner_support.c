#include "scanner_support.h"

#include "engine/base/buf.h"

#include <stdlib.h>

static const char *const import_kinds[] = {"static", "type",   "dynamic", "require", "reexport",
                                           "quoted", "angled", "weak",    "computed"};
static const char *const definition_kinds[] = {"other",     "function", "class",     "value",
                                               "type",      "enum",     "namespace", "service",
                                               "operation", "fragment", "alias"};

struct facts scan_bytes(enum scanner_kind kind, const char *pattern, const char *path,
                        const char *text, size_t length)
{
    /* A copy without a byte to spare, so that sanitizers see a read behind its end. */
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    struct scanner *scanner;
    struct facts facts = {0};
    struct jig_error error;
    assert_int_equal(scanner_create(kind, pattern, &scanner, &error), JIG_OK);
    scanner_scan(scanner, path, copy, length, &facts);
    scanner_destroy(scanner);
    free(copy);
    return facts;
}

struct facts scan_text(enum scanner_kind kind, const char *path, const char *text)
{
    return scan_bytes(kind, NULL, path, text, strlen(text));
}

static void check_text(struct buf *found, const char *expected)
{
    if (strcmp(buf_cstr(found), expected) != 0)
        print_error("found:\n%sexpected:\n%s", buf_cstr(found), expected);
    assert_string_equal(buf_cstr(found), expected);
    buf_free(found);
}

/* ---- imports ------------------------------------------------------------------------------- */

void check_import_facts(struct facts *facts, const char *expected)
{
    struct buf found = {0};
    for (uint32_t i = 0; i < facts->imports.count; i++) {
        const struct fact_import *import = &facts->imports.data[i];
        buf_printf(&found, "%s %s%s", import_kinds[import->kind],
                   facts_text(facts, import->specifier), import->all ? " *" : "");
        for (uint32_t j = 0; j < import->names_count; j++) {
            const struct fact_name *name = &facts->names.data[import->names_begin + j];
            const char *imported = facts_text(facts, name->imported);
            const char *local = facts_text(facts, name->local);
            buf_printf(&found, " %s", imported);
            if (strcmp(imported, local) != 0)
                buf_printf(&found, ">%s", local);
        }
        buf_append_char(&found, '\n');
    }
    facts_free(facts);
    check_text(&found, expected);
}

void check_imports(enum scanner_kind kind, const char *path, const char *text, const char *expected)
{
    struct facts facts = scan_text(kind, path, text);
    check_import_facts(&facts, expected);
}

/* ---- definitions --------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void describe_uses(const struct facts *facts, const struct fact_definition *definition,
                          struct buf *out)
{
    const char **names = calloc((size_t)definition->uses_count + 1, sizeof *names);
    assert_non_null(names);
    for (uint32_t i = 0; i < definition->uses_count; i++)
        names[i] = facts_text(facts, facts->uses.data[definition->uses_begin + i].name);
    qsort(names, definition->uses_count, sizeof *names, by_text);
    for (uint32_t i = 0; i < definition->uses_count; i++)
        buf_printf(out, " %s", *names[i] ? names[i] : "-");
    free(names);
}

void check_definition_facts(struct facts *facts, const char *expected)
{
    struct buf found = {0};
    for (uint32_t i = 0; i < facts->definitions.count; i++) {
        const struct fact_definition *definition = &facts->definitions.data[i];
        const char *name = facts_text(facts, definition->name);
        buf_printf(&found, "%s%s %s", definition->exported ? "+" : "",
                   definition_kinds[definition->kind], *name ? name : "-");
        describe_uses(facts, definition, &found);
        buf_append_char(&found, '\n');
    }
    facts_free(facts);
    check_text(&found, expected);
}

void check_definitions(enum scanner_kind kind, const char *path, const char *text,
                       const char *expected)
{
    struct facts facts = scan_text(kind, path, text);
    check_definition_facts(&facts, expected);
}

/* ---- digests ------------------------------------------------------------------------------- */

static struct digest digest_in(enum scanner_kind kind, const char *path, const char *name,
                               const char *text)
{
    struct facts facts = scan_text(kind, path, text);
    struct digest digest = {0};
    uint32_t found = 0;
    for (uint32_t i = 0; i < facts.definitions.count; i++) {
        const struct fact_definition *definition = &facts.definitions.data[i];
        if (strcmp(facts_text(&facts, definition->name), name) == 0) {
            digest = definition->digest;
            found++;
        }
    }
    facts_free(&facts);
    assert_int_equal(found, 1);
    return digest;
}

void check_same(enum scanner_kind kind, const char *path, const char *name, const char *a,
                const char *b)
{
    assert_true(digest_equal(digest_in(kind, path, name, a), digest_in(kind, path, name, b)));
}

void check_differ(enum scanner_kind kind, const char *path, const char *name, const char *a,
                  const char *b)
{
    assert_false(digest_equal(digest_in(kind, path, name, a), digest_in(kind, path, name, b)));
}
