#include "tools/jig/delta.h"

#include "tools/jig/path_json.h"
#include "tools/jig/replace_file.h"

#include <stdlib.h>

enum { VERSION = 1, KIND_COUNT = JIG_DELTA_REMOVED + 1 };

struct delta_counts delta_count(const struct jig_delta_entry *entries, uint32_t count)
{
    struct delta_counts counts = {0};
    for (uint32_t i = 0; i < count; i++) {
        counts.added += entries[i].kind == JIG_DELTA_ADDED;
        counts.updated += entries[i].kind == JIG_DELTA_UPDATED;
        counts.removed += entries[i].kind == JIG_DELTA_REMOVED;
    }
    return counts;
}

static json_t *entry_json(const struct jig_delta_entry *entry)
{
    json_t *object = json_object();
    path_json_set(object, "path", entry->path);
    json_object_set_new(object, "pipeline", path_json(entry->pipeline));
    if (*entry->digest)
        json_object_set_new(object, "digest", json_string(entry->digest));
    if (*entry->old_digest)
        json_object_set_new(object, "old_digest", json_string(entry->old_digest));
    return object;
}

void delta_append(const struct jig_delta_entry *entries, uint32_t count, bool complete,
                  struct buf *out)
{
    json_t *lists[KIND_COUNT] = {json_array(), json_array(), json_array()};
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(lists[entries[i].kind], entry_json(&entries[i]));
    struct delta_counts counts = delta_count(entries, count);
    json_t *root =
        json_pack("{s:i, s:b, s:{s:i, s:i, s:i}, s:o, s:o, s:o}", "version", VERSION, "complete",
                  complete, "counts", "added", (int)counts.added, "updated", (int)counts.updated,
                  "removed", (int)counts.removed, "added", lists[JIG_DELTA_ADDED], "updated",
                  lists[JIG_DELTA_UPDATED], "removed", lists[JIG_DELTA_REMOVED]);
    char *text = json_dumps(root, JSON_INDENT(2));
    buf_append_str(out, text);
    buf_append_char(out, '\n');
    free(text);
    json_decref(root);
}

enum jig_status delta_write(const char *path, const struct jig_delta_entry *entries, uint32_t count,
                            bool complete, struct jig_error *error)
{
    struct buf text = {0};
    delta_append(entries, count, complete, &text);
    enum jig_status status = replace_file(path, text.data, text.length, error);
    buf_free(&text);
    return status;
}
