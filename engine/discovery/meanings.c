#include "engine/discovery/meanings.h"

#include "engine/base/io.h"
#include "engine/base/path.h"
#include "engine/base/reverse.h"
#include "engine/discovery/resolver/jsonc.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>

/* A text in a configuration file that may be a path, or a pattern for paths. */
struct mention {
    const char *folder; /* of the configuration file */
    const char *text;
};

struct meanings {
    struct reverse modules; /* by the buckets of their stems */
    uint32_t buckets;       /* a power of two */
    struct arena texts;
    VEC(struct mention) mentions;
};

/* ---- stems ------------------------------------------------------------------------------------
 */

/* A name up to its first dot. */
static uint32_t bucket_of(const struct meanings *meanings, const char *name, size_t length)
{
    const char *dot = length ? memchr(name, '.', length) : NULL;
    return (uint32_t)XXH3_64bits(name, dot ? (size_t)(dot - name) : length) &
           (meanings->buckets - 1);
}

/* What comes after the last slash; `./`, `.` and `..` have an empty name. */
static uint32_t bucket_of_specifier(const struct meanings *meanings, const char *specifier)
{
    size_t length = strcspn(specifier, "?");
    if (specifier[0] != '#' && memchr(specifier, '#', length))
        length = strcspn(specifier, "#");
    const char *slash = memrchr(specifier, '/', length);
    const char *name = slash ? slash + 1 : specifier;
    return bucket_of(meanings, name, length - (size_t)(name - specifier));
}

struct listing {
    const struct meanings *meanings;
    const struct discovery *discovery;
    struct module_list buckets; /* scratch */
};

static const uint32_t *buckets_of(const void *context, uint32_t id, uint32_t *count)
{
    struct listing *listing = (struct listing *)context;
    const struct discovery *discovery = listing->discovery;
    const struct fact_import *imports = discovery_imports(discovery, id);
    listing->buckets.count = 0;
    for (uint32_t i = 0; i < discovery->now.modules.data[id].imports_count; i++)
        vec_push(&listing->buckets,
                 bucket_of_specifier(listing->meanings,
                                     discovery_fact_text(discovery, imports[i].specifier)));
    *count = listing->buckets.count;
    return listing->buckets.data;
}

void meanings_add(struct meanings *meanings, const struct discovery *discovery, module_id id)
{
    struct listing listing = {meanings, discovery, {0}};
    uint32_t count;
    const uint32_t *buckets = buckets_of(&listing, id, &count);
    for (uint32_t i = 0; i < count; i++)
        reverse_add(&meanings->modules, buckets[i], id);
    vec_free(&listing.buckets);
}

bool meanings_are_worn(const struct meanings *meanings)
{
    return reverse_is_worn(&meanings->modules);
}

static void append_bucket(struct meanings *meanings, uint32_t bucket, struct module_list *out)
{
    uint32_t count;
    const uint32_t *modules = reverse_find(&meanings->modules, bucket, &count);
    for (uint32_t i = 0; i < count; i++)
        vec_push(out, modules[i]);
}

void meanings_list(struct meanings *meanings, const struct discovery *discovery, const char *path,
                   struct module_list *out)
{
    (void)discovery;
    size_t length = strlen(path);
    size_t folder = path_dir_length(path, length);
    const char *name = folder ? path + folder + 1 : path;
    append_bucket(meanings, bucket_of(meanings, name, strlen(name)), out);
    if (strncmp(name, "index.", 6) != 0)
        return;
    size_t above = path_dir_length(path, folder);
    const char *folder_name = above ? path + above + 1 : path;
    append_bucket(meanings, bucket_of(meanings, folder_name, (size_t)(path + folder - folder_name)),
                  out);
    append_bucket(meanings, bucket_of(meanings, "", 0), out);
}

/* ---- configuration ----------------------------------------------------------------------------
 */

static void gather(struct meanings *meanings, const char *folder, const json_t *value)
{
    const char *key;
    json_t *member;
    size_t index;
    if (json_is_string(value) && strpbrk(json_string_value(value), "/."))
        vec_push(&meanings->mentions,
                 ((struct mention){folder, arena_strndup(&meanings->texts, json_string_value(value),
                                                         json_string_length(value))}));
    if (json_is_array(value)) {
        json_array_foreach(value, index, member) gather(meanings, folder, member);
    }
    json_object_foreach((json_t *)value, key, member) gather(meanings, folder, member);
}

