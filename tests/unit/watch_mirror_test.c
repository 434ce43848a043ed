/*
 * A mirror of a tree that is kept by looking only where the watch tells to, while another thread
 * changes the tree as fast as it can. In the end it must be what is on the disk.
 *
 * The mirror does as a session does: it looks at what is told, a folder with all that is below, and
 * names the folders that it came to know some time later, when more has happened.
 */
#include "watch_chaos.h"
#include "watch_support.h"

#include "engine/base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
    char *path;
    uint64_t inode, size;
    uint32_t mode;
    struct timespec changed; /* zeros for folders */
};

struct mirror {
    struct watch *watch; /* NULL: nobody is told which folders there are */
    VEC(struct file) files;
    VEC(char *) met; /* folders that were looked into and are to be named */
};

static bool is_at_or_below(const char *path, const char *top)
{
    size_t length = strlen(top);
    return strcmp(top, ".") == 0 ||
           (strncmp(path, top, length) == 0 && (!path[length] || path[length] == '/'));
}

static void forget(struct mirror *mirror, const char *top)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < mirror->files.count; i++) {
        if (is_at_or_below(mirror->files.data[i].path, top))
            free(mirror->files.data[i].path);
        else
            mirror->files.data[kept++] = mirror->files.data[i];
    }
    mirror->files.count = kept;
}

static void add(struct mirror *mirror, const char *path);

static void add_content(struct mirror *mirror, const char *folder)
{
    vec_push(&mirror->met, mem_strndup(folder, strlen(folder)));
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        char path[400];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%.100s/%s", folder, entry->d_name);
        add(mirror, strcmp(folder, ".") == 0 ? path + 2 : path);
    }
    closedir(dir);
}

/* What has gone in the meantime is told of. */
static void add(struct mirror *mirror, const char *path)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return;
    struct file file = {mem_strndup(path, strlen(path)), st.st_ino, 0, st.st_mode, {0, 0}};
    if (!S_ISDIR(st.st_mode)) {
        file.size = (uint64_t)st.st_size;
        file.changed = st.st_ctim;
    }
    vec_push(&mirror->files, file);
    if (S_ISDIR(st.st_mode))
        add_content(mirror, path);
}

/* A folder that was named stays so when a link takes its place, but the mirror follows no links. */
static bool is_in_folders(const char *path)
{
    char above[400];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        struct stat st;
        snprintf(above, sizeof above, "%.*s", (int)(slash - path), path);
        if (lstat(above, &st) < 0 || !S_ISDIR(st.st_mode))
            return false;
    }
    return true;
}

static void look_at(struct mirror *mirror, const char *path)
{
    forget(mirror, path);
    if (is_in_folders(path))
        add(mirror, path);
}

static void name_met(struct mirror *mirror)
{
    for (uint32_t i = 0; i < mirror->met.count; i++) {
        if (mirror->watch)
            watch_folder(mirror->watch, mirror->met.data[i]);
        free(mirror->met.data[i]);
    }
    mirror->met.count = 0;
}

static uint32_t look_where_told(struct mirror *mirror, struct jig_change_set *changes)
{
    watch_take(mirror->watch, changes);
    assert_null(jig_change_set_lost(changes));
    uint32_t count = jig_change_set_count(changes);
    for (uint32_t i = 0; i < count; i++)
        look_at(mirror, jig_change_set_at(changes, i).path);
    jig_change_set_clear(changes);
    return count;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static void sort(struct mirror *mirror)
{
    if (mirror->files.count)
        qsort(mirror->files.data, mirror->files.count, sizeof *mirror->files.data, by_path);
}

static void compare(struct mirror *mirror, struct mirror *truth, uint64_t seed)
{
    sort(mirror);
    sort(truth);
    for (uint32_t i = 0; i < mirror->files.count && i < truth->files.count; i++) {
        const struct file *a = &mirror->files.data[i], *b = &truth->files.data[i];
        if (strcmp(a->path, b->path) != 0)
            fail_msg("seed %" PRIu64 ": %s in the mirror, %s on the disk", seed, a->path, b->path);
        if (a->inode != b->inode || a->size != b->size || a->mode != b->mode ||
            a->changed.tv_sec != b->changed.tv_sec || a->changed.tv_nsec != b->changed.tv_nsec)
            fail_msg("seed %" PRIu64 ": %s is another one", seed, a->path);
    }
    assert_int_equal(mirror->files.count, truth->files.count);
}

/* ---- changes by another thread -------------------------------------------------------------- */

struct changer {
    uint64_t seed;
    uint32_t changes;
    atomic_uint done;
};

static void *change_all_the_time(void *context)
{
    struct changer *changer = context;
    struct chaos chaos = {changer->seed};
    for (uint32_t i = 0; i < changer->changes; i++) {
        change_something(&chaos);
        atomic_fetch_add(&changer->done, 1);
    }
    return NULL;
}

/* As long as a build may take. Whether there are more changes to come. */
static bool let_change(struct changer *changer)
{
    enum { SOME = 5 };
    uint32_t until = atomic_load(&changer->done) + SOME;
    if (until > changer->changes)
        until = changer->changes;
    while (atomic_load(&changer->done) < until)
        sched_yield();
    return until < changer->changes;
}

static void mirror_changes(uint64_t seed, uint32_t changes)
{
    struct watching *watching = watch_these("", NULL);
    struct mirror mirror = {.watch = watching->watch};
    struct changer changer = {seed, changes, 0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, change_all_the_time, &changer), 0);
    look_at(&mirror, ".");
    while (let_change(&changer)) {
        name_met(&mirror);
        look_where_told(&mirror, watching->changes);
    }
    pthread_join(thread, NULL);
    /* Folders that it names are told, so once is not enough. */
    do {
        name_met(&mirror);
        assert_int_equal(watch_sync(watching->watch, SYNC_FOLDER, 20000, NULL), JIG_OK);
    } while (look_where_told(&mirror, watching->changes));
    struct mirror truth = {0};
    look_at(&truth, ".");
    name_met(&truth);
    compare(&mirror, &truth, seed);
    forget(&mirror, ".");
    forget(&truth, ".");
    vec_free(&mirror.files);
    vec_free(&truth.files);
    vec_free(&mirror.met);
    vec_free(&truth.met);
    end_watching(watching);
    shell("rm -rf a b l x y z next");
}

/* WATCH_SEED in the environment runs others. */
static void mirrors_a_tree_that_others_change(void **state)
{
    (void)state;
    const char *from = getenv("WATCH_SEED");
    uint64_t first = from ? strtoull(from, NULL, 10) : 1;
    for (uint64_t seed = first; seed < first + 25; seed++)
        mirror_changes(seed, 300);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(mirrors_a_tree_that_others_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
