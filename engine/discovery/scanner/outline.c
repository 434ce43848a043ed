#include "engine/discovery/scanner/outline.h"

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

struct digest outline_chain(struct digest before, const void *bytes, size_t length)
{
    struct digest both[2] = {before, digest_of(bytes, length)};
    return digest_of(both, sizeof both);
}

static struct digest statement_digest(const struct outline *outline)
{
    return outline_chain(outline->folded, outline->tokens.data, outline->tokens.count);
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

struct digest outline_at_place(struct digest digest, uint32_t place)
{
    return place ? outline_chain(digest, &place, sizeof place) : digest;
}

static void add_rest_statement(struct outline *outline, struct digest statement)
{
    outline->rest = outline_chain(outline->rest, &statement, sizeof statement);
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
        digest = outline_at_place(tokens, outline->actions);
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
