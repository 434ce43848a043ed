/* A client of a jobserver: which tokens it holds, and what it leaves to others. */
#include "run_support.h"

#include "engine/run/jobserver.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pool of the test's own. */
struct pool {
    int read_fd, write_fd;
    char makeflags[64];
};

static void fill(struct pool *pool, const char *tokens)
{
    assert_int_equal(write(pool->write_fd, tokens, strlen(tokens)), strlen(tokens));
}

static struct pool make_fifo(const char *tokens)
{
    struct pool pool = {.makeflags = "--jobserver-auth=fifo:pool"};
    assert_int_equal(mkfifo("pool", 0600), 0);
    pool.read_fd = pool.write_fd = open("pool", O_RDWR | O_CLOEXEC);
    fill(&pool, tokens);
    return pool;
}

static struct pool make_pipe(const char *option, const char *tokens)
{
    struct pool pool;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pool.read_fd = ends[0];
    pool.write_fd = ends[1];
    snprintf(pool.makeflags, sizeof pool.makeflags, "%s=%d,%d", option, ends[0], ends[1]);
    fill(&pool, tokens);
    return pool;
}

static void free_pool(struct pool *pool)
{
    close(pool->read_fd);
    if (pool->write_fd != pool->read_fd)
        close(pool->write_fd);
}

static void assert_left(const struct pool *pool, int count)
{
    int available;
    assert_int_equal(ioctl(pool->read_fd, FIONREAD, &available), 0);
    assert_int_equal(available, count);
}

