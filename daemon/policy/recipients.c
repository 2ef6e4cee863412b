#include "policy/recipients.h"

#include "base/buf.h"
#include "base/list.h"

enum { NAMES_MAX = 5 };

enum status recipients_inbound(const struct policy_set *set, const struct str *mailboxes, size_t count, uint32_t today,
			       struct arena *arena, struct recipients *ret)
{
	ret->count = count ? count : 1;
	ret->items = arena_calloc(arena, ret->count, sizeof *ret->items);
	if (!ret->items)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		ret->items[i].mailbox = mailboxes[i];
		ret->items[i].policy = policy_for_recipient(set, mailboxes[i], today);
	}
	if (!count)
		ret->items[0].policy = &set->inbound;
	return STATUS_OK;
}

enum status recipients_outbound(const struct policy_set *set, struct str sender, struct str login, uint32_t today,
				struct arena *arena, struct recipients *ret)
{
	ret->count = 1;
	ret->items = arena_calloc(arena, 1, sizeof *ret->items);
	if (!ret->items)
		return STATUS_NO_MEMORY;
	ret->items[0].mailbox = sender;
	ret->items[0].policy = policy_for_sender(set, sender, login, today);
	return STATUS_OK;
}

bool recipients_all_exempt(const struct recipients *recipients)
{
	for (size_t i = 0; i < recipients->count; i++)
		if (!recipients->items[i].policy->exempt)
			return false;
	return true;
}

/* The item before `index` with the same policy, whose outcome is the same as well. */
static const struct recipient_decision *same_policy(const struct recipients *recipients, size_t index)
{
	const struct policy *policy = recipients->items[index].policy;

	if (index > 0 && recipients->items[index - 1].policy == policy)
		return &recipients->items[index - 1];
	return NULL;
}

/* What is done when both have their say. Nothing is done to the message of one who must see everything. */
static struct policy_outcome merge(const struct policy_outcome *a, const struct policy_outcome *b)
{
	const struct policy_outcome *milder = a->action <= b->action ? a : b;
	const struct policy_outcome *severer = milder == a ? b : a;
	struct policy_outcome merged;

	/* Both block, or both do not: the milder of blocking actions, the stronger of the others. */
	if (action_blocks(a->action) == action_blocks(b->action)) {
		merged = action_blocks(a->action) ? *milder : *severer;
	} else if (milder->action == ACTION_TAG) {
		merged = *milder;
		merged.held = HELD_RECIPIENT;
	} else {
		/* One blocks, the other accepts: tagged, as the one who blocks would at least have it. */
		merged = *severer;
		merged.action = ACTION_TAG;
		merged.held = HELD_RECIPIENT;
		merged.threshold = milder->threshold;
	}
	if (a->would > merged.would)
		merged.would = a->would;
	if (b->would > merged.would)
		merged.would = b->would;
	if (merged.action == ACTION_TAG && (a->held == HELD_RECIPIENT || b->held == HELD_RECIPIENT))
		merged.held = HELD_RECIPIENT;
	if (merged.mail_class == CLASS_CLEAN)
		merged.mail_class = severer->mail_class;
	return merged;
}

struct policy_outcome recipients_apply(struct recipients *recipients, const struct policy_case *message)
{
	struct policy_outcome merged = {.threshold = 0};
	bool all_mark = true;

	for (size_t i = 0; i < recipients->count; i++) {
		struct recipient_decision *item = &recipients->items[i];
		const struct recipient_decision *same = same_policy(recipients, i);

		item->outcome = same ? same->outcome : policy_apply(item->policy, message);
		all_mark &= item->outcome.mark_as_spam || item->policy->exempt;
		merged = i ? merge(&merged, &item->outcome) : item->outcome;
	}
	merged.mark_as_spam = all_mark && merged.action >= ACTION_TAG;
	return merged;
}

const char *recipients_policy_names(const struct recipients *recipients, struct arena *arena)
{
	const struct policy *named[NAMES_MAX];
	struct buf names = buf_make(arena);
	size_t count = 0;

	for (size_t i = 0; i < recipients->count; i++) {
		const struct policy *policy = recipients->items[i].policy;
		size_t seen = 0;

		while (seen < count && named[seen] != policy)
			seen++;
		if (seen < count || same_policy(recipients, i))
			continue;
		if (count == NAMES_MAX) {
			buf_add_text(&names, "+...");
			break;
		}
		named[count++] = policy;
		buf_add_format(&names, "%s%s", count > 1 ? "+" : "", policy->name);
	}
	return buf_failed(&names) ? NULL : buf_str(&names).p;
}

enum status recipients_languages(const struct recipients *recipients, struct arena *arena,
				 const struct str **ret_languages, size_t *ret_count)
{
	struct list languages = list_make(sizeof(struct str), arena);

	*ret_languages = NULL;
	*ret_count = 0;
	for (size_t i = 0; i < recipients->count; i++) {
		const struct policy *policy = recipients->items[i].policy;

		if (policy->exempt || same_policy(recipients, i))
			continue;
		if (!policy->language_count)
			return STATUS_OK;
		for (size_t l = 0; l < policy->language_count; l++) {
			struct str *place = list_push(&languages);

			if (!place)
				return STATUS_NO_MEMORY;
			*place = policy->languages[l];
		}
	}
	*ret_languages = languages.items;
	*ret_count = languages.count;
	return STATUS_OK;
}
