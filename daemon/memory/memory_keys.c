#include "memory/memory_keys.h"

#include "base/clock.h"
#include "base/list.h"
#include "mail/fold.h"
#include "memory/memory_state.h"
#include "memory/person.h"

#include <string.h>

enum { REFERENCES_MAX = 5, COMPANIONS_MAX = 5, NAMES_MAX = 48, NAME_BYTES_MIN = 3, NAME_OTHERS_MAX = 8 };

/* The words of a display name or mailbox, folded: they are masked in templates. */
static void add_names(struct list *names, struct str text, struct arena *arena)
{
	struct str folded = fold_string(str_sub(text, 0, 256), arena);
	size_t at = 0;

	while (at < folded.n && names->count < NAMES_MAX) {
		size_t start = at;
		struct str *name;

		while (at < folded.n && (ascii_is_alpha(folded.p[at]) || (unsigned char)folded.p[at] >= 0x80))
			at++;
		if (at - start >= NAME_BYTES_MIN && (name = list_push(names)))
			*name = str_sub(folded, start, at - start);
		if (at == start)
			at++;
	}
}

/* The local part and the domain without its last label: "jane.doe", "acme" of jane.doe@acme.example. */
static void add_mailbox_names(struct list *names, struct str mailbox, struct arena *arena)
{
	const char *dot = mailbox.n ? memrchr(mailbox.p, '.', mailbox.n) : NULL;

	add_names(names, dot ? str_sub(mailbox, 0, (size_t)(dot - mailbox.p)) : mailbox, arena);
}

static void add_text(struct memory_keys *keys, const struct memory *memory, const struct memory_query *query,
		     struct arena *arena)
{
	struct list names = list_make(sizeof(struct str), arena);

	if (!query->personal || !query->text.n || (!query->outbound && query->auth == AUTH_FAIL))
		return;
	add_names(&names, query->sender.display, arena);
	add_mailbox_names(&names, query->outbound ? query->local : query->sender.mailbox, arena);
	for (size_t i = 0; i < query->recipient_count && i < NAME_OTHERS_MAX; i++)
		add_mailbox_names(&names, query->recipients[i], arena);
	for (size_t i = 0; i < query->other_count && i < NAME_OTHERS_MAX; i++)
		add_names(&names, query->others[i].display, arena);
	keys->text = (struct template_text){.folded = query->text,
					    .names = names.items,
					    .name_count = names.count,
					    .scope = query->outbound ? keys->query.user : 0};
	keys->sketch = (struct store_sketch){.key = &memory->key, .text = &keys->text};
	keys->query.sketch = &keys->sketch;
}

/* The next "<id>" of a field from its end; false when there is none. */
static bool last_message_id(struct str *rest, struct str *ret_id)
{
	const char *close = rest->n ? memrchr(rest->p, '>', rest->n) : NULL;
	const char *open = close ? memrchr(rest->p, '<', (size_t)(close - rest->p)) : NULL;

	if (!open)
		return false;
	*ret_id = str_trim(str_sub(*rest, (size_t)(open + 1 - rest->p), (size_t)(close - open - 1)));
	rest->n = (size_t)(open - rest->p);
	return true;
}

/* In-Reply-To first, then References from the newest: a reply to ours names ours last. */
static bool add_references(struct memory_keys *keys, const struct memory *memory, const struct memory_query *query,
			   struct arena *arena)
{
	struct str fields[] = {query->in_reply_to, query->references}, id;
	uint64_t *ids = arena_alloc(arena, REFERENCES_MAX * sizeof *ids);
	size_t count = 0;

	if (!ids)
		return false;
	for (size_t f = 0; f < 2; f++) {
		while (count < REFERENCES_MAX && last_message_id(&fields[f], &id)) {
			uint64_t hash = key_hash(&memory->key, KEY_MESSAGE, id);
			size_t i = 0;

			while (i < count && ids[i] != hash)
				i++;
			if (id.n && i == count)
				ids[count++] = hash;
		}
	}
	keys->query.references = ids;
	keys->query.reference_count = count;
	return true;
}

static bool add_companions(struct memory_keys *keys, const struct memory *memory, const struct memory_query *query,
			   uint64_t sender, struct arena *arena)
{
	uint64_t *companions = arena_alloc(arena, COMPANIONS_MAX * sizeof *companions);
	size_t count = 0;

	if (!companions)
		return false;
	for (size_t i = 0; i < query->other_count && count < COMPANIONS_MAX; i++) {
		uint64_t one = memory_mailbox_key(memory, query->others[i].mailbox, arena, NULL);

		if (one && one != sender)
			companions[count++] = one;
	}
	keys->query.companions = companions;
	keys->query.companion_count = count;
	return true;
}

static uint64_t values_key(const struct memory *memory, uint64_t a, uint64_t b, uint64_t c)
{
	return key_hash_values(&memory->key, KEY_MESSAGE, (const uint64_t[]){a, b, c}, 3);
}

