#include "engine/manifest/ninja/ninja_log.h"

#include <endian.h>

/* .ninja_log: a line an output, "START\tEND\tMTIME\tOUTPUT\tHASH\n", after a line with the version
 */

enum {
    OLDEST_LOG = 5,
    NEWEST_LOG = 7,
};

struct cursor {
    const char *at, *end;
};

/* A decimal number, perhaps negative; what is no digit ends it. Too large a number is cut off. */
static int64_t parse_decimal(const char *p, const char *end)
{
    bool negative = p < end && *p == '-';
    int64_t number = 0;
    for (p += negative; p < end && *p >= '0' && *p <= '9'; p++) {
        if (number > (INT64_MAX - 9) / 10)
            return negative ? INT64_MIN : INT64_MAX;
        number = number * 10 + (*p - '0');
    }
    return negative ? -number : number;
}

static uint32_t clamp_ms(int64_t ms)
{
    return ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

/* Hexadecimal digits only, at least one and at most 16. */
static bool parse_hash(const char *p, const char *end, uint64_t *hash)
{
    if (p == end || end - p > 16)
        return false;
    *hash = 0;
    for (; p < end; p++) {
        char c = *p;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        *hash = *hash << 4 | (uint64_t)digit;
    }
    return true;
}

/* The next field, which must end with a tab. */
static bool next_field(struct cursor *line, struct cursor *field)
{
    const char *tab = memchr(line->at, '\t', (size_t)(line->end - line->at));
    if (!tab)
        return false;
    *field = (struct cursor){line->at, tab};
    line->at = tab + 1;
    return true;
}

static void parse_line(struct cursor line, struct ninja_log *out)
{
    struct cursor start, end, mtime, output;
    struct ninja_log_entry entry;
    if (!next_field(&line, &start) || !next_field(&line, &end) || !next_field(&line, &mtime) ||
        !next_field(&line, &output) || output.at == output.end ||
        memchr(output.at, '\0', (size_t)(output.end - output.at)) ||
        !parse_hash(line.at, line.end, &entry.command_hash))
        return;
    entry.start_ms = clamp_ms(parse_decimal(start.at, start.end));
    entry.end_ms = clamp_ms(parse_decimal(end.at, end.end));
    entry.mtime = parse_decimal(mtime.at, mtime.end);
    name_id id = names_add(&out->outputs, output.at, (size_t)(output.end - output.at));
    if (id == out->entries.count)
        vec_push(&out->entries, entry);
    else
        out->entries.data[id] = entry;
}

static bool next_line(struct cursor *text, struct cursor *line)
{
    const char *newline = memchr(text->at, '\n', (size_t)(text->end - text->at));
    if (!newline)
        return false;
    *line = (struct cursor){text->at, newline};
    text->at = newline + 1;
    return true;
}

enum jig_status ninja_log_parse(const char *text, size_t length, struct ninja_log *out,
                                struct jig_error *error)
{
    static const char signature[] = "# ninja log v";
    const size_t signature_length = sizeof signature - 1;
    struct cursor rest = {text, text + length}, line;
    if (!next_line(&rest, &line) || (size_t)(line.end - line.at) <= signature_length ||
        memcmp(line.at, signature, signature_length) != 0)
        return jig_fail(error, JIG_ERROR_CORRUPT, "not a ninja log");
    int64_t version = parse_decimal(line.at + signature_length, line.end);
    if (version < OLDEST_LOG || version > NEWEST_LOG)
        return jig_fail(error, JIG_ERROR_CORRUPT, "ninja log of unknown version %lld",
                        (long long)version);
    out->version = (int)version;
    while (next_line(&rest, &line))
        parse_line(line, out);
    return JIG_OK;
}

void ninja_log_free(struct ninja_log *log)
{
    names_free(&log->outputs);
    vec_free(&log->entries);
}

/*
 * .ninja_deps: "# ninjadeps\n", the version, then records of little-endian 32-bit words. The first
 * word is the size of the rest in bytes, with the upper bit set for what an output depends on:
 * output id, time (one word in version 3, two in version 4), input ids. Else it is a path, padded
 * with NULs to whole words, and the complement of its id; ids count from 0.
 */

enum {
    OLDEST_DEPS = 3,
    NEWEST_DEPS = 4,
    LARGEST_RECORD = (1 << 19) - 1,
};

#define WORD sizeof(uint32_t)

struct deps_reader {
    struct ninja_deps *out;
    VEC(uint32_t) record_of; /* [name_id] index into out->records plus one, or 0 */
};

static uint32_t word_at(const unsigned char *p, size_t index)
{
    uint32_t word;
    memcpy(&word, p + index * WORD, WORD);
    return le32toh(word);
}

static bool take_path(struct deps_reader *reader, const unsigned char *p, uint32_t size)
{
    if (size <= WORD)
        return false;
    size_t length = size - WORD;
    for (size_t padding = 0; padding < WORD - 1 && length > 0 && p[length - 1] == '\0'; padding++)
        length--;
    name_id expected = ~word_at(p + size - WORD, 0);
    if (length == 0 || memchr(p, '\0', length) || expected != reader->out->paths.list.count)
        return false;
    vec_push(&reader->record_of, 0);
    return names_add(&reader->out->paths, (const char *)p, length) == expected;
}

static bool take_deps(struct deps_reader *reader, const unsigned char *p, uint32_t size)
{
    struct ninja_deps *out = reader->out;
    const uint32_t head = out->version == OLDEST_DEPS ? 2 : 3;
    uint32_t words = size / (uint32_t)WORD;
    if (size % WORD != 0 || words < head)
        return false;
    struct ninja_deps_record record = {
        .output = word_at(p, 0),
        .mtime = head == 2 ? (int32_t)word_at(p, 1)
                           : (int64_t)((uint64_t)word_at(p, 2) << 32 | word_at(p, 1)),
        .begin = out->inputs.count,
        .count = words - head,
    };
    if (record.output >= reader->record_of.count)
        return false;
    for (uint32_t i = head; i < words; i++) {
        name_id input = word_at(p, i);
        if (input >= out->paths.list.count) {
            out->inputs.count = record.begin;
            return false;
        }
        vec_push(&out->inputs, input);
    }
    uint32_t known = reader->record_of.data[record.output];
    if (known) {
        out->records.data[known - 1] = record;
    } else {
        vec_push(&out->records, record);
        reader->record_of.data[record.output] = out->records.count;
    }
    return true;
}

/* Reads the record at *at and moves past it. */
static bool take_record(struct deps_reader *reader, const unsigned char **at,
                        const unsigned char *end)
{
    if ((size_t)(end - *at) < WORD)
        return false;
    uint32_t word = word_at(*at, 0);
    uint32_t size = word & 0x7fffffff;
    *at += WORD;
    if (size > LARGEST_RECORD || size > (size_t)(end - *at))
        return false;
    bool is_deps = word >> 31;
    if (!(is_deps ? take_deps(reader, *at, size) : take_path(reader, *at, size)))
        return false;
    *at += size;
    return true;
}

enum jig_status ninja_deps_parse(const void *bytes, size_t length, struct ninja_deps *out,
                                 struct jig_error *error)
{
    static const char signature[] = "# ninjadeps\n";
    const size_t signature_length = sizeof signature - 1;
    const unsigned char *at = bytes, *end = at + length;
    if (length < signature_length + WORD || memcmp(at, signature, signature_length) != 0)
        return jig_fail(error, JIG_ERROR_CORRUPT, "not a ninja deps log");
    at += signature_length;
    uint32_t version = word_at(at, 0);
    if (version < OLDEST_DEPS || version > NEWEST_DEPS)
        return jig_fail(error, JIG_ERROR_CORRUPT, "ninja deps log of unknown version %u", version);
    out->version = (int)version;
    struct deps_reader reader = {.out = out};
    at += WORD;
    while (at < end && !out->is_cut)
        out->is_cut = !take_record(&reader, &at, end);
    vec_free(&reader.record_of);
    return JIG_OK;
}

void ninja_deps_free(struct ninja_deps *deps)
{
    names_free(&deps->paths);
    vec_free(&deps->records);
    vec_free(&deps->inputs);
}
