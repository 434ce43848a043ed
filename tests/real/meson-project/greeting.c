#include "greeting.h"

#include "version.h"

const char *greeting(void)
{
    return "hello, version " VERSION;
}
