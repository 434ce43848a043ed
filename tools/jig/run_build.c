#include "tools/jig/run_build.h"

#include "tools/jig/building.h"
#include "tools/jig/daemon_client.h"

/* Builds in this process. */
static int build_here(struct building *building)
{
    struct work work = {0};
    struct jig_error error = {0};
    building_begin(building);
    enum jig_status status = building_open(building, &work, &error);
    if (!status)
        status = building_run(building, &work, NULL, &error);
    int code = building_tell(building, &work, status, &error);
    work_close(&work);
    building_end(building);
    return code;
}

int run_build(enum face face, const struct build_request *request)
{
    struct building building = {.face = face, .request = request, .once = true};
    int code;
    if (building_find_place(&building, &code)) {
        bool asks = face == FACE_JIG && daemon_client_is_wanted(request, &building.place);
        bool done = asks && daemon_client_build(request, &building.place, &code);
        if (!done && building_choose(&building, &code))
            code = build_here(&building);
    }
    building_free(&building);
    return code;
}
