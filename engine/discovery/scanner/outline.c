#include "engine/discovery/scanner/outline.h"

#include <stdlib.h>

void outline_begin(struct outline *outline, struct facts *facts)
{
    *outline = (struct outline){
        .facts = facts,
        .statement = 1,
        .first_definition = facts->definitions.count,
        .statement_defined = facts->definitions.count,
    };
}

/* So many bytes of tokens are kept before they become a digest: memory stays bounded. */
enum { FOLD_BYTES = 1 << 20 };

static struct digest chain(struct digest before, const void *bytes, size_t length)
{
    struct digest both[2] = {before, digest_of(bytes, length)};
    return digest_of(both, sizeof both);
}

static struct digest statement_digest(const struct outline *outline)
{
    return chain(outline->folded, outline->tokens.data, outline->tokens.count);
}

static void fold(struct outline *outline)
{
    outline->folded = statement_digest(outline);
    outline->tokens.count = 0;
}

/* The length in front says where a token ends, whatever bytes it holds. */
void outline_token(struct outline *outline, const char *text, size_t length)
{
    uint32_t prefix = (uint32_t)length;
    if (outline->tokens.capacity - outline->tokens.count < length + sizeof prefix)
        vec_reserve(&outline->tokens, length + sizeof prefix);
    char *to = outline->tokens.data + outline->tokens.count;
    memcpy(to, &prefix, sizeof prefix);
    memcpy(to + sizeof prefix, text, length);
    outline->tokens.count += (uint32_t)(length + sizeof prefix);
    if (outline->tokens.count > FOLD_BYTES)
        fold(outline);
}

void outline_mention(struct outline *outline, symbol_id word)
{
    struct symbol *symbol = symbols_at(&outline->symbols, word);
    if (symbol->statement == outline->statement)
        return;
    symbol->statement = outline->statement;
    vec_push(&outline->mentions, word);
}

uint32_t outline_text(struct outline *outline, symbol_id word)
{
    struct symbol *symbol = symbols_at(&outline->symbols, word);
    if (symbol->offset == UINT32_MAX)
        symbol->offset = facts_add_text(outline->facts, symbol->text, symbol->length);
    return symbol->offset;
}

static struct outline_definition *add_definition(struct outline *outline, symbol_id name,
                                                 const struct fact_definition *definition)
{
    vec_push(&outline->facts->definitions, *definition);
    vec_push(&outline->definitions, ((struct outline_definition){name, outline->statement, 0, 0}));
    return &outline->definitions.data[outline->definitions.count - 1];
}

void outline_define(struct outline *outline, symbol_id name, enum fact_definition_kind kind,
                    uint32_t line, bool exported)
{
    struct outline_definition *added = add_definition(
        outline, name,
        &(struct fact_definition){
            .name = outline_text(outline, name), .line = line, .exported = exported, .kind = kind});
    struct symbol *symbol = symbols_at(&outline->symbols, name);
    bool again = (symbol->flags & SYMBOL_DEFINED) && symbol->defined != outline->statement;
    added->before = symbol->definitions;
    if (added->before)
        added->ordinal = outline->definitions.data[added->before - 1].ordinal + again;
    symbol->definitions = outline->definitions.count;
    symbol->flags |= SYMBOL_LOCAL | SYMBOL_DEFINED | (again ? SYMBOL_AGAIN : 0);
    symbol->defined = outline->statement;
}

/* Begins a statement behind what is known. */
static void next_statement(struct outline *outline)
{
    outline->tokens.count = 0;
    outline->folded = (struct digest){0};
    outline->mentions_begin = outline->mentions.count;
    outline->statement_defined = outline->facts->definitions.count;
    outline->statement++;
    outline->declares = outline->acts = outline->reads = false;
}

/* A digest that depends on where something stands, unless it comes first. */
static struct digest at_place(struct digest digest, uint32_t place)
{
    return place ? chain(digest, &place, sizeof place) : digest;
}

static void add_rest_statement(struct outline *outline, struct digest statement)
{
    outline->rest = chain(outline->rest, &statement, sizeof statement);
    outline->actions++;
}

static void end_loose(struct outline *outline)
{
    uint32_t flags = SYMBOL_LOOSE | (outline->declares ? SYMBOL_HIDDEN : 0);
    for (uint32_t i = outline->mentions_begin; i < outline->mentions.count; i++)
        symbols_at(&outline->symbols, outline->mentions.data[i])->flags |= flags;
    outline->mentions.count = outline->mentions_begin;
    if (outline->tokens.count == 0 && digest_is_zero(outline->folded))
        return;
    add_rest_statement(outline, statement_digest(outline));
}

