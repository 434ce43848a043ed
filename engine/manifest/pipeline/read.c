/* From files to a configuration: what is in every file, and the order of things. */
#include "engine/base/io.h"
#include "engine/base/path.h"
#include "engine/manifest/pipeline/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

enum { FORMAT_VERSION = 1 };

/* ---- top level ------------------------------------------------------------------------------- */

static void read_version(struct reader *reader, const struct yaml_value *version, bool all_known)
{
    if (!version) {
        const struct yaml_value *root = reader->file->root;
        if (all_known)
            problem(&reader->problems, (struct place){reader->file, root ? root->offset : 0},
                    JIG_ERROR_MANIFEST, "begin the file with `version: 1`",
                    "the file has no `version`");
        return;
    }
    if (version->kind != YAML_IS_SCALAR || version->quoted || strcmp(version->text, "1") != 0)
        wrong(reader, version, "", "`version` must be 1, the only one there is");
}

/* `true`, `false`, or a mapping, which says that and more. */
static void read_daemon(struct reader *reader, const struct yaml_value *daemon)
{
    struct config *config = reader->config;
    struct daemon_keys keys = {0};
    if (daemon->kind != YAML_IS_MAPPING) {
        config->daemon = read_bool(reader, daemon, "daemon", false);
        return;
    }
    config->daemon = read_daemon_keys(reader, daemon, &keys);
    if (keys.idle)
        config->daemon_idle_ms = read_duration(reader, keys.idle, "idle");
}

/* Settings of the whole build, which only the root's file has. */
static void read_settings(struct reader *reader, const struct file_keys *keys)
{
    if (reader->config->file_count > 1) {
        if (keys->gitignore)
            odd(reader, keys->gitignore, "", "`gitignore` counts in the root's jig.yaml only");
        if (keys->daemon)
            odd(reader, keys->daemon, "", "`daemon` counts in the root's jig.yaml only");
        return;
    }
    if (keys->daemon)
        read_daemon(reader, keys->daemon);
    if (keys->gitignore)
        reader->config->no_ignore = !read_bool(reader, keys->gitignore, "gitignore", true);
}

static void read_pools(struct reader *reader, const struct yaml_value *pools)
{
    enum { MAX_POOL_DEPTH = 65536 };
    if (pools->kind != YAML_IS_MAPPING) {
        wrong(reader, pools, "", "`pools` must be a mapping of names to depths");
        return;
    }
    for (uint32_t i = 0; i < pools->count; i++) {
        const struct yaml_pair *pair = &pools->pairs[i];
        const char *name = read_text(reader, pair->key, "pools");
        if (!name)
            continue;
        if (strcmp(name, "console") == 0)
            wrong(reader, pair->key, "", "the pool 'console' is always there, one job at a time");
        struct config_pool pool = {name, read_number(reader, pair->value, name, 1, MAX_POOL_DEPTH)};
        vec_push(&reader->pools,
                 ((struct pool_draft){pool, reader->file, pair->key, reader->pools.count}));
    }
}

