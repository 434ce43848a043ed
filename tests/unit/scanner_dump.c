/*
 * The facts of files as JSON, one object a line: `scanner_dump KIND [PATTERN] [FILE…]`; without
 * files, their paths are read from standard input, one a line.
 */
#include "engine/base/io.h"
#include "engine/discovery/scanner/scanner.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>

static const char *const import_kinds[] = {"static", "type",   "dynamic", "require", "reexport",
                                           "quoted", "angled", "weak",    "computed"};
static const char *const definition_kinds[] = {"other",     "function", "class",     "value",
                                               "type",      "enum",     "namespace", "service",
                                               "operation", "fragment", "alias"};

/* Text that is not UTF-8 becomes what each byte is in Latin-1. */
static json_t *text(const struct facts *facts, uint32_t offset)
{
    const char *bytes = facts_text(facts, offset);
    json_t *string = json_string(bytes);
    if (string)
        return string;
    struct buf latin = {0};
    for (; *bytes; bytes++) {
        unsigned char c = (unsigned char)*bytes;
        if (c >= 0x80)
            buf_append_char(&latin, (char)(0xc0 | c >> 6));
        buf_append_char(&latin, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
    }
    string = json_string(buf_cstr(&latin));
    buf_free(&latin);
    return string;
}

static json_t *import_json(const struct facts *facts, const struct fact_import *import)
{
    json_t *names = json_array();
    for (uint32_t i = 0; i < import->names_count; i++) {
        const struct fact_name *name = &facts->names.data[import->names_begin + i];
        json_array_append_new(
            names, json_pack("[oo]", text(facts, name->imported), text(facts, name->local)));
    }
    return json_pack("{so, si, ss, sb, so}", "specifier", text(facts, import->specifier), "line",
                     (int)import->line, "kind", import_kinds[import->kind], "all", import->all,
                     "names", names);
}

static json_t *definition_json(const struct facts *facts, const struct fact_definition *definition)
{
    char digest[40];
    snprintf(digest, sizeof digest, "%016llx%016llx", (unsigned long long)definition->digest.high,
             (unsigned long long)definition->digest.low);
    json_t *uses = json_array();
    for (uint32_t i = 0; i < definition->uses_count; i++)
        json_array_append_new(uses, text(facts, facts->uses.data[definition->uses_begin + i].name));
    return json_pack("{so, si, ss, sb, ss, so}", "name", text(facts, definition->name), "line",
                     (int)definition->line, "kind", definition_kinds[definition->kind], "exported",
                     (int)definition->exported, "digest", digest, "uses", uses);
}

static void dump(const struct scanner *scanner, const char *path)
{
    struct buf content = {0};
    struct facts facts = {0};
    if (io_read_file(AT_FDCWD, path, &content) != 0) {
        fprintf(stderr, "scanner_dump: cannot read %s\n", path);
        exit(1);
    }
    scanner_scan(scanner, path, buf_cstr(&content), content.length, &facts);
    json_t *imports = json_array(), *definitions = json_array();
    for (uint32_t i = 0; i < facts.imports.count; i++)
        json_array_append_new(imports, import_json(&facts, &facts.imports.data[i]));
    for (uint32_t i = 0; i < facts.definitions.count; i++)
        json_array_append_new(definitions, definition_json(&facts, &facts.definitions.data[i]));
    json_t *all =
        json_pack("{ss, so, so}", "path", path, "imports", imports, "definitions", definitions);
    json_dumpf(all, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(all);
    facts_free(&facts);
    buf_free(&content);
}

int main(int argc, char **argv)
{
    enum scanner_kind kind;
    struct scanner *scanner;
    struct jig_error error;
    if (argc < 2 || !scanner_kind_of(argv[1], &kind)) {
        fprintf(stderr, "usage: scanner_dump KIND [PATTERN] [FILE...]\n");
        return 2;
    }
    int first = kind == SCANNER_REGEX ? 3 : 2;
    if (scanner_create(kind, argc > 2 ? argv[2] : NULL, &scanner, &error) != JIG_OK) {
        fprintf(stderr, "scanner_dump: %s\n", error.message);
        return 2;
    }
    for (int i = first; i < argc; i++)
        dump(scanner, argv[i]);
    char *line = NULL;
    size_t capacity = 0;
    for (ssize_t n; first >= argc && (n = getline(&line, &capacity, stdin)) > 0;) {
        line[n - (line[n - 1] == '\n')] = '\0';
        dump(scanner, line);
    }
    free(line);
    scanner_destroy(scanner);
    return 0;
}
