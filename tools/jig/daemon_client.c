#include "tools/jig/daemon_client.h"

#include "engine/base/io.h"
#include "engine/manifest/pipeline/config.h"
#include "tools/jig/building.h"
#include "tools/jig/daemon_family.h"
#include "tools/jig/daemon_link.h"
#include "tools/jig/daemon_start.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ANSWER_MS = 5000,  /* a daemon that does not say that it heard us hangs */
    ATTEMPTS = 3,      /* daemons of another build, and those that end just when we come */
    LEAVING_MS = 1000, /* what an idle one may take to go, before we start another */
    MOST_SIGNALS = 3,  /* ask it to stop; to kill; do not wait for it any more */
};

/* ---- whether ----------------------------------------------------------------------------- */

/* Whether the root's jig.yaml asks for a daemon. Mistakes in it are for the build to tell. */
static bool manifest_wants(const char *manifest)
{
    struct buf text = {0};
    struct config config = {0};
    bool wants = io_read_file(AT_FDCWD, manifest, &text) == 0 &&
                 strstr(buf_cstr(&text), "daemon") && /* most have none: no need to parse */
                 config_parse(&config, manifest, text.data, text.length, NULL) == JIG_OK &&
                 config.daemon;
    config_free(&config);
    buf_free(&text);
    return wants;
}

bool daemon_client_is_wanted(const struct build_request *request, const struct place *place)
{
    if (request->daemon == DAEMON_REFUSES || request->dry_run || request->no_cache ||
        request->trace)
        return false;
    if (building_heeds_jobserver(request) && jig_jobserver_is_named(getenv("MAKEFLAGS")))
        return false;
    if (request->daemon != DAEMON_ASKED && !(place->pipelines && manifest_wants(place->manifest)))
        return false;
    return !daemon_family_is_inside_a_build();
}

/* ---- signals ----------------------------------------------------------------------------- */

/* INT, TERM and HUP, for as long as somebody else has to be told. */
struct signals {
    sigset_t before;
    int fd;
    int count; /* how many came */
};

