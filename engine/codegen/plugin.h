/*
 * Plugins: shared objects that export jig_generator.
 *
 * Pipelines that name the same path share one plugin, opened once with the options of the first
 * pipeline that has a job for it. It is unloaded when codegen is destroyed, so that a plugin that
 * was built anew is loaded anew by the next build of the same process.
 *
 * One thread finds, readies and closes; plugin_generate is for any.
 */
#ifndef CODEGEN_PLUGIN_H
#define CODEGEN_PLUGIN_H

#include "engine/codegen/generation.h"

struct plugin;

/* Nothing is loaded yet. `path` is copied. */
struct plugin *plugin_create(const char *path);
/* No job may run. Closes and unloads it. */
void plugin_destroy(struct plugin *plugin);
const char *plugin_path(const struct plugin *plugin);

/*
 * Makes sure that it is loaded and opened, and is what the file holds now: a file that changed
 * since is loaded again. JIG_ERROR_USAGE when it is no plugin, would not open, or changed while
 * jobs are running. One stat when there is nothing to do.
 */
enum jig_status plugin_ready(struct plugin *plugin, const char *options, struct jig_error *error);

/* Counts the job as running, until plugin_generate returns. Between the two it stays loaded. */
void plugin_hold(struct plugin *plugin);
/* Runs a job that was counted. Returns what the plugin did. */
int plugin_generate(struct plugin *plugin, struct generation *generation);
/* Ends the counting of a job that will not run after all. */
void plugin_release(struct plugin *plugin);

#endif
