#include "app/daemon.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct options options;
	int code;

	if (options_parse(argc, argv, &options, &code))
		code = (int)(options.check_only ? daemon_check(&options) : daemon_run(&options));
	if (fflush(stdout) != 0 && code == EXIT_CODE_OK)
		code = EXIT_CODE_SYSTEM;
	return code;
}
