/*
 * wall_clock - preloaded into a process, its wall clock is wrong by as many seconds as the file $WALL_CLOCK says (eight
 * bytes, as the machine writes them), from one moment to the next. The monotonic clock stays as it is. So a test sets
 * the clock without setting everybody's.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *wrong_by;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("WALL_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *place = fd >= 0 ? mmap(NULL, sizeof *wrong_by, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (place == MAP_FAILED)
		abort();
	wrong_by = place;
	close(fd);
}

static time_t seconds_off(void)
{
	return wrong_by ? (time_t)atomic_load(wrong_by) : 0;
}

int clock_gettime(clockid_t which, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, which, now);

	if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
		now->tv_sec += seconds_off();
	return result;
}

int gettimeofday(struct timeval *restrict ret_now, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	*ret_now = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
	return 0;
}

time_t time(time_t *ret_now)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (ret_now)
		*ret_now = now.tv_sec;
	return now.tv_sec;
}

/* libmilter waits until a time of the wall clock; we do until one of the monotonic clock, which began with the machine.
 */
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict lock,
			   const struct timespec *restrict until)
{
	int (*wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
	struct timespec monotonic, moved = *until;

	*(void **)&wait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	if (until->tv_sec > monotonic.tv_sec + 24 * 60 * 60 || until->tv_sec + 24 * 60 * 60 < monotonic.tv_sec)
		moved.tv_sec -= seconds_off();
	return wait(condition, lock, &moved);
}
