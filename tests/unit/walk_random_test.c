/*
 * Trees that change at random: after each refresh the tree knows what one made just now knows, and
 * what it was asked before, it answers as the disk does; and whenever it says that nothing changed,
 * nothing has.
 */
#include "walk_support.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEPS = 150, EDITS = 4, QUESTIONS = 40 };

static const char *const names[] = {"a", "b", "c", "node_modules", ".h", "x.o", NULL};

static void draw_path(struct chance *chance, struct buf *path)
{
    buf_clear(path);
    for (uint32_t depth = draw(chance, 4); depth > 0; depth--)
        buf_printf(path, "%s/", draw_word(chance, names));
    buf_append_str(path, draw_word(chance, names));
}

static bool is_there(const char *top, const char *path)
{
    struct buf whole = {0};
    struct stat st;
    buf_printf(&whole, "%s/%s", top, path);
    bool there = lstat(whole.data, &st) == 0;
    buf_free(&whole);
    return there;
}

/* Makes room for `path`: nothing is there, nor a file where a folder should be. */
static void clear_way(const char *top, const char *path)
{
    struct buf part = {0};
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        struct stat st;
        buf_clear(&part);
        buf_printf(&part, "%s/%.*s", top, (int)(slash - path), path);
        if (lstat(part.data, &st) == 0 && !S_ISDIR(st.st_mode))
            assert_int_equal(unlink(part.data), 0);
    }
    buf_free(&part);
    remove_all(top, path);
}

static void edit(struct chance *chance, const char *top)
{
    static const char *const targets[] = {"a", "../b", ".", "c/x.o", "nowhere", "../..", NULL};
    static const char *const rules[] = {"a\n", "*.o\n", "/b\n!a\n", "", "c/\n", "b/**/c\n", NULL};
    struct buf path = {0}, other = {0};
    draw_path(chance, &path);
    draw_path(chance, &other);
    switch (draw(chance, 8)) {
    case 0:
    case 1:
    case 2:
        clear_way(top, path.data);
        put(top, path.data, "");
        break;
    case 3:
        clear_way(top, path.data);
        make_dirs(top, path.data);
        break;
    case 4:
        remove_all(top, path.data);
        break;
    case 5:
        clear_way(top, path.data);
        make_link(top, path.data, draw_word(chance, targets));
        break;
    case 6:
        buf_append_str(&path, "/.gitignore");
        clear_way(top, path.data);
        put(top, path.data, draw_word(chance, rules));
        break;
    default:
        if (is_there(top, path.data) && strncmp(path.data, other.data, path.length) != 0 &&
            strncmp(path.data, other.data, other.length) != 0) {
            clear_way(top, other.data);
            put(top, other.data, ""); /* so that its parents are there */
            remove_all(top, other.data);
            if (is_there(top, path.data))
                rename_to(top, path.data, other.data);
        }
        break;
    }
    buf_free(&path);
    buf_free(&other);
}

static enum tree_kind kind_on_disk(const char *top, const char *path)
{
    struct buf whole = {0};
    struct stat st;
    buf_printf(&whole, "%s/%s", top, path);
    enum tree_kind found = TREE_MISSING;
    if (stat(whole.data, &st) == 0)
        found = S_ISDIR(st.st_mode) ? TREE_FOLDER : TREE_FILE;
    buf_free(&whole);
    return found;
}

/* All questions ever asked, with the answers of the last time. */
struct questions {
    struct buf paths[QUESTIONS];
    enum tree_kind answers[QUESTIONS];
};

/* `before`: what files there were; replaced by what there are. */
static void check(const char *top, struct walked *walked, struct questions *questions,
                  struct buf *before)
{
    struct walked fresh = open_tree(top, YOUNG);
    refresh(walked);
    refresh(&fresh);
    struct buf found = files_of(walked), expected = files_of(&fresh);
    assert_string_equal(found.data, expected.data);
    assert_int_equal(walked->counts.files, fresh.counts.files);
    assert_int_equal(walked->counts.entries, fresh.counts.entries);
    if (!walked->changed)
        assert_string_equal(found.data, before->data);
    for (int i = 0; i < QUESTIONS; i++) {
        enum tree_kind truth = kind_on_disk(top, questions->paths[i].data);
        if (!walked->changed)
            assert_int_equal(questions->answers[i], truth);
        questions->answers[i] = kind(walked, questions->paths[i].data);
        if (questions->answers[i] != truth)
            fail_msg("%s is %d, not %d", questions->paths[i].data, (int)truth,
                     (int)questions->answers[i]);
    }
    close_tree(&fresh);
    buf_free(&expected);
    buf_free(before);
    *before = found;
}

static void live(const char *top, uint64_t seed)
{
    struct chance chance = {seed};
    struct questions questions = {0};
    struct buf files = {0};
    for (int i = 0; i < QUESTIONS; i++)
        draw_path(&chance, &questions.paths[i]);
    struct walked walked = open_tree(top, YOUNG);
    for (int step = 0; step < STEPS; step++) {
        for (uint32_t edits = draw(&chance, EDITS); edits > 0; edits--)
            edit(&chance, top);
        if (draw(&chance, 8) == 0) {
            struct walked next = reload_at_age(&walked, top, YOUNG);
            close_tree(&walked);
            walked = next;
        }
        check(top, &walked, &questions, &files);
    }
    close_tree(&walked);
    for (int i = 0; i < QUESTIONS; i++)
        buf_free(&questions.paths[i]);
    buf_free(&files);
}

static void test_agrees_with_a_new_tree(void **state)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct buf top = {0};
        buf_printf(&top, "%s/%d", (const char *)*state, (int)seed);
        put(top.data, "a", "");
        live(top.data, seed);
        buf_free(&top);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_agrees_with_a_new_tree, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
