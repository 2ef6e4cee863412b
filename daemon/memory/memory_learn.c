#include "memory/memory.h"

#include "base/clock.h"
#include "base/list.h"
#include "memory/memory_state.h"

/* Changes on their way to the queue. */
struct lesson {
	const struct memory_keys *keys;
	struct list changes; /* of struct change */
	uint32_t day;
	uint32_t received_slack; /* days that may pass until a mailbox is noted again as writing */
	bool failed;
	struct change nowhere; /* where writing goes when there is no memory left */
};

static struct change *add(struct lesson *lesson, enum change_kind kind)
{
	struct change *change = list_push(&lesson->changes);

	if (!change) {
		lesson->failed = true;
		return &lesson->nowhere;
	}
	change->kind = kind;
	change->day = lesson->day;
	change->at = lesson->keys->query.now;
	return change;
}

static bool push(struct memory *memory, struct lesson *lesson)
{
	bool pushed = !lesson->failed && (lesson->changes.count == 0 ||
					  writer_push(memory->writer, lesson->changes.items, lesson->changes.count));

	list_free(&lesson->changes);
	return pushed;
}

static void add_sighting(struct lesson *lesson, const struct sketch *sketch, uint64_t recipient, uint64_t sender,
			 uint64_t domain)
{
	struct change *change = add(lesson, CHANGE_SIGHTING);

	change->seen.sketch = *sketch;
	change->seen.sighting = (struct sighting){(uint32_t)recipient, (uint32_t)sender, (uint32_t)domain,
						  (uint32_t)lesson->keys->query.now};
}

static void add_received(struct lesson *lesson, const struct store_pair *pair, const struct store_relation *relation)
{
	const struct memory_keys *keys = lesson->keys;
	struct change *change;

	/* Writing each message down would cost more than looking it up; an eighth of its retention is exact enough. */
	if (relation->pair.received && relation->pair.received + lesson->received_slack >= lesson->day)
		return;
	change = add(lesson, CHANGE_RECEIVED);
	change->remote = pair->remote;
	change->local = pair->local;
	change->first = relation->pair.received == 0;
	/* Only of correspondents: a stranger must not become known by signing with a friend's name. */
	if (!relation->pair.wrote || !keys->sender_person)
		return;
	change = add(lesson, CHANGE_PERSON);
	change->remote = keys->sender_person;
	change->local = pair->local;
}

static void learn_inbound(struct lesson *lesson, const struct memory_event *event)
{
	const struct memory_keys *keys = lesson->keys;
	bool stranger = keys->answered && keys->relation == RELATION_STRANGER;
	const struct sketch *sketch = stranger && keys->query.sketch ? store_sketch_get(keys->query.sketch) : NULL;
	struct change *change;

	for (size_t i = 0; i < keys->query.pair_count; i++) {
		const struct store_pair *pair = &keys->query.pairs[i];
		const struct store_relation *relation = &keys->answer.relations[i];

		if (!pair->local)
			continue;
		add_received(lesson, pair, relation);
		if (stranger && keys->query.counted[i] && !keys->answer.counted[i]) {
			change = add(lesson, CHANGE_COUNTED);
			change->message = keys->query.counted[i];
			change->flags = COUNTED_YES | (relation->pair.received ? COUNTED_RECEIVED_BEFORE : 0);
		}
		if (sketch)
			add_sighting(lesson, sketch, pair->local, pair->remote, keys->sender_domain);
	}
	if (stranger && event->offence && keys->query.offender && keys->query.offence_message) {
		change = add(lesson, CHANGE_OFFENCE);
		change->remote = keys->query.offender;
		change->message = keys->query.offence_message;
	}
}

