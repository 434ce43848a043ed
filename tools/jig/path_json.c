#include "tools/jig/path_json.h"

#include "engine/base/buf.h"

#include <string.h>

json_t *path_json(const char *text)
{
    json_t *string = json_string(text);
    if (string)
        return string;
    /* One letter at a time: jansson says which are none. */
    struct buf valid = {0};
    while (*text) {
        size_t length = 1;
        json_t *letter = NULL;
        for (; length <= 4 && text[length - 1] && !letter; length++)
            letter = json_stringn(text, length);
        if (letter) {
            buf_append_str(&valid, json_string_value(letter));
            text += json_string_length(letter);
        } else {
            buf_append_str(&valid, "\xef\xbf\xbd");
            text++;
        }
        json_decref(letter);
    }
    string = json_string(buf_cstr(&valid));
    buf_free(&valid);
    return string;
}

void path_json_set(json_t *object, const char *key, const char *path)
{
    json_object_set_new(object, key, path_json(path));
    json_t *exact = json_string(path);
    if (exact) {
        json_decref(exact);
        return;
    }
    struct buf name = {0}, hex = {0};
    buf_printf(&name, "%s_hex", key);
    for (const char *c = path; *c; c++)
        buf_printf(&hex, "%02x", (unsigned char)*c);
    json_object_set_new(object, name.data, json_string(hex.data));
    buf_free(&name);
    buf_free(&hex);
}
