#include "policy/policy_set.h"

#include "policy/recipient.h"

enum { ADDRESS_MAX = 320 };

const struct policy policy_of_the_exempt = {.name = "exempt", .direction = DIRECTION_INBOUND, .exempt = true};

/* "jane+shop@example.org" is jane@example.org; false when there is no extension. */
static bool without_extension(const struct policy_set *set, struct str mailbox, char out[ADDRESS_MAX],
			      struct str *ret_mailbox)
{
	struct str delimiters = str_of(set->delimiters ? set->delimiters : "+");
	size_t at = str_find_byte(mailbox, 0, '@'), end = 1;

	if (at == STR_NONE || mailbox.n > ADDRESS_MAX)
		return false;
	while (end < at && str_find_byte(delimiters, 0, mailbox.p[end]) == STR_NONE)
		end++;
	if (end >= at)
		return false;
	*ret_mailbox = (struct str){out, 0};
	for (size_t i = 0; i < mailbox.n; i++)
		if (i < end || i >= at)
			out[ret_mailbox->n++] = mailbox.p[i];
	return true;
}

const struct policy *policy_for_recipient(const struct policy_set *set, struct str recipient, uint32_t today)
{
	char copy[ADDRESS_MAX];
	struct str plain;
	bool extended = without_extension(set, recipient, copy, &plain);

	if (recipient_is_exempt(recipient) || matcher_find(set->exempt, recipient, today, NULL) ||
	    (extended && (recipient_is_exempt(plain) || matcher_find(set->exempt, plain, today, NULL))))
		return &policy_of_the_exempt;
	for (size_t i = 0; i < set->count; i++) {
		const struct policy *policy = &set->items[i];

		if (policy->direction == DIRECTION_INBOUND &&
		    (matcher_find(policy->match, recipient, today, NULL) ||
		     (extended && matcher_find(policy->match, plain, today, NULL))))
			return policy;
	}
	return &set->inbound;
}

const struct policy *policy_for_sender(const struct policy_set *set, struct str sender, struct str login,
				       uint32_t today)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct policy *policy = &set->items[i];

		if (policy->direction == DIRECTION_OUTBOUND && (matcher_find(policy->match, sender, today, NULL) ||
								matcher_find(policy->logins, login, today, NULL)))
			return policy;
	}
	return &set->outbound;
}

bool policy_set_splits(const struct policy_set *set, struct str first, struct str next, uint32_t today)
{
	return set->split && policy_may_block(policy_for_recipient(set, first, today)) !=
				 policy_may_block(policy_for_recipient(set, next, today));
}

const struct policy *policy_by_name(const struct policy_set *set, struct str name)
{
	for (size_t i = 0; i < set->count; i++)
		if (str_equal(name, str_of(set->items[i].name)))
			return &set->items[i];
	if (str_equal(name, STR("inbound")))
		return &set->inbound;
	return str_equal(name, STR("outbound")) ? &set->outbound : NULL;
}
