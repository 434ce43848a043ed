/* What ninja left behind: .ninja_log and .ninja_deps, whole, old and damaged. */
#include "cmocka_all.h"

#include "engine/base/buf.h"
#include "engine/manifest/ninja/command_hash.h"
#include "engine/manifest/ninja/ninja_log.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

static const struct ninja_log_entry *entry(const struct ninja_log *log, const char *output)
{
    name_id id = names_find(&log->outputs, output, strlen(output));
    assert_int_not_equal(id, NAME_NONE);
    return &log->entries.data[id];
}

static void parse_log(const char *text, struct ninja_log *out)
{
    *out = (struct ninja_log){0};
    assert_int_equal(ninja_log_parse(text, strlen(text), out, NULL), JIG_OK);
    assert_int_equal(out->entries.count, out->outputs.list.count);
}

static void test_log_lines(void **state)
{
    (void)state;
    struct ninja_log log;
    parse_log("# ninja log v5\n"
              "15\t18\t1700000000123456789\tout dir/a.o\tdeadbeef12345678\n"
              "0\t4294967295\t0\tb\t1\n",
              &log);
    assert_int_equal(log.version, 5);
    assert_int_equal(log.entries.count, 2);
    const struct ninja_log_entry *a = entry(&log, "out dir/a.o");
    assert_int_equal(a->start_ms, 15);
    assert_int_equal(a->end_ms, 18);
    assert_true(a->mtime == 1700000000123456789);
    assert_true(a->command_hash == UINT64_C(0xdeadbeef12345678));
    assert_true(entry(&log, "b")->end_ms == UINT32_MAX);
    ninja_log_free(&log);
}

static void test_last_line_of_an_output_counts(void **state)
{
    (void)state;
    struct ninja_log log;
    parse_log("# ninja log v7\n1\t2\t3\ta\t4\n1\t2\t3\tb\t5\n9\t10\t11\ta\tc\n", &log);
    assert_int_equal(log.version, 7);
    assert_int_equal(log.entries.count, 2);
    assert_int_equal(entry(&log, "a")->start_ms, 9);
    assert_true(entry(&log, "a")->command_hash == 0xc);
    assert_true(entry(&log, "b")->command_hash == 5);
    ninja_log_free(&log);
}

static void test_malformed_lines_are_left_out(void **state)
{
    (void)state;
    struct ninja_log log;
    parse_log("# ninja log v6\n"
              "\n"
              "1\t2\t3\tfew\n"
              "1\t2\t3\t\t4\n"
              "1\t2\t3\tno-hash\t\n"
              "1\t2\t3\tbad-hash\txyz\n"
              "1\t2\t3\tlong-hash\t12345678901234567\n"
              "-1\t99999999999999999999\t-9223372036854775808\tgood\tF\n"
              "1\t2\t3\ttorn\t4",
              &log);
    assert_int_equal(log.entries.count, 1);
    assert_int_equal(entry(&log, "good")->start_ms, 0);
    assert_true(entry(&log, "good")->end_ms == UINT32_MAX);
    assert_true(entry(&log, "good")->mtime == INT64_MIN);
    assert_true(entry(&log, "good")->command_hash == 15);
    ninja_log_free(&log);
}

static void test_only_logs_of_known_versions_are_read(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "\n",
        "# ninja log v5",
        "# ninja log v\n",
        "# ninja log v4\n",
        "# ninja log v8\n",
        "# ninja log v99999999999999999999\n",
        "something else\n1\t2\t3\ta\t4\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ninja_log log = {0};
        struct jig_error error;
        assert_int_equal(ninja_log_parse(texts[i], strlen(texts[i]), &log, &error),
                         JIG_ERROR_CORRUPT);
        assert_string_not_equal(error.message, "");
        ninja_log_free(&log);
    }
}

/* A .ninja_deps under construction. */
static void put_word(struct buf *out, uint32_t word)
{
    word = htole32(word);
    buf_append(out, &word, sizeof word);
}

static void put_head(struct buf *out, uint32_t version)
{
    buf_append_str(out, "# ninjadeps\n");
    put_word(out, version);
}

static void put_path(struct buf *out, const char *path, uint32_t id)
{
    uint32_t length = (uint32_t)strlen(path);
    uint32_t padded = (length + 3) / 4 * 4;
    put_word(out, padded + 4);
    buf_append(out, path, length);
    buf_append(out, "\0\0", padded - length);
    put_word(out, ~id);
}

static void put_deps(struct buf *out, uint32_t output, uint64_t mtime, const uint32_t *inputs,
                     uint32_t count)
{
    put_word(out, 0x80000000u | (3 + count) * 4);
    put_word(out, output);
    put_word(out, (uint32_t)mtime);
    put_word(out, (uint32_t)(mtime >> 32));
    for (uint32_t i = 0; i < count; i++)
        put_word(out, inputs[i]);
}

