/* Which manifest, and which directory it is worked on in. */
#include "tools_support.h"

#include "tools/jig/place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct place entered(const char *directory, const char *manifest)
{
    struct build_request request = {.directory = directory, .manifest = manifest};
    struct place place;
    assert_true(place_enter(FACE_JIG, &request, false, &place));
    char *now = getcwd(NULL, 0);
    assert_string_equal(now, place.root);
    free(now);
    return place;
}

/* `expected` is the root from the test's folder, the manifest, where the user is, the package. */
static void assert_place(void **state, struct place *place, const char *root, const char *manifest,
                         const char *here, const char *package)
{
    struct buf whole = {0};
    buf_printf(&whole, "%s%s%s", (char *)*state, *root ? "/" : "", root);
    assert_string_equal(place->root, whole.data);
    assert_string_equal(place->manifest, manifest);
    assert_string_equal(place->here, here);
    assert_string_equal(place->package, package);
    buf_free(&whole);
    place_free(place);
}

/* ---- finding ----------------------------------------------------------------------------- */

static void test_the_folders_own_pipelines(void **state)
{
    make_file("jig.yaml", "");
    struct place place = entered(NULL, NULL);
    assert_true(place.pipelines);
    assert_place(state, &place, "", "jig.yaml", "", "");
}

static void test_the_folders_own_ninja_manifest(void **state)
{
    make_file("build.ninja", "");
    struct place place = entered(NULL, NULL);
    assert_false(place.pipelines);
    assert_place(state, &place, "", "build.ninja", "", "");
}

static void test_pipelines_before_a_ninja_manifest(void **state)
{
    make_file("build.ninja", "");
    make_file("jig.yaml", "");
    struct place place = entered(NULL, NULL);
    assert_place(state, &place, "", "jig.yaml", "", "");
}

static void test_a_ninja_manifest_before_pipelines_further_up(void **state)
{
    make_file("jig.yaml", "");
    make_file("out/build.ninja", "");
    struct place place = entered("out", NULL);
    assert_place(state, &place, "out", "build.ninja", "", "");
}

static void test_pipelines_further_up(void **state)
{
    make_file("jig.yaml", "");
    make_file("src/deep/x.ts", "");
    struct place place = entered("src/deep", NULL);
    assert_place(state, &place, "", "jig.yaml", "src/deep", "");
}

static void test_the_topmost_is_the_root_and_the_nearest_the_package(void **state)
{
    make_file("jig.yaml", "");
    make_file("packages/jig.yaml", "");
    make_file("packages/a/jig.yaml", "");
    make_file("packages/a/src/x.ts", "");
    struct place place = entered("packages/a/src", NULL);
    assert_place(state, &place, "", "jig.yaml", "packages/a/src", "packages/a");
}

static void test_a_repository_ends_the_search(void **state)
{
    make_file("jig.yaml", "");
    make_file("repo/.git/HEAD", "");
    make_file("repo/jig.yaml", "");
    make_file("repo/a/jig.yaml", "");
    struct place place = entered("repo/a", NULL);
    assert_place(state, &place, "repo", "jig.yaml", "a", "a");
}

static void test_a_repository_without_a_manifest_has_none(void **state)
{
    (void)state;
    make_file("jig.yaml", "");
    make_file("repo/.git", "gitdir: elsewhere\n"); /* as a worktree has it */
    struct build_request request = {.directory = "repo"};
    struct place place;
    assert_false(place_enter(FACE_JIG, &request, false, &place));
    place_free(&place);
}

/* ---- naming ------------------------------------------------------------------------------ */

static void test_a_named_ninja_manifest_is_used_where_we_are(void **state)
{
    make_file("jig.yaml", "");
    make_file("out/x.ninja", "");
    struct place place = entered(NULL, "out/x.ninja");
    assert_false(place.pipelines);
    assert_place(state, &place, "", "out/x.ninja", "", "");
}

static void test_a_named_yaml_says_where_the_root_is(void **state)
{
    make_file("jig.yaml", "");
    make_file("a/pipelines.yml", "");
    struct place place = entered(NULL, "a/pipelines.yml");
    assert_true(place.pipelines);
    assert_place(state, &place, "a", "pipelines.yml", "..", "");
}

static void test_a_named_yaml_beside_another_folder(void **state)
{
    make_file("a/jig.yaml", "");
    make_file("ab/x", "");
    struct place place = entered("ab", "../a/jig.yaml");
    assert_place(state, &place, "a", "jig.yaml", "../ab", "");
}

static void test_ninja_never_looks_for_pipelines(void **state)
{
    make_file("jig.yaml", "");
    struct build_request request = {.manifest = "build.ninja"};
    struct place place;
    assert_true(place_enter(FACE_NINJA, &request, false, &place));
    assert_place(state, &place, "", "build.ninja", "", "");
}

