/*
 * The face shown under the name ninja: its options, its tools, its exit codes.
 */
#ifndef JIG_TOOL_NINJA_H
#define JIG_TOOL_NINJA_H

/* Does what ninja does for this command line. Returns the exit code. */
int ninja_main(int argc, char **argv);

#endif
