#include "engine/discovery/resolver/jsonc.h"

#include <string.h>

/* Blanks [from, to), which does not change the number of any line. */
static void blank(char *from, const char *to)
{
    for (; from < to; from++)
        if (*from != '\n' && *from != '\r')
            *from = ' ';
}

/* One past the closing quote of the string that begins at `at`, or `end`. */
static char *skip_string(char *at, char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\' && at + 1 < end)
            at++;
    return at < end ? at + 1 : end;
}

/* One past the comment that begins at `at`, or `at` when none does. An open one goes to `end`. */
static char *skip_comment(char *at, char *end)
{
    if (end - at < 2 || *at != '/' || (at[1] != '/' && at[1] != '*'))
        return at;
    if (at[1] == '/') {
        char *newline = memchr(at, '\n', (size_t)(end - at));
        return newline ? newline : end;
    }
    char *close = memmem(at + 2, (size_t)(end - at - 2), "*/", 2);
    return close ? close + 2 : end;
}

void jsonc_to_json(char *text, size_t length)
{
    char *at = text, *end = text + length;
    char *comma = NULL; /* the last one, as long as only space and comments came after it */
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        memset(text, ' ', 3);
        at += 3;
    }
    while (at < end) {
        char *after = skip_comment(at, end);
        if (after > at) {
            blank(at, after);
            at = after;
            continue;
        }
        if (*at == '"') {
            comma = NULL;
            at = skip_string(at, end);
            continue;
        }
        if ((*at == '}' || *at == ']') && comma)
            *comma = ' ';
        if (*at == ',')
            comma = at;
        else if (!strchr(" \t\r\n", *at) || *at == '\0')
            comma = NULL;
        at++;
    }
}
