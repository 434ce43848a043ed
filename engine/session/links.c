#include "engine/session/links.h"

#include "engine/base/path.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40, SMALLEST_TABLE = 256 };

void links_free(struct links *links)
{
    vec_free(&links->places);
    vec_free(&links->folders);
    vec_free(&links->elsewhere);
    free(links->place_slots);
    free(links->folder_slots);
    arena_free(&links->texts);
    *links = (struct links){.tree = links->tree};
}

/* ---- tables -----------------------------------------------------------------------------------
 */

static uint64_t hash_of(const char *path)
{
    return XXH3_64bits(path, strlen(path));
}

static const char *keep(struct links *links, const char *text)
{
    return arena_strndup(&links->texts, text, strlen(text));
}

static bool has_place(const struct links *links, uint64_t hash, file_id file)
{
    uint32_t at =
        links->places.count ? links->place_slots[hash & (links->place_slot_count - 1)] : 0;
    while (at &&
           (links->places.data[at - 1].hash != hash || links->places.data[at - 1].file != file))
        at = links->places.data[at - 1].next;
    return at != 0;
}

static void add_place(struct links *links, const char *path, file_id file)
{
    uint64_t hash = hash_of(path);
    if (has_place(links, hash, file))
        return;
    if (links->places.count >= links->place_slot_count) {
        uint32_t count = links->place_slot_count ? links->place_slot_count * 2 : SMALLEST_TABLE;
        free(links->place_slots);
        links->place_slots = mem_array(count, sizeof *links->place_slots);
        links->place_slot_count = count;
        for (uint32_t i = 0; i < links->places.count; i++) {
            uint32_t *slot = &links->place_slots[links->places.data[i].hash & (count - 1)];
            links->places.data[i].next = *slot;
            *slot = i + 1;
        }
    }
    uint32_t *slot = &links->place_slots[hash & (links->place_slot_count - 1)];
    vec_push(&links->places, ((struct links_place){keep(links, path), hash, file, *slot}));
    *slot = links->places.count;
}

static const char *find_folder(const struct links *links, uint64_t hash)
{
    if (!links->folder_slot_count)
        return NULL;
    uint32_t at = links->folder_slots[hash & (links->folder_slot_count - 1)];
    while (at && links->folders.data[at - 1].hash != hash)
        at = links->folders.data[at - 1].next;
    return at ? links->folders.data[at - 1].real : NULL;
}

static void add_folder(struct links *links, uint64_t hash, const char *real)
{
    if (links->folders.count >= links->folder_slot_count) {
        uint32_t count = links->folder_slot_count ? links->folder_slot_count * 2 : SMALLEST_TABLE;
        free(links->folder_slots);
        links->folder_slots = mem_array(count, sizeof *links->folder_slots);
        links->folder_slot_count = count;
        for (uint32_t i = 0; i < links->folders.count; i++) {
            uint32_t *slot = &links->folder_slots[links->folders.data[i].hash & (count - 1)];
            links->folders.data[i].next = *slot;
            *slot = i + 1;
        }
    }
    uint32_t *slot = &links->folder_slots[hash & (links->folder_slot_count - 1)];
    vec_push(&links->folders, ((struct links_folder){hash, real, *slot}));
    *slot = links->folders.count;
}

/* ---- folders ----------------------------------------------------------------------------------
 */

/* What a listing of the tree says costs no system call. Nothing is asked of the tree: it would look
 * at every folder that it was asked about from then on. */
