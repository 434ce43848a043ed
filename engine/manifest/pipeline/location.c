/*
 * Paths, patterns and output templates: from relative to a file's folder to relative to the root.
 */
#include "engine/base/path.h"
#include "engine/discovery/walk/glob.h"
#include "engine/manifest/pipeline/reader.h"
#include "engine/manifest/pipeline/template.h"

/* ---- folders --------------------------------------------------------------------------------- */

/* Takes off the last component; false when there is none. */
static bool go_up(struct buf *folder)
{
    if (folder->length == 0)
        return false;
    folder->length = path_dir_length(folder->data, folder->length);
    folder->data[folder->length] = '\0';
    return true;
}

/*
 * Splits `text` into the folder that its leading `./` and `../` lead to, relative to the root, and
 * what is after them. False when that is out of the root. `..` further on is left to the caller.
 */
static bool split_folder(const struct reader *reader, const char *text, struct buf *folder,
                         const char **rest)
{
    buf_append_str(folder, reader->folder);
    while (text[0] == '.') {
        size_t dots = strspn(text, ".");
        if (dots > 2 || (text[dots] != '/' && text[dots] != '\0'))
            break;
        if (dots == 2 && !go_up(folder))
            return false;
        text += dots;
        text += strspn(text, "/");
    }
    *rest = text;
    return true;
}

/* The text of `item`, split; NULL after a problem. */
static const char *read_split(struct reader *reader, const struct yaml_value *item, const char *key,
                              struct buf *folder, const char **rest)
{
    const char *text = read_text(reader, item, key);
    if (!text)
        return NULL;
    if (text[0] == '/') {
        wrong(reader, item, "write it relative to the folder of this file",
              "`%s` has an absolute path", key);
        return NULL;
    }
    if (!split_folder(reader, text, folder, rest)) {
        wrong(reader, item, "the root is the folder of the topmost jig.yaml",
              "`%s` leaves the root", key);
        return NULL;
    }
    return text;
}

static const char *keep(struct reader *reader, struct buf *path)
{
    const char *kept = arena_strndup(&reader->config->arena, buf_cstr(path), path->length);
    buf_free(path);
    return kept;
}

/* Appends `folder` and a slash, with `escape` before (or, for 0, twice) each of `special`. */
static void append_folder(struct buf *out, const struct buf *folder, const char *special,
                          char escape)
{
    for (size_t i = 0; i < folder->length; i++) {
        char c = folder->data[i];
        if (strchr(special, c) && escape)
            buf_append_char(out, escape);
        else if (strchr(special, c))
            buf_append_char(out, c);
        buf_append_char(out, c);
    }
    if (folder->length > 0)
        buf_append_char(out, '/');
}

/* ---- paths ----------------------------------------------------------------------------------- */

const char *read_path(struct reader *reader, const struct yaml_value *item, const char *key)
{
    struct buf path = {0};
    const char *rest;
    const char *text = read_split(reader, item, key, &path, &rest);
    if (!text) {
        buf_free(&path);
        return NULL;
    }
    if (path.length > 0)
        buf_append_char(&path, '/');
    buf_append_str(&path, *rest || path.length ? rest : ".");
    path.length = path_canonicalize(path.data, path.length);
    if (strncmp(path.data, "..", 2) == 0 && (path.data[2] == '/' || !path.data[2])) {
        wrong(reader, item, "", "`%s` leaves the root", key);
        buf_free(&path);
        return NULL;
    }
    return keep(reader, &path);
}

/* ---- patterns -------------------------------------------------------------------------------- */

static bool check_pattern(struct reader *reader, const struct yaml_value *item, const char *key,
                          const char *text, const char *rest)
{
    if (text[0] == '!') {
        wrong(reader, item, "list what is not wanted under `exclude`",
              "`%s` has a pattern that begins with '!'", key);
        return false;
    }
    size_t length = strlen(rest);
    if (length == 0 || rest[length - 1] == '/') {
        wrong(reader, item, "`folder/**` matches all files below a folder",
              "`%s` has a pattern that no file matches", key);
        return false;
    }
    struct glob *glob = NULL;
    struct jig_error error;
    if (glob_compile(rest, &glob, &error) != JIG_OK) {
        size_t index = (size_t)(rest - text) + (error.column ? error.column - 1 : 0);
        problem(&reader->problems, place_within(reader, item, index), JIG_ERROR_MANIFEST,
                error.advice, "`%s`: %s", key, error.message);
        return false;
    }
    glob_destroy(glob);
    return true;
}

/* Appends `pattern` without empty and `.` components. */
static void append_components(struct buf *out, const char *pattern)
{
    while (*pattern) {
        size_t length = strcspn(pattern, "/");
        bool nothing = length == 0 || (length == 1 && pattern[0] == '.');
        length += pattern[length] == '/';
        if (!nothing)
            buf_append(out, pattern, length);
        pattern += length;
    }
}

const char *read_pattern(struct reader *reader, const struct yaml_value *item, const char *key)
{
    struct buf folder = {0}, pattern = {0};
    const char *rest;
    const char *text = read_split(reader, item, key, &folder, &rest);
    const char *kept = NULL;
    if (text && check_pattern(reader, item, key, text, rest)) {
        append_folder(&pattern, &folder, "*?[]{}\\", '\\');
        append_components(&pattern, rest);
        kept = keep(reader, &pattern);
    }
    buf_free(&folder);
    return kept;
}

/* ---- outputs --------------------------------------------------------------------------------- */

/* Whether a template begins with what is relative to the root already. */
static bool is_from_root(const char *template)
{
    struct template_piece piece;
    return template_next(&template, &piece) &&
           (piece.what == PLACEHOLDER_SOURCE || piece.what == PLACEHOLDER_PACKAGE ||
            piece.what == PLACEHOLDER_OUT_ROOT);
}

/* Whether a template without placeholders, which is a plain path then, leads out of the root. */
static bool surely_leaves(const char *template)
{
    struct buf path = {0};
    struct template_piece piece;
    bool plain = true;
    while (plain && template_next(&template, &piece)) {
        plain = piece.what == PLACEHOLDER_NONE;
        buf_append(&path, piece.text, piece.length);
    }
    bool leaves = false;
    if (plain && path.length > 0) {
        path.length = path_canonicalize(path.data, path.length);
        leaves = strncmp(path.data, "..", 2) == 0 && (path.data[2] == '/' || !path.data[2]);
    }
    buf_free(&path);
    return leaves;
}

const char *read_output(struct reader *reader, const struct yaml_value *item, const char *key)
{
    struct buf folder = {0}, template = {0};
    const char *rest;
    const char *kept = NULL;
    const char *text = read_split(reader, item, key, &folder, &rest);
    size_t length = text ? strlen(rest) : 0;
    if (text && (length == 0 || rest[length - 1] == '/')) {
        wrong(reader, item, "", "`%s` names a folder, and an output is a file", key);
    } else if (text) {
        if (!is_from_root(rest))
            append_folder(&template, &folder, "{}", 0);
        buf_append_str(&template, rest);
        if (surely_leaves(template.data)) {
            wrong(reader, item, "", "`%s` leaves the root", key);
            buf_free(&template);
        } else {
            kept = keep(reader, &template);
        }
    }
    buf_free(&folder);
    return kept;
}