static void gather_file(struct meanings *meanings, const char *path)
{
    struct buf text = {0};
    json_t *json = NULL;
    if (io_read_file(AT_FDCWD, path, &text) == 0 && text.length) {
        jsonc_to_json(text.data, text.length);
        json = json_loadb(text.data, text.length, JSON_ALLOW_NUL, NULL);
    }
    const char *folder = arena_strndup(&meanings->texts, path, path_dir_length(path, strlen(path)));
    gather(meanings, folder, json);
    json_decref(json);
    buf_free(&text);
}

/* The last name of a path, up to its first dot. */
static const char *stem_of(const char *path, size_t *length)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    *length = strcspn(name, ".");
    return name;
}

static bool same_stem(const char *a, const char *b)
{
    size_t a_length, b_length;
    const char *a_stem = stem_of(a, &a_length);
    const char *b_stem = stem_of(b, &b_length);
    return a_length == b_length && memcmp(a_stem, b_stem, a_length) == 0;
}

/* Whether both have the same names before their last ones, but for the first of either: what is
 * built into `dist` may be looked for in `src`. */
static bool same_folders(const char *a, const char *b)
{
    size_t a_length = path_dir_length(a, strlen(a));
    size_t b_length = path_dir_length(b, strlen(b));
    const char *a_slash = memchr(a, '/', a_length);
    const char *b_slash = memchr(b, '/', b_length);
    const char *a_rest = a_slash ? a_slash + 1 : a + a_length;
    const char *b_rest = b_slash ? b_slash + 1 : b + b_length;
    size_t a_left = (size_t)(a + a_length - a_rest), b_left = (size_t)(b + b_length - b_rest);
    return a_left == b_left && memcmp(a_rest, b_rest, a_left) == 0;
}

static bool may_lead_to(const struct mention *mention, const char *path)
{
    size_t folder = strlen(mention->folder);
    if (folder && (strncmp(path, mention->folder, folder) != 0 || path[folder] != '/'))
        return strncmp(mention->text, "..", 2) == 0 && same_stem(mention->text, path);
    const char *rest = folder ? path + folder + 1 : path;
    const char *text = mention->text;
    while (strncmp(text, "./", 2) == 0)
        text += 2;
    const char *star = strchr(text, '*');
    size_t stem;
    if (star) /* a star for the last name keeps the stem; one before it may put any in its place */
        return *stem_of(text, &stem) != '*' && same_stem(text, rest);
    return same_stem(text, rest) && (same_folders(text, rest) || text[0] == '.');
}

bool meanings_is_entry(struct meanings *meanings, const char *path)
{
    bool found = false;
    for (uint32_t i = 0; i < meanings->mentions.count && !found; i++)
        found = may_lead_to(&meanings->mentions.data[i], path);
    return found;
}

/* A package without an entry is entered by the index file beside its package.json. */
static void mention_index(struct meanings *meanings, const char *path)
{
    size_t folder = path_dir_length(path, strlen(path));
    const char *name = folder ? path + folder + 1 : path;
    if (strcmp(name, "package.json") != 0)
        return;
    const char *where = arena_strndup(&meanings->texts, path, folder);
    vec_push(&meanings->mentions, ((struct mention){where, "index"}));
    vec_push(&meanings->mentions, ((struct mention){where, "src/index"}));
}

/* ---- making -----------------------------------------------------------------------------------
 */

struct meanings *meanings_make(const struct discovery *discovery)
{
    enum { FEWEST_BUCKETS = 1024 };
    struct meanings *meanings = mem_zalloc(sizeof *meanings);
    uint32_t modules = discovery->now.modules.count;
    meanings->buckets = FEWEST_BUCKETS;
    while (meanings->buckets < modules)
        meanings->buckets *= 2;
    struct listing listing = {meanings, discovery, {0}};
    reverse_build(&meanings->modules, meanings->buckets, modules, buckets_of, &listing);
    vec_free(&listing.buckets);
    for (uint32_t i = 0; i < discovery->configs.count; i++) {
        const char *path = discovery->paths.data + discovery->configs.data[i].path;
        gather_file(meanings, path);
        mention_index(meanings, path);
    }
    return meanings;
}

void meanings_free(struct meanings *meanings)
{
    if (!meanings)
        return;
    reverse_free(&meanings->modules);
    arena_free(&meanings->texts);
    vec_free(&meanings->mentions);
    free(meanings);
}
