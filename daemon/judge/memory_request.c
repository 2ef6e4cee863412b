#include "judge/memory_request.h"

#include "base/buf.h"
#include "base/clock.h"
#include "memory/normalize.h"
#include "memory/person.h"

#include <string.h>
#include <time.h>

enum { FLUSH_MS = 5000, OTHERS_MAX = 16 };

struct request {
	struct memory *memory;
	struct store *store;
	const struct config *config;
	const json_t *json;
	struct arena *arena;
};

static json_t *done(void)
{
	return json_pack("{sb}", "ok", 1);
}

static json_t *refused(const char *error, const char *hint)
{
	return json_pack("{sb ss ss*}", "ok", 0, "error", error, "hint", hint);
}

static json_t *refused_about(const char *subject, const char *what)
{
	char error[512];

	snprintf(error, sizeof error, "\"%.300s\" %s", subject, what);
	return refused(error, NULL);
}

static json_t *failed(enum status status)
{
	char error[128];

	snprintf(error, sizeof error, "the store cannot be used: %s", status_name(status));
	return refused(error, status == STATUS_PERMISSION ? "run it with sudo" : NULL);
}

/* A member that is a string; NULL when it is missing. */
static const char *text_of(const struct request *request, const char *name)
{
	return json_string_value(json_object_get(request->json, name));
}

static void add(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
}

static void add_day(json_t *object, const char *name, uint32_t day)
{
	time_t seconds = ((time_t)day - 1) * SECONDS_PER_DAY;
	struct tm parts;
	char text[32];

	if (!day)
		return;
	gmtime_r(&seconds, &parts);
	strftime(text, sizeof text, "%Y-%m-%d", &parts);
	add(object, name, json_string(text));
}

static json_t *json_contact(const struct store_contact *contact)
{
	json_t *object = json_object();

	add_day(object, "wrote", contact->wrote);
	add_day(object, "received", contact->received);
	add(object, "recipients", json_integer(contact->recipients));
	add(object, "answers", json_integer(contact->answers));
	return object;
}

static const char *relation_name(enum relation relation)
{
	static const char *const names[] = {"unknown", "stranger", "known", "mutual"};

	return names[relation];
}

static json_t *who(const struct request *request)
{
	const char *address = text_of(request, "address"), *of = text_of(request, "of");
	struct store_pair pair = {.local = 0};
	struct store_query query = {
	    .scope = request->config->memory.scope, .now = clock_wall_seconds(), .pairs = &pair, .pair_count = 1};
	struct store_relation relation;
	uint8_t counted;
	struct store_answer answer = {.relations = &relation, .counted = &counted};
	struct str normal = STR("");
	enum status status;
	json_t *reply;

	if (address)
		pair.remote = memory_mailbox_key(request->memory, str_of(address), request->arena, &normal);
	if (of)
		pair.local = memory_mailbox_key(request->memory, str_of(of), request->arena, NULL);
	if (!pair.remote || (of && !pair.local))
		return refused_about(pair.remote ? of : address ? address : "", "is no address");
	pair.domain = memory_domain_key(request->memory, normalized_domain(normal), false);
	query.offender = pair.domain ? pair.domain : pair.remote;
	status = request->store->operations->look_up(request->store, &query, &answer);
	if (status != STATUS_OK)
		return failed(status);
	reply = done();
	add(reply, "relation", json_string(relation_name(store_relation_of(&relation, query.scope, false))));
	if (of)
		add(reply, "pair", json_contact(&relation.pair));
	add(reply, "site", json_contact(&relation.site));
	add(reply, "domain", json_contact(&relation.domain));
	add(reply, "freemail", json_boolean(pair.domain == 0));
	add(reply, "offences", json_integer(answer.offences));
	return reply;
}

static enum status forget_key(const struct request *request, uint64_t key, uint64_t *total)
{
	uint64_t count = 0;
	enum status status = key ? request->store->operations->forget(request->store, key, &count) : STATUS_OK;

	*total += count;
	return status;
}

