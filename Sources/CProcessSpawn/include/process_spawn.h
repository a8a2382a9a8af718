#ifndef PROCESS_SPAWN_H
#define PROCESS_SPAWN_H

#include <spawn.h>

/// `posix_spawn_file_actions_addclosefrom_np`, which Swift's import of the C library leaves out.
int process_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest);

/// The environment of this process; `environ` itself is a mutable global that Swift does not let one read.
char **process_spawn_environment(void);

#endif
