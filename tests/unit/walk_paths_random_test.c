/*
 * Trees that change at random, and a tree that is only told where: after each step it knows what
 * one made just now knows, answers what it was asked as the disk does, and has told exactly the
 * files that came and went. When it gives up, the refresh it asks for brings the same about.
 */
#include "walk_support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUESTIONS = 30, MOST_PATHS = 64 };

static const char *const names[] = {"a", "b", "c", "d", "node_modules", ".h", "x.o", NULL};
static const char *const plain_names[] = {"a", "b", "c", "d", "e", "y.c", NULL};

/* What kinds of edits are made. */
struct manner {
    const char *const *names;
    bool unruly; /* with links and ignore files; and paths in the root are asked about as if they
                  * led out of it */
};

static const struct manner wild = {names, true}, ordinary = {plain_names, false};

/* One tree's life. */
struct life {
    const char *top; /* the root is `root` in it */
    struct buf root;
    struct chance chance;
    const struct manner *manner;
    struct walked walked;
    struct tree_changes changes;
    struct buf touched[MOST_PATHS]; /* relative to the root */
    uint32_t touched_count;
    struct buf questions[QUESTIONS];
    struct buf files; /* all, before the step */
    uint32_t steps, given_up, told;
};

/* ---- edits --------------------------------------------------------------------------------- */

static void draw_path(struct life *life, struct buf *path)
{
    buf_clear(path);
    for (uint32_t depth = draw(&life->chance, 4); depth > 0; depth--)
        buf_printf(path, "%s/", draw_word(&life->chance, life->manner->names));
    buf_append_str(path, draw_word(&life->chance, life->manner->names));
}

static bool mode_of(const struct life *life, const char *path, mode_t *mode)
{
    struct buf whole = {0};
    struct stat st;
    buf_printf(&whole, "%s/%s", life->root.data, path);
    bool there = lstat(whole.data, &st) == 0;
    *mode = there ? st.st_mode : 0;
    buf_free(&whole);
    return there;
}

