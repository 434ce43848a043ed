#include "engine/discovery/facts_store.h"

struct facts_span facts_mark(const struct facts *facts)
{
    return (struct facts_span){
        .text = {facts->text.count, 0},
        .imports = {facts->imports.count, 0},
        .names = {facts->names.count, 0},
        .definitions = {facts->definitions.count, 0},
        .uses = {facts->uses.count, 0},
    };
}

struct facts_span facts_since(const struct facts *facts, struct facts_span mark)
{
    mark.text.count = facts->text.count - mark.text.begin;
    mark.imports.count = facts->imports.count - mark.imports.begin;
    mark.names.count = facts->names.count - mark.names.begin;
    mark.definitions.count = facts->definitions.count - mark.definitions.begin;
    mark.uses.count = facts->uses.count - mark.uses.begin;
    return mark;
}

#define MAKE_ROOM(column)                                                                          \
    (vec_reserve(&facts->column, size->column.count), facts->column.count += size->column.count,   \
     (struct span){facts->column.count - size->column.count, size->column.count})

struct facts_span facts_make_room(struct facts *facts, const struct facts_span *size)
{
    return (struct facts_span){
        .text = MAKE_ROOM(text),
        .imports = MAKE_ROOM(imports),
        .names = MAKE_ROOM(names),
        .definitions = MAKE_ROOM(definitions),
        .uses = MAKE_ROOM(uses),
    };
}

/* Offsets and begins move by as much as the column they point into. Unsigned, so back too. */
void facts_copy(struct facts *to, const struct facts_span *at, const struct facts *from,
                const struct facts_span *span)
{
    const uint32_t text = at->text.begin - span->text.begin;
    const uint32_t names = at->names.begin - span->names.begin;
    const uint32_t uses = at->uses.begin - span->uses.begin;
    if (span->text.count)
        memcpy(to->text.data + at->text.begin, from->text.data + span->text.begin,
               span->text.count);
    for (uint32_t i = 0; i < span->imports.count; i++) {
        struct fact_import import = from->imports.data[span->imports.begin + i];
        import.specifier += text;
        import.names_begin += names;
        to->imports.data[at->imports.begin + i] = import;
    }
    for (uint32_t i = 0; i < span->names.count; i++) {
        struct fact_name name = from->names.data[span->names.begin + i];
        name.imported += text;
        name.local += text;
        to->names.data[at->names.begin + i] = name;
    }
    for (uint32_t i = 0; i < span->definitions.count; i++) {
        struct fact_definition definition = from->definitions.data[span->definitions.begin + i];
        definition.name += text;
        definition.uses_begin += uses;
        to->definitions.data[at->definitions.begin + i] = definition;
    }
    for (uint32_t i = 0; i < span->uses.count; i++)
        to->uses.data[at->uses.begin + i].name = from->uses.data[span->uses.begin + i].name + text;
}

bool facts_same_imports(const struct facts *a, struct span a_imports, const struct facts *b,
                        struct span b_imports)
{
    if (a_imports.count != b_imports.count)
        return false;
    for (uint32_t i = 0; i < a_imports.count; i++) {
        const struct fact_import *one = &a->imports.data[a_imports.begin + i];
        const struct fact_import *other = &b->imports.data[b_imports.begin + i];
        if (one->kind != other->kind ||
            strcmp(facts_text(a, one->specifier), facts_text(b, other->specifier)) != 0)
            return false;
    }
    return true;
}

static void mix_text(struct buf *scratch, const struct facts *facts, uint32_t offset)
{
    const char *text = facts_text(facts, offset);
    buf_append(scratch, text, strlen(text) + 1);
}

