/*
 * faults - for LD_PRELOAD: the Nth call of a program that can fail does fail, once or from there on.
 *
 *   FAULTS_KIND=memory|call|signal  allocations; calls of the system; calls that a signal can interrupt
 *   FAULTS_AT=N                     which; 0: none, they are only counted
 *   FAULTS_ALWAYS=1                 the following ones too
 *   FAULTS_ERRNO=NUMBER             of "call"; default EIO
 *   FAULTS_COUNT=FILE               how many there were is written to it when main() returns
 *
 * Only calls from the program itself and from jansson count: GLib ends the process when memory is out, libxml2 may loop
 * for ever, and neither can be mended here. Nothing counts outside main().
 */
#undef _FORTIFY_SOURCE /* its macros stand in for the functions that are made here */

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <link.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { KIND_MEMORY, KIND_CALL, KIND_SIGNAL };
enum { RANGES_MAX = 8 };

static enum kind wanted;
static long fails_at;
static bool always;
static int error_number = EIO;
static atomic_bool armed;
static atomic_long seen;
static struct {
	uintptr_t from, to;
} ranges[RANGES_MAX];
static int range_count;

/* The program has no name. */
static int note_range(struct dl_phdr_info *info, size_t size, void *context)
{
	(void)size;
	(void)context;
	if (info->dlpi_name[0] && !strstr(info->dlpi_name, "jansson"))
		return 0;
	for (int i = 0; i < info->dlpi_phnum && range_count < RANGES_MAX; i++) {
		if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X))
			continue;
		ranges[range_count].from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
		ranges[range_count].to = ranges[range_count].from + info->dlpi_phdr[i].p_memsz;
		range_count++;
	}
	return 0;
}

static bool is_ours(const void *caller)
{
	for (int i = 0; i < range_count; i++)
		if ((uintptr_t)caller >= ranges[i].from && (uintptr_t)caller < ranges[i].to)
			return true;
	return false;
}

static bool fails(enum kind kind, const void *caller)
{
	long number;

	if (kind != wanted || !atomic_load(&armed) || !is_ours(caller))
		return false;
	number = atomic_fetch_add(&seen, 1) + 1;
	if (number != fails_at && !(always && fails_at && number > fails_at))
		return false;
	errno = kind == KIND_MEMORY ? ENOMEM : kind == KIND_SIGNAL ? EINTR : error_number;
	return true;
}

#define FAILS(kind) fails(kind, __builtin_return_address(0))
/* A call that may also be interrupted. */
#define STOPS()    (FAILS(KIND_CALL) || FAILS(KIND_SIGNAL))
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
	return FAILS(KIND_MEMORY) ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
	return FAILS(KIND_MEMORY) ? NULL : __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
	return FAILS(KIND_MEMORY) ? NULL : __libc_realloc(p, n);
}

char *strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = FAILS(KIND_MEMORY) ? NULL : __libc_malloc(n);

	return copy ? memcpy(copy, s, n) : NULL;
}

int asprintf(char **out, const char *format, ...)
{
	va_list arguments;
	int n = -1;

	va_start(arguments, format);
	if (!FAILS(KIND_MEMORY))
		n = vasprintf(out, format, arguments);
	va_end(arguments);
	return n;
}

int open64(const char *path, int flags, ...)
{
	va_list arguments;
	unsigned int mode;

	va_start(arguments, flags);
	mode = va_arg(arguments, unsigned int);
	va_end(arguments);
	return FAILS(KIND_CALL) ? -1 : openat(AT_FDCWD, path, flags, mode);
}

ssize_t read(int fd, void *p, size_t n)
{
	return STOPS() ? -1 : REAL(read)(fd, p, n);
}

ssize_t pread64(int fd, void *p, size_t n, off64_t at)
{
	return STOPS() ? -1 : REAL(pread64)(fd, p, n, at);
}

ssize_t write(int fd, const void *p, size_t n)
{
	return STOPS() ? -1 : REAL(write)(fd, p, n);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	return STOPS() ? -1 : REAL(send)(fd, p, n, flags);
}

ssize_t recv(int fd, void *p, size_t n, int flags)
{
	return STOPS() ? -1 : REAL(recv)(fd, p, n, flags);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	return STOPS() ? -1 : REAL(poll)(fds, n, timeout);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return STOPS() ? -1 : REAL(waitpid)(pid, status, options);
}

int accept4(int fd, struct sockaddr *address, socklen_t *n, int flags)
{
	return STOPS() ? -1 : REAL(accept4)(fd, address, n, flags);
}

int pipe(int ends[2])
{
	return FAILS(KIND_CALL) ? -1 : REAL(pipe)(ends);
}

pid_t fork(void)
{
	return FAILS(KIND_CALL) ? -1 : REAL(fork)();
}

int socket(int domain, int type, int protocol)
{
	return FAILS(KIND_CALL) ? -1 : REAL(socket)(domain, type, protocol);
}

int connect(int fd, const struct sockaddr *address, socklen_t n)
{
	return FAILS(KIND_CALL) ? -1 : REAL(connect)(fd, address, n);
}

int bind(int fd, const struct sockaddr *address, socklen_t n)
{
	return FAILS(KIND_CALL) ? -1 : REAL(bind)(fd, address, n);
}

int listen(int fd, int backlog)
{
	return FAILS(KIND_CALL) ? -1 : REAL(listen)(fd, backlog);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t n)
{
	return FAILS(KIND_CALL) ? -1 : REAL(setsockopt)(fd, level, name, value, n);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *n)
{
	return FAILS(KIND_CALL) ? -1 : REAL(getsockopt)(fd, level, name, value, n);
}

