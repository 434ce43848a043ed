/*
 * Ignore files with the semantics of gitignore(5): later rules win, `!` takes back, a trailing `/`
 * means folders only, a slash at the beginning or in the middle ties a rule to its folder. As in
 * git, characters are bytes.
 *
 * One ignore_file is the rules of one `.gitignore`; a path is judged by those of its own folder
 * first and then by those above. What lies below an ignored folder cannot be taken back: who judges
 * asks about the folders on the way first. Immutable once parsed; any thread may match.
 */
#ifndef DISCOVERY_IGNORE_H
#define DISCOVERY_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

struct ignore_file;

/*
 * Parses any text, which is copied: a line that makes no sense as a pattern matches nothing, as in
 * git. The caller destroys it (NULL is allowed). O(length).
 */
struct ignore_file *ignore_parse(const char *text, size_t length);
void ignore_destroy(struct ignore_file *file);

enum ignore_verdict { IGNORE_SILENT, IGNORE_YES, IGNORE_NO };

/* `path` is relative to the ignore file's folder, canonical, not empty. O(rules), as for globs. */
enum ignore_verdict ignore_match(const struct ignore_file *file, const char *path, size_t length,
                                 bool is_folder);

#endif
