#include "policy/failure.h"

const char *failure_name(enum failure failure)
{
	static const char *const names[FAILURE_COUNT] = {[FAILURE_STORE] = "store",
							 [FAILURE_LIMITS] = "limits",
							 [FAILURE_MEMORY] = "memory",
							 [FAILURE_INTERNAL] = "internal"};

	return names[failure];
}

enum failure failure_of(enum status status)
{
	switch (status) {
	case STATUS_NO_MEMORY:
		return FAILURE_MEMORY;
	case STATUS_LIMIT:
		return FAILURE_LIMITS;
	case STATUS_OK:
	case STATUS_BAD_INPUT:
	case STATUS_NOT_FOUND:
	case STATUS_PERMISSION:
	case STATUS_IO:
	case STATUS_BUSY:
	case STATUS_UNAVAILABLE:
	case STATUS_INTERNAL:
		break;
	}
	return FAILURE_INTERNAL;
}
