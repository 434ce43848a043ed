/*
 * Settings: the configuration files of others (tsconfig.json, package.json, pnpm-workspace.yaml),
 * read once each and remembered, so that whoever caches what was resolved knows what it rested on.
 *
 * Not thread-safe: every function needs the resolver's lock. What is returned lives as long as the
 * settings do and is not changed any more, so that any thread may read it.
 */
#ifndef DISCOVERY_SETTINGS_H
#define DISCOVERY_SETTINGS_H

#include "engine/base/arena.h"
#include "engine/base/buf.h"
#include "engine/base/memory.h"
#include "engine/discovery/resolver/path_map.h"
#include "jig/error.h"

#include <jansson.h>
#include <stdbool.h>

typedef void (*settings_notice_fn)(void *context, const struct jig_error *what);

struct settings_file {
    const char *path;
    size_t length;
    json_t *json; /* owned; NULL when missing, malformed or not JSON */
};

struct settings {
    struct arena arena;
    VEC(struct settings_file *) files;
    struct path_map by_path;   /* to struct settings_file */
    settings_notice_fn notice; /* who is told now; NULL: keep it in `late` */
    void *context;
    VEC(struct jig_error) late; /* at most SETTINGS_LATE_MAX */
};

enum { SETTINGS_LATE_MAX = 16, SETTINGS_FILE_MAX_BYTES = 16 << 20 };

void settings_free(struct settings *settings);

/* The JSON object in `path`, comments and trailing commas allowed; NULL when there is none. */
const json_t *settings_read_json(struct settings *settings, const char *path, size_t length);

/* Appends the bytes of a file that is not JSON; false when there is none. */
bool settings_read_text(struct settings *settings, const char *path, size_t length,
                        struct buf *text);

/* Tells what is wrong, now or later; `what->file` is set by the caller. */
void settings_tell(struct settings *settings, const struct jig_error *what);

/* Tells that `path` is wrong in a way that has no place in its text. */
void settings_complain(struct settings *settings, const char *path, const char *message);

/* A member of the object `json` that is a string, or NULL. `json` may be NULL. */
const char *settings_string(const json_t *json, const char *key);

#endif
