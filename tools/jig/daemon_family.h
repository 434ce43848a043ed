/*
 * Who this process descends from.
 */
#ifndef JIG_TOOL_DAEMON_FAMILY_H
#define JIG_TOOL_DAEMON_FAMILY_H

#include <stdbool.h>

/*
 * Whether some ancestor of this process is a jig, or a ninja: then this is a job of a build, and a
 * daemon may be waiting for the very build that it is part of. O(ancestors).
 */
bool daemon_family_is_inside_a_build(void);

#endif
