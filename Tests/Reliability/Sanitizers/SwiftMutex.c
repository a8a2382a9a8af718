// Tells the thread sanitizer what Swift's `Mutex` does when threads meet in it.
//
// A free `Mutex` is taken and given back by code that the compiler puts into the program, where the sanitizer sees it. Where threads meet, it
// is done by three functions of libswiftSynchronization, which is not built for the sanitizer, and by the kernel. Without their part the
// sanitizer does not know that what one thread did under the lock came before what the next does, and reports races that are none. This
// library is preloaded; its functions stand before those three, call them, and say what they have done.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

// Weak: they are missing in programs that are not built for the sanitizer, which inherit the preloaded library, too.
void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));

// The methods of `Synchronization._MutexHandle`: swiftcall passes the handle as the context.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define HANDLE __attribute__((swift_context)) void *handle

typedef __attribute__((swiftcall)) void LockSlow(uint32_t thread, HANDLE);
typedef __attribute__((swiftcall)) bool TryLockSlow(HANDLE);
typedef __attribute__((swiftcall)) void UnlockSlow(HANDLE);

LockSlow lockSlow __asm__(LOCK_SLOW);
TryLockSlow tryLockSlow __asm__(TRY_LOCK_SLOW);
UnlockSlow unlockSlow __asm__(UNLOCK_SLOW);

static LockSlow *nextLockSlow;
static TryLockSlow *nextTryLockSlow;
static UnlockSlow *nextUnlockSlow;

__attribute__((constructor)) static void findFunctions(void) {
    nextLockSlow = (LockSlow *)dlsym(RTLD_NEXT, LOCK_SLOW);
    nextTryLockSlow = (TryLockSlow *)dlsym(RTLD_NEXT, TRY_LOCK_SLOW);
    nextUnlockSlow = (UnlockSlow *)dlsym(RTLD_NEXT, UNLOCK_SLOW);
}

__attribute__((swiftcall)) void lockSlow(uint32_t thread, HANDLE) {
    nextLockSlow(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

__attribute__((swiftcall)) bool tryLockSlow(HANDLE) {
    bool isLocked = nextTryLockSlow(handle);
    if (isLocked && __tsan_acquire) __tsan_acquire(handle);
    return isLocked;
}

__attribute__((swiftcall)) void unlockSlow(HANDLE) {
    if (__tsan_release) __tsan_release(handle);
    nextUnlockSlow(handle);
}
