/*
 * coldshoulder - the postmaster's tool: what would the daemon say of this mail, and are the rules sound?
 */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *describe;
} commands[] = {
    {"check", command_check, "judge messages as the daemon would, and say why"},
    {"status", command_status, "ask the running daemon how it is"},
    {"reload", command_reload, "have it read configuration and rules again, and say how that went"},
    {"replay", command_replay, "say what would have happened to the mail of the past"},
    {"history", command_history, "show what was decided, by sender, recipient, class, rule or time"},
    {"why", command_why, "say why one message was treated as it was"},
    {"teach", command_teach, "correct a decision: the sender is known, or the text unwanted"},
    {"shadow", command_shadow, "let a rule be counted, and worth nothing, at once"},
    {"doctor", command_doctor, "look over a live installation, and say what mends it"},
    {"label", command_label, "keep your own opinion of messages: good or bad"},
    {"explain", command_explain, "tell what a rule looks for, and how often it fired here"},
    {"suggest", command_suggest, "propose phrases that tell a mail from ordinary mail"},
    {"lint", command_lint, "check configuration and rules, and run every rule's own examples"},
    {"learn", command_learn, "learn whom we write to from sent mail, or an unwanted template"},
    {"trust", command_trust, "let a sender's mail through, when it is authenticated"},
    {"block", command_block, "refuse a sender's mail"},
    {"budget", command_budget, "tell how many strangers a user may still write to today"},
    {"held", command_held, "list what we put into the hold queue, and how to release it"},
    {"who", command_who, "tell what is known of an address"},
    {"forget", command_forget, "erase what is kept of an address, or take a template back"},
    {"stats", command_stats, "tell what the memory holds, or look for damage"},
    {"export", command_export, "write the whole memory as text"},
    {"import", command_import, "read it back"},
};

static void print_usage(FILE *out)
{
	fprintf(out, "usage: coldshoulder COMMAND [OPTION...] [FILE...]\n\n");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].describe);
	fprintf(out, "\n\"coldshoulder COMMAND --help\" shows the options of a command.\n");
}

/* What could not be written (a full disk, a closed pipe) must not pass for an answer. */
static int finish(const char *name, int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "coldshoulder %s: the output could not be written\n", name);
	return code == COMMAND_OK ? COMMAND_INPUT : code;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		printf("coldshoulder %s\n", COLDSHOULDER_VERSION);
		return COMMAND_OK;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_usage(stdout);
		return COMMAND_OK;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(name, commands[i].name) == 0)
			return finish(name, commands[i].run(argc - 1, argv + 1));
	if (*name)
		fprintf(stderr, "coldshoulder: there is no command \"%s\"\n", name);
	print_usage(stderr);
	return COMMAND_USAGE;
}
