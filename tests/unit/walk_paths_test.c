/* tree_refresh_paths: what told changes come to, when it gives up, and what it does not look at. */
#include "walk_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- what all need ------------------------------------------------------------------------- */

/* A refreshed tree to tell of changes, and what it found last. */
struct told {
    struct walked walked;
    struct tree_changes changes;
};

static struct told open_told(const char *top)
{
    struct told told = {.walked = open_tree(top, OLD)};
    refresh(&told.walked);
    return told;
}

static void close_told(struct told *told)
{
    tree_changes_free(&told->changes);
    close_tree(&told->walked);
}

/* Paths are separated by spaces; "." is the root. */
static void tell(struct told *told, const char *paths)
{
    char copy[1024];
    const char *list[32];
    uint32_t count = 0;
    struct jig_error error;
    snprintf(copy, sizeof copy, "%s", paths);
    for (char *path = strtok(copy, " "); path; path = strtok(NULL, " "))
        list[count++] = path;
    assert_int_equal(tree_refresh_paths(told->walked.tree, told->walked.pool, list, count,
                                        &told->changes, NULL, NULL, &error),
                     JIG_OK);
}

/* All changes in byte order, as "+a -b"; or why there are none. */
static void assert_told(const struct told *told, const char *expected)
{
    struct buf lines = {0}, found = {0};
    buf_append(&lines, "", 0);
    for (uint32_t i = 0; i < told->changes.list.count; i++) {
        const struct tree_change *change = &told->changes.list.data[i];
        buf_printf(&lines, "%c%s\n", change->kind == TREE_APPEARED ? '+' : '-', change->path);
    }
    sort_lines(&lines);
    for (size_t i = 0; i < lines.length; i++)
        buf_append_char(&found, lines.data[i] == '\n' ? ' ' : lines.data[i]);
    if (found.length)
        found.data[--found.length] = '\0';
    if (told->changes.why)
        buf_printf(&found, "(%s)", told->changes.why);
    assert_string_equal(buf_cstr(&found), expected);
    buf_free(&lines);
    buf_free(&found);
}

/* That the tree holds what one made just now does. */
static void assert_up_to_date(struct told *told, const char *top)
{
    struct walked fresh = open_tree(top, OLD);
    refresh(&fresh);
    struct buf found = files_of(&told->walked), expected = files_of(&fresh);
    assert_string_equal(found.data, expected.data);
    buf_free(&found);
    buf_free(&expected);
    close_tree(&fresh);
}

/* That a refresh finds nothing that was missed, though it would. */
static void assert_nothing_missed(struct told *told, const char *top)
{
    assert_up_to_date(told, top);
    refresh(&told->walked);
    assert_false(told->walked.changed);
    assert_up_to_date(told, top);
}

/* That it gave up, and that the refresh it asks for brings the tree up to date. */
static void assert_gave_up(struct told *told, const char *top, const char *why)
{
    assert_non_null(told->changes.why);
    assert_string_equal(told->changes.why, why);
    refresh(&told->walked);
    assert_true(told->walked.changed);
    assert_up_to_date(told, top);
    refresh(&told->walked);
    assert_false(told->walked.changed);
    tell(told, ".");
    assert_null(told->changes.why);
}

/* ---- files --------------------------------------------------------------------------------- */

