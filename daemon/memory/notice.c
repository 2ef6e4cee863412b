#include "memory/notice.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>

static const int64_t quiet_ns = 60 * INT64_C(1000000000);

void notices_init(struct notices *notices, notice_receiver *receiver, void *context)
{
	*notices = (struct notices){.receiver = receiver, .context = context};
	pthread_mutex_init(&notices->lock, NULL);
}

void notices_destroy(struct notices *notices)
{
	pthread_mutex_destroy(&notices->lock);
}

/* True when it may be spoken of now; *ret_held_back is how many were not. */
static bool admit(struct notices *notices, enum notice_kind kind, unsigned long *ret_held_back)
{
	int64_t now = clock_monotonic_ns();
	bool admitted;

	*ret_held_back = 0;
	if (kind == NOTICE_EVENT)
		return true;
	pthread_mutex_lock(&notices->lock);
	admitted = now >= notices->quiet_until[kind];
	if (admitted) {
		*ret_held_back = notices->held_back[kind];
		notices->held_back[kind] = 0;
		notices->quiet_until[kind] = now + quiet_ns;
		notices->unsettled[kind] = true;
	} else {
		notices->held_back[kind]++;
	}
	pthread_mutex_unlock(&notices->lock);
	return admitted;
}

void notices_post(struct notices *notices, enum notice_kind kind, enum severity severity, const char *format, ...)
{
	unsigned long held_back;
	char text[512], line[600];
	va_list args;

	if (!notices->receiver || !admit(notices, kind, &held_back))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (held_back)
		snprintf(line, sizeof line, "%s (and %lu times more in the last minutes)", text, held_back);
	else
		snprintf(line, sizeof line, "%s", text);
	notices->receiver(notices->context, severity, line);
}

void notices_settle(struct notices *notices, enum notice_kind kind, const char *text)
{
	bool unsettled;

	pthread_mutex_lock(&notices->lock);
	unsettled = notices->unsettled[kind];
	notices->unsettled[kind] = false;
	pthread_mutex_unlock(&notices->lock);
	if (unsettled && notices->receiver)
		notices->receiver(notices->context, SEVERITY_WARNING, text);
}