static void add_message(struct memory_keys *keys, const struct memory *memory, const struct memory_query *query)
{
	struct str id = str_trim(query->message_id);

	if (id.n)
		keys->message = keys->message_id = key_hash(&memory->key, KEY_MESSAGE, id);
	else if (query->content.n)
		keys->message = key_hash(&memory->key, KEY_MESSAGE, query->content);
}

/* Without a recipient (a message from a file) the whole site stands in for one. */
static bool add_inbound(struct memory_keys *keys, const struct memory *memory, const struct memory_query *query,
			struct arena *arena)
{
	size_t count = query->recipient_count ? query->recipient_count : 1;
	struct store_pair *pairs = arena_calloc(arena, count, sizeof *pairs);
	uint64_t *counted = arena_calloc(arena, count, sizeof *counted);
	struct str sender;
	uint64_t remote = memory_mailbox_key(memory, query->sender.mailbox, arena, &sender);
	uint64_t domain = remote ? memory_domain_key(memory, normalized_domain(sender), false) : 0;

	if (!pairs || !counted)
		return false;
	for (size_t i = 0; i < count; i++) {
		uint64_t local =
		    query->recipient_count ? memory_mailbox_key(memory, query->recipients[i], arena, NULL) : 0;

		pairs[i] = (struct store_pair){remote, domain, local};
		counted[i] = keys->message ? values_key(memory, keys->message, remote, local) : 0;
	}
	keys->query.pairs = pairs;
	keys->query.pair_count = count;
	keys->query.counted = counted;
	keys->query.offence_message = keys->message ? values_key(memory, keys->message, remote, 1) : 0;
	keys->query.offender = domain ? domain : remote;
	keys->query.person = query->person.n ? person_key(&memory->key, query->person, arena) : 0;
	keys->mailbox_known = remote != 0;
	keys->sender_domain = remote ? memory_domain_key(memory, normalized_domain(sender), true) : 0;
	keys->sender_person = query->sender.display.n ? person_key(&memory->key, query->sender.display, arena) : 0;
	return add_companions(keys, memory, query, remote, arena) && add_references(keys, memory, query, arena);
}

/* The display name that To or Cc gives a recipient. */
static uint64_t person_of(const struct memory *memory, const struct memory_query *query, uint64_t remote,
			  const uint64_t *others, struct arena *arena)
{
	for (size_t i = 0; i < query->other_count; i++)
		if (others[i] == remote && query->others[i].display.n)
			return person_key(&memory->key, query->others[i].display, arena);
	return 0;
}

uint64_t memory_user_key(const struct memory *memory, struct str user, struct arena *arena)
{
	uint64_t key = memory_mailbox_key(memory, user, arena, NULL);

	return key ? key : key_hash(&memory->key, KEY_MAILBOX, user);
}

static bool add_outbound(struct memory_keys *keys, const struct memory *memory, const struct memory_query *query,
			 struct arena *arena)
{
	struct store_pair *pairs = arena_calloc(arena, query->recipient_count + 1, sizeof *pairs);
	uint64_t *persons = arena_calloc(arena, query->recipient_count + 1, sizeof *persons);
	uint64_t *others = arena_calloc(arena, query->other_count + 1, sizeof *others);
	uint64_t local = memory_mailbox_key(memory, query->local, arena, NULL);

	if (!pairs || !persons || !others)
		return false;
	for (size_t i = 0; i < query->other_count; i++)
		if (query->others[i].display.n)
			others[i] = memory_mailbox_key(memory, query->others[i].mailbox, arena, NULL);
	for (size_t i = 0; i < query->recipient_count; i++) {
		struct str normal;
		uint64_t remote = memory_mailbox_key(memory, query->recipients[i], arena, &normal);

		pairs[i] = (struct store_pair){
		    remote, remote ? memory_domain_key(memory, normalized_domain(normal), false) : 0, local};
		persons[i] = remote ? person_of(memory, query, remote, others, arena) : 0;
	}
	keys->query.pairs = pairs;
	keys->query.pair_count = query->recipient_count;
	keys->persons = persons;
	keys->mailbox_known = local != 0;
	keys->query.user = local;
	if (query->user.n)
		keys->query.user = memory_user_key(memory, query->user, arena);
	return true;
}

struct memory_keys *memory_keys_make(const struct memory *memory, const struct memory_query *query, struct arena *arena)
{
	struct memory_keys *keys = arena_calloc(arena, 1, sizeof *keys);
	bool made;

	if (!keys)
		return NULL;
	keys->query = (struct store_query){.outbound = query->outbound,
					   .scope = memory->settings.scope,
					   .now = query->now ? query->now : clock_wall_seconds()};
	add_message(keys, memory, query);
	made = query->outbound ? add_outbound(keys, memory, query, arena) : add_inbound(keys, memory, query, arena);
	add_text(keys, memory, query, arena);
	keys->answer.relations = arena_calloc(arena, keys->query.pair_count + 1, sizeof *keys->answer.relations);
	keys->answer.counted = arena_calloc(arena, keys->query.pair_count + 1, sizeof *keys->answer.counted);
	return made && keys->answer.relations && keys->answer.counted ? keys : NULL;
}