static void test_a_file_comes_and_goes(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    put(top, "a/d", "");
    struct told told = open_told(top);
    put(top, "a/c", "");
    tell(&told, "a/c");
    assert_told(&told, "+a/c");
    assert_true(told.changes.listings);
    assert_false(told.changes.folders);
    assert_files(&told.walked, "a/b a/c a/d");
    assert_int_equal(kind(&told.walked, "a/c"), TREE_FILE);
    remove_all(top, "a/b");
    tell(&told, "a/b a/b a/c");
    assert_told(&told, "-a/b");
    assert_int_equal(kind(&told.walked, "a/b"), TREE_MISSING);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_a_folder_is_told_instead_of_its_files(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    struct told told = open_told(top);
    put(top, "a/c", "");
    put(top, "z", "");
    tell(&told, "a .");
    assert_told(&told, "+a/c +z");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_other_content_is_no_change(void **state)
{
    const char *top = *state;
    put(top, "a/b", "1");
    put(top, "a/c", "1");
    struct told told = open_told(top);
    put(top, "a/b", "2");
    put(top, "a/.c.swap", "2");
    rename_to(top, "a/.c.swap", "a/c");
    put(top, "a/untold", "");
    tell(&told, "a/b a/c a/.c.swap");
    assert_told(&told, "");
    assert_false(told.changes.listings);
    /* The folder was not even read; whoever reads it finds what was not told. */
    assert_files(&told.walked, "a/b a/c");
    refresh(&told.walked);
    assert_true(told.walked.changed);
    assert_files(&told.walked, "a/b a/c a/untold");
    close_told(&told);
}

static void test_what_is_left_out_is_not_told(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "*.o\n/out\n");
    put(top, "a/b", "");
    struct told told = open_told(top);
    put(top, "a/b.o", "");
    put(top, "a/.b", "");
    put(top, "out/x", "");
    put(top, "node_modules/x", "");
    tell(&told, "a/b.o a/.b out out/x node_modules node_modules/x");
    assert_told(&told, "");
    assert_true(told.changes.listings);
    assert_int_equal(kind(&told.walked, "a/b.o"), TREE_FILE);
    assert_int_equal(kind(&told.walked, "out/x"), TREE_FILE);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_what_never_was_is_no_change(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    put(top, "node_modules/p/q", "");
    struct told told = open_told(top);
    put(top, "node_modules/p/r", "");
    tell(&told, "x a/x a/b/x x/y/z ../nowhere /nowhere node_modules/p/r node_modules");
    assert_told(&told, "");
    assert_false(told.changes.listings);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_untold_changes_are_noticed_by_a_refresh(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    put(top, "c/d", "");
    struct told told = open_told(top);
    put(top, "a/e", "");
    put(top, "c/f", "");
    tell(&told, "a/e");
    assert_told(&told, "+a/e");
    struct walked later = reload(&told.walked, top);
    refresh(&later);
    assert_true(later.changed);
    assert_files(&later, "a/b a/e c/d c/f");
    close_tree(&later);
    refresh(&told.walked);
    assert_true(told.walked.changed);
    assert_files(&told.walked, "a/b a/e c/d c/f");
    close_told(&told);
}

/* ---- folders ------------------------------------------------------------------------------- */

static void test_a_new_folder_is_walked(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "*.o\n");
    put(top, "a/.gitignore", "x\n");
    put(top, "a/b", "");
    struct told told = open_told(top);
    put(top, "a/new/.gitignore", "!y.o\n");
    put(top, "a/new/c/y.o", "");
    put(top, "a/new/c/z.o", "");
    put(top, "a/new/c/x", "");
    put(top, "a/new/d", "");
    tell(&told, "a/new");
    assert_told(&told, "+a/new/c/y.o +a/new/d");
    assert_true(told.changes.folders);
    assert_files(&told.walked, "a/b a/new/d a/new/c/y.o");
    put(top, "a/new/c/e.o", "");
    put(top, "a/new/c/f", "");
    tell(&told, "a/new/c/e.o a/new/c/f");
    assert_told(&told, "+a/new/c/f");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_what_lies_in_a_new_folder_is_enough_to_tell(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    struct told told = open_told(top);
    put(top, "a/new/c/d", "");
    tell(&told, "a/new/c/d");
    assert_told(&told, "+a/new/c/d");
    remove_all(top, "a");
    tell(&told, "a/new/c/d");
    assert_told(&told, "-a/b -a/new/c/d");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_a_folder_goes_and_comes_back(void **state)
{
    const char *top = *state;
    put(top, "a/b/c", "");
    put(top, "a/b/d/e", "");
    put(top, "a/.gitignore", "x\n");
    put(top, "f", "");
    struct told told = open_told(top);
    remove_all(top, "a");
    tell(&told, "a");
    assert_told(&told, "-a/b/c -a/b/d/e");
    assert_true(told.changes.folders);
    assert_int_equal(kind(&told.walked, "a/b"), TREE_MISSING);
    assert_int_equal(kind(&told.walked, "a/b/d/e"), TREE_MISSING);
    assert_files(&told.walked, "f");
    put(top, "a/b/x", "");
    put(top, "a/b/d/e", "");
    tell(&told, "a");
    assert_told(&told, "+a/b/d/e +a/b/x");
    assert_int_equal(kind(&told.walked, "a/b/d/e"), TREE_FILE);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_a_moved_folder_is_both(void **state)
{
    const char *top = *state;
    put(top, "a/b/c", "");
    put(top, "x/y", "");
    struct told told = open_told(top);
    rename_to(top, "a/b", "x/b");
    tell(&told, "a/b x/b");
    assert_told(&told, "+x/b/c -a/b/c");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_a_folder_in_place_of_another(void **state)
{
    const char *top = *state;
    put(top, "a/b/c/old", "");
    put(top, "a/b/same", "");
    put(top, "z/b/c/new", "");
    put(top, "z/b/same", "");
    struct told told = open_told(top);
    remove_all(top, "a");
    rename_to(top, "z", "a");
    tell(&told, "a z");
    assert_told(&told, "+a/b/c/new -a/b/c/old -z/b/c/new -z/b/same");
    assert_nothing_missed(&told, top);
    put(top, "y/b/c/newer", "");
    put(top, "y/b/same", "");
    put(top, "y/b/too", "");
    remove_all(top, "a");
    rename_to(top, "y", "a");
    tell(&told, "a/b/too a"); /* one of the folders has been looked at by then */
    assert_told(&told, "+a/b/c/newer +a/b/too -a/b/c/new");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_files_and_folders_replace_each_other(void **state)
{
    const char *top = *state;
    put(top, "a", "");
    put(top, "b/c", "");
    struct told told = open_told(top);
    remove_all(top, "a");
    remove_all(top, "b");
    put(top, "a/d", "");
    put(top, "b", "");
    tell(&told, "a b");
    assert_told(&told, "+a/d +b -a -b/c");
    assert_int_equal(kind(&told.walked, "a"), TREE_FOLDER);
    assert_int_equal(kind(&told.walked, "b"), TREE_FILE);
    assert_int_equal(kind(&told.walked, "b/c"), TREE_MISSING);
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void count_notice(void *context, const struct jig_error *what)
{
    assert_non_null(strstr(what->message, "new"));
    ++*(int *)context;
}

/* Root may read everything, so this is somebody else. */
static int tell_as_nobody(const char *top)
{
    static const char why[] = "a folder can be read now, or no longer";
    const char *const paths[] = {"new"};
    struct jig_error error;
    int notices = 0;
    if (geteuid() == 0 && seteuid(65534) != 0)
        return 1;
    struct told told = open_told(top);
    put(top, "new/x", "");
    struct buf closed = output_of(top, "chmod 0 new"), opened = {0};
    assert_int_equal(tree_refresh_paths(told.walked.tree, told.walked.pool, paths, 1, &told.changes,
                                        count_notice, &notices, &error),
                     JIG_OK);
    assert_told(&told, "");
    assert_int_equal(notices, 1);
    assert_true(told.changes.folders);
    opened = output_of(top, "chmod 755 new");
    tell(&told, "new/x");
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/b new/x");
    buf_free(&closed);
    closed = output_of(top, "chmod 311 new");
    put(top, "new/x", "1"); /* this is told of a folder that can be read as far as the tree knows */
    tell(&told, "new/x");
    assert_told(&told, "");
    tell(&told, "new");
    assert_non_null(told.changes.why);
    assert_string_equal(told.changes.why, why);
    refresh(&told.walked);
    assert_files(&told.walked, "a/b");
    assert_int_equal(kind(&told.walked, "new/x"), TREE_FILE); /* it may be asked about */
    tell(&told, "new/x");
    assert_told(&told, "");
    remove_all(top, "new/x");
    tell(&told, "new/x");
    assert_non_null(told.changes.why);
    assert_string_equal(told.changes.why, "something outside of the root changed");
    refresh(&told.walked);
    assert_int_equal(kind(&told.walked, "new/x"), TREE_MISSING);
    buf_free(&closed);
    buf_free(&opened);
    close_told(&told);
    return 0;
}

static void test_folders_that_may_not_be_read(void **state)
{
    const char *top = *state;
    put(top, "a/b", "");
    assert_int_equal(chmod(top, 0777), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(tell_as_nobody(top));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- when it gives up ---------------------------------------------------------------------- */

static void test_before_the_first_refresh(void **state)
{
    const char *top = *state;
    put(top, "a", "");
    struct told told = {.walked = open_tree(top, OLD)};
    tell(&told, "a");
    assert_string_equal(told.changes.why, "the tree was not walked before");
    refresh(&told.walked);
    tell(&told, "a");
    assert_told(&told, "");
    close_told(&told);
}

static void test_it_is_asked_for_a_refresh_until_there_is_one(void **state)
{
    const char *top = *state;
    put(top, ".gitignore", "*.o\n");
    struct told told = open_told(top);
    put(top, ".gitignore", "*.c\n");
    tell(&told, ".gitignore");
    assert_non_null(told.changes.why);
    put(top, "a.o", "");
    tell(&told, "a.o");
    assert_non_null(told.changes.why);
    refresh(&told.walked);
    assert_true(told.walked.changed);
    assert_files(&told.walked, "a.o");
    put(top, "b.o", "");
    tell(&told, "b.o");
    assert_told(&told, "+b.o");
    close_told(&told);
}

static void test_ignore_rules(void **state)
{
    static const char why[] = "ignore rules changed";
    const char *top = *state;
    put(top, "a/b.o", "");
    put(top, "a/c", "");
    struct told told = open_told(top);
    put(top, "a/.gitignore", "*.o\n");
    tell(&told, "a/.gitignore");
    assert_gave_up(&told, top, why);
    put(top, "a/.gitignore", "c\n");
    tell(&told, "a/.gitignore");
    assert_gave_up(&told, top, why);
    put(top, "a/.gitignore", "c\n"); /* written, but the same */
    tell(&told, "a/.gitignore");
    assert_told(&told, "");
    put(top, "a/.gitignore", "d\n");
    tell(&told, "a"); /* whose names are the same */
    assert_gave_up(&told, top, why);
    put(top, "new/a/.gitignore", "*.o\n");
    put(top, "new/a/b.o", "");
    put(top, "new/a/c", "");
    tell(&told, "new");
    remove_all(top, "a");
    rename_to(top, "new/a", "a");
    tell(&told, "a new/a"); /* so are those of the one that took its place */
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/c");
    remove_all(top, "a/.gitignore");
    tell(&told, "a/.gitignore");
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/b.o a/c");
    close_told(&told);
}

static void test_ignore_rules_of_the_repository(void **state)
{
    static const char why[] = "ignore rules changed";
    struct buf root = {0};
    put(*state, "repo/.git/info/exclude", "*.o\n");
    put(*state, "repo/sub/a.o", "");
    put(*state, "repo/sub/b", "");
    buf_printf(&root, "%s/repo/sub", (const char *)*state);
    struct told told = open_told(root.data);
    assert_files(&told.walked, "b");
    put(*state, "repo/.git/index", "");
    tell(&told, "../.git/index ../.git");
    assert_told(&told, "");
    put(*state, "repo/.git/info/exclude", "*.c\n");
    tell(&told, "../.git/info/exclude");
    assert_gave_up(&told, root.data, why);
    assert_files(&told.walked, "a.o b");
    put(*state, "repo/.gitignore", "b\n");
    tell(&told, "../.gitignore");
    assert_gave_up(&told, root.data, why);
    assert_files(&told.walked, "a.o");
    put(root.data, "b2", "");
    put(root.data, "b", "1");
    tell(&told, "b2 b");
    assert_told(&told, "+b2");
    make_dirs(root.data, ".git");
    tell(&told, ".git");
    assert_gave_up(&told, root.data, why);
    assert_files(&told.walked, "a.o b b2");
    close_told(&told);
    buf_free(&root);
}

static void test_links(void **state)
{
    static const char why[] = "a symbolic link changed";
    const char *top = *state;
    put(top, "a/f", "");
    put(top, "a/g", "");
    put(top, "b/h", "");
    struct told told = open_told(top);
    make_link(top, "b/l", "../a/f");
    tell(&told, "b/l");
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/f a/g b/h b/l");
    put(top, "b/i", ""); /* beside a link that stays */
    tell(&told, "b/i");
    assert_told(&told, "+b/i");
    tell(&told, "a/f a/g b/i");
    assert_told(&told, "");
    remove_all(top, "b/l");
    make_link(top, "b/l", "../a/g"); /* to the same sort of thing */
    tell(&told, "b/l");
    assert_gave_up(&told, top, why);
    remove_all(top, "a/g"); /* it now leads nowhere, and nobody told of it */
    tell(&told, "a/g");
    assert_gave_up(&told, top, why);
    assert_files(&told.walked, "a/f b/h b/i");
    put(top, "a/g", "");
    tell(&told, "a/g");
    assert_gave_up(&told, top, why);
    remove_all(top, "b");
    tell(&told, "b");
    assert_gave_up(&told, top, why);
    close_told(&told);
}

static void test_a_link_that_only_led_on(void **state)
{
    const char *top = *state;
    put(top, ".d/e/f", "");
    put(top, "a/e/f", "");
    put(top, "b/e/g", "");
    struct told told = open_told(top);
    assert_int_equal(kind(&told.walked, ".d/e/f"), TREE_FILE);
    remove_all(top, ".d");
    make_link(top, ".d", "a");
    refresh(&told.walked); /* what is known below is still there; the link itself nobody followed */
    assert_int_equal(kind(&told.walked, ".d/e/f"), TREE_FILE);
    remove_all(top, ".d");
    make_link(top, ".d", "b");
    tell(&told, ".d");
    assert_gave_up(&told, top, "a symbolic link changed");
    assert_int_equal(kind(&told.walked, ".d/e/f"), TREE_MISSING);
    close_told(&told);
}

static void test_locks_of_editors_are_no_links(void **state)
{
    const char *top = *state;
    put(top, "a/f", "");
    struct told told = open_told(top);
    make_link(top, "a/.#f", "me@there.1234");
    put(top, "a/g", "");
    tell(&told, "a/.#f a/g");
    assert_told(&told, "+a/g");
    remove_all(top, "a/.#f");
    tell(&told, "a/.#f");
    assert_told(&told, "");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_folders_outside_of_the_walk(void **state)
{
    static const char why[] = "a folder outside of the walk changed";
    const char *top = *state;
    put(top, "node_modules/p/index.js", "");
    put(top, "node_modules/q/index.js", "");
    put(top, "a", "");
    struct told told = open_told(top);
    assert_int_equal(kind(&told.walked, "node_modules/p/index.ts"), TREE_MISSING);
    put(top, "node_modules/p/index.js", "1");
    put(top, "node_modules/q/index.ts", ""); /* nobody asked about this folder */
    tell(&told, "node_modules/p/index.js node_modules/q/index.ts node_modules/p node_modules");
    assert_told(&told, "");
    put(top, "node_modules/p/index.ts", "");
    tell(&told, "node_modules/p/index.ts");
    assert_gave_up(&told, top, why);
    assert_int_equal(kind(&told.walked, "node_modules/p/index.ts"), TREE_FILE);
    remove_all(top, "node_modules");
    tell(&told, "node_modules");
    assert_gave_up(&told, top, why);
    assert_int_equal(kind(&told.walked, "node_modules/p/index.ts"), TREE_MISSING);
    close_told(&told);
}

/* Workspaces: a package is known by its own path and through a link in node_modules. */
static void test_folders_behind_links(void **state)
{
    const char *top = *state;
    put(top, "packages/p/src/a", "");
    make_link(top, "node_modules/p", "../packages/p");
    struct told told = open_told(top);
    assert_int_equal(kind(&told.walked, "node_modules/p/src/b"), TREE_MISSING);
    put(top, "packages/p/c", "");
    put(top, "packages/p/d/e", "");
    tell(&told, "packages/p/src/a");
    assert_told(&told, "");
    put(top, "packages/p/src/b", "");
    tell(&told, "packages/p/src/b");
    assert_gave_up(&told, top, "a folder outside of the walk changed");
    assert_int_equal(kind(&told.walked, "node_modules/p/src/b"), TREE_FILE);
    close_told(&told);
}

static void test_a_path_through_a_link_that_nobody_knows(void **state)
{
    const char *top = *state;
    put(top, "packages/p/src/a", "");
    put(top, "packages/pq/b", "");
    make_link(top, "node_modules/p", "../packages/p");
    make_link(top, "node_modules/pq", "p");
    make_link(top, "node_modules/top", "..");
    struct told told = open_told(top);
    put(top, "packages/p/src/b", "");
    put(top, "packages/p/c/d", "");
    tell(&told, "node_modules/p/src/b node_modules/pq/c/d");
    assert_told(&told, "+packages/p/c/d +packages/p/src/b");
    remove_all(top, "packages/p/src/a");
    put(top, "t", "");
    tell(&told, "node_modules/p/src node_modules/top/t");
    assert_told(&told, "+t -packages/p/src/a");
    assert_nothing_missed(&told, top);
    close_told(&told);
}

static void test_outside_of_the_root(void **state)
{
    static const char why[] = "something outside of the root changed";
    struct buf root = {0}, inner = {0};
    put(*state, "root/a", "");
    put(*state, "beside", "");
    buf_printf(&root, "%s/root", (const char *)*state);
    buf_printf(&inner, "%s/root/b", (const char *)*state);
    struct told told = open_told(root.data);
    assert_int_equal(kind(&told.walked, "../beside"), TREE_FILE);
    assert_int_equal(kind(&told.walked, inner.data), TREE_MISSING);
    put(*state, "other", "");
    tell(&told, "../other ../beside");
    assert_told(&told, "");
    remove_all(*state, "beside");
    tell(&told, "../beside");
    assert_gave_up(&told, root.data, why);
    assert_int_equal(kind(&told.walked, "../beside"), TREE_MISSING);
    put(root.data, "b", ""); /* asked about as if it were outside */
    tell(&told, "b");
    assert_gave_up(&told, root.data, why);
    assert_int_equal(kind(&told.walked, inner.data), TREE_FILE);
    close_told(&told);
    buf_free(&root);
    buf_free(&inner);
}

static void test_the_root_is_gone(void **state)
{
    struct buf root = {0};
    struct jig_error error;
    const char *const paths[] = {"."};
    put(*state, "root/a", "");
    buf_printf(&root, "%s/root", (const char *)*state);
    struct told told = open_told(root.data);
    rename_to(*state, "root", "old");
    put(*state, "root/b", "");
    tell(&told, ".");
    assert_gave_up(&told, root.data, "the root is another folder");
    assert_files(&told.walked, "b");
    remove_all(*state, "root");
    assert_int_equal(tree_refresh_paths(told.walked.tree, told.walked.pool, paths, 1, &told.changes,
                                        NULL, NULL, &error),
                     JIG_ERROR_IO);
    close_told(&told);
    buf_free(&root);
}

/* ---- many ---------------------------------------------------------------------------------- */

/* Where the links of a workspace lead is known, and what is elsewhere costs no look at them. */
static void test_a_file_among_many_links(void **state)
{
    const char *top = *state;
    struct buf path = {0}, target = {0};
    put(top, "files/f", "");
    put(top, "other/f", "");
    for (int i = 0; i < 100; i++) {
        buf_clear(&path);
        buf_clear(&target);
        buf_printf(&path, "links/l%d", i);
        buf_printf(&target, "../files/missing%d", i);
        make_link(top, path.data, i == 0 ? "../files/f" : i % 2 ? target.data : "l0");
    }
    struct told told = open_told(top);
    put(top, "other/missing7", "");
    put(top, "files/missing8", "");
    tell(&told, "other/missing7 files/missing8");
    assert_told(&told, "+files/missing8 +other/missing7");
    assert_nothing_missed(&told, top);
    put(top, "files/missing7", "");
    tell(&told, "files/missing7");
    assert_gave_up(&told, top, "a symbolic link changed");
    remove_all(top, "files/f");
    tell(&told, "files/f"); /* half of the links led there, all but one through another */
    assert_gave_up(&told, top, "a symbolic link changed");
    assert_files(&told.walked, "files/missing7 files/missing8 links/l7 other/f other/missing7");
    put(top, "elsewhere/g", "");
    make_link(top, "files/f", "../elsewhere/f");
    tell(&told, "files/f elsewhere");
    assert_gave_up(&told, top, "a symbolic link changed");
    put(top, "elsewhere/f", "");
    tell(&told, "elsewhere/f");
    assert_gave_up(&told, top, "a symbolic link changed");
    close_told(&told);
    buf_free(&path);
    buf_free(&target);
}

static void test_many_paths_at_once(void **state)
{
    enum { FOLDERS = 100, FILES = 10 };
    const char *top = *state;
    const char *paths[FOLDERS * FILES];
    struct buf all[FOLDERS * FILES] = {0};
    struct jig_error error;
    put(top, ".gitignore", "*.o\n");
    for (int i = 0; i < FOLDERS * FILES; i++) {
        buf_printf(&all[i], "d%d/f%d", i / FILES, i % FILES);
        paths[i] = all[i].data;
        if (i % 2)
            put(top, paths[i], "");
    }
    struct told told = open_told(top);
    for (int i = 0; i < FOLDERS * FILES; i++) {
        if (i % 2)
            remove_all(top, paths[i]);
        else
            put(top, paths[i], "");
    }
    assert_int_equal(tree_refresh_paths(told.walked.tree, told.walked.pool, paths, FOLDERS * FILES,
                                        &told.changes, NULL, NULL, &error),
                     JIG_OK);
    assert_null(told.changes.why);
    assert_int_equal(told.changes.list.count, FOLDERS * FILES);
    assert_nothing_missed(&told, top);
    for (int i = 0; i < FOLDERS * FILES; i++)
        buf_free(&all[i]);
    close_told(&told);
}

static size_t bytes_of(struct tree *tree)
{
    struct column columns[TREE_COLUMN_COUNT];
    size_t bytes = 0;
    tree_columns(tree, columns);
    for (int i = 0; i < TREE_COLUMN_COUNT; i++)
        bytes += (size_t)*columns[i].count * columns[i].element_bytes;
    return bytes;
}

static void test_garbage_is_bounded(void **state)
{
    const char *top = *state;
    struct buf path = {0};
    for (int i = 0; i < 1000; i++) {
        buf_clear(&path);
        buf_printf(&path, "d/some_longish_name_%d", i);
        put(top, path.data, "");
    }
    struct told told = open_told(top);
    size_t before = bytes_of(told.walked.tree);
    for (int i = 0; i < 1000; i++) {
        buf_clear(&path);
        buf_printf(&path, "d/new%d/x", i);
        put(top, path.data, "");
        tell(&told, path.data);
        assert_int_equal(told.changes.list.count, 1);
        path.data[path.length - 2] = '\0';
        remove_all(top, path.data);
        tell(&told, path.data);
        assert_int_equal(told.changes.list.count, 1);
        assert_true(bytes_of(told.walked.tree) < 2 * before + 64 * 1024);
    }
    assert_nothing_missed(&told, top);
    buf_free(&path);
    close_told(&told);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_a_file_comes_and_goes),
        TEST(test_a_folder_is_told_instead_of_its_files),
        TEST(test_other_content_is_no_change),
        TEST(test_what_is_left_out_is_not_told),
        TEST(test_what_never_was_is_no_change),
        TEST(test_untold_changes_are_noticed_by_a_refresh),
        TEST(test_a_new_folder_is_walked),
        TEST(test_what_lies_in_a_new_folder_is_enough_to_tell),
        TEST(test_a_folder_goes_and_comes_back),
        TEST(test_a_moved_folder_is_both),
        TEST(test_a_folder_in_place_of_another),
        TEST(test_files_and_folders_replace_each_other),
        TEST(test_folders_that_may_not_be_read),
        TEST(test_before_the_first_refresh),
        TEST(test_it_is_asked_for_a_refresh_until_there_is_one),
        TEST(test_ignore_rules),
        TEST(test_ignore_rules_of_the_repository),
        TEST(test_links),
        TEST(test_a_link_that_only_led_on),
        TEST(test_locks_of_editors_are_no_links),
        TEST(test_folders_outside_of_the_walk),
        TEST(test_folders_behind_links),
        TEST(test_a_path_through_a_link_that_nobody_knows),
        TEST(test_outside_of_the_root),
        TEST(test_the_root_is_gone),
        TEST(test_a_file_among_many_links),
        TEST(test_many_paths_at_once),
        TEST(test_garbage_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
