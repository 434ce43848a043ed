/*
 * A built-in's options: a JSON object, read into a struct as a table says.
 */
#ifndef CODEGEN_OPTIONS_H
#define CODEGEN_OPTIONS_H

#include "jig/error.h"

#include <stddef.h>

enum option_type {
    OPTION_TEXT,   /* char *, owned by the values; NULL when not given */
    OPTION_FLAG,   /* bool */
    OPTION_NUMBER, /* int64_t */
    OPTION_CHOICE, /* int: an index into `choices` */
};

struct option {
    const char *key; /* NULL ends a table */
    enum option_type type;
    size_t offset;              /* of the value in the struct of values */
    const char *const *choices; /* CHOICE: NULL-terminated */
};

/*
 * Reads `json` into *values, which holds the defaults before, TEXT ones being NULL. `owner` is
 * whose options these are, for messages: an unknown key names the nearest one, and all in the
 * advice; a wrong type or choice says what is expected. JIG_ERROR_USAGE; free the values all the
 * same.
 */
enum jig_status options_read(const char *owner, const char *json, const struct option *table,
                             void *values, struct jig_error *error);
void options_free(const struct option *table, void *values);

#endif