static void test_a_directory_that_is_not_there(void **state)
{
    (void)state;
    struct build_request request = {.directory = "nowhere"};
    struct place place;
    assert_false(place_enter(FACE_JIG, &request, false, &place));
    place_free(&place);
}

/* ---- spelling ---------------------------------------------------------------------------- */

static void assert_spelt(const struct place *place, const char *path, const char *expected)
{
    struct buf spelt = {0};
    place_spell(place, path, &spelt);
    assert_string_equal(buf_cstr(&spelt), expected);
    buf_free(&spelt);
}

static void test_paths_are_spelt_from_the_root(void **state)
{
    make_file("jig.yaml", "");
    make_file("a/b/x", "");
    struct place place = entered("a/b", NULL);
    assert_spelt(&place, "x", "a/b/x");
    assert_spelt(&place, "./y//z", "a/b/y/z");
    assert_spelt(&place, "../x", "a/x");
    assert_spelt(&place, "../..", ".");
    assert_spelt(&place, "../../../x", "../x");
    struct buf absolute = {0};
    buf_printf(&absolute, "%s/c/x", (char *)*state);
    assert_spelt(&place, absolute.data, "c/x");
    buf_free(&absolute);
    assert_spelt(&place, *state, ".");
    assert_spelt(&place, "/elsewhere/x", "/elsewhere/x");
    place_free(&place);
}

static void assert_unspelt(const struct place *place, const char *path, const char *expected)
{
    struct buf typed = {0}, back = {0};
    place_unspell(place, path, &typed);
    assert_string_equal(buf_cstr(&typed), expected);
    place_spell(place, typed.data, &back);
    assert_string_equal(buf_cstr(&back), path);
    buf_free(&typed);
    buf_free(&back);
}

static void test_the_roots_paths_are_told_as_they_are_typed_here(void **state)
{
    (void)state;
    make_file("jig.yaml", "");
    make_file("a/b/x", "");
    struct place place = entered("a/b", NULL);
    assert_unspelt(&place, "a/b/gen/x", "gen/x");
    assert_unspelt(&place, "a/bc", "../bc");
    assert_unspelt(&place, "gen/all", "../../gen/all");
    assert_unspelt(&place, "/elsewhere/x", "/elsewhere/x");
    place_free(&place);
    place = entered(NULL, NULL); /* in the root, where that has led */
    assert_unspelt(&place, "a/b/gen/x", "a/b/gen/x");
    place_free(&place);
}

static void test_paths_are_told_beside_a_named_root(void **state)
{
    (void)state;
    make_file("a/jig.yaml", "");
    make_file("ab/x", "");
    struct place place = entered("ab", "../a/jig.yaml");
    assert_unspelt(&place, "gen/x", "../a/gen/x");
    place_free(&place);
}

static void test_a_ninja_manifests_paths_are_left_alone(void **state)
{
    make_file("build.ninja", "");
    struct place place = entered(NULL, NULL);
    struct buf absolute = {0};
    buf_printf(&absolute, "%s/x.c", (char *)*state);
    assert_spelt(&place, absolute.data, absolute.data);
    assert_spelt(&place, "./x.c", "./x.c");
    buf_free(&absolute);
    place_free(&place);
}

static void test_the_cache_is_where_the_user_says(void **state)
{
    (void)state;
    make_file("jig.yaml", "");
    make_file("a/x", "");
    struct build_request request = {.directory = "a", .cache_dir = "cache"};
    struct place place;
    assert_true(place_enter(FACE_JIG, &request, false, &place));
    assert_string_equal(place.state_dir, "a/cache");
    place_free(&place);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_the_folders_own_pipelines),
        IN_FOLDER(test_the_folders_own_ninja_manifest),
        IN_FOLDER(test_pipelines_before_a_ninja_manifest),
        IN_FOLDER(test_a_ninja_manifest_before_pipelines_further_up),
        IN_FOLDER(test_pipelines_further_up),
        IN_FOLDER(test_the_topmost_is_the_root_and_the_nearest_the_package),
        IN_FOLDER(test_a_repository_ends_the_search),
        IN_FOLDER(test_a_repository_without_a_manifest_has_none),
        IN_FOLDER(test_a_named_ninja_manifest_is_used_where_we_are),
        IN_FOLDER(test_a_named_yaml_says_where_the_root_is),
        IN_FOLDER(test_a_named_yaml_beside_another_folder),
        IN_FOLDER(test_ninja_never_looks_for_pipelines),
        IN_FOLDER(test_a_directory_that_is_not_there),
        IN_FOLDER(test_paths_are_spelt_from_the_root),
        IN_FOLDER(test_the_roots_paths_are_told_as_they_are_typed_here),
        IN_FOLDER(test_paths_are_told_beside_a_named_root),
        IN_FOLDER(test_a_ninja_manifests_paths_are_left_alone),
        IN_FOLDER(test_the_cache_is_where_the_user_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