static json_t *forget(const struct request *request)
{
	const char *address = text_of(request, "address"), *name = text_of(request, "name");
	struct memory *memory = request->memory;
	struct str mailbox = str_of(address);
	uint64_t key, count = 0;
	enum status status;
	json_t *reply;

	key = mailbox.n && mailbox.p[0] == '@'
		  ? memory_domain_key(memory, address_domain(mailbox, request->arena), true)
		  : memory_mailbox_key(memory, mailbox, request->arena, NULL);
	if (!key)
		return refused_about(address ? address : "", "is no address");
	status = forget_key(request, key, &count);
	if (status == STATUS_OK && name)
		status = forget_key(request, person_key(memory_key(memory), str_of(name), request->arena), &count);
	if (status != STATUS_OK)
		return failed(status);
	reply = done();
	add(reply, "erased", json_integer((json_int_t)count));
	return reply;
}

/* The sketch of the text as a look-up would make it. */
static bool sketch_of(const struct request *request, struct sketch *ret_sketch)
{
	const json_t *names = json_object_get(request->json, "names");
	struct address others[OTHERS_MAX] = {{.display = {"", 0}}};
	struct memory_query query = {
	    .personal = true,
	    .text = str_of(text_of(request, "text")),
	    .sender = {.display = str_of(text_of(request, "from_name")), .mailbox = str_of(text_of(request, "from"))},
	    .others = others};

	for (size_t i = 0; i < json_array_size(names) && query.other_count < OTHERS_MAX; i++)
		others[query.other_count++].display = str_of(json_string_value(json_array_get(names, i)));
	return memory_template_sketch(request->memory, &query, request->arena, ret_sketch);
}

static json_t *mark_template(const struct request *request)
{
	const struct store_operations *operations = request->store->operations;
	bool learned = json_is_true(json_object_get(request->json, "learned"));
	uint64_t id = (uint64_t)json_integer_value(json_object_get(request->json, "id"));
	struct sketch sketch;
	enum status status;
	json_t *reply;

	if (id) {
		status = operations->mark_template(request->store, id, learned);
	} else if (sketch_of(request, &sketch)) {
		status = operations->learn_template(request->store, &sketch, learned, &id);
	} else {
		char error[128];

		snprintf(error, sizeof error, "the author's text is not between %d and %d words long",
			 TEMPLATE_WORDS_MIN, TEMPLATE_WORDS_MAX);
		return refused(error, NULL);
	}
	if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !id))
		return refused("there is no such template: not found", NULL);
	if (status != STATUS_OK)
		return failed(status);
	reply = done();
	add(reply, "id", json_integer((json_int_t)id));
	return reply;
}

/* Both mailboxes of "relate" and "unrelate"; NULL: they are good, else the refusal. */
static json_t *read_pair(const struct request *request, struct str *ret_local, struct str *ret_remote)
{
	const char *const names[] = {text_of(request, "local"), text_of(request, "remote")};

	for (size_t i = 0; i < 2; i++)
		if (!memory_mailbox_key(request->memory, str_of(names[i]), request->arena, NULL))
			return refused_about(names[i] ? names[i] : "", "is no address");
	*ret_local = str_of(names[0]);
	*ret_remote = str_of(names[1]);
	return NULL;
}

/* The Message-ID of a mail that was never sent: by it, what was taught is told from what really happened. */
static struct str taught_id(const struct request *request, struct str local, struct str remote)
{
	struct buf id = buf_make(request->arena);

	buf_add_format(&id, "%.*s/%.*s@taught.coldshoulder.invalid", STR_ARGS(local), STR_ARGS(remote));
	return buf_str(&id);
}

/* As if a mail had gone out, today. */
static json_t *relate(const struct request *request)
{
	struct memory_query query = {.outbound = true, .personal = true, .recipient_count = 1};
	struct buf content = buf_make(request->arena);
	struct str remote;
	json_t *refusal = read_pair(request, &query.local, &remote);
	enum status status;
	bool known;

	if (refusal)
		return refusal;
	query.recipients = &remote;
	query.message_id = taught_id(request, query.local, remote);
	status = memory_learn_sent(request->memory, &query, request->arena, &known);
	if (status == STATUS_OK &&
	    known) { /* a message counts only once, and this one was taught and taken back before */
		buf_add_format(&content, "%lld", (long long)clock_monotonic_ns());
		query.message_id = STR("");
		query.content = buf_str(&content);
		status = memory_learn_sent(request->memory, &query, request->arena, &known);
	}
	(void)memory_flush(request->memory, FLUSH_MS);
	return status == STATUS_OK ? done() : failed(status);
}

