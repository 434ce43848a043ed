/* What client and daemon say to each other: every kind comes back as it was, and nothing else. */
#include "cmocka_all.h"

#include "tools/jig/daemon_frame.h"

#include <stdlib.h>
#include <string.h>

static char *arguments[] = {"jig build", "--filter", "\xff\xfe odd", "", NULL};
static char *environment[] = {"PATH=/bin", "EMPTY=", "noequals", NULL};

static const struct daemon_message an_order = {
    .kind = DAEMON_BUILD,
    .build = "1.0 abc",
    .order = {.arguments = arguments,
              .environment = environment,
              .mask = 022,
              .pipelines = true,
              .root = "/a/b",
              .manifest = "jig.yaml",
              .state_dir = "",
              .here = "c",
              .package = "c"},
};

/* Writes the message and reads it again with this build id; the arena is the caller's. */
static bool there_and_back(const struct daemon_message *message, const char *build,
                           struct arena *arena, struct daemon_message *back)
{
    struct buf frame = {0};
    size_t bytes = 0;
    daemon_frame_write(message, &frame);
    assert_int_equal(daemon_frame_find(frame.data, frame.length, DAEMON_FRAME_LIMIT, &bytes),
                     DAEMON_FRAME_WHOLE);
    assert_int_equal(bytes, frame.length);
    bool good = daemon_frame_read(frame.data, frame.length, build, arena, back);
    buf_free(&frame);
    return good;
}

static void assert_same_list(char *const *list, char *const *expected)
{
    for (; *expected; list++, expected++)
        assert_string_equal(*list, *expected);
    assert_null(*list);
}

static void test_an_order(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct daemon_message back;
    assert_true(there_and_back(&an_order, "1.0 abc", &arena, &back));
    assert_int_equal(back.kind, DAEMON_BUILD);
    assert_string_equal(back.build, "1.0 abc");
    assert_int_equal(back.order.argument_count, 4);
    assert_same_list(back.order.arguments, arguments);
    assert_same_list(back.order.environment, environment);
    assert_int_equal(back.order.mask, 022);
    assert_true(back.order.pipelines);
    assert_string_equal(back.order.root, "/a/b");
    assert_string_equal(back.order.manifest, "jig.yaml");
    assert_string_equal(back.order.state_dir, "");
    assert_string_equal(back.order.here, "c");
    assert_string_equal(back.order.package, "c");
    arena_free(&arena);
}

static void test_an_order_of_another_build_is_not_looked_into(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct daemon_message back;
    assert_true(there_and_back(&an_order, "2.0", &arena, &back));
    assert_int_equal(back.kind, DAEMON_BUILD);
    assert_string_equal(back.build, "1.0 abc");
    assert_null(back.order.arguments);
    /* So what a later version has to say may be anything. */
    const char frame[] = "jigd\0\0\0\x07\x94\x01\xc4\x01z\xc0\xc3";
    assert_true(daemon_frame_read(frame, sizeof frame - 1, "2.0", &arena, &back));
    assert_false(daemon_frame_read(frame, sizeof frame - 1, "z", &arena, &back));
    arena_free(&arena);
}

static void test_a_state(void **state)
{
    (void)state;
    const struct daemon_message message = {
        .kind = DAEMON_STATE,
        .build = "b",
        .state = {.version = "1.2.3",
                  .root = "/r",
                  .manifest = "build.ninja",
                  .pid = 1,
                  .uptime_ms = 2,
                  .idle_ms = 3,
                  .idle_limit_ms = 4,
                  .builds = 5,
                  .waiting = 6,
                  .watched = 7,
                  .polled = 8,
                  .rss = UINT64_MAX,
                  .building = true,
                  .warm = false},
    };
    struct arena arena = {0};
    struct daemon_message back;
    assert_true(there_and_back(&message, "", &arena, &back));
    const struct daemon_state *got = &back.state;
    assert_string_equal(got->version, "1.2.3");
    assert_string_equal(got->root, "/r");
    assert_string_equal(got->manifest, "build.ninja");
    const uint64_t numbers[] = {got->pid,    got->uptime_ms, got->idle_ms, got->idle_limit_ms,
                                got->builds, got->waiting,   got->watched, got->polled};
    for (uint64_t i = 0; i < 8; i++)
        assert_int_equal(numbers[i], i + 1);
    assert_true(got->rss == UINT64_MAX);
    assert_true(got->building);
    assert_false(got->warm);
    arena_free(&arena);
}

static void test_the_short_ones(void **state)
{
    (void)state;
    static const enum daemon_kind kinds[] = {DAEMON_CANCEL,   DAEMON_STATUS,  DAEMON_STOP,
                                             DAEMON_STANDARD, DAEMON_TAKEN,   DAEMON_WAITING,
                                             DAEMON_DONE,     DAEMON_LEAVING, DAEMON_STOPPING};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        bool has_number = kinds[i] == DAEMON_WAITING || kinds[i] == DAEMON_DONE;
        const struct daemon_message message = {
            .kind = kinds[i], .build = "b", .number = has_number ? 130 : 0};
        struct arena arena = {0};
        struct daemon_message back;
        assert_true(there_and_back(&message, "", &arena, &back));
        assert_int_equal(back.kind, kinds[i]);
        assert_int_equal(back.number, message.number);
        arena_free(&arena);
    }
}

