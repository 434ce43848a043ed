/*
 * Columns that something else than a tree has written: they are refused, or, where they describe
 * some tree, a refresh brings that up to date with the disk.
 */
#include "walk_support.h"

#include "engine/discovery/walk/tree_internal.h"

#include <string.h>

enum { PLACES, ENTRIES, TEXT };

/* A tree of all sorts of places, and its root. */
struct original {
    struct walked walked;
    struct buf root;
};

static struct original make_tree(const char *top)
{
    struct original original = {0};
    buf_printf(&original.root, "%s/root", top);
    const char *root = original.root.data;
    put(root, ".gitignore", "x\n");
    put(root, "a/b/c", "");
    put(root, "a/d", "");
    put(root, ".hidden/e", "");
    make_link(root, "link", "a/d");
    original.walked = open_tree(root, OLD);
    refresh(&original.walked);
    kind(&original.walked, ".hidden/e");
    kind(&original.walked, "../outside");
    return original;
}

static void free_tree(struct original *original)
{
    close_tree(&original->walked);
    buf_free(&original->root);
}

/* A copy of the tree's columns that may be spoilt. */
struct copy {
    struct walked walked;
    struct column columns[TREE_COLUMN_COUNT];
};

static struct copy copy_of(struct original *original)
{
    struct copy copy = {.walked = open_tree(original->root.data, OLD)};
    struct column from[TREE_COLUMN_COUNT];
    tree_columns(original->walked.tree, from);
    tree_columns(copy.walked.tree, copy.columns);
    copy_columns(from, copy.columns);
    return copy;
}

/* Uses the tree as a session would, if it is thought sound. Returns whether it was. */
static bool try_copy(struct copy *copy)
{
    bool sound = tree_is_sound(copy->walked.tree);
    if (sound) {
        for (int i = 0; i < 2; i++) {
            refresh(&copy->walked);
            kind(&copy->walked, ".hidden/e");
            kind(&copy->walked, "a/b/x/y");
            kind(&copy->walked, "../outside");
        }
        tree_compact(copy->walked.tree);
        refresh(&copy->walked);
    }
    close_tree(&copy->walked);
    return sound;
}

static void test_shortened_columns_are_refused(void **state)
{
    struct original original = make_tree(*state);
    for (int column = 0; column < TREE_COLUMN_COUNT; column++) {
        struct copy whole = copy_of(&original);
        uint32_t count = *whole.columns[column].count;
        assert_true(try_copy(&whole));
        assert_true(count > 0);
        for (uint32_t left = 0; left < count; left++) {
            struct copy copy = copy_of(&original);
            *copy.columns[column].count = left;
            bool sound = try_copy(&copy);
            /* The last of the places may be one that nothing needs, and of the texts garbage. */
            if (left == 0)
                assert_false(sound);
        }
    }
    free_tree(&original);
}

static void test_changed_words_do_no_harm(void **state)
{
    static const uint32_t values[] = {0, 1, 2, 0x7f, 0xff, 0x8000, UINT32_MAX, UINT32_MAX - 1};
    struct original original = make_tree(*state);
    uint32_t refused = 0;
    for (int column = PLACES; column <= ENTRIES; column++) {
        struct copy first = copy_of(&original);
        size_t bytes = (size_t)*first.columns[column].count * first.columns[column].element_bytes;
        close_tree(&first.walked);
        for (size_t at = 0; at + 4 <= bytes; at += 4) {
            for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
                struct copy copy = copy_of(&original);
                memcpy((char *)*copy.columns[column].data + at, &values[i], 4);
                refused += !try_copy(&copy);
            }
        }
    }
    assert_true(refused > 0);
    free_tree(&original);
}

static void test_changed_text_does_no_harm(void **state)
{
    static const char values[] = {'\0', '/', '.', 'z', '\x80'};
    struct original original = make_tree(*state);
    uint32_t refused = 0, count = 0;
    for (size_t at = 0; at == 0 || at < count; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            struct copy copy = copy_of(&original);
            count = *copy.columns[TEXT].count;
            ((char *)*copy.columns[TEXT].data)[at] = values[i];
            refused += !try_copy(&copy);
        }
    }
    assert_true(refused > count); /* at least one value in five makes no tree */
    free_tree(&original);
}

/* The place of a folder or probe in the copy. */
static struct tree_place *place_at(struct copy *copy, const char *path)
{
    struct tree_place *places = *copy->columns[PLACES].data;
    const char *text = *copy->columns[TEXT].data;
    for (uint32_t i = 0; i < *copy->columns[PLACES].count; i++) {
        if (strcmp(text + places[i].path, path) == 0)
            return &places[i];
    }
    fail_msg("there is no %s", path);
    return NULL;
}

static void test_places_that_contradict_each_other_are_refused(void **state)
{
    struct original original = make_tree(*state);
    struct copy copy = copy_of(&original);
    struct tree_place *one = place_at(&copy, "a"), *other = place_at(&copy, "a/b");
    other->entries_begin = one->entries_begin; /* a listing that is two folders' */
    assert_false(try_copy(&copy));

    copy = copy_of(&original);
    one = place_at(&copy, ".hidden"), other = place_at(&copy, "a/b");
    uint32_t begin = other->entries_begin, count = other->entries_count;
    *other = *one; /* a path that is two folders' */
    other->entries_begin = begin;
    other->entries_count = count;
    assert_false(try_copy(&copy));

    copy = copy_of(&original);
    one = place_at(&copy, "a"), other = place_at(&copy, "a/b");
    uint32_t parent = one->parent;
    one->parent = other->parent; /* its own parent */
    assert_int_not_equal(parent, one->parent);
    assert_false(try_copy(&copy));

    copy = copy_of(&original);
    place_at(&copy, "../outside")->flags = 0; /* a folder outside */
    assert_false(try_copy(&copy));
    free_tree(&original);
}

static void test_nothing_at_all_is_a_new_tree(void **state)
{
    struct walked walked = open_tree(*state, OLD);
    assert_true(tree_is_sound(walked.tree));
    close_tree(&walked);
}

#define HOSTILE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTILE_TEST(test_shortened_columns_are_refused),
        HOSTILE_TEST(test_changed_words_do_no_harm),
        HOSTILE_TEST(test_changed_text_does_no_harm),
        HOSTILE_TEST(test_places_that_contradict_each_other_are_refused),
        HOSTILE_TEST(test_nothing_at_all_is_a_new_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