/* Functions and types do nothing by being defined. */
static bool is_evaluated(const struct outline *outline)
{
    const struct facts *facts = outline->facts;
    for (uint32_t i = outline->statement_defined; i < facts->definitions.count; i++) {
        uint32_t kind = facts->definitions.data[i].kind;
        if (kind != DEFINITION_FUNCTION && kind != DEFINITION_TYPE)
            return true;
    }
    return false;
}

/* The statement may change all that it mentions, beside what it defines itself. */
static void touch_mentions(struct outline *outline)
{
    for (uint32_t i = outline->mentions_begin; i < outline->mentions.count; i++) {
        struct symbol *symbol = symbols_at(&outline->symbols, outline->mentions.data[i]);
        if (symbol->defined != outline->statement)
            symbol->flags |= SYMBOL_LOOSE;
    }
}

static void end_definitions(struct outline *outline)
{
    struct facts *facts = outline->facts;
    struct digest tokens = statement_digest(outline), digest = tokens;
    bool evaluated = is_evaluated(outline);
    if (evaluated && (outline->acts || outline->reads))
        digest = at_place(tokens, outline->actions);
    for (uint32_t i = outline->statement_defined; i < facts->definitions.count; i++) {
        struct fact_definition *definition = &facts->definitions.data[i];
        definition->digest = digest;
        definition->uses_begin = outline->mentions_begin;
        definition->uses_count = outline->mentions.count - outline->mentions_begin;
    }
    if (evaluated && outline->acts) {
        touch_mentions(outline);
        add_rest_statement(outline, tokens);
    }
}

void outline_end(struct outline *outline)
{
    if (outline->statement_defined == outline->facts->definitions.count)
        end_loose(outline);
    else
        end_definitions(outline);
    next_statement(outline);
}

void outline_drop(struct outline *outline)
{
    outline->mentions.count = outline->mentions_begin;
    next_statement(outline);
}

void outline_introduce(struct outline *outline, symbol_id local)
{
    symbols_at(&outline->symbols, local)->flags |= SYMBOL_LOCAL;
}

void outline_import_all(struct outline *outline, enum fact_import_kind kind, const char *text,
                        size_t length, uint32_t line)
{
    struct facts *facts = outline->facts;
    buf_clear(&outline->key);
    buf_append_char(&outline->key, kind == IMPORT_ANGLED ? '<' : '"');
    buf_append(&outline->key, text, length);
    buf_append_char(&outline->key, kind == IMPORT_ANGLED ? '>' : '"');
    symbol_id word = symbols_intern_copy(&outline->symbols, outline->key.data, outline->key.length);
    outline_mention(outline, word);
    struct symbol *symbol = symbols_at(&outline->symbols, word);
    if (symbol->flags & SYMBOL_IMPORTED)
        return;
    symbol->flags |= SYMBOL_IMPORTED | SYMBOL_LOCAL;
    uint32_t star = facts_add_text(facts, "*", 1);
    vec_push(&facts->names, ((struct fact_name){star, outline_text(outline, word), 0}));
    vec_push(&facts->imports,
             ((struct fact_import){.specifier = facts_add_text(facts, text, length),
                                   .line = line,
                                   .kind = (uint8_t)kind,
                                   .all = 1,
                                   .names_begin = facts->names.count - 1,
                                   .names_count = 1}));
}

void outline_export(struct outline *outline, symbol_id local, symbol_id name,
                    enum outline_export_way way, uint32_t line)
{
    vec_push(&outline->exports,
             ((struct outline_export){local, name, way, line, outline->actions}));
}

void outline_reexport(struct outline *outline, symbol_id name, uint32_t line)
{
    const struct symbol *symbol = symbols_at(&outline->symbols, name);
    add_definition(outline, name,
                   &(struct fact_definition){.name = outline_text(outline, name),
                                             .line = line,
                                             .digest = digest_of(symbol->text, symbol->length),
                                             .uses_begin = outline->facts->uses.count,
                                             .exported = 1,
                                             .kind = DEFINITION_ALIAS});
    outline->statement_defined = outline->facts->definitions.count;
}

/* ---- the end: what is used, and what is exported ------------------------------------------- */

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
        definition->digest = at_place(definition->digest, known->ordinal);
        if (flags & SYMBOL_EXPORTED)
            definition->exported = 1;
        if (flags & SYMBOL_AS_TYPE)
            definition->digest = chain(definition->digest, "type", 4);
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
        return chain(digest, "type", 4);
    bool changes = export->way == OUTLINE_VALUE && (local->flags & SYMBOL_LOOSE);
    return changes ? at_place(digest, export->actions) : digest;
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
