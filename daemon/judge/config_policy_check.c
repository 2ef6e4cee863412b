#include "judge/config_policy_check.h"

#include "policy/list_file.h"

#include <string.h>

/* Who is looked at while one policy is checked. */
struct check {
	const struct policy *policy;
	const config_setting_t *group;
	struct error_list *errors;
};

/* The actions in the order of their severity: one must not be reached before a milder one. */
static const struct {
	const char *name;
	size_t which;
} blocking[] = {
    {"tempfail_at", offsetof(struct thresholds, tempfail)},
    {"quarantine_at", offsetof(struct thresholds, quarantine)},
    {"reject_at", offsetof(struct thresholds, reject)},
    {"discard_at", offsetof(struct thresholds, discard)},
    {"mark_as_spam", offsetof(struct thresholds, mark_as_spam)},
};

enum { BLOCKING_COUNT = sizeof blocking / sizeof *blocking, ACTIONS = BLOCKING_COUNT - 1 };

/* A blocking threshold below the tag's would never be reached by itself: the tag's is asked first. */
static void check_against_tag(const struct check *check, enum mail_class mail_class)
{
	const struct threshold *tag = policy_threshold(check->policy, mail_class, offsetof(struct thresholds, tag));
	const char *name = check->policy->name;

	for (size_t i = 0; i < BLOCKING_COUNT; i++) {
		const struct threshold *threshold = policy_threshold(check->policy, mail_class, blocking[i].which);

		if (!threshold->set)
			continue;
		if (!tag->set)
			settings_error(check->errors, SEVERITY_ERROR, check->group,
				       "set tag_at: it decides what counts at all",
				       "%s.%s is set, but %s.tag_at is off", name, blocking[i].name, name);
		else if (threshold->at < tag->at)
			settings_error(check->errors, SEVERITY_ERROR, check->group, "raise it, or lower tag_at",
				       "%s.%s (%.2f) is below %s.tag_at (%.2f)", name, blocking[i].name, threshold->at,
				       name, tag->at);
	}
}

/* Of two thresholds that are reached the severer acts; a milder one at or above it never does. */
static void check_order(const struct check *check, enum mail_class mail_class)
{
	for (size_t i = 0; i < ACTIONS; i++) {
		const struct threshold *milder = policy_threshold(check->policy, mail_class, blocking[i].which);

		for (size_t j = i + 1; j < ACTIONS; j++) {
			const struct threshold *severer =
			    policy_threshold(check->policy, mail_class, blocking[j].which);

			if (milder->set && severer->set && milder->at >= severer->at)
				settings_error(check->errors, SEVERITY_WARNING, check->group,
					       "of thresholds that are reached the severest acts",
					       "%s.%s (%.2f) never acts: %s (%.2f) comes first", check->policy->name,
					       blocking[i].name, milder->at, blocking[j].name, severer->at);
		}
	}
}

static bool has_own_thresholds(const struct policy *policy, enum mail_class mail_class)
{
	for (size_t i = 0; i < BLOCKING_COUNT; i++)
		if (((const struct threshold *)(const void *)((const char *)&policy->class_at[mail_class] +
							      blocking[i].which))
			->given)
			return true;
	return policy->class_at[mail_class].tag.given;
}

/* The plain entries of a list setting that an earlier policy's matcher takes before this one can. */
static bool all_covered(const config_setting_t *list, const struct policy_set *set, const struct policy *policy,
			bool logins, const char **ret_by)
{
	int count = list ? config_setting_length(list) : 0;

	for (int i = 0; i < count; i++) {
		const char *entry = config_setting_get_string_elem(list, i);
		bool covered = false;

		if (!entry || list_entry_is_file(str_of(entry)))
			return false;
		for (const struct policy *p = set->items; p < policy && !covered; p++) {
			covered = p->direction == policy->direction &&
				  matcher_covers(logins ? p->logins : p->match, str_of(entry));
			if (covered)
				*ret_by = p->name;
		}
		if (!covered)
			return false;
	}
	return true;
}

static void check_reach(const struct check *check, const struct config *config)
{
	const struct policy *policy = check->policy;
	const config_setting_t *match = config_setting_get_member(check->group, "match");
	const config_setting_t *logins = config_setting_get_member(check->group, "logins");
	const char *by = NULL;

	if (policy->logins && policy->direction == DIRECTION_INBOUND)
		settings_error(check->errors, SEVERITY_ERROR, check->group,
			       "name recipients by match, or make it direction = \"outbound\"",
			       "policy \"%s\": inbound mail has no login", policy->name);
	if (!match && !logins)
		settings_error(check->errors, SEVERITY_WARNING, check->group, "match = ( \"jane@example.org\" );",
			       "policy \"%s\" matches nobody: it only serves to be inherited from", policy->name);
	else if (all_covered(match, &config->policies, policy, false, &by) &&
		 all_covered(logins, &config->policies, policy, true, &by) && by)
		settings_error(check->errors, SEVERITY_WARNING, check->group,
			       "the first policy that matches counts: put the closer one first",
			       "policy \"%s\" can never match: \"%s\" stands before it", policy->name, by);
}

static void check_enforcement(const struct check *check, const struct config *config)
{
	const struct enforcement *enforcement = &check->policy->enforcement;
	const config_setting_t *group = config_setting_get_member(check->group, "enforce");

	if (group && check->policy->direction == DIRECTION_INBOUND)
		settings_error(check->errors, SEVERITY_ERROR, group, "put it into outbound, or an outbound policy",
			       "%s: enforce is for outbound mail", check->policy->name);
	if (action_blocks(enforcement->actions[CONCERN_TEMPLATE]) && !enforcement->template_strangers)
		settings_error(check->errors, SEVERITY_WARNING, check->group, "template_strangers = 5;",
			       "%s: enforce.template has no effect without template_strangers", check->policy->name);
	if (action_blocks(enforcement->actions[CONCERN_FIRST_CONTACTS]) && !enforcement->first_contacts_per_day)
		settings_error(check->errors, SEVERITY_WARNING, check->group, "first_contacts_per_day = 20;",
			       "%s: enforce.first_contacts has no effect without first_contacts_per_day",
			       check->policy->name);
	for (int i = CONCERN_NONE + 1; i < CONCERN_COUNT; i++)
		if (concern_needs_memory((enum concern)i) && action_blocks(enforcement->actions[i]) &&
		    config->memory.backend == MEMORY_NONE) {
			settings_error(
			    check->errors, SEVERITY_WARNING, check->group, "memory = { store = \"sqlite\"; };",
			    "%s: without a memory everybody is a stranger, and enforce.%s strikes customers too",
			    check->policy->name, concern_name((enum concern)i));
			return;
		}
}

void config_policy_check(const struct policy *policy, const config_setting_t *group, const struct config *config,
			 struct error_list *errors)
{
	const struct check check = {policy, group, errors};
	bool listed = policy != &config->policies.inbound && policy != &config->policies.outbound;

	check_against_tag(&check, CLASS_CLEAN);
	check_order(&check, CLASS_CLEAN);
	for (int i = CLASS_CLEAN + 1; i < CLASS_COUNT; i++) {
		if (!has_own_thresholds(policy, (enum mail_class)i))
			continue;
		check_against_tag(&check, (enum mail_class)i);
		check_order(&check, (enum mail_class)i);
	}
	check_enforcement(&check, config);
	if (listed)
		check_reach(&check, config);
	else if (policy->match || policy->logins)
		settings_error(errors, SEVERITY_ERROR, group, "put a policy with match into policies = ( ... );",
			       "%s counts for everybody whom no policy names: it has no match", policy->name);
}
