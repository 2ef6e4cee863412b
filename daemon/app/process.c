#include "app/process.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum {
	MALLOC_ARENAS = 4,
	MALLOC_MAPPED = 128 * 1024, /* what is larger has pages of its own, and gives them back */
	MALLOC_SPARE = 128 * 1024,
	THREAD_STACK_BYTES = 1024 * 1024
};

/* When descriptors run out, libmilter's accept loop spins. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void set_thread_stack(void)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0)
		return;
	if (pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES) == 0)
		pthread_setattr_default_np(&attributes);
	pthread_attr_destroy(&attributes);
}

/* Left alone, the limits grow with the largest message that was ever seen, and its memory stays in every arena. */
static void set_malloc(void)
{
	mallopt(M_ARENA_MAX, MALLOC_ARENAS);
	mallopt(M_MMAP_THRESHOLD, MALLOC_MAPPED);
	mallopt(M_TRIM_THRESHOLD, MALLOC_SPARE);
}

void process_prepare(void)
{
	raise_descriptor_limit();
	set_thread_stack();
	set_malloc();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
