#include "tools_support.h"

#include "temporary.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int enter_folder(void **state)
{
    return temporary_enter(state, "tools");
}

int leave_folder(void **state)
{
    return temporary_leave(state);
}

void make_file(const char *path, const char *text)
{
    assert_int_equal(io_make_parent_dirs(path), 0);
    assert_int_equal(io_write_file(AT_FDCWD, path, text, strlen(text)), 0);
}

struct buf file_text(const char *path)
{
    struct buf text = {0};
    assert_int_equal(io_read_file(AT_FDCWD, path, &text), 0);
    return text;
}

void shell(const char *text)
{
    struct buf command = {0};
    buf_printf(&command, "{ %s\n} >/dev/null 2>&1", text);
    assert_int_equal(system(command.data), 0);
    buf_free(&command);
}
