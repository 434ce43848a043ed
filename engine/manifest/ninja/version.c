#include "engine/manifest/ninja/parser.h"

enum { LARGEST_NUMBER = 1000000000 };

/* The number text[0..length) begins with, or 0; moves no further than the first other byte. */
static int parse_number(const char *text, size_t length)
{
    int number = 0;
    for (size_t i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        if (number < LARGEST_NUMBER / 10)
            number = number * 10 + (text[i] - '0');
    }
    return number;
}

struct version version_parse(const char *text, size_t length)
{
    struct version version = {parse_number(text, length), 0};
    const char *dot = memchr(text, '.', length);
    if (dot)
        version.minor = parse_number(dot + 1, length - (size_t)(dot + 1 - text));
    return version;
}
