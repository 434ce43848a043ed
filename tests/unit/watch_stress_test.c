/*
 * Much at once: changes faster than anybody looks, and folders named from several threads.
 */
#include "watch_support.h"

#include "engine/base/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- renames -------------------------------------------------------------------------------- */

enum { FILES = 50, RENAMES = 2000, SAVES = 200 };

static void write_file(const char *path)
{
    FILE *file = fopen(path, "w");
    if (file)
        fclose(file);
}

/* A thousand renames in a second for two seconds, every tenth one a save by rename. */
static void *rename_all_the_time(void *context)
{
    atomic_bool *ended = context;
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (int i = 0; i < RENAMES; i++) {
        char from[32], to[32];
        int number = i % FILES;
        bool is_back = i / FILES % 2;
        snprintf(from, sizeof from, "%s/%d", is_back ? "there" : "here", number);
        snprintf(to, sizeof to, "%s/%d", is_back ? "here" : "there", number);
        if (i % (RENAMES / SAVES) == 0) {
            write_file("here/.tmp");
            snprintf(from, sizeof from, "here/.tmp");
            snprintf(to, sizeof to, "here/saved-%d", i);
        }
        if (rename(from, to) < 0 && errno != ENOENT)
            abort();
        next.tv_nsec += 1000000;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    atomic_store(ended, true);
    return NULL;
}

static void tells_of_a_thousand_renames_a_second(void **state)
{
    (void)state;
    make_folders("there");
    for (int i = 0; i < FILES; i++) {
        char path[32];
        snprintf(path, sizeof path, "here/%d", i);
        put(path, "1");
    }
    struct watching *watching = watch_these("here there", NULL);
    struct jig_change_set *all = jig_change_set_create();
    atomic_bool ended = false;
    pthread_t thread;
    uint32_t sets = 0;
    assert_int_equal(pthread_create(&thread, NULL, rename_all_the_time, &ended), 0);
    while (!atomic_load(&ended)) {
        wait_ready(watching);
        sets += watch_take(watching->watch, all);
    }
    pthread_join(thread, NULL);
    /* It is never quiet, so each set is as late as it may be. */
    assert_in_range(sets, 2, 100);
    jig_change_set_merge(watching->changes, all);
    jig_change_set_destroy(all);
    told(watching);
    assert_null(strstr(watching->told, "lost"));
    for (int i = 0; i < FILES; i++) {
        char path[32];
        snprintf(path, sizeof path, "here/%d", i);
        bool was_moved = i % (RENAMES / SAVES) != 0; /* a save came instead, each time */
        assert_int_equal(has_told_any(watching, path), was_moved);
        snprintf(path, sizeof path, "there/%d", i);
        assert_int_equal(has_told_any(watching, path), was_moved);
    }
    for (int i = 0; i < RENAMES; i += RENAMES / SAVES) {
        char path[32];
        snprintf(path, sizeof path, "here/saved-%d", i);
        assert_true(has_told(watching, '+', path));
    }
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

/* ---- folders -------------------------------------------------------------------------------- */

enum { THREADS = 4, FOLDERS = 400 };

static void *name_folders(void *context)
{
    struct watching *watching = context;
    for (int i = 0; i < FOLDERS; i++) {
        char path[32];
        snprintf(path, sizeof path, "f%d/g%d", i % 20, i);
        watch_folder(watching->watch, path);
    }
    return NULL;
}

static void names_folders_from_several_threads(void **state)
{
    (void)state;
    struct watching *watching = watch_these("", NULL);
    for (int i = 0; i < FOLDERS; i += 2) {
        char path[32];
        snprintf(path, sizeof path, "f%d/g%d", i % 20, i);
        make_folders(path);
    }
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, name_folders, watching), 0);
    /* The others come into being while they are named. */
    for (int i = 1; i < FOLDERS; i += 2) {
        char path[32];
        snprintf(path, sizeof path, "f%d/g%d/x", i % 20, i);
        put(path, "1");
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    told(watching);
    assert_int_equal(watched(watching), FOLDERS);
    for (int i = 0; i < FOLDERS; i++) {
        char path[32];
        snprintf(path, sizeof path, "f%d/g%d", i % 20, i);
        assert_true(has_told_any(watching, path));
    }
    end_watching(watching);
}

/* A checkout of another branch and back, of so many folders and files. */
static void tells_of_a_whole_tree_replaced(void **state)
{
    (void)state;
    enum { TREE = 25, IN_EACH = 20 };
    struct watching *watching = watch_these("", NULL);
    for (int i = 0; i < TREE * IN_EACH; i++) {
        char path[32];
        snprintf(path, sizeof path, "t%d/u/%d", i / IN_EACH, i);
        put(path, "1");
    }
    for (int i = 0; i < TREE; i++) {
        char path[32];
        snprintf(path, sizeof path, "t%d", i);
        name_folder(watching, path);
        strcat(path, "/u");
        name_folder(watching, path);
    }
    told(watching);
    shell("mkdir old && mv t* old && cp -r old/* .");
    told(watching);
    for (int i = 0; i < TREE; i++) {
        char path[32];
        snprintf(path, sizeof path, "t%d/u", i);
        assert_true(has_told_any(watching, path));
    }
    for (int i = 0; i < TREE * IN_EACH; i += IN_EACH) {
        char path[32];
        snprintf(path, sizeof path, "t%d/u/%d", i / IN_EACH, i);
        put(path, "2");
        told(watching);
        assert_true(has_told(watching, '~', path));
    }
    end_watching(watching);
}

/* ---- cost ----------------------------------------------------------------------------------- */

/* Naming folders that are named already is what every update with new folders does. */
static void names_many_folders_quickly(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    struct watching *watching = watch_these("", NULL);
    for (int i = 0; i < MANY; i++) {
        char path[32];
        snprintf(path, sizeof path, "m%d/n%d", i / 200, i);
        if (i % 200 == 0)
            make_folders(path);
        else
            assert_return_code(mkdir(path, 0777), errno);
    }
    uint64_t began = now_ms();
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            char path[32];
            snprintf(path, sizeof path, "m%d/n%d", i / 200, i);
            name_folder(watching, path);
        }
        uint64_t took = now_ms() - began;
        print_message("%s %d folders: %d ms\n", round ? "again" : "named", MANY, (int)took);
        /* Ten times what it takes; the order of growth is what would break it. */
        assert_true(took < (round ? 1000 : 3000));
        began = now_ms();
    }
    assert_int_equal(watched(watching) + polled(watching), MANY);
    watch_forget_rest(watching->watch);
    began = now_ms();
    watch_forget_rest(watching->watch);
    print_message("forgotten: %d ms\n", (int)(now_ms() - began));
    assert_true(now_ms() - began < 3000);
    assert_int_equal(watched(watching), 0);
    end_watching(watching);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_of_a_thousand_renames_a_second),
        TEST(names_folders_from_several_threads),
        TEST(tells_of_a_whole_tree_replaced),
        TEST(names_many_folders_quickly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
