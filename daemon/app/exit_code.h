/*
 * exit_code - how the daemon ends, in the numbers of sysexits.h.
 */
#ifndef COLDSHOULDER_APP_EXIT_CODE_H
#define COLDSHOULDER_APP_EXIT_CODE_H

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_USAGE = 64,         /* the command line is wrong */
	EXIT_CODE_UNAVAILABLE = 69,   /* libmilter refused or gave up */
	EXIT_CODE_SYSTEM = 71,        /* out of memory, no thread, and the like */
	EXIT_CODE_CANNOT_CREATE = 73, /* the socket cannot be made */
	EXIT_CODE_PERMISSION = 77,
	EXIT_CODE_CONFIGURATION = 78 /* configuration or rules are wrong */
};

#endif
