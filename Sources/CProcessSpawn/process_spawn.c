#define _GNU_SOURCE
#include "process_spawn.h"

#include <sys/prctl.h>
#include <unistd.h>

int process_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
    return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}

char **process_spawn_environment(void) {
    return environ;
}

int process_spawn_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}
