/* What is told of commands: help, man pages and completion have all that the parser takes. */
#include "cmocka_all.h"

#include "jig/session.h"
#include "tools/jig/completion.h"
#include "tools/jig/man_page.h"
#include "tools/jig/usage.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- support ----------------------------------------------------------------------------- */

static enum options_outcome parse(const struct command *command, const char *word, const char *next,
                                  struct build_request *request)
{
    char *argv[] = {strdup("jig"), strdup(word), next ? strdup(next) : NULL, NULL};
    enum options_outcome outcome = options_parse(command, next ? 3 : 2, argv, request);
    free(argv[0]);
    free(argv[1]);
    free(argv[2]);
    return outcome;
}

/* Whether the parser knows the option. Its argument may be wrong; what is said of it is lost. */
static bool takes(const struct command *command, const char *word)
{
    struct build_request request;
    int saved = dup(STDERR_FILENO);
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    enum options_outcome outcome = parse(command, word, "1", &request);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(nowhere);
    build_request_free(&request);
    return outcome != OPTIONS_UNKNOWN;
}

/* Whether `text` has the word, not as a part of a longer one. */
static bool mentions(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += length) {
        bool begins = at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '-');
        if (begins && !isalnum((unsigned char)at[length]) && at[length] != '-')
            return true;
    }
    return false;
}

/* The man page as it is read: without escapes. */
static void plain_page(const struct command *command, struct buf *out)
{
    struct buf page = {0};
    man_page_append(command, &page);
    for (const char *c = page.data; *c; c++) {
        if (c[0] == '\\' && c[1] == 'f')
            c += 2;
        else if (*c != '\\')
            buf_append_char(out, *c);
    }
    buf_free(&page);
}

static void spell(const struct option_form *form, char letter[3], char name[32])
{
    snprintf(letter, 3, form->letter ? "-%c" : "", form->letter);
    snprintf(name, 32, form->name ? "--%s" : "", form->name);
}

/* ---- options ----------------------------------------------------------------------------- */

static bool lists(const struct command *command, int id)
{
    struct option_row rows[OPTION_COUNT];
    size_t count = command_options(command, rows);
    for (size_t i = 0; i < count; i++)
        if ((int)rows[i].option == id)
            return true;
    return false;
}

static void test_the_parser_takes_the_names_that_a_command_lists_and_no_others(void **state)
{
    (void)state;
    for (const struct command *const *command = command_list; *command; command++) {
        for (int id = OPTION_END + 1; id < OPTION_COUNT; id++) {
            char letter[3], name[32];
            spell(option_form((enum option_id)id), letter, name);
            if (*name)
                assert_int_equal(takes(*command, name), lists(*command, id));
        }
    }
}

static void test_the_parser_takes_the_letters_that_a_command_lists_and_no_others(void **state)
{
    (void)state;
    for (const struct command *const *command = command_list; *command; command++) {
        struct option_row rows[OPTION_COUNT];
        size_t count = command_options(*command, rows);
        for (int c = '0'; c <= 'z'; c++) {
            if (!isalnum(c))
                continue;
            bool listed = false;
            for (size_t i = 0; i < count; i++)
                listed = listed || option_form(rows[i].option)->letter == c;
            const char word[] = {'-', (char)c, '\0'};
            assert_int_equal(takes(*command, word), listed);
        }
    }
}

static void test_no_command_lists_an_option_twice(void **state)
{
    (void)state;
    for (const struct command *const *command = command_list; *command; command++) {
        struct option_row rows[OPTION_COUNT];
        size_t count = command_options(*command, rows);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < i; k++)
                assert_int_not_equal(rows[i].option, rows[k].option);
    }
}

static void test_help_tells_of_each_option(void **state)
{
    (void)state;
    for (const struct command *const *command = command_list; *command; command++) {
        struct buf help = {0};
        usage_append(*command, &help);
        if ((*command)->borrows) /* what help refers to is told there */
            usage_append((*command)->borrows, &help);
        struct option_row rows[OPTION_COUNT];
        size_t count = command_options(*command, rows);
        for (size_t i = 0; i < count; i++) {
            char letter[3], name[32];
            spell(option_form(rows[i].option), letter, name);
            assert_true(!*letter || mentions(help.data, letter));
            assert_true(!*name || mentions(help.data, name));
        }
        buf_free(&help);
    }
}

