/*
 * config_policy - the groups `inbound` and `outbound`, and the list `policies`.
 */
#ifndef COLDSHOULDER_JUDGE_CONFIG_POLICY_H
#define COLDSHOULDER_JUDGE_CONFIG_POLICY_H

#include "base/settings.h"
#include "judge/config.h"

/* The key of a policy at `index` ("policies.tag_at"), or NULL behind the last one. */
const struct config_key *config_policy_key_at(size_t index);

/*
 * Reads the policies of the file whose other settings are in `config` already, and checks that each can match and that
 * its thresholds make sense. STATUS_OK also when errors were added; STATUS_NO_MEMORY.
 */
enum status config_policies_read(const config_setting_t *root, struct config *config, struct error_list *errors);

#endif
