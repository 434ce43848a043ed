/*
 * The hashes by which ninja's log knows commands.
 */
#ifndef MANIFEST_NINJA_COMMAND_HASH_H
#define MANIFEST_NINJA_COMMAND_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * The hash that a .ninja_log of `log_version` (5 to 7) holds for a command. What ninja hashes is
 * the command, followed by ";rspfile=" and the response file's content when that is not empty.
 */
uint64_t ninja_command_hash(int log_version, const void *command, size_t length);

#endif
