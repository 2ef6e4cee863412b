#include "cli/postfix_queue.h"

#include <errno.h>
#include <jansson.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Postfix's commands may stand where an ordinary user's PATH does not look. */
static const char *const places[] = {"/usr/sbin/postqueue", "/usr/bin/postqueue", "/usr/local/sbin/postqueue"};

/* Starts postqueue with its output in *ret_output; 0 or an errno. */
static int start(const char *config_directory, FILE **ret_output, pid_t *ret_pid)
{
	const char *with_config[] = {"postqueue", "-c", config_directory, "-j", NULL};
	const char *plain[] = {"postqueue", "-j", NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], error = ENOENT;

	if (pipe(ends) != 0)
		return errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	for (size_t i = 0; error && i < sizeof places / sizeof *places; i++)
		if (access(places[i], X_OK) == 0)
			error = posix_spawn(ret_pid, places[i], &actions, NULL,
					    (char *const *)(config_directory ? with_config : plain), environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*ret_output = error ? NULL : fdopen(ends[0], "r");
	if (!*ret_output)
		close(ends[0]);
	return error;
}

static void hand_over(const json_t *object, const char *queue, queued_message_receiver *receive, void *context)
{
	const char *name = json_string_value(json_object_get(object, "queue_name"));
	const json_t *recipients = json_object_get(object, "recipients");
	struct queued_message message = {
	    .queue_id = json_string_value(json_object_get(object, "queue_id")),
	    .arrived = json_integer_value(json_object_get(object, "arrival_time")),
	    .sender = json_string_value(json_object_get(object, "sender")),
	    .recipient = json_string_value(json_object_get(json_array_get(recipients, 0), "address")),
	    .recipient_count = json_array_size(recipients),
	};

	if (!name || strcmp(name, queue) != 0 || !message.queue_id)
		return;
	if (!message.sender || strcmp(message.sender, "MAILER-DAEMON") == 0)
		message.sender = "";
	if (!message.recipient)
		message.recipient = "";
	receive(context, &message);
}

enum status postfix_queue_read(const char *config_directory, const char *queue, queued_message_receiver *receive,
			       void *context, char *problem, size_t problem_size)
{
	FILE *output;
	char *line = NULL;
	size_t size = 0;
	pid_t pid;
	int error = start(config_directory, &output, &pid), result = 0;

	if (error) {
		snprintf(problem, problem_size, "postqueue cannot be run: %s", strerror(error));
		return STATUS_NOT_FOUND;
	}
	while (output && getline(&line, &size, output) > 0) {
		json_t *object = json_loads(line, 0, NULL);

		if (object)
			hand_over(object, queue, receive, context);
		json_decref(object);
	}
	free(line);
	if (output)
		fclose(output);
	while (waitpid(pid, &result, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(result) && WEXITSTATUS(result) == 0)
		return STATUS_OK;
	snprintf(problem, problem_size, "postqueue failed: is Postfix running, and may you read its queue?");
	return STATUS_UNAVAILABLE;
}
