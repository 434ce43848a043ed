#include "engine/discovery/internal.h"

#include <stdlib.h>

static void mix(struct digest *digest, const void *bytes, size_t length)
{
    struct digest words[] = {*digest, digest_of(bytes, length)};
    *digest = digest_of(words, sizeof words);
}

static void mix_number(struct digest *digest, uint64_t number)
{
    mix(digest, &number, sizeof number);
}

static void mix_text(struct digest *digest, const char *text)
{
    mix_number(digest, text != NULL);
    if (text)
        mix(digest, text, strlen(text));
}

static void mix_list(struct digest *digest, const char *const *list, uint32_t count)
{
    mix_number(digest, count);
    for (uint32_t i = 0; i < count; i++)
        mix_text(digest, list[i]);
}

static struct lens_key key_of(const struct discovery_lens *lens)
{
    const struct resolver_options *resolve = &lens->resolve;
    struct lens_key key = {0};
    mix_number(&key.scanner, SCANNER_VERSION);
    mix_number(&key.scanner, lens->kind);
    mix_text(&key.scanner, lens->pattern);
    mix_number(&key.resolver, RESOLVER_VERSION);
    mix_number(&key.resolver, resolve->kind);
    mix_list(&key.resolver, resolve->roots, resolve->root_count);
    mix_list(&key.resolver, resolve->extensions, resolve->extension_count);
    mix_text(&key.resolver, resolve->tsconfig);
    return key;
}

static const char *copy_text(struct arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

static const char *const *copy_list(struct arena *arena, const char *const *list, uint32_t count)
{
    const char **copy = arena_alloc(arena, (count + 1) * sizeof *copy);
    for (uint32_t i = 0; i < count; i++)
        copy[i] = copy_text(arena, list[i]);
    return copy;
}

static enum jig_status open_lens(struct arena *arena, const struct discovery_lens *from,
                                 struct lens *lens, struct jig_error *error)
{
    lens->key = key_of(from);
    lens->kind = from->kind;
    lens->resolve = from->resolve;
    lens->resolve.roots = copy_list(arena, from->resolve.roots, from->resolve.root_count);
    lens->resolve.extensions =
        copy_list(arena, from->resolve.extensions, from->resolve.extension_count);
    lens->resolve.tsconfig = copy_text(arena, from->resolve.tsconfig);
    return scanner_create(from->kind, copy_text(arena, from->pattern), &lens->scanner, error);
}

enum jig_status lens_set_open(struct lens_set *set, const struct discovery_lens *lenses,
                              uint32_t count, struct jig_error *error)
{
    *set = (struct lens_set){0};
    set->lenses = mem_array(count, sizeof *set->lenses);
    for (uint32_t i = 0; i < count; i++) {
        set->count = i + 1;
        enum jig_status status = open_lens(&set->arena, &lenses[i], &set->lenses[i], error);
        if (status) {
            set->lenses[i].scanner = NULL;
            lens_set_close(set);
            return status;
        }
    }
    return JIG_OK;
}

void lens_set_close(struct lens_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->lenses[i].scanner)
            scanner_destroy(set->lenses[i].scanner);
        if (set->lenses[i].resolver)
            resolver_destroy(set->lenses[i].resolver);
    }
    free(set->lenses);
    arena_free(&set->arena);
    *set = (struct lens_set){0};
}