static bool is_link(const struct links *links, const char *path)
{
    struct stat st;
    if (links->tree && !links->anew && tree_saw_no_link(links->tree, path, strlen(path)))
        return false;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/*
 * Where the folder really is; where that cannot be said, it is where it is said to be. A folder is
 * asked of the system only if it is a link or climbs: else it is where the folder around it is.
 */
static const char *real_folder(struct links *links, const char *path)
{
    uint64_t hash = hash_of(path);
    const char *known = find_folder(links, hash);
    if (known)
        return known;
    char real[PATH_MAX];
    size_t length = strlen(path);
    size_t above = path_dir_length(path, length);
    const char *name = above ? path + above + (path[above] == '/') : path;
    bool climbs = strcmp(name, "..") == 0 || strcmp(name, ".") == 0 || !*name;
    if (climbs || is_link(links, path) || (!above && path[0] == '/')) {
        known = realpath(path, real) ? keep(links, real) : keep(links, path);
    } else {
        char *folder = above ? mem_strndup(path, above) : mem_strndup(".", 1);
        const char *around = real_folder(links, folder);
        free(folder);
        struct buf text = {0};
        buf_printf(&text, "%s%s%s", around, around[0] == '/' && !around[1] ? "" : "/", name);
        known = keep(links, text.data);
        buf_free(&text);
    }
    add_folder(links, hash, known);
    return known;
}

/* The path with its folder as it really is, itself not followed. */
static void real_place(struct links *links, const char *path, struct buf *out)
{
    size_t length = strlen(path);
    size_t above = path_dir_length(path, length);
    char *folder = above ? mem_strndup(path, above) : mem_strndup(".", 1);
    const char *real = real_folder(links, folder);
    free(folder);
    buf_clear(out);
    buf_printf(out, "%s%s%s", real, real[0] == '/' && !real[1] ? "" : "/",
               above ? path + above + (path[above] == '/') : path);
}

/* ---- files ------------------------------------------------------------------------------------
 */

static void note_elsewhere(struct links *links, const char *place)
{
    size_t length = path_dir_length(place, strlen(place));
    bool known = false;
    for (uint32_t i = 0; i < links->elsewhere.count && !known; i++)
        known = strlen(links->elsewhere.data[i]) == length &&
                memcmp(links->elsewhere.data[i], place, length) == 0;
    if (!known && length)
        vec_push(&links->elsewhere, arena_strndup(&links->texts, place, length));
}

/* Each place on the way from the file's name to where it really lies. */
static void follow(struct links *links, const char *path, file_id file, bool folder_moved)
{
    struct buf place = {0};
    char target[PATH_MAX];
    char *at = mem_strndup(path, strlen(path));
    for (int hops = 0; hops < LINKS_MAX; hops++) {
        real_place(links, at, &place);
        if (hops || folder_moved) {
            add_place(links, place.data, file);
            note_elsewhere(links, place.data);
        }
        ssize_t size = readlink(place.data, target, sizeof target - 1);
        if (size <= 0)
            break;
        target[size] = '\0';
        free(at);
        if (target[0] == '/') {
            at = mem_strndup(target, (size_t)size);
        } else {
            size_t folder = path_dir_length(place.data, place.length);
            struct buf next = {0};
            buf_printf(&next, "%.*s/%s", (int)folder, place.data, target);
            at = mem_strndup(next.data, next.length);
            buf_free(&next);
        }
    }
    free(at);
    buf_free(&place);
}

/* Whether the folder of the file is not really where its path says. */
static bool is_moved(struct links *links, const char *here, const char *path)
{
    struct buf said = {0};
    size_t length = path_dir_length(path, strlen(path));
    if (path[0] != '/')
        buf_printf(&said, "%s/", here);
    buf_append(&said, path, length);
    if (!said.length)
        buf_append_char(&said, '/');
    said.length = path_canonicalize(said.data, said.length);
    char *folder = length ? mem_strndup(path, length) : mem_strndup(".", 1);
    bool moved = strcmp(real_folder(links, folder), said.data) != 0;
    free(folder);
    buf_free(&said);
    return moved;
}

static void look_at(struct links *links, const struct graph *graph, file_id file, const char *here)
{
    const char *path = graph_path(graph, file);
    bool made = graph->files.data[file].producer != GRAPH_NONE;
    if (graph_is_virtual(graph, file) || (links->tree && made))
        return; /* pipelines do not make links */
    bool moved = is_moved(links, here, path);
    if (moved || is_link(links, path))
        follow(links, path, file, moved);
}

void links_look_again(struct links *links, const struct graph *graph, file_id file)
{
    char here[PATH_MAX];
    links->anew = true;
    if (getcwd(here, sizeof here))
        look_at(links, graph, file, strcmp(here, "/") == 0 ? "" : here);
    links->anew = false;
}

void links_fit(struct links *links, const struct graph *graph)
{
    char here[PATH_MAX];
    if (links->files == graph->files.count || !getcwd(here, sizeof here))
        return;
    for (; links->files < graph->files.count; links->files++)
        look_at(links, graph, links->files, strcmp(here, "/") == 0 ? "" : here);
}

bool links_folder_moved(const struct links *links, const char *folder)
{
    char real[PATH_MAX];
    const char *known = find_folder(links, hash_of(folder));
    return known && realpath(folder, real) && strcmp(real, known) != 0;
}

static bool may_be_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) < 0 || S_ISDIR(st.st_mode);
}

static void find_below(const struct links *links, const char *folder, size_t length,
                       void (*found)(void *context, file_id file), void *context)
{
    for (uint32_t i = 0; i < links->places.count; i++) {
        const char *path = links->places.data[i].path;
        if (strncmp(path, folder, length) == 0 && path[length] == '/')
            found(context, links->places.data[i].file);
    }
}

void links_find(struct links *links, const char *path, void (*found)(void *context, file_id file),
                void *context)
{
    if (!links->place_slot_count)
        return;
    struct buf place = {0};
    real_place(links, path, &place);
    uint64_t hash = hash_of(place.data);
    if (may_be_folder(place.data))
        find_below(links, place.data, place.length, found, context);
    buf_free(&place);
    uint32_t at = links->place_slots[hash & (links->place_slot_count - 1)];
    for (; at; at = links->places.data[at - 1].next) {
        if (links->places.data[at - 1].hash == hash)
            found(context, links->places.data[at - 1].file);
    }
}
