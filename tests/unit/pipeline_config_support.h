/*
 * What tests of the configuration share.
 */
#ifndef TESTS_PIPELINE_CONFIG_SUPPORT_H
#define TESTS_PIPELINE_CONFIG_SUPPORT_H

#include "engine/manifest/pipeline/config.h"

#include <stdbool.h>

/* Parses text that has to be right, as the file `path`; config_free it. */
void parse_as(struct config *config, const char *path, const char *text);
void parse(struct config *config, const char *text);

/* Parses text that has to be wrong; returns the error's "LINE:COLUMN: message" until the next. */
const char *error_of(const char *text, size_t length);

/* Fails the test unless two configurations are the same in all but files and lines. */
void assert_same_config(const struct config *a, const struct config *b);
/* Fails the test unless what config_show prints is read back as the same. */
void assert_shows_as_itself(const struct config *config);

/* Fails the test unless the list is these words, separated by blanks. */
void assert_list(const struct string_list *list, const char *words);

#endif