static void test_a_man_page_tells_of_each_option_and_of_none_that_is_refused(void **state)
{
    (void)state;
    for (const struct command *const *command = command_list; *command; command++) {
        struct buf page = {0};
        plain_page(*command, &page);
        struct option_row rows[OPTION_COUNT];
        size_t count = command_options(*command, rows);
        const char *options = strstr(page.data, ".SH OPTIONS");
        for (size_t i = 0; i < count; i++) {
            bool refused = command_refuses(*command, rows[i].option);
            char letter[3], name[32];
            spell(option_form(rows[i].option), letter, name);
            if (*letter)
                assert_int_equal(mentions(options, letter), !refused);
            if (*name)
                assert_int_equal(mentions(options, name), !refused);
        }
        buf_free(&page);
    }
}

/* Words that a shell offers are words that the parser takes. */
static void test_words_that_are_offered_after_an_option_are_taken(void **state)
{
    (void)state;
    for (const struct command *const *command = command_list; *command; command++) {
        struct option_row rows[OPTION_COUNT];
        size_t count = command_options(*command, rows);
        for (size_t i = 0; i < count; i++) {
            const struct option_form *form = option_form(rows[i].option);
            char words[256];
            snprintf(words, sizeof words, "%s", form->words ? form->words : "");
            for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
                struct build_request request;
                char option[64];
                snprintf(option, sizeof option, form->name ? "--%s=%s" : "-%s%s",
                         form->name ? form->name : (char[]){form->letter, '\0'}, word);
                assert_int_not_equal(parse(*command, option, NULL, &request), OPTIONS_WRONG);
                build_request_free(&request);
            }
        }
    }
}

/* ---- text -------------------------------------------------------------------------------- */

static void test_help_fits_a_screen(void **state)
{
    (void)state;
    for (size_t i = 0; i == 0 || command_list[i - 1]; i++) {
        struct buf help = {0};
        unsigned lines = 0;
        usage_append(i ? command_list[i - 1] : &command_jig, &help);
        for (char *line = strtok(help.data, "\n"); line; line = strtok(NULL, "\n")) {
            assert_true(strlen(line) <= USAGE_COLUMNS);
            assert_true(line[strlen(line) - 1] != ' ');
            lines++;
        }
        assert_true(lines <= 50);
        buf_free(&help);
    }
}

