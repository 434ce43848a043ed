#include "tools/jig/daemon_ground.h"

#include "engine/base/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static struct daemon_footing see(int folder, const char *path, int flags)
{
    struct stat st;
    if (fstatat(folder, path, &st, flags) < 0)
        return (struct daemon_footing){0};
    return (struct daemon_footing){st.st_dev, st.st_ino, true};
}

static bool is_same(struct daemon_footing was, struct daemon_footing is)
{
    return was.known && is.known && was.device == is.device && was.inode == is.inode;
}

static struct daemon_footing see_socket(const struct daemon_ground *ground)
{
    return see(ground->address->folder, ground->address->socket_name, AT_SYMLINK_NOFOLLOW);
}

void daemon_ground_init(struct daemon_ground *ground, const struct daemon_address *address,
                        const char *root)
{
    char folder[64];
    *ground = (struct daemon_ground){
        .fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), .address = address, .root = root};
    pthread_mutex_init(&ground->mutex, NULL);
    snprintf(folder, sizeof folder, "/proc/self/fd/%d", address->folder);
    if (ground->fd >= 0) {
        inotify_add_watch(ground->fd, folder, IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO);
        inotify_add_watch(ground->fd, root, IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    }
    ground->root_was = see(AT_FDCWD, root, 0);
    ground->socket_was = see_socket(ground);
}

void daemon_ground_free(struct daemon_ground *ground)
{
    if (!ground->address)
        return;
    if (ground->fd >= 0)
        close(ground->fd);
    free(ground->state_directory);
    pthread_mutex_destroy(&ground->mutex);
}

void daemon_ground_keep_state(struct daemon_ground *ground, const char *directory)
{
    struct daemon_footing is = see(AT_FDCWD, directory, 0);
    if (ground->fd >= 0)
        inotify_add_watch(ground->fd, directory, IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    pthread_mutex_lock(&ground->mutex);
    free(ground->state_directory);
    ground->state_directory = mem_strndup(directory, strlen(directory));
    ground->state_was = is;
    pthread_mutex_unlock(&ground->mutex);
}

static void forget_events(const struct daemon_ground *ground)
{
    char events[4096];
    while (ground->fd >= 0 && read(ground->fd, events, sizeof events) > 0)
        continue;
}

bool daemon_ground_has_state(struct daemon_ground *ground)
{
    bool has = is_same(ground->root_was, see(AT_FDCWD, ground->root, 0));
    pthread_mutex_lock(&ground->mutex);
    if (ground->state_directory && ground->state_was.known)
        has &= is_same(ground->state_was, see(AT_FDCWD, ground->state_directory, 0));
    pthread_mutex_unlock(&ground->mutex);
    return has;
}

bool daemon_ground_stands(struct daemon_ground *ground)
{
    forget_events(ground);
    return daemon_ground_has_state(ground) && is_same(ground->socket_was, see_socket(ground));
}

void daemon_ground_leave(struct daemon_ground *ground)
{
    if (is_same(ground->socket_was, see_socket(ground)))
        unlinkat(ground->address->folder, ground->address->socket_name, 0);
}