/* The mailbox; and its domain, when that is what makes it known: nobody there was, before it was taught. */
static enum status forget_person(const struct request *request, struct str mailbox, uint64_t *total)
{
	struct str normal;
	uint64_t key = memory_mailbox_key(request->memory, mailbox, request->arena, &normal);
	enum status status = forget_key(request, key, total);

	if (status == STATUS_OK && request->config->memory.scope == RELATION_SCOPE_DOMAIN)
		status =
		    forget_key(request, memory_domain_key(request->memory, normalized_domain(normal), false), total);
	return status;
}

static json_t *unrelate(const struct request *request)
{
	struct buf reference = buf_make(request->arena);
	struct memory_query query = {.recipient_count = 1};
	struct memory_answer answer;
	struct str local, remote;
	json_t *refusal = read_pair(request, &local, &remote);
	uint64_t count = 0;
	enum status status;
	json_t *reply;

	if (refusal)
		return refusal;
	buf_add_format(&reference, "<%.*s>", STR_ARGS(taught_id(request, local, remote)));
	query.sender.mailbox = remote;
	query.recipients = &local;
	query.in_reply_to = buf_str(&reference);
	status = memory_look_up(request->memory, &query, request->arena, &answer);
	if (status == STATUS_OK && answer.asked && !answer.reply_to_ours)
		return refused("that was never taught", "coldshoulder forget erases whatever is known of an address");
	if (status == STATUS_OK)
		status = answer.asked ? forget_person(request, remote, &count) : STATUS_UNAVAILABLE;
	if (status != STATUS_OK)
		return failed(status);
	reply = done();
	add(reply, "erased", json_integer((json_int_t)count));
	return reply;
}

static json_t *tell_size(const struct request *request)
{
	struct memory_counters counters = memory_counters(request->memory);
	unsigned int days = request->config->learning_days;
	struct store_statistics s;
	enum status status = request->store->operations->statistics(request->store, &s);
	json_t *reply;

	if (status != STATUS_OK)
		return failed(status);
	reply = done();
	add(reply, "store", json_string(request->store->operations->name));
	add(reply, "pairs", json_integer((json_int_t)s.pairs));
	add(reply, "known", json_integer((json_int_t)s.known));
	add(reply, "sites", json_integer((json_int_t)s.sites));
	add(reply, "sent", json_integer((json_int_t)s.sent));
	add(reply, "persons", json_integer((json_int_t)s.persons));
	add(reply, "offenders", json_integer((json_int_t)s.offences));
	add(reply, "templates", json_integer((json_int_t)s.templates));
	add(reply, "learned_templates", json_integer((json_int_t)s.learned));
	add(reply, "bytes", json_integer((json_int_t)s.bytes));
	add(reply, "bootstrapped", json_boolean(s.bootstrapped));
	add(reply, "outbound_days", json_integer(s.outbound_days));
	add(reply, "learning_days_left",
	    json_integer(s.bootstrapped || s.outbound_days >= days ? 0 : (json_int_t)days - s.outbound_days));
	add(reply, "look_ups", json_integer((json_int_t)counters.look_ups));
	add(reply, "unavailable", json_integer((json_int_t)counters.unavailable));
	add(reply, "changes_written", json_integer((json_int_t)counters.learned));
	add(reply, "changes_dropped", json_integer((json_int_t)counters.dropped));
	add(reply, "changes_queued", json_integer((json_int_t)counters.queued));
	return reply;
}

json_t *memory_request_run(struct memory *memory, const struct config *config, const json_t *json)
{
	static const struct {
		const char *name;
		json_t *(*run)(const struct request *request);
	} requests[] = {{"who", who},       {"forget", forget},     {"template", mark_template},
			{"relate", relate}, {"unrelate", unrelate}, {"memory", tell_size}};
	struct request request = {.memory = memory, .config = config, .json = json};
	const char *name = json_string_value(json_object_get(json, "command"));
	json_t *reply = NULL;

	if (!memory)
		return refused("the daemon keeps no memory", "memory.store is \"none\"");
	request.store = memory_store(memory);
	request.arena = arena_create(0);
	if (!request.arena)
		return NULL;
	(void)memory_flush(memory, FLUSH_MS);
	for (size_t i = 0; name && i < sizeof requests / sizeof *requests; i++)
		if (strcmp(requests[i].name, name) == 0)
			reply = requests[i].run(&request);
	arena_destroy(request.arena);
	return reply;
}
