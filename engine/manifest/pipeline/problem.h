/*
 * Problems: everything that is wrong with a configuration, each with its place. Reading goes on
 * after one, so that all can be told at once; a caller that wants one error gets the first.
 */
#ifndef PIPELINE_PROBLEM_H
#define PIPELINE_PROBLEM_H

#include "jig/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct yaml_file;

/* Beyond so many, problems are counted but no longer described: the file is something else. */
enum { MAX_PROBLEMS = 100 };

struct problems {
    uint32_t count;
    struct jig_error first; /* valid when count > 0 */
    /* Both may be NULL. Called with each problem, and with what is odd but legal. */
    void (*report)(void *context, const struct jig_error *what);
    void (*notice)(void *context, const struct jig_error *what);
    void *context;
};

/* A place in a file's text. */
struct place {
    const struct yaml_file *file;
    size_t offset; /* in bytes; at most the text's length */
};

/* Tells a problem at `place`. `advice` says what to do about it; "" for nothing. */
void problem(struct problems *problems, struct place place, enum jig_status status,
             const char *advice, const char *format, ...) JIG_PRINTF(5, 6);
/* Counts a problem that is not going to be described, being one too many; false when it is: for
 * those whose description takes work. */
bool problem_is_too_many(struct problems *problems);
/* Tells what is odd but legal. */
void oddity(struct problems *problems, struct place place, const char *advice, const char *format,
            ...) JIG_PRINTF(4, 5);
/* Counts and hands on an error that is complete. */
void problem_add(struct problems *problems, const struct jig_error *error);

/* A list of words for problems: the one of `words` (ended by NULL) that `word` is most like, or
 * NULL when none is near. */
const char *nearest_word(const char *word, const char *const *words);
/* "a, b, c" into out[0..size), cut to fit. */
void list_words(const char *const *words, char *out, size_t size);

#endif
