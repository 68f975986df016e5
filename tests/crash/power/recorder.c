/* Preloaded into a process: writes down, in their order, what it does to the files below $RECORDED_FOLDER, which
   of it was flushed, what it says on its standard output, and which orders it sends. $RECORD is the file to write.
   The record is written with the same lock held as the deed, so that its order is the order of the deeds. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 4096

struct __attribute__((packed)) head {
    char deed;
    uint64_t inode, offset;
    uint32_t length, other_length;
};

enum { NOTHING, REGULAR, FOLDER };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char kinds[FILES];
static char *names[FILES];
static int record = -1;
static char folder[PATH_MAX];

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static void put(const void *bytes, size_t length) {
    const char *left = bytes;
    while (length > 0) {
        long written = syscall(SYS_write, record, left, length);
        if (written <= 0) abort();
        left += written;
        length -= (size_t)written;
    }
}

static void note(char deed, uint64_t inode, uint64_t offset, const void *bytes, size_t length, const char *other) {
    struct head head = {deed, inode, offset, (uint32_t)length, other ? (uint32_t)strlen(other) : 0};
    if (record < 0) return;
    put(&head, sizeof head);
    put(bytes, length);
    if (other) put(other, head.other_length);
}

static void note_name(char deed, uint64_t inode, const char *name, const char *other) {
    note(deed, inode, 0, name, strlen(name), other);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("RECORD"), *under = getenv("RECORDED_FOLDER");
    if (!path || !under || !realpath(under, folder)) return;
    record = (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
}

static int is_ours(const char *path, char *whole) {
    char copy[PATH_MAX], *slash;
    if (record < 0 || strlen(path) >= sizeof copy) return 0;
    if (realpath(path, whole)) return strncmp(whole, folder, strlen(folder)) == 0;
    strcpy(copy, path);
    slash = strrchr(copy, '/');
    if (!slash) return 0;
    *slash = 0;
    if (!realpath(copy, whole) || strlen(whole) + strlen(slash + 1) + 2 > PATH_MAX) return 0;
    strcat(strcat(whole, "/"), slash + 1);
    return strncmp(whole, folder, strlen(folder)) == 0;
}

static uint64_t inode_of(int file) {
    struct stat found;
    return fstat(file, &found) == 0 ? found.st_ino : 0;
}

static int opened(int at, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX];
    int file, was_there, ours;
    struct stat found;
    pthread_mutex_lock(&lock);
    ours = at == AT_FDCWD && is_ours(path, whole);
    was_there = ours && access(whole, F_OK) == 0;
    file = (int)syscall(SYS_openat, at, path, flags, mode);
    if (ours && file >= 0 && file < FILES && fstat(file, &found) == 0) {
        kinds[file] = S_ISREG(found.st_mode) ? REGULAR : S_ISDIR(found.st_mode) ? FOLDER : NOTHING;
        free(names[file]);
        names[file] = strdup(whole);
        if (kinds[file] == REGULAR && !was_there) note_name('C', found.st_ino, whole, NULL);
        if (kinds[file] == REGULAR && was_there && (flags & O_TRUNC)) note('T', found.st_ino, 0, "", 0, NULL);
    }
    pthread_mutex_unlock(&lock);
    return file;
}

#define MODE(flags, mode)                           \
    mode_t mode = 0;                                \
    if ((flags) & (O_CREAT | O_TMPFILE)) {          \
        va_list more;                               \
        va_start(more, flags);                      \
        mode = (mode_t)va_arg(more, int);           \
        va_end(more);                               \
    }

int open(const char *path, int flags, ...) { MODE(flags, mode) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, mode) return opened(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags, mode) return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags, mode) return opened(at, path, flags, mode); }

int close(int file) {
    int (*real)(int) = next("close"), result;
    pthread_mutex_lock(&lock);
    if (file >= 0 && file < FILES) kinds[file] = NOTHING;
    result = real(file);
    pthread_mutex_unlock(&lock);
    return result;
}

static int is(int file, int kind) { return file >= 0 && file < FILES && kinds[file] == kind; }

static ssize_t written_at(int file, const void *bytes, size_t length, off64_t offset) {
    ssize_t result;
    pthread_mutex_lock(&lock);
    result = syscall(SYS_pwrite64, file, bytes, length, offset);
    if (result > 0 && is(file, REGULAR)) note('W', inode_of(file), (uint64_t)offset, bytes, (size_t)result, NULL);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    return written_at(file, bytes, length, offset);
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    return written_at(file, bytes, length, offset);
}

ssize_t write(int file, const void *bytes, size_t length) {
    ssize_t result;
    off_t offset = 0;
    pthread_mutex_lock(&lock);
    if (is(file, REGULAR)) {
        int flags = fcntl(file, F_GETFL);
        offset = lseek(file, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR);
    }
    if (file == STDOUT_FILENO) note('A', 0, 0, bytes, length, NULL);
    result = syscall(SYS_write, file, bytes, length);
    if (result > 0 && is(file, REGULAR)) note('W', inode_of(file), (uint64_t)offset, bytes, (size_t)result, NULL);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t send(int file, const void *bytes, size_t length, int flags) {
    pthread_mutex_lock(&lock);
    if (memmem(bytes, length, "\"tag\"", 5)) note('S', 0, 0, bytes, length, NULL);
    pthread_mutex_unlock(&lock);
    return syscall(SYS_sendto, file, bytes, length, flags, NULL, 0);
}

static int cut(int file, off64_t length) {
    int result;
    pthread_mutex_lock(&lock);
    result = (int)syscall(SYS_ftruncate, file, length);
    if (result == 0 && is(file, REGULAR)) note('T', inode_of(file), (uint64_t)length, "", 0, NULL);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

static int flushed(int file, long call) {
    int result;
    pthread_mutex_lock(&lock);
    result = (int)syscall(call, file);
    if (result == 0 && is(file, REGULAR)) note('F', inode_of(file), 0, "", 0, NULL);
    if (result == 0 && is(file, FOLDER)) note_name('D', 0, names[file], NULL);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int file) { return flushed(file, SYS_fsync); }
int fdatasync(int file) { return flushed(file, SYS_fdatasync); }

int unlink(const char *path) {
    char whole[PATH_MAX];
    int result, ours;
    pthread_mutex_lock(&lock);
    ours = is_ours(path, whole);
    result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (result == 0 && ours) note_name('U', 0, whole, NULL);
    pthread_mutex_unlock(&lock);
    return result;
}

int rename(const char *from, const char *to) {
    char whole[PATH_MAX], other[PATH_MAX];
    int result, ours;
    pthread_mutex_lock(&lock);
    ours = is_ours(from, whole) && is_ours(to, other);
    result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (result == 0 && ours) note_name('R', 0, whole, other);
    pthread_mutex_unlock(&lock);
    return result;
}
