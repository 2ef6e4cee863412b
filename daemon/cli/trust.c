#include "cli/command.h"
#include "cli/list_command.h"

static const char usage[] = "usage: coldshoulder trust [OPTION...] ADDRESS|DOMAIN...\n\n"
			    "Puts senders on the allow list: their mail is let through, when From is authenticated.\n\n"
			    "  -c, --config FILE   configuration (default: the installed one)\n"
			    "  -p, --policy NAME   the list of this policy (default: inbound)\n"
			    "  -f, --file FILE     this list file in place of the policy's\n"
			    "  -m, --comment TEXT  why, for the next who reads the file\n"
			    "  -u, --until DATE    the last day it counts on, as 2026-12-31\n"
			    "  -r, --remove        take it out again\n";

static const struct sender_list *list_of(const struct policy *policy)
{
	return &policy->allow;
}

int command_trust(int argc, char **argv)
{
	static const struct list_command command = {"trust", "allow", "is trusted", usage, list_of};

	return list_command_run(&command, argc, argv);
}
