#include "memory.h"

#if defined(__GLIBC__)
#include <malloc.h>
void memory_release_free(void) { malloc_trim(0); }
#else
void memory_release_free(void) {}
#endif
