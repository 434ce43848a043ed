/* Change sets: paths once each, in canonical form, in the order of their first mention. */
#include "cmocka_all.h"

#include "jig/change_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 4095, WORD_LONGEST = 127 };

static int make(void **state)
{
    *state = jig_change_set_create();
    return 0;
}

static int drop(void **state)
{
    jig_change_set_destroy(*state);
    return 0;
}

static void assert_at(const struct jig_change_set *changes, uint32_t index,
                      enum jig_change_kind kind, const char *path)
{
    assert_true(index < jig_change_set_count(changes));
    struct jig_change change = jig_change_set_at(changes, index);
    assert_string_equal(change.path, path);
    assert_int_equal(change.kind, kind);
}

/* Says a path and returns what became of it: the canonical form. */
static const char *canonical(struct jig_change_set *changes, const char *path)
{
    jig_change_set_clear(changes);
    assert_int_equal(jig_change_set_updated(changes, path, NULL), JIG_OK);
    assert_int_equal(jig_change_set_count(changes), 1);
    return jig_change_set_at(changes, 0).path;
}

static void test_a_new_set_says_nothing(void **state)
{
    const struct jig_change_set *changes = *state;
    assert_int_equal(jig_change_set_count(changes), 0);
    assert_null(jig_change_set_lost(changes));
    assert_null(jig_change_set_generator(changes));
    assert_null(jig_change_set_schema(changes));
}

static void test_paths_keep_the_order_of_their_first_mention(void **state)
{
    struct jig_change_set *changes = *state;
    jig_change_set_removed(changes, "z", NULL);
    jig_change_set_add(changes, "a", NULL);
    jig_change_set_updated(changes, "m", NULL);
    jig_change_set_removed(changes, "z", NULL);
    assert_int_equal(jig_change_set_count(changes), 3);
    assert_at(changes, 0, JIG_CHANGE_REMOVED, "z");
    assert_at(changes, 1, JIG_CHANGE_ADDED, "a");
    assert_at(changes, 2, JIG_CHANGE_UPDATED, "m");
}

static void test_the_same_twice_is_once(void **state)
{
    struct jig_change_set *changes = *state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(jig_change_set_add(changes, "src/a", NULL), JIG_OK);
    assert_int_equal(jig_change_set_count(changes), 1);
    assert_at(changes, 0, JIG_CHANGE_ADDED, "src/a");
}

static void test_of_two_that_contradict_the_later_counts(void **state)
{
    struct jig_change_set *changes = *state;
    jig_change_set_add(changes, "a", NULL);
    jig_change_set_removed(changes, "a", NULL);
    assert_at(changes, 0, JIG_CHANGE_REMOVED, "a");
    jig_change_set_updated(changes, "a", NULL);
    assert_at(changes, 0, JIG_CHANGE_UPDATED, "a");
    jig_change_set_add(changes, "a", NULL);
    assert_at(changes, 0, JIG_CHANGE_ADDED, "a");
    assert_int_equal(jig_change_set_count(changes), 1);
}

static void test_paths_are_canonicalised_as_text(void **state)
{
    struct jig_change_set *changes = *state;
    assert_string_equal(canonical(changes, "a/b"), "a/b");
    assert_string_equal(canonical(changes, "./a//b/"), "a/b");
    assert_string_equal(canonical(changes, "a/./b/../c"), "a/c");
    assert_string_equal(canonical(changes, "a/../../b"), "../b");
    assert_string_equal(canonical(changes, "/x//y/../z/"), "/x/z");
    assert_string_equal(canonical(changes, "."), ".");
    assert_string_equal(canonical(changes, "a/.."), ".");
    assert_string_equal(canonical(changes, "a b\tc"), "a b\tc");
    assert_string_equal(canonical(changes, "\xff\xfe"), "\xff\xfe");
}

static void test_spellings_of_one_path_are_one_path(void **state)
{
    struct jig_change_set *changes = *state;
    jig_change_set_add(changes, "a/b", NULL);
    jig_change_set_updated(changes, "./a/x/../b", NULL);
    jig_change_set_removed(changes, "a//b/", NULL);
    assert_int_equal(jig_change_set_count(changes), 1);
    assert_at(changes, 0, JIG_CHANGE_REMOVED, "a/b");
}

