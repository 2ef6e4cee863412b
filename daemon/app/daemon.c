#include "app/daemon.h"

#include "app/control_commands.h"
#include "app/drain.h"
#include "app/held_record.h"
#include "app/metrics.h"
#include "app/notify.h"
#include "app/process.h"
#include "app/reload.h"
#include "app/remember.h"
#include "app/report.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/owner.h"
#include "mail/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLUSH_MS = 2000 };

struct daemon {
	const struct options *options;
	struct generation_slot *slot;
	struct listener listener;
	char *socket; /* as configured; outlives the generation that it was read with */
	struct reloader *reloader;
	struct report report;
	struct control_context control_context;
	struct control *control; /* NULL: there is none */
	struct metrics_source metrics_source;
	struct metrics *metrics; /* NULL: there are none */
};

static enum exit_code exit_code_of(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return EXIT_CODE_OK;
	case STATUS_BAD_INPUT:
		return EXIT_CODE_CONFIGURATION;
	case STATUS_PERMISSION:
		return EXIT_CODE_PERMISSION;
	case STATUS_NOT_FOUND:
	case STATUS_BUSY:
	case STATUS_IO:
		return EXIT_CODE_CANNOT_CREATE;
	case STATUS_UNAVAILABLE:
		return EXIT_CODE_UNAVAILABLE;
	case STATUS_NO_MEMORY:
	case STATUS_LIMIT:
	case STATUS_INTERNAL:
		break;
	}
	return EXIT_CODE_SYSTEM;
}

static enum exit_code no_memory(void)
{
	log_err("out of memory");
	return EXIT_CODE_SYSTEM;
}

/* Configuration or rules that cannot be read are wrong, whatever the reason; only a refusal has its own number. */
static enum exit_code load_exit_code(enum status status)
{
	if (status == STATUS_NO_MEMORY)
		return no_memory();
	return status == STATUS_OK || status == STATUS_PERMISSION ? exit_code_of(status) : EXIT_CODE_CONFIGURATION;
}

/* At start a person may be looking at the terminal while the log goes to syslog. */
static void show_errors(const struct options *options, struct error_list *errors)
{
	report_errors(errors);
	if (!options->foreground)
		report_print_errors(errors, stderr);
	error_list_free(errors);
}

static struct listener_access access_of(const struct config *config)
{
	return (struct listener_access){.group = config->socket_group, .mode = config->socket_mode};
}

/* Where libmilter cannot take a socket over, it makes its own; then the access is set behind it. */
static enum status open_without_handover(struct daemon *d, const struct listen_address *address,
					 const struct listener_access *access, struct error_list *errors)
{
	mode_t old_mask = umask(S_IRWXG | S_IRWXO);
	enum status status = filter_open_own(address->text);

	umask(old_mask);
	if (status != STATUS_OK) {
		error_add(errors, SEVERITY_ERROR, address->text, "libmilter has logged why",
			  "libmilter cannot make the socket");
		return status;
	}
	error_add(errors, SEVERITY_WARNING, "libmilter", NULL,
		  "this libmilter cannot take over a socket: no draining, and TCP is slow");
	return listener_set_access(address, access, errors, &d->listener);
}

static enum exit_code open_configured_socket(struct daemon *d, const struct config *config, struct error_list *errors)
{
	const char *where = d->options->socket ? "-l" : config->path;
	const struct listener_access access = access_of(config);
	struct listen_address address;
	enum status status;

	d->socket = strdup(d->options->socket ? d->options->socket : config->socket);
	if (!d->socket)
		return no_memory();
	if (listen_address_parse(d->socket, where, errors, &address) != STATUS_OK)
		return d->options->socket ? EXIT_CODE_USAGE : EXIT_CODE_CONFIGURATION;
	status = listener_open(&address, &access, errors, &d->listener);
	if (status != STATUS_OK)
		return exit_code_of(status);
	status = filter_open(d->listener.fd);
	if (status == STATUS_UNAVAILABLE) {
		listener_close(&d->listener);
		return exit_code_of(open_without_handover(d, &address, &access, errors));
	}
	d->listener.fd = -1;
	return exit_code_of(status);
}

static enum exit_code open_socket(struct daemon *d, const struct config *config, struct error_list *errors)
{
	enum status status = listener_adopt(errors, &d->listener);
	char name[160];

