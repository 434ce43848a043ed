/*
 * The text of options, which is part of the recipe: the same for the same values.
 */
#ifndef PIPELINE_OPTIONS_H
#define PIPELINE_OPTIONS_H

#include <jansson.h>

/* Any JSON value on one line with sorted keys, reals with no more digits than they need (15 to
 * 17). The caller frees it. */
char *options_text(const json_t *json);

#endif
