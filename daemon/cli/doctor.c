#include "cli/doctor.h"

#include "base/paths.h"
#include "cli/command.h"
#include "cli/control.h"
#include "cli/options.h"
#include "cli/setup.h"

#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char usage[] =
    "usage: coldshoulder doctor [OPTION...]\n\n"
    "Looks over a live installation: configuration, daemon, socket, Postfix. Says what is wrong, and the\n"
    "line that mends it. As root it also tries the socket as Postfix's user.\n\n"
    "      --postfix DIRECTORY  where main.cf is (default: as postconf has it)\n"
    "  -c, --config FILE        configuration (default: the installed one)\n"
    "  -s, --state DIRECTORY    in place of the configured state_dir\n";

void doctor_say(struct doctor *doctor, enum finding finding, const char *mend, const char *format, ...)
{
	static const char *const words[] = {"ok  ", "note", "WARN", "FAIL"};
	va_list arguments;

	doctor->warnings += finding == FINDING_WARNING;
	doctor->failures += finding == FINDING_FAILURE;
	printf("%s  ", words[finding]);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	if (mend)
		printf("      mend: %s\n", mend);
	fflush(stdout);
}

static bool read_all(int fd, struct buf *out)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) != 0) {
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			buf_add(out, bytes, (size_t)n);
	}
	return true;
}

