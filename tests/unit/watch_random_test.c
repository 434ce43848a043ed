/*
 * Random changes, and an oracle: whatever looks different afterwards must have been told of.
 *
 * The oracle looks at each named folder by its path, before and after, as a session would. It does
 * not know how watching works. A failure prints the seed and the step; WATCH_SEED and WATCH_STEPS
 * in the environment run another one.
 */
#include "watch_chaos.h"
#include "watch_support.h"

#include "engine/base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the oracle ----------------------------------------------------------------------------- */

struct entry {
    char name[16];
    uint64_t inode, size;
    uint32_t mode;
    struct timespec changed, modified;
};

struct view {
    bool is_there;
    uint64_t inode;
    VEC(struct entry) entries; /* by name */
};

static bool is_cookie(const char *name)
{
    return strncmp(name, ".jig-", 5) == 0;
}

static void view_entry(struct view *view, const char *folder, const char *name)
{
    char path[64 + 256];
    struct stat st;
    struct entry entry = {0};
    snprintf(path, sizeof path, "%.60s/%s", folder, name);
    memcpy(entry.name, name, strnlen(name, sizeof entry.name - 1));
    assert_return_code(lstat(path, &st), errno);
    entry.inode = st.st_ino;
    entry.mode = st.st_mode;
    if (!S_ISDIR(st.st_mode)) {
        entry.size = (uint64_t)st.st_size;
        entry.changed = st.st_ctim;
        entry.modified = st.st_mtim;
    }
    vec_push(&view->entries, entry);
}

static struct view view_of(const char *folder)
{
    struct view view = {0};
    struct stat st;
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    if (count < 0 || stat(folder, &st) < 0)
        return view;
    view.is_there = true;
    view.inode = st.st_ino;
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !is_cookie(name))
            view_entry(&view, folder, name);
        free(names[i]);
    }
    free(names);
    return view;
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_same(const struct entry *a, const struct entry *b)
{
    return a->inode == b->inode && a->mode == b->mode && a->size == b->size &&
           is_same_time(a->changed, b->changed) && is_same_time(a->modified, b->modified);
}

struct world {
    struct watching *watching;
    VEC(char *) folders; /* that are named */
    VEC(struct view) views;
    uint64_t seed;
    struct chaos chaos;
    uint32_t step;
};

static void demand(const struct world *world, const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s%s%s", strcmp(folder, ".") == 0 && name ? "" : folder,
             name && strcmp(folder, ".") != 0 ? "/" : "", name ? name : "");
    if (!has_told_any(world->watching, path) && !has_told_any(world->watching, folder))
        fail_msg("seed %" PRIu64 ", step %" PRIu32 ": nothing told of %s, only of:\n%s",
                 world->seed, world->step, path, world->watching->told);
}

static void compare(const struct world *world, const char *folder, const struct view *before,
                    const struct view *after)
{
    if (before->is_there != after->is_there || before->inode != after->inode) {
        demand(world, folder, NULL);
        return;
    }
    const struct entry *old = before->entries.data, *old_end = old + before->entries.count;
    const struct entry *new = after->entries.data, *new_end = new + after->entries.count;
    while (old < old_end || new < new_end) {
        int order = old == old_end ? 1 : new == new_end ? -1 : strcmp(old->name, new->name);
        if (order != 0 || !is_same(old, new))
            demand(world, folder, order < 0 ? old->name : new->name);
        old += order <= 0;
        new += order >= 0;
    }
}

static void compare_all(struct world *world)
{
    for (uint32_t i = 0; i < world->folders.count; i++) {
        struct view now = view_of(world->folders.data[i]);
        compare(world, world->folders.data[i], &world->views.data[i], &now);
        vec_free(&world->views.data[i].entries);
        world->views.data[i] = now;
    }
}

/* ---- running -------------------------------------------------------------------------------- */

static void name_all(struct world *world, const char *folder, int depth)
{
    static const char *const names[] = {"a", "b", "l"};
    vec_push(&world->folders, mem_strndup(folder, strlen(folder)));
    vec_push(&world->views, view_of(folder));
    for (int i = 0; depth && i < 3; i++) {
        char child[64];
        snprintf(child, sizeof child, "%s%s%s", strcmp(folder, ".") ? folder : "",
                 strcmp(folder, ".") ? "/" : "", names[i]);
        name_all(world, child, depth - 1);
    }
}

/* So that nobody depends on all folders being named: a third is, or all. */
static void name_some(struct world *world)
{
    bool all = pick(&world->chaos, 2);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < world->folders.count; i++) {
        if (!all && pick(&world->chaos, 3)) {
            free(world->folders.data[i]);
            vec_free(&world->views.data[i].entries);
            continue;
        }
        name_folder(world->watching, world->folders.data[i]);
        world->folders.data[kept] = world->folders.data[i];
        world->views.data[kept++] = world->views.data[i];
    }
    world->folders.count = world->views.count = kept;
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void run_world(uint64_t seed, uint32_t steps, struct watch_options options)
{
    struct world world = {.seed = seed, .chaos = {seed}};
    world.watching = watch_these("", &options);
    name_all(&world, ".", 3);
    name_some(&world);
    told(world.watching);
    for (world.step = 0; world.step < steps; world.step++) {
        for (uint32_t changes = 1 + pick(&world.chaos, 8); changes; changes--)
            change_something(&world.chaos);
        told(world.watching);
        compare_all(&world);
        if (!options.always_poll && !options.most_watches)
            assert_string_equal(told(world.watching), "");
    }
    end_watching(world.watching);
    for (uint32_t i = 0; i < world.folders.count; i++) {
        free(world.folders.data[i]);
        vec_free(&world.views.data[i].entries);
    }
    vec_free(&world.folders);
    vec_free(&world.views);
    shell("rm -rf a b l x y z");
}

static void run_worlds(uint32_t worlds, uint32_t steps, struct watch_options options)
{
    uint64_t first = number_from("WATCH_SEED", 1);
    steps = (uint32_t)number_from("WATCH_STEPS", steps);
    for (uint64_t seed = first; seed < first + worlds; seed++)
        run_world(seed, steps, options);
}

static void tells_of_everything_that_is_different(void **state)
{
    (void)state;
    run_worlds(12, 100, (struct watch_options){0});
}

static void tells_of_everything_when_polling(void **state)
{
    (void)state;
    run_worlds(4, 60, (struct watch_options){.always_poll = true, .poll_ms = 5});
}

static void tells_of_everything_with_few_watches(void **state)
{
    (void)state;
    run_worlds(4, 60, (struct watch_options){.most_watches = 12, .poll_ms = 5});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_of_everything_that_is_different),
        TEST(tells_of_everything_when_polling),
        TEST(tells_of_everything_with_few_watches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
