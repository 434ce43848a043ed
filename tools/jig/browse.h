/*
 * browse.py, as text.
 */
#ifndef JIG_TOOL_BROWSE_H
#define JIG_TOOL_BROWSE_H

extern const char browse_script[];

#endif
