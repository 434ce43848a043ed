#include "tools/jig/daemon_address.h"

#include "engine/base/digest.h"
#include "engine/base/path.h"
#include "jig/session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- the folder -------------------------------------------------------------------------- */

/* Opens `path`, made when missing, as a folder that is nobody else's. */
static enum jig_status open_own_folder(const char *path, int *fd, struct jig_error *error)
{
    struct stat st;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return jig_fail_errno(error, errno, "cannot make '%s'", path);
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0)
        return jig_fail_errno(error, errno, "cannot open the folder '%s'", path);
    if (fstat(*fd, &st) == 0 && st.st_uid == geteuid() && !(st.st_mode & 077))
        return JIG_OK;
    close(*fd);
    *fd = -1;
    jig_fail(error, JIG_ERROR_IO, "'%s' is not yours alone", path);
    if (error)
        snprintf(error->advice, sizeof error->advice,
                 "its owner has to be you, its mode 0700; remove it, and jig makes another");
    return JIG_ERROR_IO;
}

static enum jig_status open_folder(struct daemon_address *address, struct jig_error *error)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime && *runtime == '/' && access(runtime, X_OK) == 0)
        buf_printf(&address->path, "%s/jig", runtime);
    else
        buf_printf(&address->path, "/tmp/jig-%ld", (long)geteuid());
    return open_own_folder(address->path.data, &address->folder, error);
}

enum jig_status daemon_address_find(const struct place *place, struct daemon_address *address,
                                    struct jig_error *error)
{
    *address = (struct daemon_address){.folder = -1};
    struct buf key = {0};
    buf_append(&key, place->root, strlen(place->root) + 1);
    size_t at = key.length;
    buf_append_str(&key, place->manifest);
    buf_reserve(&key, 1);
    key.length = at + path_canonicalize(key.data + at, key.length - at);
    buf_append_char(&key, '\0');
    buf_append_str(&key, place->state_dir ? place->state_dir : "");
    char digest[33];
    digest_format(digest_of(key.data, key.length), digest);
    buf_free(&key);
    snprintf(address->socket_name, sizeof address->socket_name, "%s.sock", digest);
    snprintf(address->lock_name, sizeof address->lock_name, "%s.lock", digest);
    snprintf(address->log_name, sizeof address->log_name, "%s.log", digest);
    return open_folder(address, error);
}

void daemon_address_free(struct daemon_address *address)
{
    if (address->folder >= 0)
        close(address->folder);
    buf_free(&address->path);
    *address = (struct daemon_address){.folder = -1};
}

/* ---- sockets ----------------------------------------------------------------------------- */

static int open_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static struct sockaddr_un name_of(const struct daemon_address *address)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "/proc/self/fd/%d/%s", address->folder,
             address->socket_name);
    return name;
}

bool daemon_address_is_own_peer(int fd)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
}

enum jig_status daemon_address_connect(const struct daemon_address *address, int *fd,
                                       struct jig_error *error)
{
    const struct sockaddr_un name = name_of(address);
    *fd = open_socket();
    if (*fd < 0)
        return jig_fail_errno(error, errno, "cannot make a socket");
    enum jig_status status = JIG_OK;
    if (connect(*fd, (const struct sockaddr *)&name, sizeof name) < 0) {
        bool nobody = errno == ENOENT || errno == ECONNREFUSED;
        status = nobody ? jig_fail(error, JIG_ERROR_USAGE, "no daemon is running here")
                        : jig_fail_errno(error, errno, "cannot reach the daemon");
    } else if (!daemon_address_is_own_peer(*fd)) {
        status = jig_fail(error, JIG_ERROR_IO, "the daemon's socket is another user's");
    }
    if (status) {
        close(*fd);
        *fd = -1;
    }
    return status;
}

enum jig_status daemon_address_listen(const struct daemon_address *address, int *fd,
                                      struct jig_error *error)
{
    enum { BACKLOG = 64 };
    const struct sockaddr_un name = name_of(address);
    *fd = open_socket();
    if (*fd < 0)
        return jig_fail_errno(error, errno, "cannot make a socket");
    unlinkat(address->folder, address->socket_name, 0);
    mode_t mask = umask(0177);
    bool bound = bind(*fd, (const struct sockaddr *)&name, sizeof name) == 0;
    int errnum = errno;
    umask(mask);
    if (bound && listen(*fd, BACKLOG) == 0)
        return JIG_OK;
    if (bound)
        errnum = errno;
    close(*fd);
    *fd = -1;
    return jig_fail_errno(error, errnum, "cannot listen in '%s'", address->path.data);
}

/* ---- which jig --------------------------------------------------------------------------- */

void daemon_build_id(struct buf *out)
{
    struct stat st = {0};
    stat("/proc/self/exe", &st);
    buf_printf(out, "%s %" PRIx64 ":%" PRIx64 " %" PRIx64 " %" PRIx64 ".%09ld", jig_version(),
               (uint64_t)st.st_dev, (uint64_t)st.st_ino, (uint64_t)st.st_size,
               (uint64_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}