bool doctor_run(const char *const *arguments, struct buf *out)
{
	posix_spawn_file_actions_t actions;
	int ends[2], state = -1;
	bool read;
	pid_t child;

	buf_clear(out);
	if (pipe(ends) != 0)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
	state = posix_spawnp(&child, arguments[0], &actions, NULL, (char *const *)arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	read = state == 0 && read_all(ends[0], out);
	close(ends[0]);
	if (state != 0 || waitpid(child, &state, 0) != child)
		return false;
	while (out->n && out->p[out->n - 1] == '\n')
		out->p[--out->n] = '\0';
	return read && WIFEXITED(state) && WEXITSTATUS(state) == 0 && !buf_failed(out);
}

/* Only the first few: the whole list is what the other command is for. */
static void say_errors(struct doctor *doctor, const struct error_list *errors)
{
	enum { SHOWN = 5 };
	size_t shown = 0;

	for (size_t i = 0; i < errors->errors.count; i++) {
		const struct error *error = error_at(errors, i);

		if (shown++ == SHOWN) {
			doctor_say(doctor, FINDING_NOTE, "coldshoulderd -n",
				   "more is wrong with configuration and rules");
			return;
		}
		doctor_say(doctor, error->severity == SEVERITY_ERROR ? FINDING_FAILURE : FINDING_WARNING,
			   *error->hint ? error->hint : NULL, "%s: %s", error->where, error->what);
	}
}

static struct generation *check_configuration(struct doctor *doctor)
{
	const char *path = setup_config_path(doctor->config_path);
	const struct generation_options options = {.state_directory = doctor->state, .no_cache = true};
	struct error_list errors = error_list_make();
	struct generation *generation = NULL;
	enum status status;

	if (!path)
		doctor_say(doctor, FINDING_WARNING, "install -m 644 .../examples/small-company.conf " PATHS_CONFIG,
			   "there is no %s: the defaults hold", PATHS_CONFIG);
	status = generation_load(path, &options, &errors, &generation);
	say_errors(doctor, &errors);
	error_list_free(&errors);
	if (status != STATUS_OK)
		return NULL;
	doctor_say(doctor, FINDING_OK, NULL, "configuration: %s, %zu rules", path ? path : "defaults",
		   ruleset_rule_count(generation->ruleset));
	return generation;
}

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static void check_last_reload(struct doctor *doctor)
{
	const json_t *reload = json_object_get(doctor->status, "reload");

	if (json_is_object(reload) && !json_is_true(json_object_get(reload, "ok")))
		doctor_say(doctor, FINDING_FAILURE, "coldshoulder reload, which says what is wrong",
			   "the last reload failed: the daemon works by an older configuration");
}

static void check_decision_log(struct doctor *doctor)
{
	const json_t *log = json_object_get(doctor->status, "decision_log");

	if (json_is_true(json_object_get(log, "failing")))
		doctor_say(doctor, FINDING_FAILURE, "the daemon's log says why; df -h, ls -l",
			   "the decision log cannot be written: %s", text(log, "path"));
}

static void check_daemon(struct doctor *doctor)
{
	const struct control_options options = {
	    .command = "doctor", .config = doctor->config_path, .state = doctor->state};
	char span[64], path[CONFIG_SOCKET_PATH_MAX];

	if (!config_control_socket(doctor->config, path)) {
		doctor_say(doctor, FINDING_NOTE, NULL, "control_socket is off: the daemon itself cannot be asked");
		return;
	}
	if (control_ask(&options, json_pack("{ss}", "command", "status"), true, &doctor->status) != CONTROL_OK) {
		doctor_say(doctor, FINDING_FAILURE,
			   "systemctl start coldshoulder; then journalctl -u coldshoulder says what is wrong",
			   "the daemon does not answer on its control socket%s",
			   geteuid() == 0 ? "" : " (or you may not ask it: try sudo)");
		return;
	}
	doctor_say(doctor, FINDING_OK, NULL, "daemon: version %s, serving for %s on %s",
		   text(doctor->status, "version"),
		   control_span((long)time(NULL) - (long)json_integer_value(json_object_get(doctor->status, "started")),
				span, sizeof span),
		   text(doctor->status, "socket"));
	if (strcmp(text(doctor->status, "version"), COLDSHOULDER_VERSION) != 0)
		doctor_say(doctor, FINDING_WARNING, "systemctl restart coldshoulder",
			   "the daemon is not of this version (%s)", COLDSHOULDER_VERSION);
	if (strstr(text(doctor->status, "scanner"), "without"))
		doctor_say(doctor, FINDING_NOTE, NULL, "scanning is slower than it could be: %s",
			   text(doctor->status, "scanner"));
	check_last_reload(doctor);
	check_decision_log(doctor);
}

static int conclude(const struct doctor *doctor)
{
	if (doctor->failures + doctor->warnings == 0)
		printf("\nNothing is wrong.\n");
	else
		printf("\n%zu to mend, %zu to think about.\n", doctor->failures, doctor->warnings);
	return doctor->failures ? COMMAND_INPUT : COMMAND_OK;
}

static int examine(struct doctor *doctor)
{
	struct generation *generation = check_configuration(doctor);
	struct buf owner = buf_make(NULL);

	if (!generation) {
		buf_free(&owner);
		return conclude(doctor);
	}
	doctor->config = generation->config;
	check_daemon(doctor);
	doctor->socket = doctor->status && strncmp(text(doctor->status, "socket"), "passed", 6) != 0
			     ? text(doctor->status, "socket")
			     : doctor->config->socket;
	if (!doctor_postconf(doctor, "mail_owner", &owner))
		buf_clear(&owner);
	doctor_check_socket(doctor, owner.n ? owner.p : NULL);
	doctor_check_postfix(doctor);
	buf_free(&owner);
	json_decref(doctor->status);
	generation_release(generation);
	return conclude(doctor);
}

int command_doctor(int argc, char **argv)
{
	struct doctor doctor = {.config_path = NULL};
	const struct command_option own[] = {
	    {"postfix", 0, .value = &doctor.postfix_config},
	    {"config", 'c', .value = &doctor.config_path},
	    {"state", 's', .value = &doctor.state},
	};
	const struct command_line line = {.usage = usage, .options = own, .option_count = sizeof own / sizeof *own};
	int code = options_read(&line, argc, argv);

	return code >= 0 ? code : examine(&doctor);
}
