/*
 * Names in TypeScript: how modules refer to each other, and what a module is called by.
 */
#ifndef CODEGEN_TS_NAMES_H
#define CODEGEN_TS_NAMES_H

#include "engine/base/buf.h"

#include <stdbool.h>

/* What specifiers end with. */
enum ts_extension {
    TS_EXTENSION_NONE, /* './user': for bundlers, and moduleResolution "node" and "bundler" */
    TS_EXTENSION_JS,   /* './user.js': what it is compiled to, for "node16" and "nodenext" */
    TS_EXTENSION_TS,   /* './user.ts': for allowImportingTsExtensions */
};

/* Whether TypeScript takes a file of that name for a module with exports. */
bool ts_is_source(const char *path);

/*
 * Appends the specifier by which the file `from` imports the file `to`. Where TypeScript asks for
 * an extension in any case (.mts and .cts), it has that of the JavaScript.
 */
void ts_append_specifier(struct buf *out, const char *from, const char *to,
                         enum ts_extension extension);

/* Appends `text` as a literal in single quotes. */
void ts_append_quoted(struct buf *out, const char *text);
/* Appends the name of an export: as it is when it is an identifier, else quoted (ES2022). */
void ts_append_name(struct buf *out, const char *name);

/*
 * Appends an identifier for the module at `path`, from its name without suffixes; from that of its
 * folder when that is "index". Letter case stays, except that what follows a separator becomes
 * upper case: user-card.ts is userCard, UserCard.tsx is UserCard. A reserved word gets an
 * underscore behind it.
 */
void ts_append_module_name(struct buf *out, const char *path);
/* The same of the whole path: pages/user-card.ts is pagesUserCard. */
void ts_append_path_name(struct buf *out, const char *path);

#endif
