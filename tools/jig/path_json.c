#include "tools/jig/path_json.h"

#include "engine/base/buf.h"

#include <string.h>

/* ---- text -------------------------------------------------------------------------------- */

/*
 * The length of the well-formed character at the start of text[0..length), or 0 when there is none.
 * After the Unicode Standard, table 3-7.
 */
static size_t letter_length(const unsigned char *text, size_t length)
{
    static const struct {
        unsigned char lead_first, lead_last, next_first, next_last, length;
    } forms[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    size_t form = 0;
    while (form < sizeof forms / sizeof *forms && text[0] > forms[form].lead_last)
        form++;
    if (form == sizeof forms / sizeof *forms || text[0] < forms[form].lead_first ||
        forms[form].length > length)
        return 0;
    if (forms[form].length > 1 &&
        (text[1] < forms[form].next_first || text[1] > forms[form].next_last))
        return 0;
    for (size_t i = 2; i < forms[form].length; i++) {
        if (text[i] < 0x80 || text[i] > 0xbf)
            return 0;
    }
    return forms[form].length;
}

json_t *text_json(const char *text, size_t length)
{
    json_t *string = json_stringn(text, length);
    if (string)
        return string;
    struct buf valid = {0};
    while (length) {
        size_t letter = letter_length((const unsigned char *)text, length);
        if (letter)
            buf_append(&valid, text, letter);
        else
            buf_append_str(&valid, "\xef\xbf\xbd");
        text += letter ? letter : 1;
        length -= letter ? letter : 1;
    }
    string = json_stringn(buf_cstr(&valid), valid.length);
    buf_free(&valid);
    return string;
}

json_t *path_json(const char *text)
{
    return text_json(text, strlen(text));
}

/* ---- paths ------------------------------------------------------------------------------- */

static bool is_exact(const char *path)
{
    json_t *exact = json_string(path);
    json_decref(exact);
    return exact != NULL;
}

static json_t *hex_json(const char *path)
{
    struct buf hex = {0};
    for (const char *c = path; *c; c++)
        buf_printf(&hex, "%02x", (unsigned char)*c);
    json_t *string = json_string(buf_cstr(&hex));
    buf_free(&hex);
    return string;
}

static void set_hex(json_t *object, const char *key, json_t *hex)
{
    struct buf name = {0};
    buf_printf(&name, "%s_hex", key);
    json_object_set_new(object, name.data, hex);
    buf_free(&name);
}

void path_json_set(json_t *object, const char *key, const char *path)
{
    json_object_set_new(object, key, path_json(path));
    if (!is_exact(path))
        set_hex(object, key, hex_json(path));
}

void path_json_set_all(json_t *object, const char *key, const char *const *paths, size_t count)
{
    json_t *names = json_array(), *hexes = json_array();
    bool exact = true;
    for (size_t i = 0; i < count; i++) {
        exact &= is_exact(paths[i]);
        json_array_append_new(names, path_json(paths[i]));
    }
    for (size_t i = 0; !exact && i < count; i++)
        json_array_append_new(hexes, hex_json(paths[i]));
    json_object_set_new(object, key, names);
    if (!exact)
        set_hex(object, key, json_incref(hexes));
    json_decref(hexes);
}
