/* What is built of pipelines: what the user typed, spelt from the root. */
#include "tools_support.h"

#include "tools/jig/choice.h"

#include <stdlib.h>
#include <string.h>

/* The root is the test's folder; the user stands in packages/a, a package. */
static struct place in_package(void **state)
{
    make_file("packages/a/src/user.ts", "");
    return (struct place){.manifest = "jig.yaml",
                          .pipelines = true,
                          .root = *state,
                          .here = "packages/a",
                          .package = "packages/a"};
}

static void assert_spelt(const struct place *place, const char *pattern, const char *expected)
{
    struct jig_error error;
    struct buf spelt = {0};
    assert_int_equal(choice_spell(place, pattern, &spelt, &error), JIG_OK);
    assert_string_equal(buf_cstr(&spelt), expected);
    buf_free(&spelt);
}

static void assert_refused(const struct place *place, const char *pattern, const char *message)
{
    struct jig_error error;
    struct buf spelt = {0};
    assert_int_equal(choice_spell(place, pattern, &spelt, &error), JIG_ERROR_USAGE);
    assert_non_null(strstr(error.message, message));
    buf_free(&spelt);
}

/* ---- patterns ---------------------------------------------------------------------------- */

static void test_a_pattern_begins_where_the_user_stands(void **state)
{
    struct place place = in_package(state);
    assert_spelt(&place, "src/**/*.ts", "packages/a/src/**/*.ts");
    assert_spelt(&place, "**", "packages/a/**");
    assert_spelt(&place, "./*.ts", "packages/a/*.ts");
    assert_spelt(&place, "../b/**", "packages/b/**");
    assert_spelt(&place, "../.././*.ts", "*.ts");
}

static void test_in_the_root_a_pattern_stays_as_it_is(void **state)
{
    struct place place = in_package(state);
    place.here = place.package = "";
    assert_spelt(&place, "**/*.{ts,tsx}", "**/*.{ts,tsx}");
    assert_spelt(&place, "./x", "x");
}

static void test_marks_stay_outside(void **state)
{
    struct place place = in_package(state);
    assert_spelt(&place, "...x.ts", "...packages/a/x.ts");
    assert_spelt(&place, "x.ts...", "packages/a/x.ts...");
    assert_spelt(&place, "...x.ts...", "...packages/a/x.ts...");
    assert_spelt(&place, "!x.ts", "!packages/a/x.ts");
    assert_spelt(&place, "!...../x.ts", "!...packages/x.ts");
}

static void test_a_folder_is_all_below_it(void **state)
{
    struct place place = in_package(state);
    assert_spelt(&place, "src", "packages/a/src/**");
    assert_spelt(&place, "src/", "packages/a/src/**");
    assert_spelt(&place, ".", "packages/a/**");
    assert_spelt(&place, "../..", "**");
    assert_spelt(&place, "src/...", "packages/a/src/**...");
}

static void test_an_absolute_pattern_below_the_root(void **state)
{
    struct place place = in_package(state);
    struct buf absolute = {0};
    buf_printf(&absolute, "%s/lib/*.ts", (char *)*state);
    assert_spelt(&place, absolute.data, "lib/*.ts");
    buf_free(&absolute);
}

static void test_folders_with_special_names_are_taken_literally(void **state)
{
    struct place place = in_package(state);
    make_file("app/[id]/page.ts", "");
    place.here = "app/[id]";
    assert_spelt(&place, "*.ts", "app/\\[id\\]/*.ts");
    assert_spelt(&place, ".", "app/\\[id\\]/**");
}

static void test_what_leads_out_of_the_root_is_refused(void **state)
{
    struct place place = in_package(state);
    assert_refused(&place, "../../../x/**", "leads out of the root");
    assert_refused(&place, "/elsewhere/**", "leads out of the root");
    assert_refused(&place, "../../..", "leads out of the root");
}

static void test_nothing_is_no_pattern(void **state)
{
    struct place place = in_package(state);
    assert_refused(&place, "", "is no pattern");
    assert_refused(&place, "!", "is no pattern");
    assert_refused(&place, "...", "is no pattern");
}

