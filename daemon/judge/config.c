#include "judge/config.h"

#include "base/paths.h"
#include "judge/config_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_ARENA_CHUNK = 8 * 1024 };

static const struct str default_outbound_daemons[] = {{"ORIGINATING", sizeof "ORIGINATING" - 1}};

struct config *config_create_default(void)
{
	struct config *config = calloc(1, sizeof *config);

	if (!config)
		return NULL;
	*config = (struct config){
	    .arena = arena_create(CONFIG_ARENA_CHUNK),
	    .path = "",
	    .socket = "unix:/var/spool/postfix/coldshoulder/coldshoulder.sock",
	    .socket_group = "postfix",
	    .socket_mode = 0660,
	    .state_directory = PATHS_STATE,
	    .metrics = "off",
	    .rules_directory = PATHS_RULES,
	    .local_rules_directory = PATHS_LOCAL_RULES,
	    .direction.outbound_daemons = default_outbound_daemons,
	    .direction.outbound_daemon_count = 1,
	    .max_recipients = 1000,
	    .decisions = {.subject = KEEP_NONE, .evidence = true, .queue_bytes = 4 * 1024 * 1024},
	    .memory = memory_settings_default,
	    .learning_days = 14,
	    .limits = mail_limits_default,
	    .policies.inbound = policy_default_inbound,
	    .policies.outbound = policy_default_outbound,
	};
	if (!config->arena) {
		free(config);
		return NULL;
	}
	config->memory.freemail_list = CONFIG_FREEMAIL_LIST;
	return config;
}

bool config_control_socket(const struct config *config, char path[CONFIG_SOCKET_PATH_MAX])
{
	const char *configured = config->control_socket;

	if (configured && strcmp(configured, "off") == 0)
		return false;
	if (configured)
		snprintf(path, CONFIG_SOCKET_PATH_MAX, "%s", configured);
	else
		snprintf(path, CONFIG_SOCKET_PATH_MAX, "%s/control.sock", config->state_directory);
	return true;
}

bool config_decision_log(const struct config *config, char *path, size_t size)
{
	const char *configured = config->decisions.path;

	if (configured && strcmp(configured, "off") == 0)
		return false;
	if (configured)
		snprintf(path, size, "%s", configured);
	else
		snprintf(path, size, "%s/decisions.jsonl", config->state_directory);
	return true;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	arena_destroy(config->arena);
	free(config);
}

static void check_consistency(const struct config *config, struct error_list *errors)
{
	if (config->auth.mode != AUTH_MODE_OFF && config->auth.authserv_id_count == 0)
		error_add_at(errors, SEVERITY_ERROR, config->path, 0,
			     "authserv_ids = ( \"mx.example.org\" ); as your verifier writes it",
			     "auth_results is on, but authserv_ids is empty");
	if (config->direction.local_domain_count == 0)
		error_add_at(errors, SEVERITY_WARNING, config->path, 0, "local_domains = ( \"example.org\" );",
			     "local_domains is empty: only authenticated mail and outbound_daemons count as outbound");
	if (config->memory.backend == MEMORY_NONE &&
	    (config->decisions.addresses == KEEP_HASHED || config->decisions.subject == KEEP_HASHED))
		error_add_at(errors, SEVERITY_ERROR, config->path, 0, "use \"none\", or a memory",
			     "the decision log hashes with the memory's key, and memory.store is \"none\"");
}

static enum status read_config(const char *path, struct config *config, struct error_list *errors)
{
	size_t errors_before = errors->error_count;
	enum status status;
	config_t file;

	config_init(&file);
	status = settings_read(path, &file, errors);
	if (status == STATUS_OK)
		status = config_keys_read(config_root_setting(&file), config, errors);
	config_destroy(&file);
	if (status == STATUS_OK && errors->error_count == errors_before)
		check_consistency(config, errors);
	if (status == STATUS_OK && errors->error_count > errors_before)
		status = STATUS_BAD_INPUT;
	return status;
}

enum status config_load(const char *path, struct error_list *errors, struct config **ret_config)
{
	struct config *config = config_create_default();
	enum status status;

	if (!config)
		return STATUS_NO_MEMORY;
	config->path = arena_strdup(config->arena, path);
	status = config->path ? read_config(config->path, config, errors) : STATUS_NO_MEMORY;
	if (status != STATUS_OK) {
		config_free(config);
		return status;
	}
	*ret_config = config;
	return STATUS_OK;
}
