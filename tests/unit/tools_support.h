/* A folder of their own for tests of the command line's parts. */
#ifndef TESTS_UNIT_TOOLS_SUPPORT_H
#define TESTS_UNIT_TOOLS_SUPPORT_H

#include "cmocka_all.h"

#include "engine/base/buf.h"

/*
 * cmocka setup and teardown: a new folder that is the current directory meanwhile. *state is its
 * absolute path, physical as getcwd has it.
 */
int enter_folder(void **state);
int leave_folder(void **state);

/* Makes a file with this text, and the folders above it. */
void make_file(const char *path, const char *text);
/* The text of a file, to be freed with buf_free. */
struct buf file_text(const char *path);
/* Runs text with sh, which has to succeed; nothing that it prints is shown. */
void shell(const char *text);

#endif