static void test_options_as_they_are_typed(void **state)
{
    (void)state;
    static const struct {
        enum option_id id;
        const char *typed;
    } cases[] = {
        {OPTION_DIRECTORY, "-C DIR"},
        {OPTION_VERBOSE, "-v, --verbose"},
        {OPTION_TRACE, "--trace FILE"},
        {OPTION_POLL, "--poll[=MS]"},
        {OPTION_ON_CHANGE, "--on-change=queue|restart"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf typed = {0};
        usage_append_option(option_form(cases[i].id), &typed);
        assert_string_equal(typed.data, cases[i].typed);
        buf_free(&typed);
    }
}

static const struct option_row sample_options[] = {
    {OPTION_DIRECTORY, "go to DIR first"},
    {OPTION_WRITE_DELTA, "write which outputs changed, with enough words for a second line"},
    {OPTION_END, NULL},
};
static const struct command_word sample_words[] = {
    {"look", "FILES", "see what is there", COMPLETE_FILE, NULL},
    {NULL, NULL, NULL, COMPLETE_NOTHING, NULL},
};
static const struct term sample_exits[] = {{"0", "done"}, {NULL, NULL}};
static const struct command sample = {
    .name = "sample",
    .summary = "do it",
    .synopsis = "[options] look\nagain",
    .about = "Types 'a-b' for ninja's sake. .hidden begins a sentence.\n\nA\\B.\nNext.",
    .words = sample_words,
    .options = {{NULL, sample_options}},
    .notes = "Ends with ' '.",
    .exit_codes = sample_exits,
    .see_also = "build watch",
};

static void test_help_of_a_command(void **state)
{
    (void)state;
    struct buf help = {0};
    usage_append(&sample, &help);
    assert_string_equal(help.data, "usage: jig sample [options] look\n"
                                   "       jig sample again\n"
                                   "\n"
                                   "Types 'a-b' for ninja's sake. .hidden begins a sentence.\n"
                                   "\n"
                                   "A\\B.\n"
                                   "Next.\n"
                                   "\n"
                                   "  look FILES     see what is there\n"
                                   "\n"
                                   "  -C DIR         go to DIR first\n"
                                   "      --write-delta FILE  write which outputs changed, with "
                                   "enough words for a\n"
                                   "                 second line\n"
                                   "  -h, --help     print this\n"
                                   "      --version  print jig's version\n"
                                   "\n"
                                   "Ends with ' '.\n");
    buf_free(&help);
}

static void test_man_page_of_a_command(void **state)
{
    (void)state;
    struct buf page = {0}, expected = {0};
    man_page_append(&sample, &page);
    buf_printf(&expected, ".TH JIG\\-SAMPLE 1 \"\" \"jig %s\" \"User Commands\"\n", jig_version());
    buf_append_str(&expected, ".SH NAME\n"
                              "jig\\-sample \\- do it\n"
                              ".SH SYNOPSIS\n"
                              "\\fBjig sample\\fR [options] look\n"
                              ".br\n"
                              "\\fBjig sample\\fR again\n"
                              ".SH DESCRIPTION\n"
                              "Types \\fBa\\-b\\fR for ninja\\(aqs sake.\n"
                              "\\&.hidden begins a sentence.\n"
                              ".PP\n"
                              "A\\eB.\n"
                              ".br\n"
                              "Next.\n"
                              ".TP\n"
                              "\\fBlook\\fR \\fIFILES\\fR\n"
                              "see what is there\n"
                              ".PP\n"
                              "Ends with \\(aq \\(aq.\n"
                              ".SH OPTIONS\n"
                              ".TP\n"
                              "\\fB\\-C\\fR \\fIDIR\\fR\n"
                              "go to DIR first\n"
                              ".TP\n"
                              "\\fB\\-\\-write\\-delta\\fR \\fIFILE\\fR\n"
                              "write which outputs changed, with enough words for a second line\n"
                              ".TP\n"
                              "\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n"
                              "print this\n"
                              ".TP\n"
                              "\\fB\\-\\-version\\fR\n"
                              "print jig\\(aqs version\n"
                              ".SH EXIT STATUS\n"
                              ".TP\n"
                              "\\fB0\\fR\n"
                              "done\n"
                              ".SH SEE ALSO\n"
                              "\\fBjig\\fR(1),\n"
                              "\\fBjig\\-build\\fR(1),\n"
                              "\\fBjig\\-watch\\fR(1)\n");
    assert_string_equal(page.data, expected.data);
    buf_free(&page);
    buf_free(&expected);
}

static void test_what_is_told_beside_an_option_leaves_out_detail(void **state)
{
    (void)state;
    static const struct {
        const char *text, *brief;
    } cases[] = {
        {"go to DIR first", "go to DIR first"},
        {"say it; json is for programs", "say it"},
        {"go on until N have failed, 0 for all (usual: 1)", "go on until N have failed, 0 for all"},
        {"what is known: all of it", "what is known"},
        {"look at v1.2. Then end", "look at v1.2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf brief = {0};
        completion_append_brief(&brief, cases[i].text);
        assert_string_equal(brief.data, cases[i].brief);
        buf_free(&brief);
    }
}

static void test_scripts_have_all_commands_and_options(void **state)
{
    (void)state;
    void (*const append[])(struct buf *) = {completion_append_bash, completion_append_fish,
                                            completion_append_zsh};
    for (size_t s = 0; s < sizeof append / sizeof *append; s++) {
        struct buf script = {0};
        append[s](&script);
        for (const struct command *const *command = command_list; *command; command++)
            assert_true(mentions(script.data, (*command)->name));
        for (int id = OPTION_END + 1; id < OPTION_COUNT; id++) {
            const struct option_form *form = option_form((enum option_id)id);
            char expected[64];
            snprintf(expected, sizeof expected,
                     append[s] != completion_append_fish ? form->name ? "--%s" : "-%s"
                     : form->name                        ? "-l %s"
                                                         : "-s %s",
                     form->name ? form->name : (char[]){form->letter, '\0'});
            assert_non_null(strstr(script.data, expected));
        }
        buf_free(&script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_parser_takes_the_names_that_a_command_lists_and_no_others),
        cmocka_unit_test(test_the_parser_takes_the_letters_that_a_command_lists_and_no_others),
        cmocka_unit_test(test_no_command_lists_an_option_twice),
        cmocka_unit_test(test_help_tells_of_each_option),
        cmocka_unit_test(test_a_man_page_tells_of_each_option_and_of_none_that_is_refused),
        cmocka_unit_test(test_words_that_are_offered_after_an_option_are_taken),
        cmocka_unit_test(test_help_fits_a_screen),
        cmocka_unit_test(test_options_as_they_are_typed),
        cmocka_unit_test(test_help_of_a_command),
        cmocka_unit_test(test_man_page_of_a_command),
        cmocka_unit_test(test_what_is_told_beside_an_option_leaves_out_detail),
        cmocka_unit_test(test_scripts_have_all_commands_and_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
