/* What changed since a commit: asked of git, in repositories made for it. */
#include "tools_support.h"

#include "tools/jig/affected.h"
#include "tools/jig/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A repository with two commits on main: `one` tagged `first`, then a.txt and sub/b.txt. */
static int enter_repository(void **state)
{
    if (enter_folder(state))
        return -1;
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("HOME", *state, 1);
    unsetenv("XDG_CONFIG_HOME");
    shell("git config --global user.name a && git config --global user.email a@example.org\n"
          "git config --global protocol.file.allow always\n"
          "git init -q -b main repo && cd repo\n"
          "echo 1 >one && git add one && git commit -qm 1 && git tag first\n"
          "mkdir sub && echo a >a.txt && echo b >sub/b.txt && git add . && git commit -qm 2");
    return chdir("repo");
}

/* Asserts the paths, in byte order and separated by spaces. */
static void assert_affected(const char *ref, const char *expected)
{
    struct affected affected = {0};
    struct jig_error error = {0};
    if (affected_find(&affected, ref, &error))
        fail_msg("%s", error.message);
    struct buf list = {0};
    if (affected.paths.count)
        qsort(affected.paths.data, affected.paths.count, sizeof(char *), text_compare);
    for (uint32_t i = 0; i < affected.paths.count; i++)
        buf_printf(&list, "%s%s", i ? " " : "", affected.paths.data[i]);
    assert_string_equal(buf_cstr(&list), expected);
    buf_free(&list);
    affected_free(&affected);
}

static void assert_no_answer(const char *ref, const char *message, const char *advice)
{
    struct affected affected = {0};
    struct jig_error error = {0};
    assert_int_not_equal(affected_find(&affected, ref, &error), JIG_OK);
    assert_non_null(strstr(error.message, message));
    assert_non_null(strstr(error.advice, advice));
    affected_free(&affected);
}

/* ---- answers ----------------------------------------------------------------------------- */

static void test_nothing_changed(void **state)
{
    (void)state;
    assert_affected("HEAD", "");
}

static void test_committed_since(void **state)
{
    (void)state;
    assert_affected("first", "a.txt sub/b.txt");
}

static void test_staged_and_edited(void **state)
{
    (void)state;
    shell("echo A >a.txt && git add a.txt && echo 2 >one");
    assert_affected("HEAD", "a.txt one");
}

static void test_new_files_but_not_ignored_ones(void **state)
{
    (void)state;
    shell("echo '*.log' >.gitignore && echo x >x.log && mkdir new && echo y >new/y");
    assert_affected("HEAD", ".gitignore new/y");
}

static void test_deleted_and_both_names_of_a_renamed_one(void **state)
{
    (void)state;
    shell("rm one && git mv a.txt z.txt");
    assert_affected("HEAD", "a.txt one z.txt");
}

static void test_only_our_side_of_a_fork(void **state)
{
    (void)state;
    shell("git checkout -q -b theirs first && echo 3 >one && git commit -qam 3\n"
          "git checkout -q main && echo c >c && git add c && git commit -qm c");
    assert_affected("theirs", "a.txt c sub/b.txt");
}

static void test_paths_are_as_seen_from_here(void **state)
{
    (void)state;
    shell("echo B >sub/b.txt && echo A >a.txt && echo n >sub/new && echo o >other\n"
          "mkdir -p subway && echo w >subway/w");
    assert_int_equal(chdir("sub"), 0);
    assert_affected("HEAD", "../a.txt ../other ../subway/w b.txt new");
}

static void test_names_that_git_would_quote(void **state)
{
    (void)state;
    make_file("sp\xc3\xa4\"te\tr", "");
    assert_affected("HEAD", "sp\xc3\xa4\"te\tr");
}

static void test_settings_do_not_shorten_the_list(void **state)
{
    (void)state;
    shell("git config diff.relative true && git config diff.renames copies\n"
          "git config diff.ignoreSubmodules all && git mv a.txt z.txt");
    assert_int_equal(chdir("sub"), 0);
    assert_affected("HEAD", "../a.txt ../z.txt");
}

