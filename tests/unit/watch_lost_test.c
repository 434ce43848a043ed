/*
 * When the kernel throws events away, and when it gives no more watches or none at all.
 */
#include "watch_support.h"

#include "engine/watch/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- overflow ------------------------------------------------------------------------------- */

/* The thread that reads what the kernel tells waits in a callback until the test lets it go on. */
struct gate {
    pthread_mutex_t lock;
    atomic_bool is_in;
};

static void wait_at_gate(void *context)
{
    struct gate *gate = context;
    atomic_store(&gate->is_in, true);
    pthread_mutex_lock(&gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static struct watching *watch_and_stop_reading(struct gate *gate, const char *folders)
{
    struct watching *watching =
        watch_these(folders, &(struct watch_options){.ready = wait_at_gate, .context = gate});
    pthread_mutex_lock(&gate->lock);
    put("src/first", "1");
    while (!atomic_load(&gate->is_in))
        continue;
    return watching;
}

/* More events than the queue holds; events that are the same as the one before would be merged. */
static void fill_the_queue(void)
{
    uint64_t limit = kernel_limit("max_queued_events");
    assert_in_range(limit, 1, 1000000);
    for (uint64_t i = 0; i <= limit; i++) {
        const char *path = i % 2 ? "src/a" : "src/b";
        assert_return_code(utimensat(AT_FDCWD, path, NULL, 0), errno);
    }
}

static void says_that_events_were_lost(void **state)
{
    (void)state;
    put("src/a", "1");
    put("src/b", "1");
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, false};
    struct watching *watching = watch_and_stop_reading(&gate, "src");
    told_so_far(watching);
    fill_the_queue();
    pthread_mutex_unlock(&gate.lock);
    told(watching);
    assert_ptr_equal(strstr(watching->told, "lost"), watching->told);
    /* And goes on as if nothing had been. */
    put("src/a", "2");
    assert_string_equal(told(watching), "~src/a");
    end_watching(watching);
}

/* What was thrown away may have been about the folders themselves. */
static void watches_the_right_folders_after_events_were_lost(void **state)
{
    (void)state;
    put("src/a", "1");
    put("src/b", "1");
    make_folders("one/sub");
    make_folders("two/sub");
    make_folders("three/sub");
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, false};
    struct watching *watching = watch_and_stop_reading(&gate, "src one/sub two/sub four/sub");
    fill_the_queue();
    move("one", "other");
    move("two", "one");
    move("three", "two");
    move("other", "four");
    pthread_mutex_unlock(&gate.lock);
    told(watching);
    assert_ptr_equal(strstr(watching->told, "lost"), watching->told);
    put("one/sub/x", "1");
    assert_string_equal(told(watching), "~one/sub/x");
    put("two/sub/x", "1");
    assert_string_equal(told(watching), "~two/sub/x");
    put("four/sub/x", "1");
    assert_string_equal(told(watching), "~four/sub/x");
    end_watching(watching);
}

/* A call of watch_sync whose cookie was thrown away with the rest. */
static void *sync_it(void *context)
{
    struct watching *watching = context;
    return watch_sync(watching->watch, SYNC_FOLDER, 20000, NULL) == JIG_OK ? NULL : context;
}

static void syncs_though_the_cookie_was_lost(void **state)
{
    (void)state;
    put("src/a", "1");
    put("src/b", "1");
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, false};
    struct watching *watching = watch_and_stop_reading(&gate, "src");
    fill_the_queue();
    pthread_t thread;
    struct stat before, after;
    assert_return_code(stat(SYNC_FOLDER, &before), errno);
    assert_int_equal(pthread_create(&thread, NULL, sync_it, watching), 0);
    do {
        assert_return_code(stat(SYNC_FOLDER, &after), errno);
    } while (after.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
    pthread_mutex_unlock(&gate.lock);
    void *problem;
    pthread_join(thread, &problem);
    assert_null(problem);
    told_so_far(watching);
    assert_ptr_equal(strstr(watching->told, "lost"), watching->told);
    end_watching(watching);
}

/* Days of changes that nobody takes. */
static void gives_up_on_what_nobody_takes(void **state)
{
    (void)state;
    enum { PATHS = 300000 };
    make_folders("src");
    struct watching *watching = watch_these("src", NULL);
    pthread_mutex_lock(&watching->watch->lock);
    for (int i = 0; i < PATHS; i++) {
        char path[32];
        snprintf(path, sizeof path, "src/%d", i);
        watch_tell(watching->watch, JIG_CHANGE_ADDED, path);
    }
    watch_unlock(watching->watch);
    watch_take(watching->watch, watching->changes);
    assert_non_null(jig_change_set_lost(watching->changes));
    assert_true(jig_change_set_count(watching->changes) < PATHS / 2);
    jig_change_set_clear(watching->changes);
    put("src/a", "1");
    assert_string_equal(told(watching), "~src/a");
    end_watching(watching);
}

/* ---- the limit of watches ------------------------------------------------------------------- */

enum { FOLDERS = 100, LIMIT = 64 };

/* Polls only when told() asks for it. */
static struct watch_options limited(void)
{
    return (struct watch_options){.most_watches = LIMIT, .poll_ms = 1000000};
}

static void name_many(struct watching *watching)
{
    for (int i = 0; i < FOLDERS; i++) {
        char path[32];
        snprintf(path, sizeof path, "d%d", i);
        make_folders(path);
        name_folder(watching, path);
    }
}