/* Parses a copy that ends where it ends, for a sanitizer to see. */
static enum jig_status parse_deps(const struct buf *bytes, size_t length, struct ninja_deps *out)
{
    *out = (struct ninja_deps){0};
    char *copy = malloc(length ? length : 1);
    memcpy(copy, bytes->data, length);
    enum jig_status status = ninja_deps_parse(copy, length, out, NULL);
    free(copy);
    return status;
}

static void assert_record(const struct ninja_deps *deps, uint32_t index, const char *output,
                          int64_t mtime, const char *inputs)
{
    const struct ninja_deps_record *record = &deps->records.data[index];
    assert_string_equal(names_text(&deps->paths, record->output), output);
    assert_true(record->mtime == mtime);
    struct buf joined = {0};
    for (uint32_t i = 0; i < record->count; i++)
        buf_printf(&joined, "%s;", names_text(&deps->paths, deps->inputs.data[record->begin + i]));
    assert_string_equal(buf_cstr(&joined), inputs);
    buf_free(&joined);
}

static void put_sample(struct buf *out)
{
    put_head(out, 4);
    put_path(out, "a.o", 0);
    put_path(out, "a.cc", 1);
    put_path(out, "foo.h", 2);
    put_deps(out, 0, UINT64_C(1700000000123456789), (uint32_t[]){1, 2}, 2);
    put_path(out, "b.object", 3);
    put_deps(out, 3, 1, (uint32_t[]){2}, 1);
}

static void test_deps(void **state)
{
    (void)state;
    struct buf bytes = {0};
    put_sample(&bytes);
    struct ninja_deps deps;
    assert_int_equal(parse_deps(&bytes, bytes.length, &deps), JIG_OK);
    assert_int_equal(deps.version, 4);
    assert_false(deps.is_cut);
    assert_int_equal(deps.records.count, 2);
    assert_record(&deps, 0, "a.o", 1700000000123456789, "a.cc;foo.h;");
    assert_record(&deps, 1, "b.object", 1, "foo.h;");
    ninja_deps_free(&deps);
    buf_free(&bytes);
}

static void test_last_record_of_an_output_counts(void **state)
{
    (void)state;
    struct buf bytes = {0};
    put_sample(&bytes);
    put_deps(&bytes, 0, 7, (uint32_t[]){3}, 1);
    put_deps(&bytes, 3, 8, NULL, 0);
    struct ninja_deps deps;
    assert_int_equal(parse_deps(&bytes, bytes.length, &deps), JIG_OK);
    assert_int_equal(deps.records.count, 2);
    assert_record(&deps, 0, "a.o", 7, "b.object;");
    assert_record(&deps, 1, "b.object", 8, "");
    ninja_deps_free(&deps);
    buf_free(&bytes);
}

static void test_version_3_has_times_of_one_word(void **state)
{
    (void)state;
    struct buf bytes = {0};
    put_head(&bytes, 3);
    put_path(&bytes, "out", 0);
    put_path(&bytes, "in", 1);
    put_word(&bytes, 0x80000000u | 12);
    put_word(&bytes, 0);
    put_word(&bytes, 1400000000);
    put_word(&bytes, 1);
    struct ninja_deps deps;
    assert_int_equal(parse_deps(&bytes, bytes.length, &deps), JIG_OK);
    assert_false(deps.is_cut);
    assert_record(&deps, 0, "out", 1400000000, "in;");
    ninja_deps_free(&deps);
    buf_free(&bytes);
}

static void test_every_cut_keeps_what_was_whole(void **state)
{
    (void)state;
    struct buf bytes = {0};
    put_sample(&bytes);
    uint32_t seen = 0;
    for (size_t length = 16; length <= bytes.length; length++) {
        struct ninja_deps deps;
        assert_int_equal(parse_deps(&bytes, length, &deps), JIG_OK);
        assert_in_range(deps.records.count, seen, 2);
        seen = deps.records.count;
        ninja_deps_free(&deps);
    }
    assert_int_equal(seen, 2);
    buf_free(&bytes);
}

static void test_nonsense_ends_the_reading(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t words[8];
        uint32_t count;
    } cases[] = {
        {"a path with the wrong id", {8, 0x61616161, ~9u}, 3},
        {"a path seen before", {8, 0x006f2e61 /* "a.o" */, ~4u}, 3},
        {"a path of nothing", {4, ~4u}, 2},
        {"a path of padding only", {8, 0, ~4u}, 3},
        {"no room for the id", {2, 0}, 2},
        {"an unknown input", {0x80000000u | 16, 0, 1, 0, 4}, 5},
        {"an unknown output", {0x80000000u | 12, 4, 1, 0}, 4},
        {"deps too short", {0x80000000u | 8, 0, 1}, 3},
        {"deps of broken words", {0x80000000u | 13, 0, 1, 0, 0}, 5},
        {"a record too long", {1u << 19, 0}, 2},
        {"a size beyond the end", {64, 0x61616161}, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf bytes = {0};
        put_sample(&bytes);
        for (uint32_t k = 0; k < cases[i].count; k++)
            put_word(&bytes, cases[i].words[k]);
        struct ninja_deps deps;
        assert_int_equal(parse_deps(&bytes, bytes.length, &deps), JIG_OK);
        if (!deps.is_cut)
            fail_msg("%s was accepted", cases[i].name);
        assert_int_equal(deps.records.count, 2);
        assert_record(&deps, 0, "a.o", 1700000000123456789, "a.cc;foo.h;");
        ninja_deps_free(&deps);
        buf_free(&bytes);
    }
}