int getsockname(int fd, struct sockaddr *address, socklen_t *n)
{
	return FAILS(KIND_CALL) ? -1 : REAL(getsockname)(fd, address, n);
}

int eventfd(unsigned int start, int flags)
{
	return FAILS(KIND_CALL) ? -1 : REAL(eventfd)(start, flags);
}

int getrlimit64(__rlimit_resource_t resource, struct rlimit64 *limit)
{
	return FAILS(KIND_CALL) ? -1 : REAL(getrlimit64)(resource, limit);
}

int access(const char *path, int mode)
{
	return FAILS(KIND_CALL) ? -1 : REAL(access)(path, mode);
}

int stat64(const char *path, struct stat64 *info)
{
	return FAILS(KIND_CALL) ? -1 : REAL(stat64)(path, info);
}

int lstat64(const char *path, struct stat64 *info)
{
	return FAILS(KIND_CALL) ? -1 : REAL(lstat64)(path, info);
}

int fstat64(int fd, struct stat64 *info)
{
	return FAILS(KIND_CALL) ? -1 : REAL(fstat64)(fd, info);
}

int chmod(const char *path, mode_t mode)
{
	return FAILS(KIND_CALL) ? -1 : REAL(chmod)(path, mode);
}

int fchmod(int fd, mode_t mode)
{
	return FAILS(KIND_CALL) ? -1 : REAL(fchmod)(fd, mode);
}

int mkdir(const char *path, mode_t mode)
{
	return FAILS(KIND_CALL) ? -1 : REAL(mkdir)(path, mode);
}

char *mkdtemp(char *path)
{
	return FAILS(KIND_CALL) ? NULL : REAL(mkdtemp)(path);
}

int mkostemp64(char *path, int flags)
{
	return FAILS(KIND_CALL) ? -1 : REAL(mkostemp64)(path, flags);
}

int rename(const char *from, const char *to)
{
	return FAILS(KIND_CALL) ? -1 : REAL(rename)(from, to);
}

int fsync(int fd)
{
	return FAILS(KIND_CALL) ? -1 : REAL(fsync)(fd);
}

FILE *fopen64(const char *path, const char *mode)
{
	return FAILS(KIND_CALL) ? NULL : REAL(fopen64)(path, mode);
}

FILE *fdopen(int fd, const char *mode)
{
	return FAILS(KIND_CALL) ? NULL : REAL(fdopen)(fd, mode);
}

/* The stream is gone in any case. */
int fclose(FILE *stream)
{
	bool failed = FAILS(KIND_CALL);

	return REAL(fclose)(stream) != 0 || failed ? EOF : 0;
}

int fflush(FILE *stream)
{
	return FAILS(KIND_CALL) ? EOF : REAL(fflush)(stream);
}

int scandir64(const char *path, struct dirent64 ***ret, int (*filter)(const struct dirent64 *),
	      int (*compare)(const struct dirent64 **, const struct dirent64 **))
{
	return FAILS(KIND_CALL) ? -1 : REAL(scandir64)(path, ret, filter, compare);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	return FAILS(KIND_CALL) ? error_number : REAL(posix_spawn)(pid, path, actions, attributes, argv, envp);
}

int posix_spawnp(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	return FAILS(KIND_CALL) ? error_number : REAL(posix_spawnp)(pid, path, actions, attributes, argv, envp);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context)
{
	return FAILS(KIND_CALL) ? EAGAIN : REAL(pthread_create)(thread, attributes, run, context);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
	return FAILS(KIND_CALL) ? EAI_AGAIN : REAL(getaddrinfo)(host, service, hints, ret);
}

static void read_settings(void)
{
	const char *kind = getenv("FAULTS_KIND"), *at = getenv("FAULTS_AT"), *number = getenv("FAULTS_ERRNO");

	wanted = kind && strcmp(kind, "call") == 0     ? KIND_CALL
		 : kind && strcmp(kind, "signal") == 0 ? KIND_SIGNAL
						       : KIND_MEMORY;
	fails_at = at ? strtol(at, NULL, 10) : 0;
	always = getenv("FAULTS_ALWAYS") != NULL;
	error_number = number ? (int)strtol(number, NULL, 10) : EIO;
	unsetenv("LD_PRELOAD"); /* not for what the program starts */
	dl_iterate_phdr(note_range, NULL);
}

static int (*real_main)(int argc, char **argv, char **environment);

static int counted_main(int argc, char **argv, char **environment)
{
	const char *path = getenv("FAULTS_COUNT");
	FILE *file;
	int code;

	read_settings();
	atomic_store(&armed, true);
	code = real_main(argc, argv, environment);
	atomic_store(&armed, false);
	file = path ? REAL(fopen64)(path, "w") : NULL;
	if (file) {
		fprintf(file, "%ld\n", atomic_load(&seen));
		REAL(fclose)(file);
	}
	return code;
}

int __libc_start_main(int (*run)(int, char **, char **), int argc, char **argv, void (*init)(void),
		      void (*finish)(void), void (*end)(void), void *stack);

int __libc_start_main(int (*run)(int, char **, char **), int argc, char **argv, void (*init)(void),
		      void (*finish)(void), void (*end)(void), void *stack)
{
	real_main = run;
	return REAL(__libc_start_main)(counted_main, argc, argv, init, finish, end, stack);
}
