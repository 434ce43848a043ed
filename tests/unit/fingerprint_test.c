/* Fingerprints of real files in a temporary directory. */
#include "cmocka_all.h"

#include "engine/fingerprint/fingerprint.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char path[64];
    int fd;
    struct file_record record;
    struct fingerprint_counts counts;
    uint64_t tick;
};

static void set_up(struct place *p)
{
    *p = (struct place){0};
    strcpy(p->path, "/tmp/jig-fingerprint-XXXXXX");
    assert_non_null(mkdtemp(p->path));
    p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(p->fd >= 0);
}

static void tear_down(struct place *p)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", p->path);
    close(p->fd);
    assert_int_equal(system(command), 0);
}

static void put(struct place *p, const char *name, const char *content)
{
    assert_int_equal(io_write_file(p->fd, name, content, strlen(content)), 0);
}

/*
 * Looks at "f" as if `later_ns` after now; far enough ahead, nothing is young any more. Returns
 * whether the digest became another one.
 */
static bool look(struct place *p, int64_t later_ns)
{
    uint64_t changed = p->counts.changed;
    struct fingerprint_clock clock = {.offset_ns = later_ns};
    assert_int_equal(fingerprint_file(p->fd, "f", clock, ++p->tick, &p->record, &p->counts), 0);
    return p->counts.changed != changed;
}

static const int64_t MUCH_LATER = 10LL * 1000 * 1000 * 1000;

static void test_unchanged_file_is_not_opened_again(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    put(&p, "f", "hello");
    assert_true(look(&p, MUCH_LATER));
    assert_int_equal(p.counts.hashed, 1);
    assert_int_equal(p.counts.hashed_bytes, 5);
    assert_false(look(&p, MUCH_LATER));
    assert_int_equal(p.counts.hashed, 1);
    assert_int_equal(p.counts.hits, 1);
    assert_int_equal(p.counts.misses, 1);
    struct digest expected = digest_of("hello", 5);
    assert_true(digest_equal(p.record.digest, expected));
    tear_down(&p);
}

static void test_young_file_is_hashed_again(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    put(&p, "f", "hello");
    look(&p, 0);
    assert_true(p.record.flags & FILE_RACY);
    look(&p, 0);
    assert_int_equal(p.counts.hashed, 2);
    look(&p, MUCH_LATER); /* hashed a last time, old by now */
    assert_false(p.record.flags & FILE_RACY);
    look(&p, MUCH_LATER);
    assert_int_equal(p.counts.hashed, 3);
    tear_down(&p);
}

static void test_touch_is_no_change(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    put(&p, "f", "hello");
    look(&p, MUCH_LATER);
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1000000000}};
    assert_int_equal(utimensat(p.fd, "f", times, 0), 0);
    assert_false(look(&p, MUCH_LATER));
    assert_int_equal(p.counts.hashed, 2);
    assert_int_equal(p.record.changed_tick, 1);
    tear_down(&p);
}

static void test_same_size_and_mtime_put_back_is_a_change(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    put(&p, "f", "hello");
    struct stat before;
    assert_int_equal(fstatat(p.fd, "f", &before, 0), 0);
    look(&p, MUCH_LATER);
    /* Until the kernel's clock has moved on, so that the ctime shows it. */
    struct stat after;
    do {
        put(&p, "f", "jello");
        assert_int_equal(fstatat(p.fd, "f", &after, 0), 0);
    } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
             after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
    const struct timespec times[2] = {before.st_atim, before.st_mtim};
    assert_int_equal(utimensat(p.fd, "f", times, 0), 0);
    assert_true(look(&p, MUCH_LATER));
    assert_int_equal(p.record.changed_tick, 2);
    tear_down(&p);
}