static void polls_folders_beyond_the_limit(void **state)
{
    (void)state;
    struct watch_options options = limited();
    struct watching *watching = watch_these(".", &options);
    name_many(watching);
    told(watching);
    assert_true(watched(watching) <= LIMIT);
    assert_true(polled(watching) >= FOLDERS - LIMIT);
    assert_int_equal(watched(watching) + polled(watching), FOLDERS + 1);
    for (int i = 0; i < FOLDERS; i++) {
        char path[32];
        snprintf(path, sizeof path, "d%d/x", i);
        put(path, "1");
        told(watching);
        assert_true(has_told_any(watching, path));
    }
    end_watching(watching);
}

/* Without anybody asking for it. */
static void becomes_ready_by_polling(void **state)
{
    (void)state;
    struct watch_options options = limited();
    options.poll_ms = 20;
    struct watching *watching = watch_these(".", &options);
    name_many(watching);
    told(watching);
    put("d99/x", "1");
    wait_ready(watching);
    told_so_far(watching);
    assert_true(has_told_any(watching, "d99/x"));
    end_watching(watching);
}

static void says_once_what_limit_to_raise(void **state)
{
    (void)state;
    struct watch_options options = limited();
    struct watching *watching = watch_these(".", &options);
    name_many(watching);
    told(watching);
    assert_int_equal(watching->notices, 1);
    assert_int_equal(watching->notice.status, JIG_ERROR_LIMIT);
    assert_non_null(strstr(watching->notice.message, "64"));
    char limit[32];
    snprintf(limit, sizeof limit, " %ju", (uintmax_t)kernel_limit("max_user_watches"));
    assert_non_null(strstr(watching->notice.advice, "fs.inotify.max_user_watches"));
    assert_non_null(strstr(watching->notice.advice, limit));
    end_watching(watching);
}

static void watches_a_polled_folder_when_there_is_room_again(void **state)
{
    (void)state;
    struct watch_options options = limited();
    struct watching *watching = watch_these(".", &options);
    name_many(watching);
    told(watching);
    shell("rm -r d0 d1 d2 d3 d4");
    uint64_t began = now_ms();
    do {
        told(watching);
        assert_true(now_ms() - began < 20000);
    } while (watched(watching) < LIMIT - 1); /* all but the one that SYNC_FOLDER takes */
    assert_int_equal(watched(watching) + polled(watching), FOLDERS + 1 - 5);
    told(watching);
    for (int i = 5; i < FOLDERS; i++) {
        char path[32];
        snprintf(path, sizeof path, "d%d/y", i);
        put(path, "1");
        told(watching);
        assert_true(has_told_any(watching, path));
    }
    end_watching(watching);
}

static void notices_replaced_folders_beyond_the_limit(void **state)
{
    (void)state;
    make_folders("deep/below");
    struct watch_options options = limited();
    struct watching *watching = watch_these(".", &options);
    name_many(watching);
    name_folder(watching, "deep/below");
    name_folder(watching, "deep/missing");
    told(watching);
    shell("mv deep old && mkdir -p deep/below");
    told(watching);
    assert_true(has_told_any(watching, "deep/below"));
    put("deep/below/x", "1");
    told(watching);
    assert_true(has_told(watching, '+', "deep/below/x"));
    make_folders("deep/missing");
    told(watching);
    assert_true(has_told(watching, '+', "deep/missing"));
    end_watching(watching);
}

/* ---- no inotify at all ---------------------------------------------------------------------- */

/* Leaves the two descriptors that a watch needs to work at all. */
static struct rlimit leave_two_descriptors(void)
{
    int free_fds[3];
    for (int i = 0; i < 3; i++)
        free_fds[i] = open("/", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 3; i++)
        assert_return_code(close(free_fds[i]), errno);
    struct rlimit before;
    assert_return_code(getrlimit(RLIMIT_NOFILE, &before), errno);
    struct rlimit tight = {(rlim_t)free_fds[2], before.rlim_max};
    assert_return_code(setrlimit(RLIMIT_NOFILE, &tight), errno);
    return before;
}

static void polls_everything_when_there_is_no_inotify(void **state)
{
    (void)state;
    make_folders("src");
    struct rlimit before = leave_two_descriptors();
    struct watching *watching = watch_these("", NULL);
    assert_return_code(setrlimit(RLIMIT_NOFILE, &before), errno);

    assert_int_equal(watching->notices, 1);
    name_folder(watching, "src");
    assert_non_null(strstr(watching->notice.advice, "fs.inotify.max_user_instances"));
    assert_int_equal(polled(watching), 1);
    told(watching);
    put("src/a", "1");
    assert_string_equal(told(watching), "+src/a");
    end_watching(watching);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(says_that_events_were_lost),
        TEST(watches_the_right_folders_after_events_were_lost),
        TEST(syncs_though_the_cookie_was_lost),
        TEST(gives_up_on_what_nobody_takes),
        TEST(polls_folders_beyond_the_limit),
        TEST(becomes_ready_by_polling),
        TEST(says_once_what_limit_to_raise),
        TEST(watches_a_polled_folder_when_there_is_room_again),
        TEST(notices_replaced_folders_beyond_the_limit),
        TEST(polls_everything_when_there_is_no_inotify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