	if (status == STATUS_NOT_FOUND)
		return open_configured_socket(d, config, errors);
	if (status != STATUS_OK)
		return exit_code_of(status);
	if (strcmp(listener_name(d->listener.fd, name, sizeof name), config->socket) != 0)
		error_add(errors, SEVERITY_WARNING, config->path,
			  "write the same place in both; systemctl edit coldshoulder.socket",
			  "socket = \"%s\" is not used: systemd passes %s", config->socket, name);
	status = filter_open(d->listener.fd);
	d->listener.fd = -1;
	if (status == STATUS_UNAVAILABLE)
		error_add(errors, SEVERITY_ERROR, "libmilter", "disable the socket unit",
			  "this libmilter cannot take over a socket from systemd");
	return exit_code_of(status);
}

static void on_reload(void *context)
{
	const struct daemon *d = context;

	reloader_run(d->reloader);
}

static void on_drain(void *context)
{
	struct daemon *d = context;

	/* The next process makes its own. */
	control_stop(d->control);
	d->control = NULL;
	metrics_stop(d->metrics);
	d->metrics = NULL;
	drain_run(&d->listener);
}

static void on_stop(void *context, const char *signal_name)
{
	(void)context;
	log_info("stopping: signal=%s", signal_name);
	notify_stopping("Stopping");
	filter_stop();
}

static void announce(const struct daemon *d)
{
	struct generation *generation = generation_slot_acquire(d->slot);
	size_t rules = ruleset_rule_count(generation->ruleset);
	char status[128];

	if (geteuid() == 0)
		log_warn("running as root: better give the daemon a user of its own, who owns state_dir");
	log_info("started: version=%s, socket=%s, generation=%lu, rules=%zu, scanner=%s", COLDSHOULDER_VERSION,
		 d->socket ? d->socket : "passed by systemd", generation->number, rules,
		 ruleset_scanner(generation->ruleset));
	if (strstr(ruleset_scanner(generation->ruleset), "without jit"))
		log_warn("JIT off: the system forbids code made at run time (MemoryDenyWriteExecute?); patterns are "
			 "interpreted, which is slower");
	snprintf(status, sizeof status, "Serving, %zu rules", rules);
	notify_ready(status);
	generation_release(generation);
}

/* Mail goes on without a control socket: what is wrong with it is only a warning. */
static void open_control(struct daemon *d)
{
	struct generation *generation = generation_slot_acquire(d->slot);
	struct error_list errors = error_list_make();
	char path[CONFIG_SOCKET_PATH_MAX];

	d->control_context = (struct control_context){
	    .options = d->options,
	    .slot = d->slot,
	    .reloader = d->reloader,
	    .counters = d->report.counters,
	    .decisions = d->report.decisions,
	    .socket = d->socket,
	    .started = time(NULL),
	};
	if (config_control_socket(generation->config, path) &&
	    control_start(path, control_commands, &d->control_context, &errors, &d->control) != STATUS_OK)
		error_add(&errors, SEVERITY_WARNING, path, "coldshoulder status and reload do not work until a restart",
			  "there is no control socket");
	show_errors(d->options, &errors);
	generation_release(generation);
}

static void open_metrics(struct daemon *d)
{
	struct generation *generation = generation_slot_acquire(d->slot);
	const char *address = generation->config->metrics;
	struct error_list errors = error_list_make();

	d->metrics_source = (struct metrics_source){
	    .slot = d->slot,
	    .reloader = d->reloader,
	    .counters = d->report.counters,
	    .decisions = d->report.decisions,
	    .started = time(NULL),
	};
	if (strcmp(address, "off") != 0 &&
	    metrics_start(address, &d->metrics_source, &errors, &d->metrics) != STATUS_OK)
		error_add(&errors, SEVERITY_WARNING, "metrics", "mend what is said above, and restart",
			  "there are no metrics; mail goes on");
	show_errors(d->options, &errors);
	generation_release(generation);
}

/* The filter is registered and the socket is open. */
static enum exit_code serve(struct daemon *d)
{
	const struct signals_actions actions = {.reload = on_reload, .drain = on_drain, .stop = on_stop, .context = d};
	enum status status;

	/* Before the thread that may close them; signals wait meanwhile. */
	open_control(d);
	open_metrics(d);
	if (signals_start(&actions) != STATUS_OK) {
		log_err("no thread could be made for signals");
		control_stop(d->control);
		metrics_stop(d->metrics);
		return EXIT_CODE_SYSTEM;
	}
	announce(d);
	status = filter_run();
	signals_finish();
	control_stop(d->control);
	metrics_stop(d->metrics);
	if (status != STATUS_OK) {
		log_err("libmilter gave up");
		return EXIT_CODE_UNAVAILABLE;
	}
	log_info("stopped");
	return EXIT_CODE_OK;
}

static enum exit_code open_and_serve(struct daemon *d)
{
	const struct filter_observer observer = report_observer(&d->report);
	struct error_list errors = error_list_make();
	struct generation *generation;
	enum exit_code code;