static int compare_bytes(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

/* Takes all tokens out: they must be these, in whatever order. */
static void assert_holds(const struct pool *pool, const char *tokens)
{
    char found[64] = "";
    assert_left(pool, (int)strlen(tokens));
    if (*tokens)
        assert_int_equal(read(pool->read_fd, found, sizeof found - 1), strlen(tokens));
    qsort(found, strlen(found), 1, compare_bytes);
    assert_string_equal(found, tokens);
}

static struct jig_jobserver *open_server(const struct pool *pool)
{
    struct jig_jobserver *server;
    assert_int_equal(jig_jobserver_open(pool->makeflags, &server, NULL), JIG_OK);
    assert_non_null(server);
    return server;
}

static void refuse(const char *makeflags, enum jig_status status, const char *message)
{
    struct jig_jobserver *server;
    struct jig_error error;
    assert_int_equal(jig_jobserver_open(makeflags, &server, &error), status);
    assert_null(server);
    assert_string_equal(error.message, message);
}

/* ---- tokens --------------------------------------------------------------------------------- */

static void check_tokens(struct pool pool)
{
    struct jig_jobserver *server = open_server(&pool);
    assert_left(&pool, 3);
    assert_true(jobserver_begin(server)); /* needs none */
    assert_left(&pool, 3);
    assert_true(jobserver_begin(server));
    assert_true(jobserver_begin(server));
    assert_left(&pool, 1);
    assert_true(jobserver_begin(server));
    assert_false(jobserver_begin(server));
    assert_left(&pool, 0);
    jobserver_end(server);
    assert_left(&pool, 1);
    assert_true(jobserver_begin(server));
    for (int left = 1; left <= 3; left++) {
        jobserver_end(server);
        assert_left(&pool, left);
    }
    jobserver_end(server);
    assert_holds(&pool, "abc");
    jig_jobserver_close(server);
    assert_holds(&pool, "");
    free_pool(&pool);
}

static void test_one_token_less_than_jobs_in_a_fifo(void **state)
{
    (void)state;
    check_tokens(make_fifo("abc"));
}

static void test_one_token_less_than_jobs_in_a_pipe(void **state)
{
    (void)state;
    check_tokens(make_pipe("--jobserver-auth", "abc"));
    check_tokens(make_pipe("--jobserver-fds", "abc"));
}

static void test_first_job_needs_no_token(void **state)
{
    (void)state;
    struct pool pool = make_fifo("");
    struct jig_jobserver *server = open_server(&pool);
    for (int i = 0; i < 3; i++) {
        assert_true(jobserver_begin(server));
        assert_false(jobserver_begin(server));
        jobserver_end(server);
    }
    assert_holds(&pool, "");
    jig_jobserver_close(server);
    free_pool(&pool);
}

static void test_bytes_are_arbitrary(void **state)
{
    (void)state;
    struct pool pool = make_pipe("--jobserver-auth", "");
    const char tokens[] = {'\0', '\n', (char)0xff};
    char found[4];
    assert_int_equal(write(pool.write_fd, tokens, 3), 3);
    struct jig_jobserver *server = open_server(&pool);
    while (jobserver_begin(server))
        continue;
    jobserver_end_all(server);
    assert_int_equal(read(pool.read_fd, found, sizeof found), 3);
    for (int i = 0; i < 3; i++)
        assert_non_null(memchr(found, tokens[i], 3));
    jig_jobserver_close(server);
    free_pool(&pool);
}

static void test_close_gives_back_what_is_held(void **state)
{
    (void)state;
    struct pool pool = make_fifo("xy");
    struct jig_jobserver *server = open_server(&pool);
    while (jobserver_begin(server))
        continue;
    assert_left(&pool, 0);
    jig_jobserver_close(server);
    assert_holds(&pool, "xy");
    free_pool(&pool);
}

static void test_surplus_tokens_are_nobodys_fault(void **state)
{
    (void)state;
    /* As full as a pipe can be: a token that does not fit is not waited for. */
    struct pool pool = make_fifo("a");
    struct jig_jobserver *server = open_server(&pool);
    assert_true(jobserver_begin(server) && jobserver_begin(server));
    int flags = fcntl(pool.write_fd, F_GETFL);
    fcntl(pool.write_fd, F_SETFL, flags | O_NONBLOCK);
    while (write(pool.write_fd, "z", 1) == 1)
        continue;
    jobserver_end_all(server);
    jig_jobserver_close(server);
    free_pool(&pool);
}

/* ---- what is shared ------------------------------------------------------------------------- */

static void test_others_go_on_waiting_for_tokens(void **state)
{
    (void)state;
    struct pool pool = make_pipe("--jobserver-auth", "");
    struct jig_jobserver *server = open_server(&pool);
    assert_true(jobserver_begin(server));
    assert_false(jobserver_begin(server));
    assert_int_equal(fcntl(pool.read_fd, F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(pool.write_fd, F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(pool.read_fd, F_GETFD) & FD_CLOEXEC, 0);
    assert_int_equal(fcntl(pool.write_fd, F_GETFD) & FD_CLOEXEC, 0);
    assert_int_equal(fcntl(jobserver_fd(server), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    jig_jobserver_close(server);
    assert_true(fcntl(pool.read_fd, F_GETFD) >= 0 && fcntl(pool.write_fd, F_GETFD) >= 0);
    free_pool(&pool);
}

static void test_run_waits_for_a_token(void **state)
{
    (void)state;
    struct pool pool = make_fifo("");
    struct jig_jobserver *server = open_server(&pool);
    const struct run_options options = {0};
    struct run *run = make_run(&options);
    struct run_result result;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(run_await(run, jobserver_fd(server), NULL), JIG_OK);
        assert_int_equal(run_wait(run, 1, &result, NULL), JIG_OK);
        assert_int_equal(result.kind, RUN_TIMEOUT);
        fill(&pool, "t");
        assert_int_equal(run_wait(run, 0, &result, NULL), JIG_OK);
        assert_int_equal(result.kind, RUN_READY);
        /* Nobody asked again, so it is not told again. */
        assert_int_equal(run_wait(run, 1, &result, NULL), JIG_OK);
        assert_int_equal(result.kind, RUN_TIMEOUT);
        assert_holds(&pool, "t");
    }
    run_destroy(run);
    jig_jobserver_close(server);
    free_pool(&pool);
}

/* ---- what is no jobserver ------------------------------------------------------------------- */

static void test_none_is_named(void **state)
{
    (void)state;
    struct jig_jobserver *server;
    assert_int_equal(jig_jobserver_open(NULL, &server, NULL), JIG_OK);
    assert_null(server);
    assert_int_equal(jig_jobserver_open(" -j4", &server, NULL), JIG_OK);
    assert_null(server);
    jig_jobserver_close(NULL);
    assert_false(jig_jobserver_is_named(NULL));
    assert_false(jig_jobserver_is_named("--jobserver-auth=-2,-2"));
    assert_true(jig_jobserver_is_named("--jobserver-auth=fifo:/nowhere"));
    assert_true(jig_jobserver_is_named("--jobserver-auth=3"));
}

static void test_what_is_no_fifo(void **state)
{
    (void)state;
    put_file("plain", "abc", 0600);
    refuse("--jobserver-auth=fifo:plain", JIG_ERROR_USAGE, "'plain' is not a fifo");
    refuse("--jobserver-auth=fifo:/dev/zero", JIG_ERROR_USAGE, "'/dev/zero' is not a fifo");
    refuse("--jobserver-auth=fifo:.", JIG_ERROR_USAGE, "'.' is not a fifo");
    refuse("--jobserver-auth=fifo:nowhere", JIG_ERROR_IO,
           "cannot find the fifo 'nowhere': No such file or directory");
}

static void test_fifo_without_permission(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("forbidden", 0), 0);
    assert_int_equal(chmod(".", 0755), 0);
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    refuse("--jobserver-auth=fifo:forbidden", JIG_ERROR_IO,
           "cannot open the fifo 'forbidden': Permission denied");
    assert_int_equal(seteuid(getuid()), 0);
}

static void refuse_pipe(int read_fd, int write_fd)
{
    char makeflags[64], message[256];
    snprintf(makeflags, sizeof makeflags, "--jobserver-auth=%d,%d", read_fd, write_fd);
    snprintf(message, sizeof message,
             "make has not passed its descriptors %d and %d on, as it does to a recipe that begins "
             "with '+'",
             read_fd, write_fd);
    refuse(makeflags, JIG_ERROR_USAGE, message);
}

static void test_descriptors_that_are_no_pipe_of_make(void **state)
{
    (void)state;
    struct pool pool = make_pipe("--jobserver-auth", "a");
    struct pool other = make_pipe("--jobserver-auth", "b");
    int plain = open(".", O_RDONLY);
    int closed = dup(plain);
    close(closed);
    refuse_pipe(closed, closed + 1);
    refuse_pipe(plain, pool.write_fd);
    refuse_pipe(plain, plain);
    refuse_pipe(pool.read_fd, other.write_fd);
    refuse_pipe(pool.write_fd, pool.read_fd);
    refuse_pipe(pool.read_fd, pool.read_fd);
    /* One that this program opened for itself. */
    fcntl(pool.read_fd, F_SETFD, FD_CLOEXEC);
    refuse_pipe(pool.read_fd, pool.write_fd);
    assert_holds(&pool, "a");
    close(plain);
    free_pool(&pool);
    free_pool(&other);
}

int main(void)
{
#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, enter_temp_dir, leave_temp_dir)
    const struct CMUnitTest tests[] = {
        IN_DIR(test_one_token_less_than_jobs_in_a_fifo),
        cmocka_unit_test(test_one_token_less_than_jobs_in_a_pipe),
        IN_DIR(test_first_job_needs_no_token),
        cmocka_unit_test(test_bytes_are_arbitrary),
        IN_DIR(test_close_gives_back_what_is_held),
        IN_DIR(test_surplus_tokens_are_nobodys_fault),
        cmocka_unit_test(test_others_go_on_waiting_for_tokens),
        IN_DIR(test_run_waits_for_a_token),
        cmocka_unit_test(test_none_is_named),
        IN_DIR(test_what_is_no_fifo),
        IN_DIR(test_fifo_without_permission),
        cmocka_unit_test(test_descriptors_that_are_no_pipe_of_make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
