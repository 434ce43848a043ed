#include "tools/jig/tally.h"

#include "engine/base/io.h"
#include "tools/jig/replace_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, SUM_COUNT = 13 };

/* One sum, by its name in the file. */
struct sum {
    const char *name;
    uint64_t *value;
};

static void list_sums(struct tally *tally, struct sum out[SUM_COUNT])
{
    const struct sum sums[SUM_COUNT] = {
        {"builds", &tally->builds},
        {"files_hit", &tally->files_hit},
        {"files_missed", &tally->files_missed},
        {"files_skipped", &tally->files_skipped},
        {"missed_new", &tally->missed_new},
        {"missed_stat", &tally->missed_stat},
        {"missed_racy", &tally->missed_racy},
        {"missed_gone", &tally->missed_gone},
        {"files_hashed", &tally->files_hashed},
        {"bytes_hashed", &tally->bytes_hashed},
        {"jobs_run", &tally->jobs_run},
        {"jobs_passed", &tally->jobs_passed},
        {"jobs_failed", &tally->jobs_failed},
    };
    memcpy(out, sums, sizeof sums);
}

static void append_path(struct buf *out, const char *directory)
{
    buf_printf(out, "%s/tally.json", directory);
}

/* ---- reading ----------------------------------------------------------------------------- */

/* Takes every sum from the object; false when one is missing or no sum. */
static bool take_sums(struct tally *tally, const json_t *root)
{
    struct sum sums[SUM_COUNT];
    list_sums(tally, sums);
    if (json_integer_value(json_object_get(root, "version")) != VERSION)
        return false;
    for (size_t i = 0; i < SUM_COUNT; i++) {
        const json_t *value = json_object_get(root, sums[i].name);
        if (!json_is_integer(value) || json_integer_value(value) < 0)
            return false;
        *sums[i].value = (uint64_t)json_integer_value(value);
    }
    return true;
}

struct tally tally_read(const char *directory)
{
    struct tally tally = {0};
    struct buf path = {0}, text = {0};
    append_path(&path, directory);
    json_t *root = NULL;
    if (io_read_file(AT_FDCWD, path.data, &text) == 0)
        root = json_loadb(buf_cstr(&text), text.length, 0, NULL);
    if (!take_sums(&tally, root))
        tally = (struct tally){0};
    json_decref(root);
    buf_free(&text);
    buf_free(&path);
    return tally;
}

/* ---- adding and writing ------------------------------------------------------------------ */

void tally_add(struct tally *tally, const struct jig_build_result *result)
{
    tally->builds++;
    tally->files_hit += result->files_hit;
    tally->files_missed += result->files_missed;
    tally->files_skipped += result->files_skipped;
    tally->missed_new += result->missed_new;
    tally->missed_stat += result->missed_stat;
    tally->missed_racy += result->missed_racy;
    tally->missed_gone += result->missed_gone;
    tally->files_hashed += result->files_hashed;
    tally->bytes_hashed += result->bytes_hashed;
    tally->jobs_run += result->jobs_run;
    tally->jobs_passed += result->jobs_passed;
    tally->jobs_failed += result->jobs_failed;
}

json_t *tally_json(const struct tally *tally)
{
    struct tally copy = *tally;
    struct sum sums[SUM_COUNT];
    list_sums(&copy, sums);
    json_t *object = json_object();
    for (size_t i = 0; i < SUM_COUNT; i++)
        json_object_set_new(object, sums[i].name, json_integer((json_int_t)*sums[i].value));
    return object;
}

enum jig_status tally_write(const struct tally *tally, const char *directory,
                            struct jig_error *error)
{
    json_t *root = tally_json(tally);
    json_object_set_new(root, "version", json_integer(VERSION));
    char *text = json_dumps(root, JSON_COMPACT);
    struct buf path = {0};
    append_path(&path, directory);
    enum jig_status status = replace_file(path.data, text, strlen(text), error);
    buf_free(&path);
    free(text);
    json_decref(root);
    return status;
}