struct digest facts_shape(const struct facts *facts, struct span imports, struct span definitions,
                          struct buf *scratch)
{
    buf_clear(scratch);
    const uint32_t counts[] = {imports.count, definitions.count};
    buf_append(scratch, counts, sizeof counts);
    for (uint32_t i = 0; i < imports.count; i++) {
        const struct fact_import *import = &facts->imports.data[imports.begin + i];
        const uint32_t words[] = {import->kind, import->all, import->names_count};
        buf_append(scratch, words, sizeof words);
        mix_text(scratch, facts, import->specifier);
        for (uint32_t n = 0; n < import->names_count; n++) {
            mix_text(scratch, facts, facts->names.data[import->names_begin + n].imported);
            mix_text(scratch, facts, facts->names.data[import->names_begin + n].local);
        }
    }
    for (uint32_t i = 0; i < definitions.count; i++) {
        const struct fact_definition *definition = &facts->definitions.data[definitions.begin + i];
        const uint32_t words[] = {definition->kind, definition->exported};
        buf_append(scratch, words, sizeof words);
        mix_text(scratch, facts, definition->name);
    }
    return digest_of(scratch->data, scratch->length);
}

uint64_t facts_span_bytes(const struct facts_span *span)
{
    return span->text.count + sizeof(struct fact_import) * (uint64_t)span->imports.count +
           sizeof(struct fact_name) * (uint64_t)span->names.count +
           sizeof(struct fact_definition) * (uint64_t)span->definitions.count +
           sizeof(struct fact_use) * (uint64_t)span->uses.count;
}

uint64_t facts_bytes(const struct facts *facts)
{
    struct facts_span all = facts_since(facts, (struct facts_span){0});
    return facts_span_bytes(&all);
}

/* ---- soundness ----------------------------------------------------------------------------- */

static bool is_inside(uint32_t begin, uint32_t count, struct span whole)
{
    return begin >= whole.begin && begin - whole.begin <= whole.count &&
           count <= whole.count - (begin - whole.begin);
}

static bool is_text(uint32_t offset, const struct facts_span *span)
{
    return is_inside(offset, 1, span->text);
}

static bool are_imports_sound(const struct facts *facts, const struct facts_span *span)
{
    for (uint32_t i = 0; i < span->imports.count; i++) {
        const struct fact_import *import = &facts->imports.data[span->imports.begin + i];
        if (!is_text(import->specifier, span) || import->kind > IMPORT_COMPUTED ||
            !is_inside(import->names_begin, import->names_count, span->names))
            return false;
    }
    for (uint32_t i = 0; i < span->names.count; i++) {
        const struct fact_name *name = &facts->names.data[span->names.begin + i];
        if (!is_text(name->imported, span) || !is_text(name->local, span))
            return false;
    }
    return true;
}

static bool are_definitions_sound(const struct facts *facts, const struct facts_span *span)
{
    for (uint32_t i = 0; i < span->definitions.count; i++) {
        const struct fact_definition *definition =
            &facts->definitions.data[span->definitions.begin + i];
        if (!is_text(definition->name, span) || definition->kind > DEFINITION_ALIAS ||
            !is_inside(definition->uses_begin, definition->uses_count, span->uses))
            return false;
    }
    for (uint32_t i = 0; i < span->uses.count; i++) {
        if (!is_text(facts->uses.data[span->uses.begin + i].name, span))
            return false;
    }
    return true;
}

bool facts_are_sound(const struct facts *facts, const struct facts_span *span)
{
    const struct facts_span all = facts_since(facts, (struct facts_span){0});
    if (!is_inside(span->text.begin, span->text.count, all.text) ||
        !is_inside(span->imports.begin, span->imports.count, all.imports) ||
        !is_inside(span->names.begin, span->names.count, all.names) ||
        !is_inside(span->definitions.begin, span->definitions.count, all.definitions) ||
        !is_inside(span->uses.begin, span->uses.count, all.uses))
        return false;
    /* With a NUL at its end, every offset into it is the beginning of a string. */
    if (span->text.count && facts->text.data[span->text.begin + span->text.count - 1] != '\0')
        return false;
    return are_imports_sound(facts, span) && are_definitions_sound(facts, span);
}
