#include "app/options.h"

#include "app/exit_code.h"
#include "base/paths.h"

#include <getopt.h>
#include <stdio.h>

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"foreground", no_argument, NULL, 'f'},
    {"listen", required_argument, NULL, 'l'},
    {"state-dir", required_argument, NULL, 's'},
    {"check", no_argument, NULL, 'n'},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void print_usage(FILE *out)
{
	fputs("usage: coldshoulderd [-c FILE] [-f] [-l SOCKET] [-s DIR] [-n] [-v]\n", out);
}

static void print_help(void)
{
	print_usage(stdout);
	puts("A milter that gives cold outreach the cold shoulder.\n"
	     "\n"
	     "  -c, --config FILE     configuration (default " PATHS_CONFIG ")\n"
	     "  -f, --foreground      log to standard error instead of syslog\n"
	     "  -l, --listen SOCKET   unix:PATH, inet:PORT@HOST or inet6:PORT@[HOST] instead of the configured one\n"
	     "  -s, --state-dir DIR   state directory instead of the configured one\n"
	     "  -n, --check           check configuration and rules with their examples, and end\n"
	     "  -v, --verbose         log more\n"
	     "  -V, --version         print the version, and end\n"
	     "  -h, --help            print this text, and end\n"
	     "\n"
	     "Signals: USR1 or HUP reloads, USR2 ends when messages under way are done, TERM ends at once.\n"
	     "Never goes into the background by itself; see coldshoulderd(8).");
}

/* False when the program is to end. */
static bool take_option(int option, struct options *options, int *ret_exit_code)
{
	*ret_exit_code = EXIT_CODE_OK;
	switch (option) {
	case 'c':
		options->config_path = optarg;
		return true;
	case 'f':
		options->foreground = true;
		return true;
	case 'l':
		options->socket = optarg;
		return true;
	case 's':
		options->state_directory = optarg;
		return true;
	case 'n':
		options->check_only = true;
		return true;
	case 'v':
		options->verbose = true;
		return true;
	case 'V':
		puts("coldshoulderd " COLDSHOULDER_VERSION);
		return false;
	case 'h':
		print_help();
		return false;
	default:
		print_usage(stderr);
		*ret_exit_code = EXIT_CODE_USAGE;
		return false;
	}
}

bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_exit_code)
{
	int option;

	*ret_options = (struct options){.config_path = PATHS_CONFIG};
	while ((option = getopt_long(argc, argv, "c:fl:s:nvVh", long_options, NULL)) != -1)
		if (!take_option(option, ret_options, ret_exit_code))
			return false;
	if (optind < argc) {
		fprintf(stderr, "coldshoulderd: \"%s\" is no option\n", argv[optind]);
		print_usage(stderr);
		*ret_exit_code = EXIT_CODE_USAGE;
		return false;
	}
	return true;
}
