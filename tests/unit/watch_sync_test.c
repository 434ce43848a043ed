/*
 * Waiting until everything that happened can be taken.
 */
#include "watch_support.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void gives_what_happened_before_it(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching = watch_these("src", NULL);
    for (int i = 0; i < 500; i++) {
        put("src/a", "1");
        assert_string_equal(told(watching), "~src/a");
        delete_file("src/a");
        assert_string_equal(told(watching), "-src/a");
    }
    end_watching(watching);
}

static void tells_nothing_of_its_own_files(void **state)
{
    (void)state;
    put("src/x", "1");
    struct watching *watching = watch_these("src . " SYNC_FOLDER, NULL);
    assert_string_equal(told(watching), "");
    assert_int_equal(watch_sync(watching->watch, "src", 20000, NULL), JIG_OK);
    assert_int_equal(watch_sync(watching->watch, ".", 20000, NULL), JIG_OK);
    assert_string_equal(told(watching), "");
    shell("test \"$(ls -A src)\" = x");
    /* Nor of those that another process makes. */
    put("src/.jig-cookie-1-1", "");
    delete_file("src/.jig-cookie-1-1");
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

static void tells_nothing_of_a_folder_that_only_takes_its_files(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching = watch_these("src", NULL);
    told(watching);
    put(SYNC_FOLDER "/journal", "1");
    assert_string_equal(told(watching), "");
    watch_forget_rest(watching->watch);
    watch_forget_rest(watching->watch);
    assert_string_equal(told(watching), "");
    end_watching(watching);
}

static void finds_another_name_when_one_is_taken(void **state)
{
    (void)state;
    make_folders("src");
    struct watching *watching = watch_these("src", NULL);
    for (int i = 1; i < 4; i++) {
        char path[100];
        snprintf(path, sizeof path, SYNC_FOLDER "/.jig-cookie-%ld-%d", (long)getpid(), i);
        put(path, "");
    }
    put("src/a", "1");
    assert_string_equal(told(watching), "~src/a");
    end_watching(watching);
}

static void fails_where_no_file_can_be_made(void **state)
{
    (void)state;
    struct watching *watching = watch_these(".", NULL);
    struct jig_error error;
    assert_int_equal(watch_sync(watching->watch, "nowhere", 20000, &error), JIG_ERROR_IO);
    assert_non_null(strstr(error.message, "nowhere"));
    /* And succeeds as soon as one can be. */
    make_folders("nowhere");
    assert_int_equal(watch_sync(watching->watch, "nowhere", 20000, &error), JIG_OK);
    assert_string_equal(told(watching), "+nowhere");
    end_watching(watching);
}

/* The cookie may come to be made in a folder that is not the one being watched. */
static void notices_that_its_folder_is_another_one(void **state)
{
    (void)state;
    struct watching *watching = watch_these("src", NULL);
    for (int i = 0; i < 50; i++) {
        shell("rm -r " SYNC_FOLDER "; mkdir " SYNC_FOLDER);
        told(watching);
        move(SYNC_FOLDER, "old");
        make_folders(SYNC_FOLDER);
        told(watching);
        shell("rm -r old");
    }
    end_watching(watching);
}

/* The thread that reads what the kernel tells is stuck in the callback. */
struct stuck {
    pthread_mutex_t lock;
    atomic_bool is_in;
};

static void be_stuck(void *context)
{
    struct stuck *stuck = context;
    atomic_store(&stuck->is_in, true);
    pthread_mutex_lock(&stuck->lock);
    pthread_mutex_unlock(&stuck->lock);
}

static void gives_up_in_time(void **state)
{
    (void)state;
    make_folders("src");
    struct stuck stuck = {PTHREAD_MUTEX_INITIALIZER, false};
    pthread_mutex_lock(&stuck.lock);
    struct watching *watching =
        watch_these("src", &(struct watch_options){.ready = be_stuck, .context = &stuck});
    put("src/a", "1");
    while (!atomic_load(&stuck.is_in))
        continue;
    struct jig_error error;
    uint64_t began = now_ms();
    assert_int_equal(watch_sync(watching->watch, SYNC_FOLDER, 50, &error), JIG_ERROR_IO);
    assert_in_range(now_ms() - began, 50, 10000);
    pthread_mutex_unlock(&stuck.lock);
    assert_string_equal(told(watching), "~src/a");
    end_watching(watching);
}

/* ---- from several threads ------------------------------------------------------------------- */

enum { THREADS = 4, ROUNDS = 100 };

struct shared {
    struct watching *watching;
    pthread_mutex_t lock; /* of taking, and of `seen` */
    bool seen[THREADS][ROUNDS];
};

struct writer {
    struct shared *shared;
    int number;
    pthread_t thread;
};

/* Takes, and notes which files were told of. */
static void take(struct shared *shared)
{
    struct jig_change_set *changes = shared->watching->changes;
    watch_take(shared->watching->watch, changes);
    for (uint32_t i = 0; i < jig_change_set_count(changes); i++) {
        int thread, round;
        if (sscanf(jig_change_set_at(changes, i).path, "src/%d-%d", &thread, &round) == 2)
            shared->seen[thread][round] = true;
    }
    jig_change_set_clear(changes);
}

static void *write_and_sync(void *context)
{
    struct writer *writer = context;
    struct shared *shared = writer->shared;
    for (int round = 0; round < ROUNDS; round++) {
        char path[64];
        snprintf(path, sizeof path, "src/%d-%d", writer->number, round);
        FILE *file = fopen(path, "w");
        if (!file)
            return "cannot make a file";
        fclose(file);
        const char *folder = writer->number % 2 ? SYNC_FOLDER : "src";
        if (watch_sync(shared->watching->watch, folder, 20000, NULL) != JIG_OK)
            return "cannot sync";
        pthread_mutex_lock(&shared->lock);
        take(shared);
        bool seen = shared->seen[writer->number][round];
        pthread_mutex_unlock(&shared->lock);
        if (!seen)
            return "a file was not told of";
    }
    return NULL;
}

static void serve_several_threads(const struct watch_options *options)
{
    make_folders("src");
    struct shared shared = {watch_these("src", options), PTHREAD_MUTEX_INITIALIZER, {{false}}};
    struct writer writers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (struct writer){.shared = &shared, .number = i};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_and_sync, &writers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *problem;
        pthread_join(writers[i].thread, &problem);
        if (problem)
            fail_msg("%s", (const char *)problem);
    }
    end_watching(shared.watching);
}

static void serves_several_threads_at_once(void **state)
{
    (void)state;
    serve_several_threads(NULL);
}

static void serves_several_threads_by_polling(void **state)
{
    (void)state;
    serve_several_threads(&(struct watch_options){.always_poll = true, .poll_ms = 1000000});
}

/* One folder above is watched; the others are polled, and the kernel tells of no cookie. */
static void serves_several_threads_by_both(void **state)
{
    (void)state;
    serve_several_threads(&(struct watch_options){.most_watches = 1, .poll_ms = 1000000});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_what_happened_before_it),
        TEST(tells_nothing_of_its_own_files),
        TEST(tells_nothing_of_a_folder_that_only_takes_its_files),
        TEST(finds_another_name_when_one_is_taken),
        TEST(fails_where_no_file_can_be_made),
        TEST(notices_that_its_folder_is_another_one),
        TEST(gives_up_in_time),
        TEST(serves_several_threads_at_once),
        TEST(serves_several_threads_by_polling),
        TEST(serves_several_threads_by_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
