/* The scanners themselves: each appends the facts of text[0..length) to `out`. */
#ifndef DISCOVERY_SCANNERS_H
#define DISCOVERY_SCANNERS_H

#include "engine/discovery/scanner/facts.h"
#include "jig/error.h"

/* `jsx`: `<` may begin an element. */
void ts_scan(const char *text, size_t length, bool jsx, struct facts *out);
void c_scan(const char *text, size_t length, struct facts *out);
void proto_scan(const char *text, size_t length, struct facts *out);
void graphql_scan(const char *text, size_t length, struct facts *out);

struct regex;

/* As scanner_create with SCANNER_REGEX; freed with regex_destroy, which takes NULL as well. */
enum jig_status regex_create(const char *pattern, struct regex **out, struct jig_error *error);
void regex_destroy(struct regex *regex);
void regex_scan(const struct regex *regex, const char *text, size_t length, struct facts *out);

#endif
