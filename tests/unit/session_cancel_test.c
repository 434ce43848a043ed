/* Stopping a build: from another thread, from a signal handler, before it has begun, too late. */
#include "session_support.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* `held` begins to write and then waits for somebody to write to the fifo `gate`. */
#define NINJA                                                                                      \
    "rule held\n  command = echo half > $out; cat gate in >> $out\n"                               \
    "rule cat\n  command = cat $in > $out\n"                                                       \
    "build held: held in\n"                                                                        \
    "build last: cat held\n"

struct canceller {
    struct probe *probe;
    pthread_t thread;
    sem_t started; /* posted when `held` runs */
};

static void tell(struct probe *probe, const char *output)
{
    struct canceller *canceller = probe->context;
    if (strcmp(output, "held") == 0)
        sem_post(&canceller->started);
}

static void *cancel_when_started(void *context)
{
    struct canceller *canceller = context;
    sem_wait(&canceller->started);
    jig_session_cancel(canceller->probe->session);
    return NULL;
}

static void open_held(struct probe *probe)
{
    put("build.ninja", NINJA);
    put("in", "in\n");
    assert_int_equal(mkfifo("gate", 0600), 0);
    probe_open(probe, "build.ninja", NULL);
}

/* From now on nothing is held. */
static void open_gate(void)
{
    assert_int_equal(unlink("gate"), 0);
    put("gate", "");
}

static void assert_cancelled(struct probe *probe, enum jig_status status)
{
    assert_int_equal(status, JIG_ERROR_CANCELLED);
    assert_int_equal(probe->error.status, JIG_ERROR_CANCELLED);
    assert_int_not_equal(access("last", F_OK), 0);
}

static void test_another_thread_stops_a_build(void **state)
{
    (void)state;
    struct probe probe;
    open_held(&probe);
    struct canceller canceller = {.probe = &probe};
    sem_init(&canceller.started, 0, 0);
    probe.on_start = tell;
    probe.context = &canceller;
    pthread_create(&canceller.thread, NULL, cancel_when_started, &canceller);
    assert_cancelled(&probe, probe_build(&probe));
    pthread_join(canceller.thread, NULL);
    sem_destroy(&canceller.started);
    assert_string_equal(probe.ran, "held");
    assert_int_not_equal(access("held", F_OK), 0); /* what was half written is gone */

    open_gate();
    probe.on_start = NULL;
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "held last");
    assert_string_equal(get("last"), "half\nin\n");
    probe_close(&probe);
}

static void test_an_update_is_stopped_and_made_up_for(void **state)
{
    (void)state;
    struct probe probe;
    open_held(&probe);
    open_gate();
    assert_int_equal(probe_build(&probe), JIG_OK);
    assert_int_equal(unlink("gate"), 0);
    assert_int_equal(mkfifo("gate", 0600), 0);

    struct canceller canceller = {.probe = &probe};
    sem_init(&canceller.started, 0, 0);
    probe.on_start = tell;
    probe.context = &canceller;
    pthread_create(&canceller.thread, NULL, cancel_when_started, &canceller);
    put("in", "other\n");
    uint64_t generation = probe.result.generation;
    assert_int_equal(probe_changed(&probe, "in"), JIG_ERROR_CANCELLED);
    pthread_join(canceller.thread, NULL);
    sem_destroy(&canceller.started);
    assert_int_equal(probe.result.generation, generation);

    open_gate();
    probe.on_start = NULL;
    assert_int_equal(probe_update(&probe), JIG_OK);
    assert_string_equal(probe.ran, "held last");
    assert_string_equal(get("last"), "half\nother\n");
    probe_close(&probe);
}

static struct jig_session *volatile signalled;

static void on_signal(int number)
{
    (void)number;
    jig_session_cancel(signalled);
}

static void raise_signal(struct probe *probe, const char *output)
{
    (void)probe;
    (void)output;
    raise(SIGUSR1);
}

static void test_a_signal_handler_stops_a_build(void **state)
{
    (void)state;
    struct probe probe;
    struct sigaction before;
    const struct sigaction action = {.sa_handler = on_signal};
    open_held(&probe);
    signalled = probe.session;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    probe.on_start = raise_signal;
    enum jig_status status = probe_build(&probe);
    sigaction(SIGUSR1, &before, NULL);
    assert_cancelled(&probe, status);
    probe_close(&probe);
}

static void test_a_cancellation_before_it_begins_stops_one_build(void **state)
{
    (void)state;
    struct probe probe;
    open_held(&probe);
    open_gate();
    jig_session_cancel(probe.session);
    assert_cancelled(&probe, probe_build(&probe));
    assert_string_equal(probe.ran, "");
    assert_int_equal(probe_build(&probe), JIG_OK);
    assert_string_equal(probe.ran, "held last");
    probe_close(&probe);
}

static void test_a_cancellation_is_taken_back(void **state)
{
    (void)state;
    struct probe probe;
    open_held(&probe);
    open_gate();
    jig_session_cancel(probe.session);
    jig_session_uncancel(probe.session);
    assert_int_equal(probe_build(&probe), JIG_OK);
    assert_string_equal(probe.ran, "held last");
    probe_close(&probe);
}

/* ---- many ----------------------------------------------------------------------------------- */

struct pest {
    struct jig_session *session;
    atomic_bool stop;
};

static void *cancel_all_the_time(void *context)
{
    struct pest *pest = context;
    while (!atomic_load(&pest->stop)) {
        jig_session_cancel(pest->session);
        const struct timespec moment = {.tv_nsec = 300 * 1000};
        nanosleep(&moment, NULL);
    }
    return NULL;
}

/* Whenever it comes: an update ends well or cancelled, and in the end everything is right. */
static void test_cancellations_at_any_moment(void **state)
{
    (void)state;
    enum { UPDATES = 60 };
    struct probe probe;
    char text[32];
    int cancelled = 0;
    open_held(&probe);
    open_gate();
    assert_int_equal(probe_build(&probe), JIG_OK);
    struct pest pest = {.session = probe.session};
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_all_the_time, &pest);
    for (int i = 0; i < UPDATES; i++) {
        snprintf(text, sizeof text, "%d\n", i);
        put("in", text);
        enum jig_status status = probe_changed(&probe, "in");
        assert_true(status == JIG_OK || status == JIG_ERROR_CANCELLED);
        cancelled += status == JIG_ERROR_CANCELLED;
    }
    atomic_store(&pest.stop, true);
    pthread_join(thread, NULL);
    assert_true(cancelled > 0);
    jig_session_uncancel(probe.session);
    assert_int_equal(probe_update(&probe), JIG_OK);
    snprintf(text, sizeof text, "half\n%d\n", UPDATES - 1);
    assert_string_equal(get("last"), text);
    probe_close(&probe);
}

int main(void)
{
#define IN_A_TREE(test)                                                                            \
    cmocka_unit_test_setup_teardown(test, session_enter_tree, session_leave_tree)
    const struct CMUnitTest tests[] = {
        IN_A_TREE(test_another_thread_stops_a_build),
        IN_A_TREE(test_an_update_is_stopped_and_made_up_for),
        IN_A_TREE(test_a_signal_handler_stops_a_build),
        IN_A_TREE(test_a_cancellation_before_it_begins_stops_one_build),
        IN_A_TREE(test_a_cancellation_is_taken_back),
        IN_A_TREE(test_cancellations_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
