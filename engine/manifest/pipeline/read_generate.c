/* `generate`: what a pipeline's jobs run. */
#include "engine/codegen/codegen.h"
#include "engine/manifest/pipeline/reader.h"

enum { MAX_WORKERS = 1024 };

/* The one generator that is given: its value, with its kind in *kind. */
static const struct yaml_value *choose(struct reader *reader, const struct generate_keys *keys,
                                       enum config_generator_kind *kind)
{
    const struct {
        const struct yaml_value *value;
        enum config_generator_kind kind;
    } choices[] = {
        {keys->command, GENERATOR_COMMAND}, {keys->shell, GENERATOR_COMMAND},
        {keys->worker, GENERATOR_WORKER},   {keys->plugin, GENERATOR_PLUGIN},
        {keys->builtin, GENERATOR_BUILTIN},
    };
    const struct yaml_value *chosen = NULL;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        if (choices[i].value && chosen) {
            wrong(reader, choices[i].value, "",
                  "`generate` has one of command, shell, worker, plugin and builtin, not two");
        } else if (choices[i].value) {
            chosen = choices[i].value;
            *kind = choices[i].kind;
        }
    }
    return chosen;
}

static struct string_list read_templates(struct reader *reader, const struct draft *draft,
                                         const struct yaml_value *value, const char *key,
                                         enum template_place place)
{
    for (uint32_t i = 0; i < list_count(value); i++)
        check_template(reader, draft, list_item(value, i), key, place);
    return read_list(reader, value, key, read_text);
}

static struct string_list read_argv(struct reader *reader, const struct draft *draft,
                                    const struct yaml_value *value, const char *key,
                                    enum template_place place)
{
    if (value->kind == YAML_IS_SCALAR && strpbrk(value->text, " \t\n"))
        wrong(reader, value, "write a list, one item an argument, or use `shell` for text",
              "`%s` is one word, the program's name, and this has blanks", key);
    if (list_count(value) == 0)
        wrong(reader, value, "", "`%s` is empty", key);
    return read_templates(reader, draft, value, key, place);
}

static void tell_unused(struct reader *reader, const struct yaml_value *value, const char *key)
{
    if (value)
        wrong(reader, value, "", "`%s` belongs to a `worker`", key);
}

static void read_worker_keys(struct reader *reader, struct draft *draft,
                             const struct generate_keys *keys)
{
    struct config_generator *generate = &draft->pipeline.generate;
    if (keys->arguments)
        generate->arguments =
            read_templates(reader, draft, keys->arguments, "arguments", TEMPLATE_OF_COMMAND);
    if (keys->workers)
        generate->workers = read_number(reader, keys->workers, "workers", 0, MAX_WORKERS);
    if (keys->multiplex)
        generate->multiplex = read_number(reader, keys->multiplex, "multiplex", 0, MAX_WORKERS);
}

static void read_kind(struct reader *reader, struct draft *draft, const struct generate_keys *keys,
                      const struct yaml_value *chosen)
{
    struct config_generator *generate = &draft->pipeline.generate;
    if (chosen == keys->command) {
        generate->argv = read_argv(reader, draft, chosen, "command", TEMPLATE_OF_COMMAND);
    } else if (chosen == keys->shell) {
        generate->shell = read_text(reader, chosen, "shell");
        check_template(reader, draft, chosen, "shell", TEMPLATE_OF_COMMAND);
    } else if (chosen == keys->worker) {
        generate->argv = read_argv(reader, draft, chosen, "worker", TEMPLATE_OF_WORKER);
    } else if (chosen == keys->plugin) {
        generate->plugin = read_path(reader, chosen, "plugin");
    } else {
        generate->builtin = read_text(reader, chosen, "builtin");
    }
}

/* Once `options` are read: whether the built-in at `value` takes them, and makes such outputs. */
static void check_builtin(struct reader *reader, const struct draft *draft,
                          const struct yaml_value *value)
{
    const struct config_generator *generate = &draft->pipeline.generate;
    struct jig_error error;
    if (!generate->builtin)
        return;
    if (!codegen_is_builtin(generate->builtin)) {
        const char *nearest = nearest_word(generate->builtin, codegen_builtin_names);
        char advice[200] = "there are: ";
        size_t used = strlen(advice);
        list_words(codegen_builtin_names, advice + used, sizeof advice - used);
        wrong(reader, value, advice, "there is no built-in generator '%.80s'%s%s%s",
              generate->builtin, nearest ? "; did you mean '" : "", nearest ? nearest : "",
              nearest ? "'?" : "");
    } else if (codegen_builtin_check(generate->builtin, generate->options,
                                     draft->pipeline.outputs.count, draft->keys.collect != NULL,
                                     &error) != JIG_OK) {
        wrong(reader, value, error.advice, "%s", error.message);
    }
}

void read_generate(struct reader *reader, struct draft *draft)
{
    struct config_generator *generate = &draft->pipeline.generate;
    struct generate_keys keys = {0};
    generate->version = "";
    generate->options = "{}";
    if (!draft->keys.generate) {
        tell_missing(reader, draft, "the pipeline has no `generate`: what its jobs run");
        return;
    }
    bool all_known = read_generate_keys(reader, draft->keys.generate, &keys);
    if (draft->keys.generate->kind != YAML_IS_MAPPING)
        return;
    const struct yaml_value *chosen = choose(reader, &keys, &generate->kind);
    if (!chosen && all_known)
        wrong(reader, draft->keys.generate, "",
              "`generate` needs one of command, shell, worker, plugin and builtin");
    if (chosen)
        read_kind(reader, draft, &keys, chosen);
    if (keys.version) {
        const char *version = read_text(reader, keys.version, "version");
        generate->version = version ? version : "";
    }
    if (keys.options)
        generate->options = read_options(reader, keys.options, "options");
    if (chosen && generate->kind == GENERATOR_BUILTIN && draft->keys.outputs)
        check_builtin(reader, draft, chosen);
    if (generate->kind == GENERATOR_WORKER) {
        read_worker_keys(reader, draft, &keys);
    } else if (chosen) {
        tell_unused(reader, keys.arguments, "arguments");
        tell_unused(reader, keys.workers, "workers");
        tell_unused(reader, keys.multiplex, "multiplex");
    }
}