/* The path itself, or what lies around it. */
static void note_touched(struct life *life, const char *path)
{
    size_t length = strlen(path);
    const char *slash = strrchr(path, '/');
    if (life->touched_count == MOST_PATHS)
        fail_msg("too many edits in one step");
    if (draw(&life->chance, 4) == 0)
        length = slash ? (size_t)(slash - path) : 0;
    struct buf *touched = &life->touched[life->touched_count++];
    buf_clear(touched);
    buf_append(touched, path, length);
    if (length == 0)
        buf_append_char(touched, '.');
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static void remove_path(struct life *life, const char *path)
{
    mode_t mode;
    struct buf whole = {0};
    if (!mode_of(life, path, &mode))
        return;
    buf_printf(&whole, "%s/%s", life->root.data, path);
    assert_int_equal(nftw(whole.data, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    note_touched(life, path);
    buf_free(&whole);
}

/* Makes the folders above the path, whatever is in the way. */
static void make_way(struct life *life, const char *path)
{
    struct buf part = {0};
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        mode_t mode;
        buf_clear(&part);
        buf_append(&part, path, (size_t)(slash - path));
        if (mode_of(life, part.data, &mode) && !S_ISDIR(mode))
            remove_path(life, part.data);
        if (mode_of(life, part.data, &mode))
            continue;
        make_dirs(life->root.data, part.data);
        note_touched(life, part.data);
    }
    buf_free(&part);
}

/* There is only a file, or nothing, at the path afterwards, and a folder around it. */
static void clear_for_file(struct life *life, const char *path)
{
    mode_t mode;
    make_way(life, path);
    if (mode_of(life, path, &mode) && !S_ISREG(mode))
        remove_path(life, path);
}

static void put_file(struct life *life, const char *path, const char *content)
{
    clear_for_file(life, path);
    put(life->root.data, path, content);
    note_touched(life, path);
}

static void save_over(struct life *life, const char *path)
{
    struct buf swap = {0};
    clear_for_file(life, path);
    buf_printf(&swap, "%s~", path);
    put(life->root.data, swap.data, "");
    rename_to(life->root.data, swap.data, path);
    note_touched(life, swap.data);
    note_touched(life, path);
    buf_free(&swap);
}

static bool is_above(const char *folder, const char *path)
{
    size_t length = strlen(folder);
    return strncmp(folder, path, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static void move(struct life *life, const char *from, const char *to)
{
    mode_t mode;
    if (is_above(from, to) || is_above(to, from) || !mode_of(life, from, &mode))
        return;
    if (!life->manner->unruly && S_ISLNK(mode))
        return;
    make_way(life, to);
    remove_path(life, to);
    if (!mode_of(life, from, &mode)) /* it was in the way */
        return;
    struct buf old = {0}, new = {0};
    buf_printf(&old, "%s/%s", life->root.data, from);
    buf_printf(&new, "%s/%s", life->root.data, to);
    if (rename(old.data, new.data) == 0) { /* through links, it may be into itself */
        note_touched(life, from);
        note_touched(life, to);
    }
    buf_free(&old);
    buf_free(&new);
}

static void link_to(struct life *life, const char *path)
{
    static const char *const targets[] = {"a",    "../b",    ".",  "c/x.o", "nowhere",
                                          "../c", "../../a", "/d", "..",    NULL};
    make_way(life, path);
    remove_path(life, path);
    make_link(life->root.data, path, draw_word(&life->chance, targets));
    note_touched(life, path);
}

static void edit(struct life *life)
{
    static const char *const rules[] = {"a\n", "*.o\n", "/b\n!a\n", "", "c/\n", "b/**/c\n", NULL};
    struct buf path = {0}, other = {0};
    draw_path(life, &path);
    draw_path(life, &other);
    uint32_t what = draw(&life->chance, life->manner->unruly ? 14 : 11);
    if (what < 4) {
        put_file(life, path.data, "");
    } else if (what == 4) {
        mode_t mode;
        make_way(life, path.data);
        if (!mode_of(life, path.data, &mode)) {
            make_dirs(life->root.data, path.data);
            note_touched(life, path.data);
        }
    } else if (what < 8) {
        remove_path(life, path.data);
    } else if (what == 8) {
        save_over(life, path.data);
    } else if (what < 11) {
        move(life, path.data, other.data);
    } else if (what < 13) {
        link_to(life, path.data);
    } else {
        buf_append_str(&path, "/.gitignore");
        put_file(life, path.data, draw_word(&life->chance, rules));
    }
    buf_free(&path);
    buf_free(&other);
}

/* ---- checks -------------------------------------------------------------------------------- */

static enum tree_kind kind_on_disk(const struct life *life, const char *path)
{
    struct buf whole = {0};
    struct stat st;
    buf_printf(&whole, "%s/%s", life->root.data, path);
    enum tree_kind found = TREE_MISSING;
    if (stat(*path == '/' ? path : whole.data, &st) == 0)
        found = S_ISDIR(st.st_mode) ? TREE_FOLDER : TREE_FILE;
    buf_free(&whole);
    return found;
}

static bool has_line(const struct buf *lines, const char *line, size_t length)
{
    for (const char *at = lines->data; at < lines->data + lines->length;) {
        const char *end = strchr(at, '\n');
        if ((size_t)(end - at) == length && memcmp(at, line, length) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

/* "+path" for each line that is only in `after`, "-path" for each only in `before`, sorted. */
static struct buf difference(const struct buf *before, const struct buf *after)
{
    struct buf lines = {0};
    const struct buf *const sides[] = {before, after};
    buf_append(&lines, "", 0);
    for (int side = 0; side < 2; side++) {
        for (const char *at = sides[side]->data; at < sides[side]->data + sides[side]->length;) {
            const char *end = strchr(at, '\n');
            if (!has_line(sides[!side], at, (size_t)(end - at)))
                buf_printf(&lines, "%c%.*s\n", "-+"[side], (int)(end - at), at);
            at = end + 1;
        }
    }
    sort_lines(&lines);
    return lines;
}

static struct buf told_lines(const struct tree_changes *changes)
{
    struct buf lines = {0};
    buf_append(&lines, "", 0);
    for (uint32_t i = 0; i < changes->list.count; i++)
        buf_printf(&lines, "%c%s\n", "+-"[changes->list.data[i].kind == TREE_VANISHED],
                   changes -> list.data[i].path);
    sort_lines(&lines);
    return lines;
}

static void print_step(const struct life *life)
{
    fprintf(stderr, "%s, step %u, told:", life->root.data, (unsigned)life->steps);
    for (uint32_t i = 0; i < life->touched_count; i++)
        fprintf(stderr, " %s", life->touched[i].data);
    fprintf(stderr, "\nwhy: %s\n", life->changes.why ? life->changes.why : "-");
}

static void assert_same(const struct life *life, const struct buf *found,
                        const struct buf *expected)
{
    if (strcmp(buf_cstr(found), buf_cstr(expected)) == 0)
        return;
    print_step(life);
    assert_string_equal(buf_cstr(found), buf_cstr(expected));
}

static void collect_folder(void *context, const char *path, size_t length)
{
    struct buf *lines = context;
    buf_append(lines, path, length);
    buf_append_char(lines, '\n');
}

/* All watched folders, each once. */
static struct buf watched_by(struct tree *tree)
{
    struct buf all = {0}, once = {0};
    buf_append(&all, "", 0);
    tree_each_watched(tree, collect_folder, &all);
    sort_lines(&all);
    for (const char *at = all.data, *last = NULL; at < all.data + all.length;) {
        const char *end = strchr(at, '\n') + 1;
        if (!last || strncmp(last, at, (size_t)(end - at)) != 0)
            buf_append(&once, at, (size_t)(end - at));
        last = at;
        at = end;
    }
    buf_free(&all);
    return once;
}

/* With columns of now, a full refresh finds nothing, and nothing else to watch. */
static void check_against_refresh(struct life *life)
{
    struct walked later = reload_at_age(&life->walked, life->root.data, YOUNG);
    struct buf watched = watched_by(later.tree);
    refresh(&later);
    struct buf files = files_of(&later), before = files_of(&life->walked);
    struct buf expected = watched_by(later.tree);
    assert_same(life, &before, &files);
    assert_same(life, &watched, &expected);
    buf_free(&files);
    buf_free(&before);
    buf_free(&watched);
    buf_free(&expected);
    close_tree(&later);
}

static void check(struct life *life)
{
    struct walked fresh = open_tree(life->root.data, YOUNG);
    refresh(&fresh);
    if (life->changes.why) {
        refresh(&life->walked);
        assert_true(life->walked.changed);
    }
    struct buf found = files_of(&life->walked), expected = files_of(&fresh);
    assert_same(life, &found, &expected);
    if (!life->changes.why) {
        struct buf told = told_lines(&life->changes);
        struct buf really = difference(&life->files, &found);
        assert_same(life, &told, &really);
        assert_true(life->changes.listings || told.length == 0);
        buf_free(&told);
        buf_free(&really);
    }
    for (int i = 0; i < QUESTIONS; i++) {
        const char *path = life->questions[i].data;
        enum tree_kind truth = kind_on_disk(life, path);
        enum tree_kind answer = kind(&life->walked, path);
        if (answer != truth) {
            print_step(life);
            fail_msg("%s is %d, not %d", path, (int)truth, (int)answer);
        }
    }
    if (draw(&life->chance, 10) == 0)
        check_against_refresh(life);
    close_tree(&fresh);
    buf_free(&expected);
    buf_free(&life->files);
    life->files = found;
}

/* ---- lives --------------------------------------------------------------------------------- */

static void draw_question(struct life *life, struct buf *question)
{
    struct buf path = {0};
    draw_path(life, &path);
    buf_clear(question);
    uint32_t way = life->manner->unruly ? draw(&life->chance, 12) : 12;
    if (way == 0)
        buf_printf(question, "../%s", path.data); /* beside the root */
    else if (way == 1)
        buf_printf(question, "../root/%s", path.data);
    else if (way == 2)
        buf_printf(question, "%s/%s", life->root.data, path.data);
    else
        buf_append_str(question, path.data);
    buf_free(&path);
}

static void step(struct life *life)
{
    const char *paths[MOST_PATHS];
    struct jig_error error;
    life->steps++;
    life->touched_count = 0;
    for (uint32_t edits = 1 + draw(&life->chance, 3); edits > 0; edits--)
        edit(life);
    if (draw(&life->chance, 5) == 0)
        draw_question(life, &life->questions[draw(&life->chance, QUESTIONS)]);
    for (uint32_t i = 0; i < life->touched_count; i++)
        paths[i] = life->touched[i].data;
    assert_int_equal(tree_refresh_paths(life->walked.tree, life->walked.pool, paths,
                                        life->touched_count, &life->changes, NULL, NULL, &error),
                     JIG_OK);
    life->given_up += life->changes.why != NULL;
    life->told += life->changes.list.count;
    check(life);
}

static struct life live(const char *top, uint64_t seed, const struct manner *manner, uint32_t steps)
{
    struct life life = {.top = top, .chance = {seed}, .manner = manner};
    buf_printf(&life.root, "%s/%u/root", top, (unsigned)seed);
    put(life.root.data, "a/b/c/y.c", "");
    put(life.root.data, "b/c/y.c", "");
    put(life.root.data, "../a", "");
    put(life.root.data, ".gitignore", "x.o\n");
    put(life.root.data, "../.git/info/exclude", "a/d\n");
    for (int i = 0; i < QUESTIONS; i++)
        draw_question(&life, &life.questions[i]);
    life.walked = open_tree(life.root.data, YOUNG);
    refresh(&life.walked);
    life.files = files_of(&life.walked);
    while (life.steps < steps)
        step(&life);
    close_tree(&life.walked);
    tree_changes_free(&life.changes);
    for (int i = 0; i < QUESTIONS; i++)
        buf_free(&life.questions[i]);
    for (int i = 0; i < MOST_PATHS; i++)
        buf_free(&life.touched[i]);
    buf_free(&life.files);
    buf_free(&life.root);
    return life;
}

static void test_agrees_with_a_new_tree(void **state)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct life life = live(*state, seed, &wild, 250);
        assert_true(life.given_up > 0 && life.given_up < life.steps);
    }
}

static void test_ordinary_edits_need_no_refresh(void **state)
{
    for (uint64_t seed = 101; seed <= 104; seed++) {
        struct life life = live(*state, seed, &ordinary, 250);
        assert_true(life.told > life.steps / 2);
        if (life.given_up * 20 > life.steps)
            fail_msg("%u of %u steps", (unsigned)life.given_up, (unsigned)life.steps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_agrees_with_a_new_tree, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_ordinary_edits_need_no_refresh, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
