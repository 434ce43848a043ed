#include "engine/discovery/resolver/settings.h"

#include "engine/base/io.h"
#include "engine/discovery/resolver/jsonc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void settings_free(struct settings *settings)
{
    for (uint32_t i = 0; i < settings->files.count; i++)
        json_decref(settings->files.data[i]->json);
    vec_free(&settings->files);
    vec_free(&settings->late);
    path_map_free(&settings->by_path);
    arena_free(&settings->arena);
}

void settings_tell(struct settings *settings, const struct jig_error *what)
{
    if (settings->notice)
        settings->notice(settings->context, what);
    else if (settings->late.count < SETTINGS_LATE_MAX)
        vec_push(&settings->late, *what);
}

void settings_complain(struct settings *settings, const char *path, const char *message)
{
    struct jig_error error = {0};
    jig_fail(&error, JIG_ERROR_SYNTAX, "%s", message);
    snprintf(error.file, sizeof error.file, "%s", path);
    settings_tell(settings, &error);
}

static void tell_unreadable(struct settings *settings, const char *path, int errnum)
{
    struct jig_error error = {0};
    jig_fail_errno(&error, errnum, "cannot be read, and counts as empty");
    snprintf(error.file, sizeof error.file, "%s", path);
    settings_tell(settings, &error);
}

/* Appends the content; 0 or an errno. A pipe named package.json must not make us wait. */
static int read_bytes(const char *path, struct buf *text)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return EINVAL;
    if (st.st_size > SETTINGS_FILE_MAX_BYTES)
        return EFBIG;
    return io_read_file(AT_FDCWD, path, text);
}

static struct settings_file *add_file(struct settings *settings, const char *path, size_t length)
{
    struct settings_file *file = arena_alloc(&settings->arena, sizeof *file);
    file->path = path_map_insert(&settings->by_path, &settings->arena, path, length, file);
    file->length = length;
    vec_push(&settings->files, file);
    return file;
}

/* Reads a file that was not read before; *file is set in every case. */
static bool read_file(struct settings *settings, const char *path, size_t length, struct buf *text,
                      struct settings_file **file)
{
    *file = add_file(settings, path, length);
    int errnum = read_bytes((*file)->path, text);
    if (errnum == 0)
        return true;
    /* A missing one may be yet to be made: that is nothing to complain of. */
    if (errnum != ENOENT && errnum != ENOTDIR)
        tell_unreadable(settings, (*file)->path, errnum);
    return false;
}

bool settings_read_text(struct settings *settings, const char *path, size_t length,
                        struct buf *text)
{
    struct settings_file *file = path_map_find(&settings->by_path, path, length);
    return !file && read_file(settings, path, length, text, &file);
}

/* `position` is how many bytes jansson had taken when it found the mistake. */
static void tell_malformed(struct settings *settings, const char *path, const struct buf *text,
                           const json_error_t *found)
{
    struct jig_error error = {0};
    jig_fail(&error, JIG_ERROR_SYNTAX, "%s; the file counts as empty", found->text);
    snprintf(error.file, sizeof error.file, "%s", path);
    const char *begin = buf_cstr(text);
    size_t position = found->position > 0 ? (size_t)found->position - 1 : 0;
    if (position > text->length)
        position = text->length;
    size_t line = position;
    while (line > 0 && begin[line - 1] != '\n')
        line--;
    error.line = 1;
    for (size_t i = 0; i < line; i++)
        error.line += begin[i] == '\n';
    error.column = (uint32_t)(position - line + 1);
    int shown = (int)strcspn(begin + line, "\r\n");
    snprintf(error.excerpt, sizeof error.excerpt, "%.*s", shown, begin + line);
    error.caret = error.column - 1 < sizeof error.excerpt ? error.column - 1 : 0;
    settings_tell(settings, &error);
}

static json_t *parse(struct settings *settings, const char *path, struct buf *text)
{
    jsonc_to_json(text->data, text->length);
    json_error_t found;
    json_t *json = json_loadb(text->data, text->length, 0, &found);
    if (!json)
        tell_malformed(settings, path, text, &found);
    else if (!json_is_object(json))
        settings_complain(settings, path, "is not a JSON object, and counts as empty");
    else
        return json;
    json_decref(json);
    return NULL;
}

const json_t *settings_read_json(struct settings *settings, const char *path, size_t length)
{
    struct settings_file *file = path_map_find(&settings->by_path, path, length);
    if (file)
        return file->json;
    struct buf text = {0};
    if (read_file(settings, path, length, &text, &file) && text.length > 0)
        file->json = parse(settings, file->path, &text);
    buf_free(&text);
    return file->json;
}

const char *settings_string(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}
