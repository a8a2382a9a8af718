#ifndef PROCESS_SPAWN_H
#define PROCESS_SPAWN_H

#include <spawn.h>

/// `posix_spawn_file_actions_addclosefrom_np`, which Swift's import of the C library leaves out.
int process_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest);

/// `posix_spawn_file_actions_addchdir_np`, which it leaves out, too.
int process_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *path);

/// A pipe whose ends no child inherits: `pipe2(ends, O_CLOEXEC)`, which it leaves out, too.
int process_spawn_pipe(int ends[2]);

/// The environment of this process; `environ` itself is a mutable global that Swift does not let one read.
char **process_spawn_environment(void);

/// Makes this process the parent of descendants whose own parent dies: `prctl(PR_SET_CHILD_SUBREAPER, 1)`, which Swift does not
/// import because it takes any number of arguments.
int process_spawn_adopt_orphans(void);

/// Whether this process's memory may be in core dumps, and be seen by other processes of its user: `prctl(PR_SET_DUMPABLE, …)`. A program that it
/// starts is not concerned.
int process_spawn_set_dumpable(int is_dumpable);

#endif
