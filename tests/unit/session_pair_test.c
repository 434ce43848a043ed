/* Two sessions in one process know nothing of each other, also when both build at once. */
#include "session_support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Each has outputs of its own and reads what both have. */
#define NINJA(name)                                                                                \
    "rule cat\n  command = cat $in > $out\n"                                                       \
    "build " name ".out: cat shared " name "\n"                                                    \
    "build " name ".last: cat " name ".out\n"

struct pair {
    struct probe one, two;
    void *directory;
};

static int enter(void **state)
{
    static struct pair pair;
    int failed = session_enter_tree(state);
    if (failed)
        return failed;
    put("one.ninja", NINJA("one"));
    put("two.ninja", NINJA("two"));
    put("shared", "shared\n");
    put("one", "1\n");
    put("two", "2\n");
    probe_open(&pair.one, "one.ninja", ".jig-one");
    probe_open(&pair.two, "two.ninja", ".jig-two");
    pair.directory = *state;
    *state = &pair;
    return 0;
}

static int leave(void **state)
{
    struct pair *pair = *state;
    probe_close(&pair->one);
    probe_close(&pair->two);
    return session_leave_tree(&pair->directory);
}

static void build_both(struct pair *pair)
{
    assert_int_equal(probe_build(&pair->one), JIG_OK);
    assert_int_equal(probe_build(&pair->two), JIG_OK);
}

static void test_each_tells_of_its_own_jobs(void **state)
{
    struct pair *pair = *state;
    build_both(pair);
    assert_string_equal(pair->one.ran, "one.last one.out");
    assert_string_equal(pair->two.ran, "two.last two.out");
}

static void test_each_finds_out_for_itself(void **state)
{
    struct pair *pair = *state;
    build_both(pair);
    put("shared", "other\n");
    assert_int_equal(probe_changed(&pair->one, "shared"), JIG_OK);
    assert_string_equal(pair->one.ran, "one.last one.out");
    assert_string_equal(get("two.out"), "shared\n2\n");
    assert_int_equal(probe_changed(&pair->two, "shared"), JIG_OK);
    assert_string_equal(pair->two.ran, "two.last two.out");
    assert_string_equal(get("two.out"), "other\n2\n");
}

static void test_a_cancellation_is_for_one(void **state)
{
    struct pair *pair = *state;
    jig_session_cancel(pair->one.session);
    assert_int_equal(probe_build(&pair->two), JIG_OK);
    assert_int_equal(probe_build(&pair->one), JIG_ERROR_CANCELLED);
    assert_int_equal(probe_build(&pair->one), JIG_OK);
}

static void test_one_goes_on_when_the_other_is_closed(void **state)
{
    struct pair *pair = *state;
    build_both(pair);
    probe_close(&pair->one);
    put("two", "other\n");
    assert_int_equal(probe_changed(&pair->two, "two"), JIG_OK);
    assert_string_equal(pair->two.ran, "two.last two.out");
    probe_open(&pair->one, "one.ninja", ".jig-one");
    assert_int_equal(probe_build(&pair->one), JIG_OK);
    assert_string_equal(pair->one.ran, "");
}

static void test_a_state_directory_has_one_session(void **state)
{
    (void)state;
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    struct jig_session *session;
    struct jig_error error;
    options.manifest = "one.ninja";
    options.state_dir = ".jig-one";
    options.wait = false;
    assert_int_equal(jig_session_open(&options, &session, &error), JIG_ERROR_LOCKED);
    assert_null(session);
}

/* ---- at once --------------------------------------------------------------------------------- */

enum { UPDATES = 40 };

struct updater {
    struct probe *probe;
    const char *name; /* of its source, and of its outputs */
    int failures;
};

static void *update_often(void *context)
{
    struct updater *updater = context;
    char text[32], expected[64], ran[64], path[32];
    snprintf(ran, sizeof ran, "%s.last %s.out", updater->name, updater->name);
    snprintf(path, sizeof path, "%s.last", updater->name);
    for (int i = 0; i < UPDATES; i++) {
        FILE *file = fopen(updater->name, "w");
        snprintf(text, sizeof text, "%s %d\n", updater->name, i);
        fputs(text, file);
        fclose(file);
        jig_change_set_updated(updater->probe->changes, updater->name, NULL);
        updater->failures += probe_update(updater->probe) != JIG_OK;
        updater->failures += strcmp(updater->probe->ran, ran) != 0;
        char found[64] = "";
        file = fopen(path, "r");
        size_t length = file ? fread(found, 1, sizeof found - 1, file) : 0;
        found[length] = '\0';
        if (file)
            fclose(file);
        snprintf(expected, sizeof expected, "shared\n%s", text);
        updater->failures += strcmp(found, expected) != 0;
    }
    return NULL;
}

static void test_both_update_at_once(void **state)
{
    struct pair *pair = *state;
    build_both(pair);
    struct updater one = {&pair->one, "one", 0}, two = {&pair->two, "two", 0};
    pthread_t thread;
    pthread_create(&thread, NULL, update_often, &one);
    update_often(&two);
    pthread_join(thread, NULL);
    assert_int_equal(one.failures, 0);
    assert_int_equal(two.failures, 0);
}

int main(void)
{
#define WITH_A_PAIR(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        WITH_A_PAIR(test_each_tells_of_its_own_jobs),
        WITH_A_PAIR(test_each_finds_out_for_itself),
        WITH_A_PAIR(test_a_cancellation_is_for_one),
        WITH_A_PAIR(test_one_goes_on_when_the_other_is_closed),
        WITH_A_PAIR(test_a_state_directory_has_one_session),
        WITH_A_PAIR(test_both_update_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
