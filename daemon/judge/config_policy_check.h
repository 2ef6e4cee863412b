/*
 * config_policy_check - what cannot be meant: policies that never match, thresholds that never act.
 */
#ifndef COLDSHOULDER_JUDGE_CONFIG_POLICY_CHECK_H
#define COLDSHOULDER_JUDGE_CONFIG_POLICY_CHECK_H

#include "base/settings.h"
#include "judge/config.h"

/* Checks a policy that was read from `group`; those before it are in config->policies. Adds errors and warnings. */
void config_policy_check(const struct policy *policy, const config_setting_t *group, const struct config *config,
			 struct error_list *errors);

#endif
