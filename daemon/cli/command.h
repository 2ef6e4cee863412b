/*
 * command - the subcommands of coldshoulder(1): one file each. They get their own arguments (argv[0] is the
 * subcommand's name) and return the exit code: 0 done, 1 usage or configuration, 2 some input could not be read.
 */
#ifndef COLDSHOULDER_CLI_COMMAND_H
#define COLDSHOULDER_CLI_COMMAND_H

enum { COMMAND_OK = 0, COMMAND_USAGE = 1, COMMAND_INPUT = 2 };

int command_check(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_label(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_lint(int argc, char **argv);
int command_learn(int argc, char **argv);
int command_forget(int argc, char **argv);
int command_who(int argc, char **argv);
int command_stats(int argc, char **argv);
int command_export(int argc, char **argv);
int command_import(int argc, char **argv);
int command_status(int argc, char **argv);
int command_reload(int argc, char **argv);
int command_history(int argc, char **argv);
int command_why(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_teach(int argc, char **argv);
int command_shadow(int argc, char **argv);
int command_suggest(int argc, char **argv);
int command_trust(int argc, char **argv);
int command_block(int argc, char **argv);
int command_budget(int argc, char **argv);
int command_held(int argc, char **argv);

#endif
