#define _GNU_SOURCE
#include "process_spawn.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

int process_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
    return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}

int process_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

int process_spawn_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}

char **process_spawn_environment(void) {
    return environ;
}

int process_spawn_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

int process_spawn_set_dumpable(int is_dumpable) {
    return prctl(PR_SET_DUMPABLE, is_dumpable, 0, 0, 0);
}