	if (filter_register(d->slot, &observer) != STATUS_OK) {
		log_err("libmilter refused the registration");
		return EXIT_CODE_UNAVAILABLE;
	}
	generation = generation_slot_acquire(d->slot);
	code = open_socket(d, generation->config, &errors);
	generation_release(generation);
	show_errors(d->options, &errors);
	if (code == EXIT_CODE_OK)
		code = serve(d);
	listener_close(&d->listener);
	free(d->socket);
	return code;
}

static enum status load(const struct options *options, struct generation **ret_generation)
{
	const struct generation_options generation_options = {.state_directory = options->state_directory};
	struct error_list errors = error_list_make();
	enum status status = generation_load(options->config_path, &generation_options, &errors, ret_generation);

	show_errors(options, &errors);
	return status;
}

/* Started by hand as root: all that follows is done as the owner of the state directory, and what is made is his. */
static enum status leave_root(const struct options *options)
{
	struct error_list errors = error_list_make(), unread = error_list_make();
	struct config *config = NULL;
	enum status status = STATUS_OK;

	umask(S_IWGRP | S_IRWXO);
	if (geteuid() == 0 && config_load(options->config_path, &unread, &config) == STATUS_OK)
		status = owner_become(options->state_directory ? options->state_directory : config->state_directory,
				      &errors);
	/* What is wrong with the configuration is told when it is loaded with the rules. */
	error_list_free(&unread);
	config_free(config);
	show_errors(options, &errors);
	return status;
}

static enum status open_memory(const struct options *options, struct generation *generation)
{
	struct error_list errors = error_list_make();
	enum status status = remember_open(generation->config, &errors, &generation->memory);

	show_errors(options, &errors);
	return status;
}

enum exit_code daemon_run(const struct options *options)
{
	static struct daemon d; /* there is one, and a message may still be judged when this function has returned */
	struct generation *first;
	struct memory *memory;
	enum status status;
	enum exit_code code;

	d = (struct daemon){.options = options, .listener = {.fd = -1}};
	log_open("coldshoulderd", options->foreground, options->verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	signals_block();
	process_prepare();
	message_library_init();
	status = leave_root(options);
	if (status == STATUS_OK)
		status = load(options, &first);
	if (status != STATUS_OK)
		return load_exit_code(status);
	status = open_memory(options, first);
	if (status != STATUS_OK) {
		generation_release(first);
		return load_exit_code(status);
	}
	held_record_open(first->config->state_directory);
	memory = first->memory;
	d.slot = generation_slot_create(first);
	if (!d.slot) {
		generation_release(first);
		memory_close(memory);
		return no_memory();
	}
	d.reloader = reloader_create(options, d.slot);
	d.report = (struct report){.counters = counters_create(), .decisions = decision_log_start()};
	code = d.reloader && d.report.counters && d.report.decisions ? open_and_serve(&d) : no_memory();
	reloader_destroy(d.reloader);
	if (!filter_is_idle()) {
		log_warn("a message is still being judged: it is left to the MTA");
		memory_flush(memory, FLUSH_MS);
		return code;
	}
	decision_log_stop(d.report.decisions);
	counters_destroy(d.report.counters);
	generation_slot_destroy(d.slot);
	memory_close(memory);
	return code;
}

static void check_socket(const struct options *options, const struct config *config, struct error_list *errors)
{
	const char *where = options->socket ? "-l" : config->path;
	const struct listener_access access = access_of(config);
	struct listen_address address;

	if (listen_address_parse(options->socket ? options->socket : config->socket, where, errors, &address) ==
	    STATUS_OK)
		listener_check(&address, &access, where, errors);
}

enum exit_code daemon_check(const struct options *options)
{
	const struct generation_options generation_options = {
	    .state_directory = options->state_directory, .check_examples = true, .no_cache = true};
	struct error_list errors = error_list_make();
	struct generation *generation = NULL;
	enum status status;

	message_library_init();
	status = generation_load(options->config_path, &generation_options, &errors, &generation);
	if (status == STATUS_OK) {
		check_socket(options, generation->config, &errors);
		remember_check(generation->config, &errors);
	}
	report_print_errors(&errors, stderr);
	if (status == STATUS_OK && errors.error_count == 0)
		printf("configuration is valid: %s, %zu rules, %zu warnings\n", options->config_path,
		       ruleset_rule_count(generation->ruleset), errors.warning_count);
	else if (status == STATUS_OK)
		status = STATUS_BAD_INPUT;
	error_list_free(&errors);
	generation_release(generation);
	return load_exit_code(status);
}
