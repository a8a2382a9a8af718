// Functions of the allocator that Swift's import of the C library leaves out.
#pragma once
#include <stddef.h>

/// Gives memory that was freed back to the system, where the allocator is able to (`malloc_trim` of glibc).
void memory_release_free(void);