static void test_missing_file_has_the_zero_digest(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    assert_true(look(&p, MUCH_LATER));
    assert_true(p.record.flags & FILE_MISSING);
    assert_true(digest_is_zero(p.record.digest));
    assert_false(look(&p, MUCH_LATER));
    put(&p, "f", "");
    assert_true(look(&p, MUCH_LATER)); /* an empty file is not a missing one */
    assert_int_equal(unlinkat(p.fd, "f", 0), 0);
    assert_true(look(&p, MUCH_LATER));
    tear_down(&p);
}

static void test_directory_counts_by_its_mtime(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    assert_int_equal(mkdirat(p.fd, "f", 0777), 0);
    const struct timespec old[2] = {{.tv_sec = 5}, {.tv_sec = 5}};
    assert_int_equal(utimensat(p.fd, "f", old, 0), 0);
    look(&p, MUCH_LATER);
    assert_true(p.record.flags & FILE_DIRECTORY);
    assert_false(look(&p, MUCH_LATER));
    put(&p, "f/new", "x");
    assert_true(look(&p, MUCH_LATER));
    tear_down(&p);
}

/* As look, for a file that a job makes. */
static bool look_made(struct place *p)
{
    uint64_t changed = p->counts.changed;
    struct fingerprint_clock clock = {.offset_ns = MUCH_LATER};
    assert_int_equal(fingerprint_made_file(p->fd, "f", clock, ++p->tick, &p->record, &p->counts),
                     0);
    return p->counts.changed != changed;
}

static void set_mtime(struct place *p, time_t seconds)
{
    const struct timespec times[] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    assert_int_equal(utimensat(p->fd, "f", times, 0), 0);
}

/* A file with this content is made; is it another one after its mtime has become another? */
static bool touch_changes_made_file(const char *content)
{
    struct place p;
    set_up(&p);
    put(&p, "f", content);
    set_mtime(&p, 1000);
    assert_true(look_made(&p));
    assert_false(look_made(&p));
    set_mtime(&p, 2000);
    bool changed = look_made(&p);
    tear_down(&p);
    return changed;
}

static void test_made_file_that_is_mute_counts_by_its_mtime_too(void **state)
{
    (void)state;
    assert_true(touch_changes_made_file(""));
    assert_true(touch_changes_made_file("!<thin>\nmember"));
    assert_false(touch_changes_made_file("!<arch>\nmember"));
    assert_false(touch_changes_made_file("!"));
}

static void test_empty_source_is_not_changed_by_a_touch(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    put(&p, "f", "");
    set_mtime(&p, 1000);
    assert_true(look(&p, MUCH_LATER));
    set_mtime(&p, 2000);
    assert_false(look(&p, MUCH_LATER));
    tear_down(&p);
}

static void test_large_file_has_the_digest_of_its_whole_content(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    size_t length = 1024 * 1024 + 17;
    char *bytes = malloc(length);
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i * 31 + i / 4096);
    assert_int_equal(io_write_file(p.fd, "f", bytes, length), 0);
    look(&p, MUCH_LATER);
    assert_true(digest_equal(p.record.digest, digest_of(bytes, length)));
    free(bytes);
    tear_down(&p);
}

static void test_pipe_is_not_waited_for(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    assert_int_equal(mkfifoat(p.fd, "f", 0666), 0);
    assert_true(look(&p, MUCH_LATER));
    assert_false(look(&p, MUCH_LATER));
    tear_down(&p);
}

static void test_loop_of_links_is_an_error(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    assert_int_equal(symlinkat("f", p.fd, "f"), 0);
    struct fingerprint_clock clock = {0};
    assert_int_equal(fingerprint_file(p.fd, "f", clock, 1, &p.record, &p.counts), ELOOP);
    assert_false(p.record.flags & FILE_KNOWN);
    tear_down(&p);
}

static void test_swapped_link_is_followed(void **state)
{
    (void)state;
    struct place p;
    set_up(&p);
    put(&p, "one", "same size");
    put(&p, "two", "other txt");
    assert_int_equal(symlinkat("one", p.fd, "f"), 0);
    look(&p, MUCH_LATER);
    assert_int_equal(unlinkat(p.fd, "f", 0), 0);
    assert_int_equal(symlinkat("two", p.fd, "f"), 0);
    assert_true(look(&p, MUCH_LATER));
    tear_down(&p);
}