static void test_only_deps_of_known_versions_are_read(void **state)
{
    (void)state;
    for (uint32_t version = 0; version < 7; version++) {
        struct buf bytes = {0};
        put_head(&bytes, version);
        struct ninja_deps deps;
        bool known = version == 3 || version == 4;
        assert_int_equal(parse_deps(&bytes, bytes.length, &deps),
                         known ? JIG_OK : JIG_ERROR_CORRUPT);
        ninja_deps_free(&deps);
        for (size_t length = 0; length < bytes.length; length++)
            assert_int_equal(parse_deps(&bytes, length, &deps), JIG_ERROR_CORRUPT);
        buf_free(&bytes);
    }
}

/*
 * Vectors for lengths on both sides of each branch of the two algorithms, of the bytes 1, 2, 3 …
 * computed with the authors' reference code.
 */
static void test_command_hashes(void **state)
{
    (void)state;
    static const struct {
        size_t length;
        uint64_t murmur, rapid;
    } cases[] = {
        {0, UINT64_C(0x87c2bc0beaf1d91d), UINT64_C(0x5a6ef77074ebc84b)},
        {1, UINT64_C(0xba676078a72a89de), UINT64_C(0xe04e965e17daa8e3)},
        {3, UINT64_C(0x027e4f79403c2dc5), UINT64_C(0xade6d4c553eef128)},
        {4, UINT64_C(0xaec07bc04aa5bd39), UINT64_C(0x7208547814549c6f)},
        {7, UINT64_C(0xd934d54396142981), UINT64_C(0xd90c3b257b843592)},
        {8, UINT64_C(0xedd8f1477e4bee09), UINT64_C(0xec36469697662b15)},
        {15, UINT64_C(0x449d2cee562960a4), UINT64_C(0x7cee6e5ff070d8cf)},
        {16, UINT64_C(0x99833ab5657eedb8), UINT64_C(0xb99c0ba432133b35)},
        {17, UINT64_C(0xec173d3dc90738fb), UINT64_C(0x58ae7a253055b45a)},
        {32, UINT64_C(0x9761b0f5d510a3fb), UINT64_C(0x0b4d13567617684a)},
        {33, UINT64_C(0x8bce1987568754af), UINT64_C(0x531d89eb9a8a500a)},
        {48, UINT64_C(0xf22025e5b23a887b), UINT64_C(0xae46a128b58c313c)},
        {49, UINT64_C(0x27440be7c1f144aa), UINT64_C(0x3a5d502be2bf1179)},
        {64, UINT64_C(0x0cb1923b22d2ead2), UINT64_C(0x38f7a66c27e81dd9)},
        {95, UINT64_C(0xa7dee0ac1779c35c), UINT64_C(0x9e3654156cac4680)},
        {96, UINT64_C(0xb2d4cd0a1f7b6b6f), UINT64_C(0x7274507c079bb2fd)},
        {97, UINT64_C(0x5c07640d6c26eeca), UINT64_C(0x003963af564bf349)},
        {144, UINT64_C(0x69ec3bb45afade4b), UINT64_C(0x8201c6c86ad44d23)},
        {200, UINT64_C(0x9ef946ac4b9a6115), UINT64_C(0xc930d5b69b6ae100)},
        {255, UINT64_C(0x6f8fed5bc2be148b), UINT64_C(0x3ceee1e35d99e926)},
    };
    unsigned char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i + 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = cases[i].length;
        assert_true(ninja_command_hash(5, bytes, length) == cases[i].murmur);
        assert_true(ninja_command_hash(6, bytes, length) == cases[i].murmur);
        assert_true(ninja_command_hash(7, bytes, length) == cases[i].rapid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_lines),
        cmocka_unit_test(test_last_line_of_an_output_counts),
        cmocka_unit_test(test_malformed_lines_are_left_out),
        cmocka_unit_test(test_only_logs_of_known_versions_are_read),
        cmocka_unit_test(test_deps),
        cmocka_unit_test(test_last_record_of_an_output_counts),
        cmocka_unit_test(test_version_3_has_times_of_one_word),
        cmocka_unit_test(test_every_cut_keeps_what_was_whole),
        cmocka_unit_test(test_nonsense_ends_the_reading),
        cmocka_unit_test(test_only_deps_of_known_versions_are_read),
        cmocka_unit_test(test_command_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