static void test_the_callers_text_is_copied(void **state)
{
    struct jig_change_set *changes = *state;
    char path[] = "src/a";
    jig_change_set_add(changes, path, NULL);
    memset(path, 'x', sizeof path - 1);
    assert_at(changes, 0, JIG_CHANGE_ADDED, "src/a");
}

static void test_an_empty_path_is_refused_and_changes_nothing(void **state)
{
    struct jig_change_set *changes = *state;
    struct jig_error error = {0};
    jig_change_set_add(changes, "a", NULL);
    assert_int_equal(jig_change_set_add(changes, "", &error), JIG_ERROR_USAGE);
    assert_int_equal(error.status, JIG_ERROR_USAGE);
    assert_true(error.message[0]);
    assert_int_equal(jig_change_set_updated(changes, "", NULL), JIG_ERROR_USAGE);
    assert_int_equal(jig_change_set_removed(changes, "", NULL), JIG_ERROR_USAGE);
    assert_int_equal(jig_change_set_count(changes), 1);
}

static void test_a_path_may_have_4095_bytes_and_no_more(void **state)
{
    struct jig_change_set *changes = *state;
    static char path[LONGEST + 2];
    memset(path, 'p', LONGEST + 1);
    struct jig_error error = {0};
    assert_int_equal(jig_change_set_removed(changes, path, &error), JIG_ERROR_LIMIT);
    assert_int_equal(error.status, JIG_ERROR_LIMIT);
    assert_int_equal(jig_change_set_count(changes), 0);
    path[LONGEST] = '\0';
    assert_int_equal(jig_change_set_removed(changes, path, &error), JIG_OK);
    assert_at(changes, 0, JIG_CHANGE_REMOVED, path);
}

static void test_the_first_reason_of_a_loss_is_kept(void **state)
{
    struct jig_change_set *changes = *state;
    jig_change_set_lose(changes, "the watch queue overflowed");
    jig_change_set_lose(changes, "something else");
    assert_string_equal(jig_change_set_lost(changes), "the watch queue overflowed");
    jig_change_set_clear(changes);
    assert_null(jig_change_set_lost(changes));
    jig_change_set_lose(changes, "");
    assert_string_equal(jig_change_set_lost(changes), ""); /* lost, without a word of why */
}

static void test_long_words_are_cut(void **state)
{
    struct jig_change_set *changes = *state;
    char word[WORD_LONGEST + 100];
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    jig_change_set_lose(changes, word);
    jig_change_set_versions(changes, word, word);
    word[WORD_LONGEST] = '\0';
    assert_string_equal(jig_change_set_lost(changes), word);
    assert_string_equal(jig_change_set_generator(changes), word);
    assert_string_equal(jig_change_set_schema(changes), word);
}

static void test_versions_that_are_not_said_stay(void **state)
{
    struct jig_change_set *changes = *state;
    jig_change_set_versions(changes, "g1", NULL);
    assert_string_equal(jig_change_set_generator(changes), "g1");
    assert_null(jig_change_set_schema(changes));
    jig_change_set_versions(changes, NULL, "s1");
    jig_change_set_versions(changes, "g2", NULL);
    assert_string_equal(jig_change_set_generator(changes), "g2");
    assert_string_equal(jig_change_set_schema(changes), "s1");
    jig_change_set_versions(changes, "", NULL);
    assert_string_equal(jig_change_set_generator(changes), ""); /* a version like any other */
}

static void test_clear_makes_an_empty_set(void **state)
{
    struct jig_change_set *changes = *state;
    jig_change_set_add(changes, "a", NULL);
    jig_change_set_lose(changes, "why");
    jig_change_set_versions(changes, "g", "s");
    jig_change_set_clear(changes);
    test_a_new_set_says_nothing(state);
    jig_change_set_removed(changes, "a", NULL);
    assert_int_equal(jig_change_set_count(changes), 1);
    assert_at(changes, 0, JIG_CHANGE_REMOVED, "a");
}

