#include "policy/action.h"

static const char *const action_names[ACTION_COUNT] = {
    [ACTION_ACCEPT] = "accept",         [ACTION_TAG] = "tag",       [ACTION_TEMPFAIL] = "tempfail",
    [ACTION_QUARANTINE] = "quarantine", [ACTION_REJECT] = "reject", [ACTION_DISCARD] = "discard",
};

const char *action_name(enum action action)
{
	return action_names[action];
}

bool action_find(struct str name, enum action *ret_action)
{
	for (int i = 0; i < ACTION_COUNT; i++) {
		if (str_equal(name, str_of(action_names[i]))) {
			*ret_action = (enum action)i;
			return true;
		}
	}
	return false;
}

bool action_blocks(enum action action)
{
	return action > ACTION_TAG;
}