/* ---- requests ---------------------------------------------------------------------------- */

struct expected {
    const char *targets, *filters; /* separated by spaces */
};

static void assert_list(char *const *data, uint32_t count, const char *expected)
{
    struct buf list = {0};
    for (uint32_t i = 0; i < count; i++)
        buf_printf(&list, "%s%s", i ? " " : "", data[i]);
    assert_string_equal(buf_cstr(&list), expected);
    buf_free(&list);
}

static void assert_selects(const struct place *place, const struct build_request *request,
                           struct expected expected)
{
    struct choice choice = {0};
    struct jig_error error;
    assert_int_equal(choice_make(&choice, place, request, &error), JIG_OK);
    assert_list(choice.targets.data, choice.targets.count, expected.targets);
    assert_list(choice.filters.data, choice.filters.count, expected.filters);
    choice_free(&choice);
}

static void test_nothing_named_is_the_package(void **state)
{
    struct place place = in_package(state);
    struct build_request request = {0};
    assert_selects(&place, &request, (struct expected){"", "packages/a/**"});
    place.package = "";
    assert_selects(&place, &request, (struct expected){"", ""});
}

static void test_what_may_be_a_file_is_a_target(void **state)
{
    struct place place = in_package(state);
    char *words[] = {"gen/user.json", "src/user.ts"};
    struct build_request request = {.targets = words, .target_count = 2};
    assert_selects(&place, &request,
                   (struct expected){"packages/a/gen/user.json packages/a/src/user.ts", ""});
}

static void test_what_is_no_file_is_a_filter(void **state)
{
    struct place place = in_package(state);
    char *words[] = {"src", "gen/*.json", "src/user.ts..."};
    struct build_request request = {.targets = words, .target_count = 3};
    assert_selects(&place, &request,
                   (struct expected){"", "packages/a/src/** packages/a/gen/*.json "
                                         "packages/a/src/user.ts..."});
}

static void test_a_file_with_a_special_name_is_a_target(void **state)
{
    struct place place = in_package(state);
    make_file("packages/a/[id].ts", "");
    char *words[] = {"[id].ts"};
    struct build_request request = {.targets = words, .target_count = 1};
    assert_selects(&place, &request, (struct expected){"packages/a/[id].ts", ""});
}

static void test_filters_replace_the_package(void **state)
{
    struct place place = in_package(state);
    struct build_request request = {0};
    vec_push(&request.filters, "src/**");
    vec_push(&request.filters, "!src/old/**");
    assert_selects(&place, &request,
                   (struct expected){"", "packages/a/src/** !packages/a/src/old/**"});
    build_request_free(&request);
}

static void test_an_unknown_commit_is_an_error(void **state)
{
    struct place place = in_package(state);
    struct build_request request = {.affected = "nothing-of-that-name"};
    struct choice choice = {0};
    struct jig_error error;
    assert_int_equal(choice_make(&choice, &place, &request, &error), JIG_ERROR_USAGE);
    choice_free(&choice);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_pattern_begins_where_the_user_stands),
        IN_FOLDER(test_in_the_root_a_pattern_stays_as_it_is),
        IN_FOLDER(test_marks_stay_outside),
        IN_FOLDER(test_a_folder_is_all_below_it),
        IN_FOLDER(test_an_absolute_pattern_below_the_root),
        IN_FOLDER(test_folders_with_special_names_are_taken_literally),
        IN_FOLDER(test_what_leads_out_of_the_root_is_refused),
        IN_FOLDER(test_nothing_is_no_pattern),
        IN_FOLDER(test_nothing_named_is_the_package),
        IN_FOLDER(test_what_may_be_a_file_is_a_target),
        IN_FOLDER(test_what_is_no_file_is_a_filter),
        IN_FOLDER(test_a_file_with_a_special_name_is_a_target),
        IN_FOLDER(test_filters_replace_the_package),
        IN_FOLDER(test_an_unknown_commit_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