static void test_merge_says_the_one_after_the_other(void **state)
{
    struct jig_change_set *changes = *state;
    struct jig_change_set *later = jig_change_set_create();
    jig_change_set_add(changes, "a", NULL);
    jig_change_set_add(changes, "b", NULL);
    jig_change_set_versions(changes, "g1", "s1");
    jig_change_set_removed(later, "c", NULL);
    jig_change_set_removed(later, "b", NULL);
    jig_change_set_versions(later, "g2", NULL);
    jig_change_set_lose(later, "later");
    jig_change_set_merge(changes, later);

    assert_int_equal(jig_change_set_count(changes), 3);
    assert_at(changes, 0, JIG_CHANGE_ADDED, "a");
    assert_at(changes, 1, JIG_CHANGE_REMOVED, "b");
    assert_at(changes, 2, JIG_CHANGE_REMOVED, "c");
    assert_string_equal(jig_change_set_lost(changes), "later");
    assert_string_equal(jig_change_set_generator(changes), "g2");
    assert_string_equal(jig_change_set_schema(changes), "s1");
    assert_int_equal(jig_change_set_count(later), 2); /* is only read */
    jig_change_set_destroy(later);
    assert_at(changes, 2, JIG_CHANGE_REMOVED, "c"); /* and copied */
}

static void test_merge_keeps_the_earlier_reason_of_a_loss(void **state)
{
    struct jig_change_set *changes = *state;
    struct jig_change_set *later = jig_change_set_create();
    jig_change_set_lose(changes, "earlier");
    jig_change_set_lose(later, "later");
    jig_change_set_merge(changes, later);
    jig_change_set_destroy(later);
    assert_string_equal(jig_change_set_lost(changes), "earlier");
}

static void test_merge_of_nothing_and_with_itself(void **state)
{
    struct jig_change_set *changes = *state;
    struct jig_change_set *empty = jig_change_set_create();
    jig_change_set_merge(changes, empty);
    test_a_new_set_says_nothing(state);
    jig_change_set_add(changes, "a", NULL);
    jig_change_set_merge(changes, empty);
    jig_change_set_merge(changes, changes);
    assert_int_equal(jig_change_set_count(changes), 1);
    assert_at(changes, 0, JIG_CHANGE_ADDED, "a");
    jig_change_set_destroy(empty);
}

static void test_destroy_allows_null(void **state)
{
    (void)state;
    jig_change_set_destroy(NULL);
}

/* With a table that was searched from end to end this would take minutes. */
static void test_a_hundred_thousand_paths(void **state)
{
    enum { MANY = 100000 };
    struct jig_change_set *changes = *state;
    char path[64];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            snprintf(path, sizeof path, "packages/p%d/./src/file%d.ts", i % 97, i);
            enum jig_status status = round ? jig_change_set_removed(changes, path, NULL)
                                           : jig_change_set_add(changes, path, NULL);
            assert_int_equal(status, JIG_OK);
        }
        assert_int_equal(jig_change_set_count(changes), MANY);
    }
    for (int i = 0; i < MANY; i += 997) {
        snprintf(path, sizeof path, "packages/p%d/src/file%d.ts", i % 97, i);
        assert_at(changes, (uint32_t)i, JIG_CHANGE_REMOVED, path);
    }
}

int main(void)
{
#define WITH_SET(test) cmocka_unit_test_setup_teardown(test, make, drop)
    const struct CMUnitTest tests[] = {
        WITH_SET(test_a_new_set_says_nothing),
        WITH_SET(test_paths_keep_the_order_of_their_first_mention),
        WITH_SET(test_the_same_twice_is_once),
        WITH_SET(test_of_two_that_contradict_the_later_counts),
        WITH_SET(test_paths_are_canonicalised_as_text),
        WITH_SET(test_spellings_of_one_path_are_one_path),
        WITH_SET(test_the_callers_text_is_copied),
        WITH_SET(test_an_empty_path_is_refused_and_changes_nothing),
        WITH_SET(test_a_path_may_have_4095_bytes_and_no_more),
        WITH_SET(test_the_first_reason_of_a_loss_is_kept),
        WITH_SET(test_long_words_are_cut),
        WITH_SET(test_versions_that_are_not_said_stay),
        WITH_SET(test_clear_makes_an_empty_set),
        WITH_SET(test_merge_says_the_one_after_the_other),
        WITH_SET(test_merge_keeps_the_earlier_reason_of_a_loss),
        WITH_SET(test_merge_of_nothing_and_with_itself),
        WITH_SET(test_a_hundred_thousand_paths),
        cmocka_unit_test(test_destroy_allows_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
