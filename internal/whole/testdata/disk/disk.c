// A disk that forgets, as a library for LD_PRELOAD.
//
// It keeps a second folder, DISK_SHADOW, of what would be left of the folder
// DISK_ROOT if the power went at this moment. That is all it does: the program
// sees its files as ever.
//
//   fsync of a file    its content, as it is now, is durable. A copy is kept
//                      under the number of its inode; what has not been synced
//                      of it is not there.
//   fsync of DISK_ROOT the names in it are durable: made, renamed and removed
//                      files. Before that a new file has no name in the shadow,
//                      and a removed one still has. POSIX promises no more, so
//                      this is harsher than ext4.
//   all other writes   reach the shadow with the next fsync of their file, or
//                      never. They need no hook: an fsync copies the file
//                      itself, however its bytes came there. Bytes written
//                      by another thread while an fsync runs may be taken or not.
//
// A SIGKILL in the middle of an fsync leaves some of its pages in the shadow and
// some not. So does a power cut in the middle of an fsync.
//
// The real fsync is not called: the page cache outlives the process, and the
// machine's own power is not cut. Files ending in -shm are left out: SQLite
// never syncs them and makes them anew after a power cut. Go's own system calls
// do not go through libc and are not seen.
//
//   DISK_LIES=1     fsync succeeds and does nothing
//   DISK_SLOW_MS=n  each fsync takes n milliseconds, one after the other
//   DISK_STOP=n     SIGKILL at the nth fsync of the process, before it counts
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, CHUNK = 64 * PAGE };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *shadow;
static long slow, stop, lies;

static long number(const char *name)
{
	const char *text = getenv(name);
	return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	root = getenv("DISK_ROOT");
	shadow = getenv("DISK_SHADOW");
	slow = number("DISK_SLOW_MS");
	stop = number("DISK_STOP");
	lies = number("DISK_LIES");
}

// fail ends the program: a test on half a model proves nothing.
static void fail(const char *what)
{
	fprintf(stderr, "disk.c: %s: %s\n", what, strerror(errno));
	_exit(99);
}

// ours tells whether a path is in DISK_ROOT (or is it), and to be kept.
static int ours(const char *path)
{
	size_t n = root ? strlen(root) : 0, all = strlen(path);
	if (n == 0 || strncmp(path, root, n) != 0 || (path[n] != '/' && path[n] != 0))
		return 0;
	return all < 4 || strcmp(path + all - 4, "-shm") != 0;
}

// in makes the path of a name in a folder.
static char *in(char *path, const char *folder, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return path;
}

// content makes the path in the shadow of an inode's durable content.
static char *content(char *path, ino_t inode)
{
	snprintf(path, PATH_MAX, "%s/.%lu", shadow, (unsigned long)inode);
	return path;
}

// hold keeps all other threads and processes from the shadow.
static int hold(void)
{
	pthread_mutex_lock(&lock);
	int guard = open(shadow, O_RDONLY | O_CLOEXEC);
	if (guard < 0 || flock(guard, LOCK_EX) != 0)
		fail(shadow);
	return guard;
}

static void release(int guard)
{
	close(guard);
	pthread_mutex_unlock(&lock);
}

// take_file copies into the shadow what has changed in a file. It reads through
// the caller's descriptor: closing another one would drop SQLite's locks.
static void take_file(int file, ino_t inode)
{
	static char now[CHUNK], kept[CHUNK]; // one thread at a time
	char path[PATH_MAX];
	int copy = open(content(path, inode), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (copy < 0)
		fail(path);
	off_t at = 0;
	ssize_t n;
	for (; (n = pread(file, now, CHUNK, at)) > 0; at += n) {
		ssize_t old = pread(copy, kept, n, at);
		for (ssize_t i = 0; i < n; i += PAGE) {
			size_t size = n - i < PAGE ? n - i : PAGE;
			if (old >= i + (ssize_t)size && memcmp(now + i, kept + i, size) == 0)
				continue;
			if (pwrite(copy, now + i, size, at + i) != (ssize_t)size)
				fail(path);
		}
	}
	if (n < 0 || ftruncate(copy, at) != 0)
		fail(path);
	close(copy);
}

// take_names gives the shadow the names that the folder has.
static void take_names(void)
{
	char path[PATH_MAX], kept[PATH_MAX], next[PATH_MAX];
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(shadow);
	if (!d)
		fail(shadow);
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' && access(in(path, root, e->d_name), F_OK) != 0)
			unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	if (!(d = opendir(root)))
		fail(root);
	while ((e = readdir(d))) {
		if (!ours(in(path, root, e->d_name)) || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		// One that was never synced has a name and is empty.
		int file = open(content(kept, st.st_ino), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (file < 0)
			fail(kept);
		close(file);
		unlinkat(AT_FDCWD, in(next, shadow, ".next"), 0); // left by a killed process, or by rename where both were one
		if (link(kept, next) != 0 || rename(next, in(path, shadow, e->d_name)) != 0)
			fail(path);
	}
	closedir(d);
}

static int sync_now(int fd)
{
	static long count;
	char link[64], path[PATH_MAX];
	struct stat st;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = 0;
	if (!ours(path) || fstat(fd, &st) != 0)
		return (int)syscall(SYS_fsync, fd);
	int guard = hold();
	if (++count == stop) {
		kill(getpid(), SIGKILL);
		for (;;)
			pause();
	}
	struct timespec pause = {slow / 1000, slow % 1000 * 1000000};
	while (nanosleep(&pause, &pause) != 0 && errno == EINTR) // Go sends its threads signals
		;
	if (!lies && S_ISREG(st.st_mode))
		take_file(fd, st.st_ino);
	else if (!lies && S_ISDIR(st.st_mode))
		take_names();
	release(guard);
	return 0;
}

int fsync(int fd) { return sync_now(fd); }
int fdatasync(int fd) { return sync_now(fd); }

// unlink lets go of the content: the inode's number may be used again. A durable
// name keeps it, as it has a link of its own.
int unlink(const char *path)
{
	int (*real)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
	char kept[PATH_MAX];
	struct stat st;
	if (!ours(path) || lstat(path, &st) != 0)
		return real(path);
	int guard = hold(), result = real(path);
	if (result == 0)
		unlinkat(AT_FDCWD, content(kept, st.st_ino), 0);
	release(guard);
	return result;
}