static void add_wrote(struct lesson *lesson, size_t index, uint64_t user)
{
	const struct store_pair *pair = &lesson->keys->query.pairs[index];
	const struct store_relation *relation = &lesson->keys->answer.relations[index];
	struct change *change;

	if (relation->pair.wrote >= lesson->day && relation->site.wrote >= lesson->day &&
	    (!pair->domain || relation->domain.wrote >= lesson->day))
		return;
	change = add(lesson, CHANGE_WROTE);
	change->remote = pair->remote;
	change->local = pair->local;
	change->domain = pair->domain;
	change->offender = pair->domain ? pair->domain : pair->remote;
	change->user = user;
	change->first = store_is_first_contact(relation, lesson->keys->query.scope);
	if (!lesson->keys->persons[index])
		return;
	change = add(lesson, CHANGE_PERSON);
	change->remote = lesson->keys->persons[index];
	change->local = pair->local;
}

static void learn_outbound(struct lesson *lesson, uint64_t user)
{
	const struct memory_keys *keys = lesson->keys;
	const struct sketch *sketch =
	    user && keys->answered && keys->query.sketch ? store_sketch_get(keys->query.sketch) : NULL;

	for (size_t i = 0; i < keys->query.pair_count; i++) {
		const struct store_pair *pair = &keys->query.pairs[i];

		if (!pair->remote)
			continue;
		add_wrote(lesson, i, user);
		if (sketch &&
		    store_relation_of(&keys->answer.relations[i], keys->query.scope, true) == RELATION_STRANGER)
			add_sighting(lesson, sketch, pair->remote, user, pair->domain);
	}
	if (keys->message_id)
		add(lesson, CHANGE_SENT)->message = keys->message_id;
	add(lesson, CHANGE_OUTBOUND);
}

static struct lesson lesson_make(const struct memory *memory, const struct memory_keys *keys)
{
	return (struct lesson){.keys = keys,
			       .changes = list_make(sizeof(struct change), NULL),
			       .day = store_day(keys->query.now),
			       .received_slack = memory->settings.retention.received_days / 8};
}

bool memory_learn(struct memory *memory, const struct memory_event *event)
{
	const struct memory_query *query = event->query;
	const struct memory_keys *keys = event->answer->keys;
	struct lesson lesson;

	if (!keys)
		return false;
	if (!query->personal || !keys->mailbox_known || (query->outbound ? event->blocked : query->auth == AUTH_FAIL))
		return true;
	lesson = lesson_make(memory, keys);
	if (query->outbound)
		learn_outbound(&lesson, keys->query.user);
	else
		learn_inbound(&lesson, event);
	return push(memory, &lesson);
}

/* True when this Message-ID was learned before. */
static bool is_known(struct memory *memory, uint64_t message_id)
{
	const struct store_query query = {.now = clock_wall_seconds(), .references = &message_id, .reference_count = 1};
	struct store_answer answer = {.relations = NULL};

	if (!message_id || memory->store->operations->look_up(memory->store, &query, &answer) != STATUS_OK)
		return false;
	writer_answer(memory->writer, &query, NULL, &answer);
	return answer.reference_ours;
}

enum status memory_learn_sent(struct memory *memory, const struct memory_query *query, struct arena *arena,
			      bool *ret_known)
{
	struct memory_keys *keys = memory_keys_make(memory, query, arena);
	struct lesson lesson;

	*ret_known = false;
	if (!keys)
		return STATUS_NO_MEMORY;
	if (!query->personal || !keys->mailbox_known)
		return STATUS_OK;
	*ret_known = is_known(memory, keys->message_id);
	if (*ret_known)
		return STATUS_OK;
	lesson = lesson_make(memory, keys);
	learn_outbound(&lesson, 0);
	return push(memory, &lesson) ? STATUS_OK : STATUS_LIMIT;
}

bool memory_template_sketch(const struct memory *memory, const struct memory_query *query, struct arena *arena,
			    struct sketch *ret_sketch)
{
	struct memory_keys *keys = memory_keys_make(memory, query, arena);
	const struct sketch *sketch = keys && keys->query.sketch ? store_sketch_get(keys->query.sketch) : NULL;

	if (sketch)
		*ret_sketch = *sketch;
	return sketch != NULL;
}

bool memory_set_bootstrapped(struct memory *memory)
{
	const struct change change = {.kind = CHANGE_BOOTSTRAPPED};

	return writer_push(memory->writer, &change, 1);
}
