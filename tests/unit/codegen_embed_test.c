/* embed: what it makes is compiled, as C and as C++, and gives back the bytes. */
#include "codegen_support.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct jig_generation_module picture = {.path = "assets/2x-Logo.png", .digest = ""};

static struct jig_generation embedding(const struct jig_generation_module *module,
                                       const char *const *outputs)
{
    return (struct jig_generation){.size = sizeof(struct jig_generation),
                                   .pipeline = "p",
                                   .options = "{}",
                                   .modules = module,
                                   .module_count = 1,
                                   .outputs = outputs,
                                   .output_count = 2};
}

static void put_bytes(const char *path, const void *bytes, size_t length)
{
    assert_int_equal(io_make_parent_dirs(path), 0);
    assert_int_equal(io_write_file(AT_FDCWD, path, bytes, length), 0);
}

/* A program that includes gen/a.h and writes the bytes of `symbol`, after checking the rest. */
static void put_program(const char *path, const char *symbol, int alignment)
{
    struct buf text = {0};
    buf_printf(&text,
               "#include <stdint.h>\n#include <stdio.h>\n#include \"gen/a.h\"\n"
               "int main(void)\n{\n"
               "    if (%s_data[%s_length] != 0 || (uintptr_t)%s_data %% %d) return 1;\n"
               "    return fwrite(%s_data, 1, %s_length, stdout) != %s_length;\n}\n",
               symbol, symbol, symbol, alignment, symbol, symbol, symbol);
    put_file(path, text.data);
    buf_free(&text);
}

/* Embeds these bytes, compiles the result as C11 and C++, and compares what the programs write. */
static void check_bytes(const char *options, const char *symbol, int alignment, const void *bytes,
                        size_t length)
{
    const char *const outputs[] = {"gen/src/a.c", "gen/a.h"};
    struct jig_generation generation = embedding(&picture, outputs);
    put_bytes(picture.path, bytes, length);
    make("embed", options, &generation);
    put_program("main.c", symbol, alignment);
    assert_int_equal(system(PROBE_CC " -std=c11 -Wall -Wextra -Werror -pedantic -I. "
                                     "-Wno-error=overlength-strings "
                                     "main.c gen/src/a.c -o c && ./c > c.out"),
                     0);
    assert_int_equal(system(PROBE_CC " -x c++ -std=c++11 -Wall -Wextra -I. main.c gen/src/a.c "
                                     "-o cc && ./cc > cc.out"),
                     0);
    const char *const results[] = {"c.out", "cc.out"};
    for (size_t i = 0; i < 2; i++) {
        struct buf text = {0};
        assert_int_equal(io_read_file(AT_FDCWD, results[i], &text), 0);
        assert_int_equal(text.length, length);
        assert_memory_equal(buf_cstr(&text), bytes, length);
        buf_free(&text);
    }
}

/* Every byte before every kind of byte. */
static void check_all_bytes(const char *options, const char *symbol, int alignment)
{
    static unsigned char bytes[256 * 256 * 2];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i % 2 ? i / 2 % 256 : i / 512);
    check_bytes(options, symbol, alignment, bytes, sizeof bytes);
}

static void test_as_array(void **state)
{
    (void)state;
    check_all_bytes("{}", "assets_2x_Logo_png", 1);
}

static void test_as_string(void **state)
{
    (void)state;
    check_all_bytes("{\"form\":\"string\"}", "assets_2x_Logo_png", 1);
}

static void test_alignment(void **state)
{
    (void)state;
    check_bytes("{\"alignment\":256}", "assets_2x_Logo_png", 256, "x", 1);
}

static void test_empty_file(void **state)
{
    (void)state;
    check_bytes("{}", "assets_2x_Logo_png", 1, "", 0);
    check_bytes("{\"form\":\"string\"}", "assets_2x_Logo_png", 1, "", 0);
}

static void test_symbol_and_namespace(void **state)
{
    (void)state;
    check_bytes("{\"symbol\":\"icon_{stem}\",\"namespace\":\"my_app\"}", "my_app_icon_2x_Logo", 1,
                "x", 1);
}

/* ---- symbols -------------------------------------------------------------------------------- */

/* Embeds the file `path` and checks that its header declares `symbol`_data. */
static void check_symbol(const char *path, const char *options, const char *symbol)
{
    const char *const outputs[] = {"gen/a.h", "gen/a.c"};
    const struct jig_generation_module module = {.path = path, .digest = ""};
    struct jig_generation generation = embedding(&module, outputs);
    put_file(path, "x");
    make("embed", options, &generation);
    struct buf text = {0}, wanted = {0};
    assert_int_equal(io_read_file(AT_FDCWD, "gen/a.h", &text), 0);
    buf_printf(&wanted, "extern const unsigned char %s_data[];\n", symbol);
    assert_says(&text, wanted.data);
    buf_free(&text);
    buf_free(&wanted);
}

static void test_symbols_are_identifiers(void **state)
{
    (void)state;
    check_symbol("a/b.txt", "{}", "a_b_txt");
    check_symbol("__a--b..c", "{}", "a_b_c");
    check_symbol("7", "{}", "n7");
    check_symbol("int", "{}", "int");
    check_symbol("caf\xC3\xA9", "{}", "cafc3a9");
    check_symbol("\xC3\xA9", "{}", "xc3a9");
    check_symbol(".-", "{}", "file");
    check_symbol("a/b.txt", "{\"symbol\":\"{name}\"}", "b_txt");
    check_symbol("a/b.tar.gz", "{\"symbol\":\"{stem}\"}", "b_tar");
    check_symbol("a/.rc", "{\"symbol\":\"{stem}\"}", "rc");
    check_symbol("a/b", "{\"symbol\":\"{path}_{what}\"}", "a_b_what");
}

/* ---- outputs -------------------------------------------------------------------------------- */

static void test_the_header_does_not_change_with_the_content(void **state)
{
    (void)state;
    const char *const outputs[] = {"gen/a.c", "gen/a.h"};
    struct jig_generation generation = embedding(&picture, outputs);
    struct bench bench;
    bench_open(&bench, 0);
    uint32_t embed = add_builtin(&bench, "embed", "{}");
    put_file(picture.path, "one");
    assert_int_equal(generate(&bench, embed, &generation).written, 2);
    put_file(picture.path, "another");
    assert_int_equal(generate(&bench, embed, &generation).written, 1);
    bench_close(&bench);
}

static void test_two_headers(void **state)
{
    (void)state;
    put_file(picture.path, "x");
    const char *const outputs[] = {"gen/a.hpp", "gen/a.h"};
    struct jig_generation generation = embedding(&picture, outputs);
    struct bench bench;
    bench_open(&bench, 0);
    struct codegen_result result =
        generate(&bench, add_builtin(&bench, "embed", "{}"), &generation);
    assert_int_equal(result.exit_code, 1);
    assert_says(&result.output, "embed makes a source and a header");
    assert_false(exists("gen"));
    buf_free(&result.output);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_temp_dir, leave_temp_dir)
        TEST(test_as_array),
        TEST(test_as_string),
        TEST(test_alignment),
        TEST(test_empty_file),
        TEST(test_symbol_and_namespace),
        TEST(test_symbols_are_identifiers),
        TEST(test_the_header_does_not_change_with_the_content),
        TEST(test_two_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