/* ---- what comes in pieces, or wrong -------------------------------------------------------- */

static void test_a_frame_that_comes_in_pieces(void **state)
{
    (void)state;
    struct buf frame = {0};
    daemon_frame_write(&an_order, &frame);
    for (size_t length = 0; length < frame.length; length++) {
        size_t bytes = 0;
        struct arena arena = {0};
        struct daemon_message back;
        assert_int_equal(daemon_frame_find(frame.data, length, DAEMON_FRAME_LIMIT, &bytes),
                         DAEMON_FRAME_MORE);
        assert_false(daemon_frame_read(frame.data, length, "1.0 abc", &arena, &back));
        arena_free(&arena);
    }
    buf_append_str(&frame, "jigd");
    size_t bytes = 0;
    assert_int_equal(daemon_frame_find(frame.data, frame.length, DAEMON_FRAME_LIMIT, &bytes),
                     DAEMON_FRAME_WHOLE);
    assert_int_equal(bytes, frame.length - 4);
    buf_free(&frame);
}

static void test_what_will_never_be_a_frame(void **state)
{
    (void)state;
    size_t bytes = 0;
    assert_int_equal(daemon_frame_find("GET", 3, DAEMON_FRAME_LIMIT, &bytes), DAEMON_FRAME_WRONG);
    assert_int_equal(daemon_frame_find("jigD", 4, DAEMON_FRAME_LIMIT, &bytes), DAEMON_FRAME_WRONG);
    assert_int_equal(daemon_frame_find("jigd\0\0\1\1", 8, 256, &bytes), DAEMON_FRAME_WRONG);
    assert_int_equal(daemon_frame_find("jigd\0\0\1\0", 8, 256, &bytes), DAEMON_FRAME_MORE);
    assert_int_equal(daemon_frame_find("jigd\xff\xff\xff\xff", 8, DAEMON_FRAME_LIMIT, &bytes),
                     DAEMON_FRAME_WRONG);
}

/* Each byte of a good frame changed in every way: read or refused, but never more than that. */
static void test_every_damage(void **state)
{
    (void)state;
    struct buf frame = {0};
    daemon_frame_write(&an_order, &frame);
    for (size_t at = 0; at < frame.length; at++) {
        char good = frame.data[at];
        for (int value = 0; value < 256; value++) {
            struct arena arena = {0};
            struct daemon_message back;
            frame.data[at] = (char)value;
            if (daemon_frame_read(frame.data, frame.length, "1.0 abc", &arena, &back) &&
                back.kind == DAEMON_BUILD && strcmp(back.build, "1.0 abc") == 0) {
                assert_int_equal(back.order.root[0], '/');
                assert_non_null(back.order.arguments[0]);
                assert_true(back.order.mask <= 0777);
            }
            arena_free(&arena);
        }
        frame.data[at] = good;
    }
    buf_free(&frame);
}

static void test_orders_that_make_no_sense(void **state)
{
    (void)state;
    char *none[] = {NULL};
    struct arena arena = {0};
    struct daemon_message back, message = an_order;
    message.order.arguments = none;
    assert_false(there_and_back(&message, "1.0 abc", &arena, &back));
    message = an_order;
    message.order.root = "relative";
    assert_false(there_and_back(&message, "1.0 abc", &arena, &back));
    message = an_order;
    message.order.manifest = "";
    assert_false(there_and_back(&message, "1.0 abc", &arena, &back));
    message = an_order;
    message.order.mask = 01000;
    assert_false(there_and_back(&message, "1.0 abc", &arena, &back));
    arena_free(&arena);
}

static void test_a_text_with_a_nul_in_it_is_none(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct daemon_message back;
    const char frame[] = "jigd\0\0\0\x07\x92\x03\xc4\x03"
                         "a\0b";
    assert_false(daemon_frame_read(frame, sizeof frame - 1, "", &arena, &back));
    const char whole[] = "jigd\0\0\0\x07\x92\x03\xc4\x03"
                         "a-b";
    assert_true(daemon_frame_read(whole, sizeof whole - 1, "", &arena, &back));
    assert_string_equal(back.build, "a-b");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_order),
        cmocka_unit_test(test_an_order_of_another_build_is_not_looked_into),
        cmocka_unit_test(test_a_state),
        cmocka_unit_test(test_the_short_ones),
        cmocka_unit_test(test_a_frame_that_comes_in_pieces),
        cmocka_unit_test(test_what_will_never_be_a_frame),
        cmocka_unit_test(test_every_damage),
        cmocka_unit_test(test_orders_that_make_no_sense),
        cmocka_unit_test(test_a_text_with_a_nul_in_it_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
