/*
 * Globs: braces are expanded into alternatives as bash does, before anything else is looked at, and
 * each alternative is a pattern.
 */
#include "engine/discovery/walk/glob.h"

#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "engine/discovery/walk/pattern.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_ALTERNATIVES = 1000,
    MOST_TEXT = 4 * 1024 * 1024, /* bytes of all texts that expanding braces goes through */
};

struct glob {
    struct arena arena;
    VEC(struct pattern) alternatives;
    const char *base;
};

/* ---- braces -------------------------------------------------------------------------------- */

/* A text that is being expanded, and where in the user's pattern each of its bytes stood. */
struct piece {
    char *text;
    uint32_t *origins; /* [length] */
    size_t length;
};

static void piece_free(struct piece *piece)
{
    free(piece->text);
    free(piece->origins);
}

/* One brace expression: the offsets of its braces, and whether there is a comma directly in it. */
struct brace {
    size_t open, close;
    bool has_comma;
};

/*
 * Finds the outermost brace expression with a choice in it that comes first. When there is none,
 * found->close is 0. False for a brace that is never closed, at found->open. O(length).
 */
static bool find_brace(const struct piece *piece, struct brace *found)
{
    VEC(struct brace) open = {0};
    *found = (struct brace){0};
    for (size_t i = 0; i < piece->length; i++) {
        char c = piece->text[i];
        if (c == '\\') {
            i++;
        } else if (c == '{') {
            vec_push(&open, ((struct brace){.open = i}));
        } else if (c == ',' && open.count) {
            open.data[open.count - 1].has_comma = true;
        } else if (c == '}' && open.count) {
            struct brace closed = open.data[--open.count];
            closed.close = i;
            if (closed.has_comma && (found->close == 0 || closed.open < found->open))
                *found = closed;
        }
    }
    bool all_closed = open.count == 0;
    if (!all_closed)
        *found = open.data[0];
    vec_free(&open);
    return all_closed;
}

static void append(struct piece *to, const struct piece *from, size_t begin, size_t end)
{
    memcpy(to->text + to->length, from->text + begin, end - begin);
    memcpy(to->origins + to->length, from->origins + begin, (end - begin) * sizeof *to->origins);
    to->length += end - begin;
}

/* `piece` with its brace expression replaced by one choice, the bytes [begin, end). */
static struct piece choose(const struct piece *piece, const struct brace *brace, size_t begin,
                           size_t end)
{
    size_t length = brace->open + (end - begin) + (piece->length - brace->close - 1);
    struct piece chosen = {mem_alloc(length), mem_array(length, sizeof *chosen.origins), 0};
    append(&chosen, piece, 0, brace->open);
    append(&chosen, piece, begin, end);
    append(&chosen, piece, brace->close + 1, piece->length);
    return chosen;
}

/* ---- compiling ----------------------------------------------------------------------------- */

static enum jig_status refuse(struct jig_error *error, size_t at, const char *what)
{
    enum jig_status status = jig_fail(error, JIG_ERROR_SYNTAX, "%s", what);
    if (error)
        error->column = (uint32_t)at + 1;
    return status;
}

static enum jig_status compile_alternative(struct glob *glob, const struct piece *piece,
                                           struct jig_error *error)
{
    if (glob->alternatives.count == MOST_ALTERNATIVES)
        return refuse(error, 0, "the braces make more than 1,000 alternatives");
    if (piece->length && piece->text[0] == '/')
        return refuse(error, piece->origins[0], "a pattern begins at its folder, not with a slash");
    if (piece->length && piece->text[piece->length - 1] == '/')
        return refuse(error, piece->origins[piece->length - 1],
                      "a pattern that ends in a slash matches no file; `/**` means all below");
    struct pattern pattern;
    struct pattern_error why;
    if (!pattern_compile(&pattern, PATTERN_GLOB, &glob->arena, piece->text, piece->length, &why))
        return refuse(error, piece->origins[why.at], why.what);
    vec_push(&glob->alternatives, pattern);
    return JIG_OK;
}

/* A stack of texts that may have braces left: nothing recurses, however deep braces are nested. */
struct expansion {
    VEC(struct piece) pending;
    size_t bytes; /* of all texts that ever were pending */
};

