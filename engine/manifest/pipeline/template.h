/*
 * Templates piece by piece: what config.h says placeholders are.
 */
#ifndef PIPELINE_TEMPLATE_H
#define PIPELINE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum placeholder {
    PLACEHOLDER_NONE,  /* literal text */
    PLACEHOLDER_WRONG, /* a lone brace, or braces around what is none of the below */
    PLACEHOLDER_SOURCE,
    PLACEHOLDER_DIR,
    PLACEHOLDER_NAME,
    PLACEHOLDER_STEM,
    PLACEHOLDER_EXT,
    PLACEHOLDER_PACKAGE,
    PLACEHOLDER_OUT_ROOT,
    PLACEHOLDER_OUT, /* {out}, {out1}, {out2} … */
    PLACEHOLDER_OUTPUTS,
    PLACEHOLDER_SOURCES,
    PLACEHOLDER_OPTIONS,
};

struct template_piece {
    enum placeholder what;
    const char *text; /* literal: what it stands for; else the name between the braces */
    size_t length;
    uint32_t number; /* PLACEHOLDER_OUT: which output, from 0 */
};

/* Takes the piece at *cursor and moves on; false at the end. */
bool template_next(const char **cursor, struct template_piece *piece);

/* Names without braces, ended by NULL, for messages. */
extern const char *const placeholder_names[];

#endif
