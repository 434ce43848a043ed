/* A folder of their own for tests: the current directory meanwhile, then gone. */
#ifndef TESTS_UNIT_TEMPORARY_H
#define TESTS_UNIT_TEMPORARY_H

/*
 * For setups and teardowns of cmocka: 0 or -1. *state is the folder's absolute path, physical as
 * getcwd has it; `what` is part of its name.
 */
int temporary_enter(void **state, const char *what);
int temporary_leave(void **state);

#endif
