#include "tools/perf/options.h"

#include "tools/perf/say.h"
#include "tools/perf/scenario.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(void)
{
    fputs("usage: jig-perf --fixture FIXTURE [options]\n"
          "       jig-perf compare BEFORE NOW [--json]\n"
          "       jig-perf gate --fixture FIXTURE --baseline FILE|REF [options]\n"
          "\n"
          "Measures builds as whole processes into metrics.json; compares two of these; or\n"
          "measures jig and an earlier one by turns, and fails if it is slower now.\n"
          "\n"
          "  --fixture F       small-app, medium-app, large-app, 20k, 100k, or the folder\n"
          "                    of a project, of which a copy is built\n"
          "  --in DIR          run jig in this folder below the project's\n"
          "  --iterations N    measure each scenario so often (5; a gate: 10 pairs)\n"
          "  --scenario S      may be repeated; all by default, of a gate all but off\n"
          "  --jig PATH        the program to measure (the jig beside this one)\n"
          "  --directory DIR   where results go (.cache/perf)\n"
          "  --json            print JSON instead of a table\n"
          "  --baseline FILE   gate: the commit that this metrics.json names\n"
          "  --baseline REF    gate: a commit of the repository here, built once and kept\n"
          "  --baseline-jig P  gate: the program P\n"
          "\n"
          "scenarios:\n"
          "  off        the first build, with -j1 --no-cache on one processor\n"
          "  cold       the first build\n"
          "  noop       nothing has changed\n"
          "  warm       all modules touched, none changed\n"
          "  edit-1     one module edited\n"
          "  edit-5pct  every twentieth module edited\n"
          "  session    one edited, and a daemon builds: what its client takes\n"
          "  watch      one edited, and a watch builds: from the write to the build's end\n"
          "\n"
          "A gate fails from 10 % more time or memory on, and warns from 5 %, when so much\n"
          "comes by chance in less than 1 of 20 cases. Trees are made in $TMPDIR or /tmp.\n"
          "exit code: 0 done, 1 the gate failed, 2 could not measure, 130 interrupted\n",
          stdout);
}

static int misused(const char *what, const char *argument)
{
    say_error("%s%s; see jig-perf --help", what, argument);
    return EXIT_PERF_UNABLE;
}

static bool read_count(const char *text, uint32_t *count)
{
    enum { MOST = 10000 };
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *count = (uint32_t)value;
    return *text >= '0' && *text <= '9' && !*end && !errno && value > 0 && value <= MOST;
}

static bool read_scenario(const char *name, bool wanted[SCENARIOS])
{
    if (strcmp(name, "all") == 0) {
        for (uint32_t i = 0; i < SCENARIOS; i++)
            wanted[i] = true;
        return true;
    }
    enum scenario scenario = scenario_find(name);
    if (scenario == SCENARIOS)
        return false;
    wanted[scenario] = true;
    return true;
}

static void fill_in(struct perf_options *options)
{
    enum { ITERATIONS = 5, PAIRS = 10 };
    bool any = false;
    for (uint32_t i = 0; i < SCENARIOS; i++)
        any |= options->wanted[i];
    for (uint32_t i = 0; i < SCENARIOS && !any; i++)
        options->wanted[i] = options->command == PERF_MEASURE || i != SCENARIO_OFF;
    if (!options->iterations)
        options->iterations = options->command == PERF_GATE ? PAIRS : ITERATIONS;
    if (!options->directory)
        options->directory = ".cache/perf";
}

/* What only makes sense together, or not together. */
static int check(const struct perf_options *options)
{
    enum { LEAST_PAIRS = 4 }; /* of 3 and 3 samples, every arrangement has a p of at least 0.05 */
    bool gate = options->command == PERF_GATE;
    if (options->command == PERF_COMPARE)
        return options->fixture || options->within || options->jig || options->iterations ||
                       options->baseline || options->baseline_jig
                   ? misused("compare takes two files and --json", "")
                   : -1;
    if (!options->fixture)
        return misused("which --fixture", "?");
    if (!gate && (options->baseline || options->baseline_jig))
        return misused("--baseline is for a gate; did you mean 'jig-perf gate'", "?");
    if (gate && !options->baseline == !options->baseline_jig)
        return misused("a gate takes either --baseline or --baseline-jig", "");
    if (gate && options->iterations && options->iterations < LEAST_PAIRS)
        return misused("with fewer than 4 --iterations a gate cannot fail", "");
    return -1;
}

enum option_code {
    OPTION_FIXTURE = 1,
    OPTION_IN,
    OPTION_ITERATIONS,
    OPTION_SCENARIO,
    OPTION_JIG,
    OPTION_DIRECTORY,
    OPTION_JSON,
    OPTION_BASELINE,
    OPTION_BASELINE_JIG,
};

static int take_option(int code, struct perf_options *options)
{
    switch (code) {
    case OPTION_FIXTURE:
        options->fixture = optarg;
        return -1;
    case OPTION_IN:
        options->within = optarg;
        return -1;
    case OPTION_ITERATIONS:
        return read_count(optarg, &options->iterations)
                   ? -1
                   : misused("--iterations takes a number from 1 to 10000, not ", optarg);
    case OPTION_SCENARIO:
        return read_scenario(optarg, options->wanted) ? -1 : misused("no such scenario: ", optarg);
    case OPTION_JIG:
        options->jig = optarg;
        return -1;
    case OPTION_DIRECTORY:
        options->directory = optarg;
        return -1;
    case OPTION_JSON:
        options->json = true;
        return -1;
    case OPTION_BASELINE:
        options->baseline = optarg;
        return -1;
    case OPTION_BASELINE_JIG:
        options->baseline_jig = optarg;
        return -1;
    case 'h':
        print_help();
        return EXIT_PERF_DONE;
    default:
        return EXIT_PERF_UNABLE; /* getopt has told */
    }
}

static int take_words(int count, char **words, struct perf_options *options)
{
    if (options->command != PERF_COMPARE)
        return count ? misused("what is this for: ", words[0]) : -1;
    if (count != 2)
        return misused("compare takes two files: BEFORE NOW", "");
    options->before = words[0];
    options->now = words[1];
    return -1;
}

int perf_options_read(int argc, char **argv, struct perf_options *options)
{
    static const struct option longs[] = {
        {"fixture", required_argument, NULL, OPTION_FIXTURE},
        {"in", required_argument, NULL, OPTION_IN},
        {"iterations", required_argument, NULL, OPTION_ITERATIONS},
        {"scenario", required_argument, NULL, OPTION_SCENARIO},
        {"jig", required_argument, NULL, OPTION_JIG},
        {"directory", required_argument, NULL, OPTION_DIRECTORY},
        {"json", no_argument, NULL, OPTION_JSON},
        {"baseline", required_argument, NULL, OPTION_BASELINE},
        {"baseline-jig", required_argument, NULL, OPTION_BASELINE_JIG},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *options = (struct perf_options){.command = PERF_MEASURE};
    if (argc > 1 && strcmp(argv[1], "compare") == 0)
        options->command = PERF_COMPARE;
    else if (argc > 1 && strcmp(argv[1], "gate") == 0)
        options->command = PERF_GATE;
    if (options->command != PERF_MEASURE) {
        argv[1] = argv[0]; /* what getopt prints before its own messages */
        argv++;
        argc--;
    }
    for (int code; (code = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
        int end = take_option(code, options);
        if (end >= 0)
            return end;
    }
    int end = take_words(argc - optind, argv + optind, options);
    if (end < 0)
        end = check(options);
    fill_in(options);
    return end;
}
