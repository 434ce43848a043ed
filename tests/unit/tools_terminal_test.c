/* What an output can do, going by the environment. */
#include "cmocka_all.h"

#include "tools/jig/terminal.h"

#include <unistd.h>

static struct terminal decide(bool is_tty, struct terminal_environment env)
{
    return terminal_decide(STDOUT_FILENO, is_tty, &env);
}

static void test_smart(void **state)
{
    (void)state;
    assert_true(decide(true, (struct terminal_environment){.term = "xterm"}).smart);
    assert_false(decide(false, (struct terminal_environment){.term = "xterm"}).smart);
    assert_false(decide(true, (struct terminal_environment){.term = "dumb"}).smart);
    assert_false(decide(true, (struct terminal_environment){0}).smart);
}

static void test_colour_follows_from_smart(void **state)
{
    (void)state;
    assert_true(decide(true, (struct terminal_environment){.term = "xterm"}).colour);
    assert_false(decide(false, (struct terminal_environment){.term = "xterm"}).colour);
}

static void test_colour_forbidden(void **state)
{
    (void)state;
    struct terminal t =
        decide(true, (struct terminal_environment){.term = "xterm", .no_color = ""});
    assert_true(t.smart);
    assert_false(t.colour);
    assert_true(
        decide(true, (struct terminal_environment){.term = "xterm", .no_color = "0"}).colour);
}

static void test_colour_forced(void **state)
{
    (void)state;
    assert_true(decide(false, (struct terminal_environment){.clicolor_force = "1"}).colour);
    assert_false(decide(false, (struct terminal_environment){.clicolor_force = "0"}).colour);
    assert_true(decide(false, (struct terminal_environment){.force_color = "1"}).colour);
}

static void test_who_overrides_whom(void **state)
{
    (void)state;
    struct terminal_environment env = {.no_color = "1", .clicolor_force = "1"};
    assert_false(decide(false, env).colour);
    env.force_color = "1";
    assert_true(decide(false, env).colour);
}

static void test_width_of_no_terminal(void **state)
{
    (void)state;
    struct terminal t = decide(false, (struct terminal_environment){.columns = "72"});
    assert_int_equal(terminal_columns(&t), 72);
    t = decide(false, (struct terminal_environment){0});
    assert_int_equal(terminal_columns(&t), 0);
    t = decide(false, (struct terminal_environment){.columns = "wide"});
    assert_int_equal(terminal_columns(&t), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smart),
        cmocka_unit_test(test_colour_follows_from_smart),
        cmocka_unit_test(test_colour_forbidden),
        cmocka_unit_test(test_colour_forced),
        cmocka_unit_test(test_who_overrides_whom),
        cmocka_unit_test(test_width_of_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