static void read_pipelines(struct reader *reader, const struct yaml_value *pipelines)
{
    if (pipelines->kind != YAML_IS_LIST) {
        wrong(reader, pipelines, "begin each pipeline with `- name: …`",
              "`pipelines` must be a list");
        return;
    }
    for (uint32_t i = 0; i < pipelines->count; i++)
        read_pipeline(reader, pipelines->items[i]);
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Reads one file's text, which the caller keeps. */
static void read_text_of_file(struct reader *reader, const char *path, const char *text,
                              size_t length)
{
    struct config *config = reader->config;
    char *canonical = arena_strndup(&config->arena, path, strlen(path));
    size_t canonical_length = path_canonicalize(canonical, strlen(path));
    config->files[config->file_count++] = (struct config_file){canonical, digest_of(text, length)};

    struct yaml_file *file = arena_alloc(&reader->arena, sizeof *file);
    *file = (struct yaml_file){.path = path, .text = text, .length = length};
    reader->file = file;
    reader->folder =
        arena_strndup(&reader->arena, canonical, path_dir_length(canonical, canonical_length));
    if (!yaml_file_parse(file, &reader->arena, &reader->problems))
        return;
    struct file_keys keys = {0};
    bool all_known = !file->root || read_file_keys(reader, file->root, &keys);
    read_version(reader, keys.version, all_known);
    read_settings(reader, &keys);
    if (keys.pools)
        read_pools(reader, keys.pools);
    if (keys.pipelines)
        read_pipelines(reader, keys.pipelines);
}

static void fail_to_read(struct reader *reader, const char *path, int errnum, const char *what)
{
    struct jig_error error;
    if (errnum)
        jig_fail_errno(&error, errnum, "cannot be read");
    else
        jig_fail(&error, JIG_ERROR_LIMIT, "%s", what);
    snprintf(error.file, sizeof error.file, "%s", path);
    problem_add(&reader->problems, &error);
}

static void read_path_of_file(struct reader *reader, const char *path)
{
    struct stat status;
    struct buf text = {0};
    if (stat(path, &status) != 0)
        fail_to_read(reader, path, errno, "");
    else if (S_ISREG(status.st_mode) && status.st_size >= MAX_YAML_BYTES)
        fail_to_read(reader, path, 0, "1 MiB or more: too large for a jig.yaml");
    else if (!S_ISREG(status.st_mode))
        fail_to_read(reader, path, S_ISDIR(status.st_mode) ? EISDIR : EINVAL, "");
    else {
        int errnum = io_read_file(AT_FDCWD, path, &text);
        if (errnum)
            fail_to_read(reader, path, errnum, "");
        else
            read_text_of_file(reader, path,
                              arena_strndup(&reader->arena, buf_cstr(&text), text.length),
                              text.length);
    }
    buf_free(&text);
}

/* ---- the public functions -------------------------------------------------------------------- */

static void begin(struct reader *reader, struct config *config, uint32_t file_count)
{
    *config = (struct config){0};
    config->files = arena_alloc(&config->arena, (file_count + 1) * sizeof *config->files);
    reader->config = config;
}

static void end(struct reader *reader)
{
    check_all(reader);
    vec_free(&reader->drafts);
    vec_free(&reader->pools);
    arena_free(&reader->arena);
}

static enum jig_status outcome(const struct reader *reader, struct jig_error *error)
{
    if (reader->problems.count == 0)
        return JIG_OK;
    if (error)
        *error = reader->problems.first;
    return reader->problems.first.status;
}

enum jig_status config_read(struct config *config, const char *const *paths, uint32_t count,
                            void (*notice)(void *context, const struct jig_error *what),
                            void *context, struct jig_error *error)
{
    struct reader reader = {.problems = {.notice = notice, .context = context}};
    begin(&reader, config, count);
    for (uint32_t i = 0; i < count; i++)
        read_path_of_file(&reader, paths[i]);
    end(&reader);
    return outcome(&reader, error);
}

uint32_t config_check(struct config *config, const char *const *paths, uint32_t count,
                      void (*report)(void *context, const struct jig_error *what),
                      void (*notice)(void *context, const struct jig_error *what), void *context)
{
    struct reader reader = {.problems = {.report = report, .notice = notice, .context = context}};
    begin(&reader, config, count);
    for (uint32_t i = 0; i < count; i++)
        read_path_of_file(&reader, paths[i]);
    end(&reader);
    return reader.problems.count;
}

enum jig_status config_parse(struct config *config, const char *path, const char *text,
                             size_t length, struct jig_error *error)
{
    struct reader reader = {0};
    begin(&reader, config, 1);
    read_text_of_file(&reader, path, arena_strndup(&reader.arena, text, length), length);
    end(&reader);
    return outcome(&reader, error);
}

void config_free(struct config *config)
{
    arena_free(&config->arena);
    *config = (struct config){0};
}
