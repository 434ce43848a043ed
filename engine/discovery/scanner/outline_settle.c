/*
 * The end of an outline, when all that the text introduces is known: which mentions are uses, what
 * may be changed by what acts, and what is exported.
 */
#include "engine/discovery/scanner/outline.h"

#include <stdlib.h>

static void add_use(struct outline *outline, uint32_t text)
{
    vec_push(&outline->facts->uses, ((struct fact_use){text}));
}

static bool is_use(const struct outline *outline, symbol_id word)
{
    return outline->uses_all || (symbols_at(&outline->symbols, word)->flags & SYMBOL_LOCAL);
}

/* The definitions [begin, end) of the facts that one statement made. */
struct statement {
    uint32_t begin, end;
    uint32_t number;
    symbol_id name; /* the only one it defines; else SYMBOL_NONE */
};

static const struct outline_definition *definition_at(const struct outline *outline, uint32_t index)
{
    return &outline->definitions.data[index - outline->first_definition];
}

/* Whether the word is what the statement defines, and no other statement adds to that. */
static bool is_own(const struct outline *outline, const struct statement *statement, symbol_id word)
{
    const struct symbol *symbol = symbols_at(&outline->symbols, word);
    return word == statement->name ||
           (symbol->defined == statement->number && !(symbol->flags & SYMBOL_AGAIN));
}

/* Whether the text outside of definitions can change what the statement defines. */
static bool is_loose(const struct outline *outline, const struct statement *statement)
{
    bool loose = outline->uses_rest;
    for (uint32_t i = statement->begin; i < statement->end && !loose; i++) {
        symbol_id name = definition_at(outline, i)->name;
        loose = symbols_at(&outline->symbols, name)->flags & SYMBOL_LOOSE;
    }
    return loose;
}

/* Turns the statement's mentions into uses. */
static void add_uses(struct outline *outline, const struct statement *statement, uint32_t empty)
{
    const struct fact_definition *first = &outline->facts->definitions.data[statement->begin];
    bool loose = is_loose(outline, statement);
    for (uint32_t i = 0; i < first->uses_count; i++) {
        symbol_id word = outline->mentions.data[first->uses_begin + i];
        loose |= (symbols_at(&outline->symbols, word)->flags & SYMBOL_HIDDEN) != 0;
        if (is_use(outline, word) && !is_own(outline, statement, word))
            add_use(outline, outline_text(outline, word));
    }
    if (loose)
        add_use(outline, empty);
}

static void settle_statement(struct outline *outline, const struct statement *statement,
                             uint32_t empty)
{
    struct facts *facts = outline->facts;
    uint32_t uses_begin = facts->uses.count;
    add_uses(outline, statement, empty);
    for (uint32_t i = statement->begin; i < statement->end; i++) {
        struct fact_definition *definition = &facts->definitions.data[i];
        const struct outline_definition *known = definition_at(outline, i);
        uint32_t flags = symbols_at(&outline->symbols, known->name)->flags;
        definition->uses_begin = uses_begin;
        definition->uses_count = facts->uses.count - uses_begin;
        definition->digest = outline_at_place(definition->digest, known->ordinal);
        if (flags & SYMBOL_EXPORTED)
            definition->exported = 1;
        if (flags & SYMBOL_AS_TYPE)
            definition->digest = outline_chain(definition->digest, "type", 4);
    }
}

/* Aliases so far are those of a REEXPORT, which use nothing. */
static void settle_definitions(struct outline *outline, uint32_t empty)
{
    const struct facts *facts = outline->facts;
    uint32_t count = facts->definitions.count;
    for (uint32_t begin = outline->first_definition, end; begin < count; begin = end) {
        const struct outline_definition *first = definition_at(outline, begin);
        struct statement statement = {
            .begin = begin, .number = first->statement, .name = first->name};
        for (end = begin + 1; end < count; end++) {
            if (definition_at(outline, end)->statement != first->statement)
                break;
            if (definition_at(outline, end)->name != first->name)
                statement.name = SYMBOL_NONE;
        }
        statement.end = end;
        if (facts->definitions.data[begin].kind != DEFINITION_ALIAS)
            settle_statement(outline, &statement, empty);
    }
}

/* The words that may be changed; each is there once. */
struct touched {
    VEC(symbol_id) words;
    bool *seen; /* [statement]: its mentions are among them */
};

static void touch(struct outline *outline, struct touched *touched, symbol_id word)
{
    struct symbol *symbol = symbols_at(&outline->symbols, word);
    if (!(symbol->flags & SYMBOL_LOOSE))
        vec_push(&touched->words, word);
    symbol->flags |= SYMBOL_LOOSE;
}