static void test_scan_finds_what_single_looks_find(void **state)
{
    (void)state;
    enum { FILES = 3000, DIRS = 7 };
    struct place p;
    set_up(&p);
    struct graph *graph = graph_create();
    char name[128];
    for (int i = 0; i < DIRS; i++) {
        snprintf(name, sizeof name, "d%d", i);
        assert_int_equal(mkdirat(p.fd, name, 0777), 0);
    }
    for (int i = 0; i < FILES; i++) {
        int length = snprintf(name, sizeof name, "%s/d%d/f%d", p.path, i % DIRS, i);
        graph_add_file(graph, name, (size_t)length);
        if (i % 5)
            assert_int_equal(io_write_file(AT_FDCWD, name, name, (size_t)length), 0);
    }
    int length = snprintf(name, sizeof name, "%s/none/f", p.path); /* no such directory */
    graph_add_file(graph, name, (size_t)length);
    uint32_t count = graph->files.count;

    struct history *history = history_create(graph);
    struct jig_pool *pool = jig_pool_create(4);
    file_id *all = malloc(count * sizeof *all);
    struct digest *terms = calloc(count, sizeof *terms);
    assert_non_null(all);
    assert_non_null(terms);
    for (file_id f = 0; f < count; f++)
        all[f] = count - 1 - f;
    struct file_list missed = {0};
    struct fingerprint_scan scan = {.graph = graph,
                                    .history = history,
                                    .pool = pool,
                                    .files = all,
                                    .count = count,
                                    .clock = {.offset_ns = MUCH_LATER},
                                    .tick = 1,
                                    .terms = terms,
                                    .missed = &missed};
    assert_int_equal(fingerprint_scan(&scan, NULL), JIG_OK);
    assert_int_equal(scan.counts.stats, count);
    assert_int_equal(scan.counts.misses, count);
    assert_int_equal(missed.count, count);
    for (file_id f = 0; f < count; f++) {
        struct file_record single = {0};
        struct fingerprint_counts counts = {0};
        const char *path = graph_path(graph, f);
        assert_int_equal(fingerprint_file(AT_FDCWD, path, scan.clock, 1, &single, &counts), 0);
        assert_memory_equal(&single, &history->files.data[f], sizeof single);
        struct digest term = fingerprint_term(path, strlen(path), single.digest);
        assert_true(digest_equal(term, terms[f]));
    }

    scan.counts = (struct fingerprint_counts){0};
    missed.count = 0;
    assert_int_equal(fingerprint_scan(&scan, NULL), JIG_OK);
    assert_int_equal(scan.counts.hits, count);
    assert_int_equal(missed.count, 0);

    vec_free(&missed);
    free(all);
    free(terms);
    jig_pool_destroy(pool);
    history_destroy(history);
    graph_destroy(graph);
    tear_down(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unchanged_file_is_not_opened_again),
        cmocka_unit_test(test_young_file_is_hashed_again),
        cmocka_unit_test(test_touch_is_no_change),
        cmocka_unit_test(test_same_size_and_mtime_put_back_is_a_change),
        cmocka_unit_test(test_missing_file_has_the_zero_digest),
        cmocka_unit_test(test_directory_counts_by_its_mtime),
        cmocka_unit_test(test_made_file_that_is_mute_counts_by_its_mtime_too),
        cmocka_unit_test(test_empty_source_is_not_changed_by_a_touch),
        cmocka_unit_test(test_large_file_has_the_digest_of_its_whole_content),
        cmocka_unit_test(test_pipe_is_not_waited_for),
        cmocka_unit_test(test_loop_of_links_is_an_error),
        cmocka_unit_test(test_swapped_link_is_followed),
        cmocka_unit_test(test_scan_finds_what_single_looks_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