static void test_all_files_of_a_submodule_that_changed(void **state)
{
    (void)state;
    shell("git init -q -b main ../lib && (cd ../lib && echo l >l && echo m >m && git add . &&\n"
          "git commit -qm l) && git submodule --quiet add ../lib lib && git commit -qm lib");
    assert_affected("HEAD", "");
    shell("echo L >lib/l");
    assert_affected("HEAD", "lib lib/l lib/m");
}

static void test_a_submodule_that_is_not_checked_out(void **state)
{
    (void)state;
    shell(
        "git init -q -b main ../lib && (cd ../lib && echo l >l && git add . && git commit -qm l)\n"
        "git submodule --quiet add ../lib lib && git commit -qm lib\n"
        "git submodule --quiet deinit -f lib");
    assert_affected("HEAD~1", ".gitmodules lib");
}

static void test_a_repository_that_is_not_tracked(void **state)
{
    (void)state;
    shell("git init -q -b main inner && echo i >inner/i");
    assert_affected("HEAD", "inner inner/i");
}

/* ---- no answer --------------------------------------------------------------------------- */

static void test_unknown_commit(void **state)
{
    (void)state;
    assert_no_answer("origin/main", "git knows no commit 'origin/main'", "git fetch");
    assert_no_answer("", "git knows no commit ''", "fetch");
    assert_no_answer("--all", "git knows no commit '--all'", "fetch");
}

static void test_no_common_commit(void **state)
{
    (void)state;
    shell("git checkout -q --orphan other && git commit -qm o");
    assert_no_answer("main", "no commit in common", "--unshallow");
}

static void test_a_shallow_clone(void **state)
{
    (void)state;
    shell("git checkout -q -b side first && echo s >s && git add s && git commit -qm s\n"
          "git checkout -q main\n"
          "git clone -q --depth 1 --no-single-branch \"file://$PWD\" ../shallow");
    assert_int_equal(chdir("../shallow"), 0);
    assert_no_answer("origin/side", "no commit in common", "--unshallow");
}

static void test_no_commit_yet(void **state)
{
    (void)state;
    shell("git init -q ../fresh");
    assert_int_equal(chdir("../fresh"), 0);
    assert_no_answer("HEAD", "git knows no commit 'HEAD'", "");
}

static void test_no_repository(void **state)
{
    (void)state;
    setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
    assert_int_equal(chdir(".."), 0);
    assert_no_answer("HEAD", "not a git repository", "--filter");
    unsetenv("GIT_CEILING_DIRECTORIES");
}

static void test_no_git(void **state)
{
    (void)state;
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    assert_no_answer("HEAD", "cannot run git: No such file or directory", "install it");
    setenv("PATH", path, 1);
    free(path);
}

#define IN_REPOSITORY(test) cmocka_unit_test_setup_teardown(test, enter_repository, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_REPOSITORY(test_nothing_changed),
        IN_REPOSITORY(test_committed_since),
        IN_REPOSITORY(test_staged_and_edited),
        IN_REPOSITORY(test_new_files_but_not_ignored_ones),
        IN_REPOSITORY(test_deleted_and_both_names_of_a_renamed_one),
        IN_REPOSITORY(test_only_our_side_of_a_fork),
        IN_REPOSITORY(test_paths_are_as_seen_from_here),
        IN_REPOSITORY(test_names_that_git_would_quote),
        IN_REPOSITORY(test_settings_do_not_shorten_the_list),
        IN_REPOSITORY(test_all_files_of_a_submodule_that_changed),
        IN_REPOSITORY(test_a_submodule_that_is_not_checked_out),
        IN_REPOSITORY(test_a_repository_that_is_not_tracked),
        IN_REPOSITORY(test_unknown_commit),
        IN_REPOSITORY(test_no_common_commit),
        IN_REPOSITORY(test_a_shallow_clone),
        IN_REPOSITORY(test_no_commit_yet),
        IN_REPOSITORY(test_no_repository),
        IN_REPOSITORY(test_no_git),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