static bool catch_signals(struct signals *signals)
{
    static const int wanted[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t caught;
    sigemptyset(&caught);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct sigaction now;
        if (sigaction(wanted[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&caught, wanted[i]);
    }
    *signals = (struct signals){.fd = signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK)};
    return signals->fd >= 0 && sigprocmask(SIG_BLOCK, &caught, &signals->before) == 0;
}

static void take_signals(struct signals *signals)
{
    struct signalfd_siginfo info;
    while (read(signals->fd, &info, sizeof info) == (ssize_t)sizeof info)
        signals->count++;
}

/* One that nobody has looked at takes its usual effect now. */
static void release_signals(struct signals *signals)
{
    if (signals->fd < 0)
        return;
    close(signals->fd);
    sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

/* ---- one conversation -------------------------------------------------------------------- */

enum ending {
    BUILT,        /* *code says how */
    START_AGAIN,  /* that daemon is going: there may be another */
    NOT_ANSWERED, /* build here; `why` says why */
};

struct talk {
    const struct daemon_address *address;
    struct daemon_link link;
    struct signals signals;
    const char *build;
    bool taken; /* the daemon has the order, and our descriptors */
    int code;
    char why[2048];
};

static enum ending give_up(struct talk *talk, const char *why)
{
    snprintf(talk->why, sizeof talk->why, "%s", why);
    return NOT_ANSWERED;
}

static enum ending interrupted(struct talk *talk)
{
    talk->code = EXIT_INTERRUPTED;
    return BUILT;
}

static bool order(struct talk *talk, const struct build_request *request, const struct place *place)
{
    char *none[] = {NULL};
    mode_t mask = umask(0);
    umask(mask);
    const struct daemon_message message = {
        .kind = DAEMON_BUILD,
        .build = talk->build,
        .order = {.arguments = request->arguments,
                  .environment = environ ? environ : none,
                  .mask = mask,
                  .pipelines = place->pipelines,
                  .root = place->root,
                  .manifest = place->manifest,
                  .state_dir = place->state_dir ? place->state_dir : "",
                  .here = place->here,
                  .package = place->package},
    };
    return daemon_link_send(&talk->link, &message, NULL, 0);
}

static bool hand_over_standard(struct talk *talk)
{
    static const int standard[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    const struct daemon_message message = {.kind = DAEMON_STANDARD, .build = talk->build};
    talk->taken = daemon_link_send(&talk->link, &message, standard, 3);
    return talk->taken;
}

static void tell_waiting(uint64_t holder)
{
    fprintf(stderr, "jig: waiting for process %" PRIu64 ", which is building here\n", holder);
    fflush(stderr);
}

/* Lets it write down what it knows. If it is busy, the new one waits, and says so. */
static void see_off(struct talk *talk)
{
    struct daemon_message message;
    daemon_link_receive(&talk->link, LEAVING_MS, talk->signals.fd, &message);
}

/* True when the conversation goes on. */
static bool heed(struct talk *talk, const struct daemon_message *message, enum ending *ending)
{
    switch (message->kind) {
    case DAEMON_TAKEN:
        *ending = START_AGAIN;
        return hand_over_standard(talk);
    case DAEMON_WAITING:
        tell_waiting(message->number);
        return true;
    case DAEMON_DONE:
        talk->code = (int)(message->number & 0xff);
        *ending = BUILT;
        return false;
    case DAEMON_LEAVING:
        see_off(talk);
        *ending = START_AGAIN;
        return false;
    default:
        *ending = give_up(talk, "the daemon talks nonsense");
        return false;
    }
}

/* Passes signals on. True when the conversation goes on. */
static bool pass_signals(struct talk *talk, enum ending *ending)
{
    const struct daemon_message cancel = {.kind = DAEMON_CANCEL, .build = talk->build};
    take_signals(&talk->signals);
    if (talk->signals.count < MOST_SIGNALS && talk->taken &&
        daemon_link_send(&talk->link, &cancel, NULL, 0))
        return true;
    *ending = interrupted(talk);
    return false;
}

static enum ending converse(struct talk *talk)
{
    enum ending ending = NOT_ANSWERED;
    for (;;) {
        struct daemon_message message;
        int timeout_ms = talk->taken ? -1 : ANSWER_MS;
        switch (daemon_link_receive(&talk->link, timeout_ms, talk->signals.fd, &message)) {
        case DAEMON_LINK_MESSAGE:
            if (!heed(talk, &message, &ending))
                return ending;
            break;
        case DAEMON_LINK_WOKEN:
            if (!pass_signals(talk, &ending))
                return ending;
            break;
        case DAEMON_LINK_TIMEOUT:
            return give_up(talk, "the daemon does not answer");
        case DAEMON_LINK_ENDED:
            if (talk->signals.count)
                return interrupted(talk);
            if (!talk->taken)
                return START_AGAIN;
            return give_up(talk, "the daemon ended in the middle of the build");
        }
    }
}

static enum ending try_once(struct talk *talk, const struct build_request *request,
                            const struct place *place)
{
    struct jig_error error;
    int fd;
    enum jig_status status = daemon_address_connect(talk->address, &fd, &error);
    if (status == JIG_ERROR_USAGE)
        status = daemon_start(talk->address, place, &fd, &error);
    if (status)
        return give_up(talk, error.message);
    enum ending ending = NOT_ANSWERED;
    daemon_link_init(&talk->link, fd);
    if (!catch_signals(&talk->signals))
        ending = give_up(talk, "signals cannot be passed on to the daemon");
    else if (!order(talk, request, place))
        ending = START_AGAIN;
    else
        ending = converse(talk);
    daemon_link_free(&talk->link);
    release_signals(&talk->signals);
    return ending;
}

bool daemon_client_build(const struct build_request *request, const struct place *place, int *code)
{
    struct daemon_address address;
    struct buf build = {0};
    struct jig_error error;
    enum ending ending = NOT_ANSWERED;
    struct talk talk = {.address = &address, .code = EXIT_UNABLE};
    daemon_build_id(&build);
    talk.build = buf_cstr(&build);
    fflush(stdout);
    if (daemon_address_find(place, &address, &error)) {
        give_up(&talk, error.message);
    } else {
        give_up(&talk, "daemons come and go");
        for (int i = 0; i < ATTEMPTS && (i == 0 || ending == START_AGAIN); i++)
            ending = try_once(&talk, request, place);
    }
    if (ending != BUILT)
        face_warn(FACE_JIG, "%s; building without it", talk.why);
    *code = talk.code;
    daemon_address_free(&address);
    buf_free(&build);
    return ending == BUILT;
}
