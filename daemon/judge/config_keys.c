#include "judge/config_keys.h"

#include "judge/config_policy.h"
#include "judge/config_table.h"

#define FIELD(field) offsetof(struct config, field)

static const struct config_field keys[] = {
    {{"socket", "string", "\"unix:/var/spool/postfix/coldshoulder/coldshoulder.sock\""},
     config_value_string,
     FIELD(socket)},
    {{"socket_group", "string", "\"postfix\""}, config_value_string, FIELD(socket_group)},
    {{"socket_mode", "octal mode as a string", "\"0660\""}, config_value_mode, FIELD(socket_mode)},
    {{"state_dir", "string", "\"/var/lib/coldshoulder\""}, config_value_string, FIELD(state_directory)},
    {{"control_socket", "string or \"off\"", "state_dir/control.sock"}, config_value_string, FIELD(control_socket)},
    {{"metrics", "string or \"off\"", "\"off\""}, config_value_string, FIELD(metrics)},
    {{"rules_dir", "string", "\"/usr/share/coldshoulder/rules\""}, config_value_string, FIELD(rules_directory)},
    {{"local_rules_dir", "string", "\"/etc/coldshoulder/rules.d\""}, config_value_string, FIELD(local_rules_directory)},
    {{"local_domains", "list of strings", "( )"}, config_value_strings, FIELD(direction.local_domains)},
    {{"networks", "list of strings", "( )"}, config_value_networks, FIELD(direction)},
    {{"outbound_daemons", "list of strings", "( \"ORIGINATING\" )"},
     config_value_strings,
     FIELD(direction.outbound_daemons)},
    {{"auth_results", "one of \"off\", \"jobid\", \"stripped\"", "\"off\""}, config_value_auth_mode, FIELD(auth.mode)},
    {{"authserv_ids", "list of strings", "( )"}, config_value_strings, FIELD(auth.authserv_ids)},
    {{"our_hosts", "list of strings", "( )"}, config_value_strings, FIELD(our_hosts)},
    {{"languages", "list of strings", "( )"}, config_value_languages, FIELD(languages)},
    {{"add_header", "one of \"all\", \"tagged\", \"none\"", "\"all\""}, config_value_add_header, FIELD(add_header)},
    {{"strip_spam_headers", "boolean", "false"}, config_value_bool, FIELD(strip_spam_headers)},
    {{"limits.max_scan_bytes", "size", "\"1M\""}, config_value_size, FIELD(limits.scan_bytes)},
    {{"limits.max_recipients", "whole number", "1000"}, config_value_count, FIELD(max_recipients)},
    {{"limits.max_headers", "whole number", "1000"}, config_value_count, FIELD(limits.headers)},
    {{"limits.max_header_bytes", "size", "\"256K\""}, config_value_size, FIELD(limits.header_bytes)},
    {{"limits.max_mime_depth", "whole number", "50"}, config_value_count, FIELD(limits.mime_depth)},
    {{"limits.max_mime_parts", "whole number", "500"}, config_value_count, FIELD(limits.mime_parts)},
    {{"limits.max_decoded_bytes", "size", "\"2M\""}, config_value_size, FIELD(limits.decoded_bytes)},
    {{"limits.max_html_depth", "whole number", "200"}, config_value_count, FIELD(limits.html_depth)},
    {{"limits.max_view_words", "whole number", "20000"}, config_value_count, FIELD(limits.view_words)},
    {{"limits.max_links", "whole number", "500"}, config_value_count, FIELD(limits.links)},
    {{"limits.time", "time", "\"2s\""}, config_value_milliseconds, FIELD(limits.time_ms)},
    {{"decisions.log", "string or \"off\"", "state_dir/decisions.jsonl"}, config_value_string, FIELD(decisions.path)},
    {{"decisions.addresses", "one of \"clear\", \"hashed\", \"none\"", "\"clear\""},
     config_value_keep,
     FIELD(decisions.addresses)},
    {{"decisions.subject", "one of \"clear\", \"hashed\", \"none\"", "\"none\""},
     config_value_keep,
     FIELD(decisions.subject)},
    {{"decisions.evidence", "boolean", "true"}, config_value_bool, FIELD(decisions.evidence)},
    {{"decisions.queue", "size", "\"4M\""}, config_value_size, FIELD(decisions.queue_bytes)},
    {{"learning_days", "whole number", "14"}, config_value_number, FIELD(learning_days)},
    {{"memory.store", "one of \"sqlite\", \"redis\", \"none\"", "\"sqlite\""},
     config_value_store,
     FIELD(memory.backend)},
    {{"memory.key_file", "string", "state_dir/key"}, config_value_string, FIELD(memory.key_file)},
    {{"memory.freemail_list", "string", "\"/usr/share/coldshoulder/lists/freemail.txt\""},
     config_value_string,
     FIELD(memory.freemail_list)},
    {{"memory.freemail_domains", "list of strings", "( )"}, config_value_strings, FIELD(memory.freemail_domains)},
    {{"memory.alias_file", "string", "none"}, config_value_string, FIELD(memory.alias_file)},
    {{"memory.recipient_delimiter", "string", "\"+\""}, config_value_string, FIELD(memory.recipient_delimiters)},
    {{"memory.relation_scope", "one of \"domain\", \"site\", \"mailbox\"", "\"domain\""},
     config_value_scope,
     FIELD(memory.scope)},
    {{"memory.keep_relations", "days", "\"730d\""}, config_value_days, FIELD(memory.retention.relation_days)},
    {{"memory.keep_received", "days", "\"90d\""}, config_value_days, FIELD(memory.retention.received_days)},
    {{"memory.keep_message_ids", "days", "\"90d\""}, config_value_days, FIELD(memory.retention.message_days)},
    {{"memory.keep_templates", "days", "\"30d\""}, config_value_days, FIELD(memory.retention.template_days)},
    {{"memory.template_window", "days", "\"14d\""}, config_value_days, FIELD(memory.template_window_days)},
    {{"memory.offence_fades", "days", "\"30d\""}, config_value_days, FIELD(memory.retention.offence_days)},
    {{"memory.deadline", "time", "\"50ms\""}, config_value_milliseconds, FIELD(memory.deadline_ms)},
    {{"memory.queue", "whole number", "10000"}, config_value_count, FIELD(memory.queue_max)},
    {{"memory.max_templates", "whole number", "200000"}, config_value_count, FIELD(memory.templates_max)},
    {{"memory.redis_server", "string", "none"}, config_value_string, FIELD(memory.redis_server)},
    {{"memory.redis_user", "string", "none"}, config_value_string, FIELD(memory.redis_user)},
    {{"memory.redis_password_file", "string", "none"}, config_value_string, FIELD(memory.redis_password_file)},
    {{"memory.redis_prefix", "string", "\"{coldshoulder}\""}, config_value_string, FIELD(memory.redis_prefix)},
    {{"memory.redis_database", "whole number", "0"}, config_value_number, FIELD(memory.redis_database)},
    {{"memory.redis_connections", "whole number", "16"}, config_value_number, FIELD(memory.redis_connections)},
    {{"failure.store", "one of \"accept\", \"tempfail\"", "\"accept\""},
     config_value_failure,
     FIELD(failure.tempfail[FAILURE_STORE])},
    {{"failure.limits", "one of \"accept\", \"tempfail\"", "\"accept\""},
     config_value_failure,
     FIELD(failure.tempfail[FAILURE_LIMITS])},
    {{"failure.memory", "one of \"accept\", \"tempfail\"", "\"accept\""},
     config_value_failure,
     FIELD(failure.tempfail[FAILURE_MEMORY])},
    {{"failure.internal", "one of \"accept\", \"tempfail\"", "\"accept\""},
     config_value_failure,
     FIELD(failure.tempfail[FAILURE_INTERNAL])},
    {{"exempt", "list", "( )"}, config_value_matcher, FIELD(policies.exempt)},
    {{"split", "boolean", "false"}, config_value_bool, FIELD(policies.split)},
};

enum { KEY_COUNT = sizeof keys / sizeof *keys };

/* Read by config_policy.c, when all of the above is known. */
static const char *const policy_groups[] = {"inbound", "outbound", "policies", NULL};

const struct config_key *config_key_at(size_t index)
{
	if (index < KEY_COUNT)
		return &keys[index].doc;
	return config_policy_key_at(index - KEY_COUNT);
}

enum status config_keys_read(const config_setting_t *root, struct config *config, struct error_list *errors)
{
	const struct config_table table = {.fields = keys, .count = KEY_COUNT, .label = "", .elsewhere = policy_groups};
	enum status status = config_table_read(root, &table, config, config->arena, errors);

	return status == STATUS_OK ? config_policies_read(root, config, errors) : status;
}