/* What is changed through a definition: all that its statement mentions. */
static void touch_through(struct outline *outline, struct touched *touched, uint32_t index)
{
    bool *seen = &touched->seen[outline->definitions.data[index].statement];
    const struct fact_definition *definition =
        &outline->facts->definitions.data[outline->first_definition + index];
    if (*seen || definition->kind == DEFINITION_TYPE)
        return;
    *seen = true;
    for (uint32_t i = 0; i < definition->uses_count; i++)
        touch(outline, touched, outline->mentions.data[definition->uses_begin + i]);
}

/* What acts may change whatever it reaches: what it mentions, and what that mentions in turn. */
static void touch_reachable(struct outline *outline)
{
    struct touched touched = {.seen = mem_array(outline->statement + 1, sizeof *touched.seen)};
    for (symbol_id word = 0; word < outline->symbols.all.count; word++) {
        if (symbols_at(&outline->symbols, word)->flags & SYMBOL_LOOSE)
            vec_push(&touched.words, word);
    }
    for (uint32_t i = 0; i < touched.words.count; i++) {
        uint32_t at = symbols_at(&outline->symbols, touched.words.data[i])->definitions;
        for (; at; at = outline->definitions.data[at - 1].before)
            touch_through(outline, &touched, at - 1);
    }
    free(touched.seen);
    vec_free(&touched.words);
}

/* An export under a definition's own name marks it; any other is an alias. */
static void mark_exports(struct outline *outline)
{
    for (uint32_t i = 0; i < outline->exports.count; i++) {
        const struct outline_export *export = &outline->exports.data[i];
        struct symbol *symbol = symbols_at(&outline->symbols, export->local);
        if (export->local == export->name && (symbol->flags & SYMBOL_DEFINED))
            symbol->flags |= SYMBOL_EXPORTED | (export->way == OUTLINE_TYPE ? SYMBOL_AS_TYPE : 0u);
    }
}

/* What an alias is beside what it uses: the name, and how and where it is exported. */
static struct digest alias_digest(const struct outline_export *export, const struct symbol *local)
{
    struct digest digest = digest_of(local->text, local->length);
    if (export->way == OUTLINE_TYPE)
        return outline_chain(digest, "type", 4);
    bool changes = export->way == OUTLINE_VALUE && (local->flags & SYMBOL_LOOSE);
    return changes ? outline_at_place(digest, export->actions) : digest;
}

static void add_aliases(struct outline *outline, uint32_t empty)
{
    for (uint32_t i = 0; i < outline->exports.count; i++) {
        const struct outline_export *export = &outline->exports.data[i];
        const struct symbol *local = symbols_at(&outline->symbols, export->local);
        if (export->local == export->name && (local->flags & SYMBOL_DEFINED))
            continue;
        struct fact_definition alias = {.name = outline_text(outline, export->name),
                                        .line = export->line,
                                        .digest = alias_digest(export, local),
                                        .uses_begin = outline->facts->uses.count,
                                        .uses_count = 1,
                                        .exported = 1,
                                        .kind = DEFINITION_ALIAS};
        add_use(outline,
                local->flags & SYMBOL_LOCAL ? outline_text(outline, export->local) : empty);
        vec_push(&outline->facts->definitions, alias);
    }
}

static void add_rest(struct outline *outline, uint32_t empty)
{
    struct fact_definition rest = {.name = empty,
                                   .line = 1,
                                   .digest = outline->rest,
                                   .uses_begin = outline->facts->uses.count,
                                   .kind = DEFINITION_OTHER};
    for (symbol_id word = 0; word < outline->symbols.all.count; word++) {
        if ((symbols_at(&outline->symbols, word)->flags & SYMBOL_LOOSE) && is_use(outline, word))
            add_use(outline, outline_text(outline, word));
    }
    rest.uses_count = outline->facts->uses.count - rest.uses_begin;
    vec_push(&outline->facts->definitions, rest);
}

void outline_finish(struct outline *outline)
{
    outline_end(outline);
    uint32_t empty = facts_add_text(outline->facts, "", 0);
    mark_exports(outline);
    if (outline->is_evaluated)
        touch_reachable(outline);
    settle_definitions(outline, empty);
    add_aliases(outline, empty);
    add_rest(outline, empty);
    symbols_free(&outline->symbols);
    buf_free(&outline->key);
    vec_free(&outline->tokens);
    vec_free(&outline->mentions);
    vec_free(&outline->definitions);
    vec_free(&outline->exports);
}
