#include "fuzz_scan.h"

#include <string.h>

static void check_offset(const struct facts *facts, uint32_t offset)
{
    FUZZ_CHECK(offset < facts->text.count);
    FUZZ_CHECK(memchr(facts_text(facts, offset), 0, facts->text.count - offset));
}

static void check_range(uint32_t begin, uint32_t count, uint32_t all)
{
    FUZZ_CHECK(begin <= all && count <= all - begin);
}

static void check_imports(const struct facts *facts)
{
    for (uint32_t i = 0; i < facts->imports.count; i++) {
        const struct fact_import *import = &facts->imports.data[i];
        check_offset(facts, import->specifier);
        check_range(import->names_begin, import->names_count, facts->names.count);
        FUZZ_CHECK(import->kind <= IMPORT_COMPUTED && import->line > 0);
    }
    for (uint32_t i = 0; i < facts->names.count; i++) {
        check_offset(facts, facts->names.data[i].imported);
        check_offset(facts, facts->names.data[i].local);
    }
}

static void check_definitions(const struct facts *facts)
{
    uint32_t count = facts->definitions.count;
    for (uint32_t i = 0; i < count; i++) {
        const struct fact_definition *definition = &facts->definitions.data[i];
        check_offset(facts, definition->name);
        check_range(definition->uses_begin, definition->uses_count, facts->uses.count);
        FUZZ_CHECK(definition->kind <= DEFINITION_ALIAS && definition->line > 0);
    }
    for (uint32_t i = 0; i < facts->uses.count; i++)
        check_offset(facts, facts->uses.data[i].name);
    FUZZ_CHECK(count > 0 && *facts_text(facts, facts->definitions.data[count - 1].name) == '\0');
}

/* The second half of the facts tells what the first half does. */
static void check_twice(const struct facts *facts, uint32_t imports, uint32_t definitions)
{
    FUZZ_CHECK(facts->imports.count == 2 * imports);
    FUZZ_CHECK(facts->definitions.count == 2 * definitions);
    for (uint32_t i = 0; i < definitions; i++) {
        const struct fact_definition *a = &facts->definitions.data[i];
        const struct fact_definition *b = &facts->definitions.data[definitions + i];
        FUZZ_CHECK(digest_equal(a->digest, b->digest) && a->line == b->line);
        FUZZ_CHECK(strcmp(facts_text(facts, a->name), facts_text(facts, b->name)) == 0);
        FUZZ_CHECK(a->uses_count == b->uses_count && a->exported == b->exported);
    }
}

void fuzz_scan(enum scanner_kind kind, const char *pattern, const char *path, const uint8_t *data,
               size_t size)
{
    struct scanner *scanner;
    if (scanner_create(kind, pattern, &scanner, NULL) != JIG_OK)
        return;
    char *text = malloc(size ? size : 1); /* not a byte to spare */
    FUZZ_CHECK(text);
    if (size)
        memcpy(text, data, size);
    struct facts facts = {0};
    scanner_scan(scanner, path, text, size, &facts);
    uint32_t imports = facts.imports.count, definitions = facts.definitions.count;
    check_imports(&facts);
    check_definitions(&facts);
    scanner_scan(scanner, path, text, size, &facts);
    check_twice(&facts, imports, definitions);
    free(text);
    facts_free(&facts);
    scanner_destroy(scanner);
}