static enum jig_status push_choices(struct expansion *expansion, const struct piece *piece,
                                    const struct brace *brace, struct jig_error *error)
{
    size_t end = brace->close, depth = 0;
    uint32_t bottom = expansion->pending.count;
    size_t begin = brace->open + 1;
    for (size_t i = begin; i <= end; i++) {
        char c = piece->text[i];
        if (c == '\\') {
            i++;
        } else if (c == '{') {
            depth++;
        } else if (i == end || (c == ',' && depth == 0)) {
            struct piece chosen = choose(piece, brace, begin, i);
            vec_push(&expansion->pending, chosen);
            expansion->bytes += chosen.length;
            begin = i + 1;
        } else if (c == '}') {
            depth--;
        }
        if (expansion->pending.count > MOST_ALTERNATIVES)
            return refuse(error, 0, "the braces make more than 1,000 alternatives");
        if (expansion->bytes > MOST_TEXT)
            return refuse(error, 0, "the braces make more than 4 MiB of text");
    }
    /* The first choice belongs on top of the stack. */
    for (uint32_t i = bottom, j = expansion->pending.count - 1; i < j; i++, j--) {
        struct piece swapped = expansion->pending.data[i];
        expansion->pending.data[i] = expansion->pending.data[j];
        expansion->pending.data[j] = swapped;
    }
    return JIG_OK;
}

static enum jig_status expand_top(struct glob *glob, struct expansion *expansion,
                                  struct jig_error *error)
{
    struct piece piece = expansion->pending.data[--expansion->pending.count];
    struct brace brace;
    enum jig_status status;
    if (!find_brace(&piece, &brace))
        status = refuse(error, piece.origins[brace.open], "a brace is not closed");
    else if (brace.close == 0)
        status = compile_alternative(glob, &piece, error);
    else
        status = push_choices(expansion, &piece, &brace, error);
    piece_free(&piece);
    return status;
}

static enum jig_status expand(struct glob *glob, const char *pattern, struct jig_error *error)
{
    size_t length = strlen(pattern);
    struct expansion expansion = {0};
    struct piece whole = {mem_strndup(pattern, length), mem_array(length, sizeof(uint32_t)),
                          length};
    for (size_t i = 0; i < length; i++)
        whole.origins[i] = (uint32_t)i;
    vec_push(&expansion.pending, whole);
    enum jig_status status = JIG_OK;
    while (status == JIG_OK && expansion.pending.count > 0)
        status = expand_top(glob, &expansion, error);
    for (uint32_t i = 0; i < expansion.pending.count; i++)
        piece_free(&expansion.pending.data[i]);
    vec_free(&expansion.pending);
    return status;
}

/* ---- base ---------------------------------------------------------------------------------- */

/* How many leading folders all alternatives have in common, by name. */
static uint32_t common_folders(const struct glob *glob)
{
    const struct pattern *first = &glob->alternatives.data[0];
    for (uint32_t depth = 0;; depth++) {
        for (uint32_t i = 0; i < glob->alternatives.count; i++) {
            const struct pattern *pattern = &glob->alternatives.data[i];
            if (depth + 1 >= pattern->count)
                return depth;
            size_t length, expected_length;
            const char *name = pattern_literal(pattern, depth, &length);
            const char *expected = pattern_literal(first, depth, &expected_length);
            if (!name || !expected || strcmp(name, expected) != 0)
                return depth;
        }
    }
}

static const char *find_base(struct glob *glob)
{
    struct buf base = {0};
    uint32_t depth = common_folders(glob);
    for (uint32_t i = 0; i < depth; i++) {
        size_t length;
        const char *name = pattern_literal(&glob->alternatives.data[0], i, &length);
        if (i)
            buf_append_char(&base, '/');
        buf_append(&base, name, length);
    }
    const char *kept = arena_strndup(&glob->arena, buf_cstr(&base), base.length);
    buf_free(&base);
    return kept;
}

/* ---- interface ----------------------------------------------------------------------------- */

enum jig_status glob_compile(const char *pattern, struct glob **glob, struct jig_error *error)
{
    *glob = NULL;
    if (!*pattern)
        return refuse(error, 0, "the pattern is empty");
    struct glob *made = mem_zalloc(sizeof *made);
    enum jig_status status = expand(made, pattern, error);
    if (status != JIG_OK) {
        glob_destroy(made);
        return status;
    }
    made->base = find_base(made);
    *glob = made;
    return JIG_OK;
}

void glob_destroy(struct glob *glob)
{
    if (!glob)
        return;
    vec_free(&glob->alternatives);
    arena_free(&glob->arena);
    free(glob);
}

bool glob_match(const struct glob *glob, const char *path, size_t length)
{
    for (uint32_t i = 0; i < glob->alternatives.count; i++) {
        if (pattern_match(&glob->alternatives.data[i], path, length))
            return true;
    }
    return false;
}

bool glob_may_match_below(const struct glob *glob, const char *dir, size_t length)
{
    for (uint32_t i = 0; i < glob->alternatives.count; i++) {
        if (pattern_may_match_below(&glob->alternatives.data[i], dir, length))
            return true;
    }
    return false;
}

const char *glob_base(const struct glob *glob)
{
    return glob->base;
}
