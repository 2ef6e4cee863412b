#include "suite.h"

#include "base/clock.h"
#include "base/list.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = SECONDS_PER_DAY, RECIPIENTS_MAX = 100, FLUSH_MS = 20000 };

static const struct suite_backend *backend;
static struct memory *memory;
static struct arena *arena;
static int64_t now;
static unsigned int message_number;

static pthread_mutex_t notices_lock = PTHREAD_MUTEX_INITIALIZER;
static char notices_text[16384];

static void note(void *context, enum severity severity, const char *text)
{
	size_t n;

	(void)context, (void)severity;
	pthread_mutex_lock(&notices_lock);
	n = strlen(notices_text);
	snprintf(notices_text + n, sizeof notices_text - n, "%s\n", text);
	pthread_mutex_unlock(&notices_lock);
}

const char *suite_notices(void)
{
	static char copy[sizeof notices_text];

	pthread_mutex_lock(&notices_lock);
	memcpy(copy, notices_text, sizeof copy);
	pthread_mutex_unlock(&notices_lock);
	return copy;
}

void suite_notices_clear(void)
{
	pthread_mutex_lock(&notices_lock);
	notices_text[0] = '\0';
	pthread_mutex_unlock(&notices_lock);
}

struct memory *suite_open(const struct suite_backend *which, void (*change)(struct memory_settings *))
{
	static const struct str freemail[] = {{"gmail.com", 9}, {"free.test", 9}};
	struct memory_settings settings = memory_settings_default;
	struct error_list errors = error_list_make();
	struct memory *opened = NULL;

	settings.freemail_list = SOURCE_DIR "/conf/lists/freemail.txt";
	settings.freemail_domains = freemail;
	settings.freemail_domain_count = sizeof freemail / sizeof *freemail;
	settings.deadline_ms = 2000; /* sanitizers and loaded machines are slow */
	settings.notice = note;
	which->prepare(&settings);
	if (change)
		change(&settings);
	if (memory_open(&settings, &errors, &opened) != STATUS_OK)
		fail_msg("%s: %s", which->name, errors.errors.count ? error_at(&errors, 0)->what : "no error");
	error_list_free(&errors);
	return opened;
}

struct mail {
	bool outbound;
	const char *from;
	const char *name; /* display name of From */
	const char *to;   /* addresses separated by blanks */
	const char *to_name;
	const char *cc; /* one address */
	const char *id;
	const char *in_reply_to;
	const char *references;
	const char *person;
	const char *text;
	const char *user;
	enum auth_result auth;
	bool impersonal;
	bool blocked;
	bool offence;
	int64_t now;
};

static size_t split(const char *text, struct str items[RECIPIENTS_MAX])
{
	struct str rest = str_of(text), item;
	size_t count = 0;

	while (count < RECIPIENTS_MAX && str_split(&rest, ' ', &item))
		if (item.n)
			items[count++] = item;
	return count;
}

static struct address address_of(const char *mailbox, const char *display)
{
	return (struct address){.mailbox = str_of(mailbox), .display = str_of(display)};
}

static struct memory_query query_of(const struct mail *mail)
{
	struct str *recipients = arena_calloc(arena, RECIPIENTS_MAX, sizeof *recipients);
	struct address *others = arena_calloc(arena, 2, sizeof *others);
	struct memory_query query = {.outbound = mail->outbound, .recipients = recipients, .others = others};
	char *id = arena_alloc(arena, 64);

	snprintf(id, 64, "%u@suite.test", ++message_number);
	query.recipient_count = mail->to ? split(mail->to, recipients) : 0;
	query.now = mail->now ? mail->now : now;
	if (mail->outbound && mail->to_name)
		others[query.other_count++] = (struct address){.mailbox = recipients[0], .display = str_of(mail->to_name)};
	if (mail->cc)
		others[query.other_count++] = address_of(mail->cc, "");
	if (mail->outbound)
		query.local = str_of(mail->from);
	else
		query.sender = address_of(mail->from, mail->name ? mail->name : "");
	query.user = str_of(mail->user);
	query.message_id = str_of(mail->id ? mail->id : id);
	query.in_reply_to = str_of(mail->in_reply_to);
	query.references = str_of(mail->references);
	query.person = str_of(mail->person);
	query.auth = mail->auth;
	query.personal = !mail->impersonal;
	query.text = str_of(mail->text);
	return query;
}

/* Asks, learns, and gives what was known before learning. */
static struct memory_answer deliver(const struct mail *mail)
{
	struct memory_query query = query_of(mail);
	struct memory_answer answer;
	struct memory_event event = {&query, &answer, mail->blocked, mail->offence};

	assert_int_equal(memory_look_up(memory, &query, arena, &answer), STATUS_OK);
	assert_true(answer.asked);
	assert_true(memory_learn(memory, &event));
	return answer;
}

static struct memory_answer ask(const struct mail *mail)
{
	struct memory_query query = query_of(mail);
	struct memory_answer answer;

	assert_int_equal(memory_look_up(memory, &query, arena, &answer), STATUS_OK);
	assert_true(answer.asked);
	return answer;
}

#define DELIVER(...) deliver(&(struct mail){__VA_ARGS__})
#define ASK(...)     ask(&(struct mail){__VA_ARGS__})

static void flush(void)
{
	assert_true(memory_flush(memory, FLUSH_MS));
}

void suite_send(struct memory *to_memory, const char *from, const char *to, int64_t at)
{
	struct mail mail = {.outbound = true, .from = from, .to = to, .now = at};
	struct memory_query query;
	struct memory_answer answer;

	if (!arena)
		arena = arena_create(0);
	query = query_of(&mail);
	assert_int_equal(memory_look_up(to_memory, &query, arena, &answer), STATUS_OK);
	assert_true(memory_learn(to_memory, &(struct memory_event){.query = &query, .answer = &answer}));
	arena_reset(arena);
}

struct memory_answer suite_ask(struct memory *of_memory, const char *from, const char *to, int64_t at)
{
	struct mail mail = {.from = from, .to = to, .now = at};
	struct memory_query query;
	struct memory_answer answer;

	if (!arena)
		arena = arena_create(0);
	query = query_of(&mail);
	assert_int_equal(memory_look_up(of_memory, &query, arena, &answer), STATUS_OK);
	return answer;
}

static enum relation relation(const char *from, const char *to)
{
	return ASK(.from = from, .to = to).relation;
}

static int set_up(void **state)
{
	(void)state;
	suite_notices_clear();
	arena = arena_create(0);
	/* Noon: a test that adds hours stays within the day. */
	now = clock_wall_seconds() / DAY * DAY + DAY / 2;
	memory = suite_open(backend, NULL);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	memory_close(memory);
	arena_destroy(arena);
	arena = NULL;
	backend->clean_up();
	return 0;
}

static void reopen(void (*change)(struct memory_settings *))
{
	memory_close(memory);
	memory = suite_open(backend, change);
}

static void nothing_is_written(struct memory_settings *settings)
{
	settings->batch_interval_ms = 3600 * 1000;
}

static const char pitch[] =
	"hi mary, i'm sorry to bother you on a busy day, but i came across your company and was impressed by what your team "
	"has built so far. we help firms like yours to win twenty new customers a month without any cold calls. would you be "
	"open to a quick call on thursday so that i can show you how it works? best wishes from all of us";
static const char pitch_again[] =
	"hello peter, i'm sorry to bother you on a busy day, but i came across your firm and was really impressed by what your "
	"team has built so far. we help companies like yours to win thirty new customers a month without any cold calls. would "
	"you be open to a quick chat on monday so that i can show you how it works? best wishes from all of us";
static const char letter[] =
	"thank you for the minutes of last week's meeting. i have two remarks: the budget for the roof repairs was agreed at the "
	"spring assembly already, and the caretaker asked us to move the recycling bins behind the garages before winter. could "
	"you add both and send the final version to the other owners? i shall bring the keys on saturday";

/* --- relationships --- */

static void test_everybody_begins_as_a_stranger(void **state)
{
	struct memory_answer answer = ASK(.from = "ann@acme.test", .to = "jo@ours.test");

	(void)state;
	assert_int_equal(answer.relation, RELATION_STRANGER);
	assert_int_equal(answer.recipient_relations[0], RELATION_STRANGER);
	assert_false(answer.received_before || answer.answered || answer.followup || answer.reply_to_ours ||
		     answer.cc_known || answer.duplicate || answer.bootstrapped);
	assert_int_equal(answer.contacted, 1);
	assert_int_equal(answer.answers + answer.offences, 0);
}

static void test_only_our_writing_makes_a_relationship(void **state)
{
	(void)state;
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_STRANGER);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test");
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_MUTUAL);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "bea@free.test");
	flush();
	assert_int_equal(relation("bea@free.test", "jo@ours.test"), RELATION_KNOWN);
	DELIVER(.from = "bea@free.test", .to = "jo@ours.test");
	flush();
	assert_int_equal(relation("bea@free.test", "jo@ours.test"), RELATION_MUTUAL);
}

static void use_site(struct memory_settings *settings)
{
	settings->scope = RELATION_SCOPE_SITE;
}

static void use_mailbox(struct memory_settings *settings)
{
	settings->scope = RELATION_SCOPE_MAILBOX;
}

static void test_colleagues_and_companies_are_known_too(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test max@free.test");
	flush();
	assert_int_equal(relation("ann@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("bob@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("max@free.test", "kim@ours.test"), RELATION_KNOWN);
	/* One mailbox of a free-mail domain says nothing of the next. */
	assert_int_equal(relation("eve@free.test", "jo@ours.test"), RELATION_STRANGER);
	assert_int_equal(relation("ann@notacme.test", "jo@ours.test"), RELATION_STRANGER);
	reopen(use_site);
	assert_int_equal(relation("ann@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("bob@acme.test", "kim@ours.test"), RELATION_STRANGER);
	reopen(use_mailbox);
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("ann@acme.test", "kim@ours.test"), RELATION_STRANGER);
}

static void test_each_recipient_has_a_relation_of_their_own(void **state)
{
	struct memory_answer answer;

	(void)state;
	reopen(use_mailbox);
	DELIVER(.outbound = true, .from = "kim@ours.test", .to = "ann@acme.test");
	flush();
	answer = ASK(.from = "ann@acme.test", .to = "jo@ours.test kim@ours.test lee@ours.test");
	assert_int_equal(answer.recipient_relations[0], RELATION_STRANGER);
	assert_int_equal(answer.recipient_relations[1], RELATION_KNOWN);
	assert_int_equal(answer.recipient_relations[2], RELATION_STRANGER);
	assert_int_equal(answer.relation, RELATION_KNOWN);
	/* Outbound it is the farthest that counts. */
	answer = ASK(.outbound = true, .from = "kim@ours.test", .to = "ann@acme.test eve@new.test");
	assert_int_equal(answer.recipient_relations[0], RELATION_KNOWN);
	assert_int_equal(answer.relation, RELATION_STRANGER);
}

static void test_one_mailbox_by_many_spellings(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "Jo+work@Ours.Test", .to = "<J.Smith+news@GoogleMail.com>");
	flush();
	assert_int_equal(relation("jsmith@gmail.com", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("JSMITH+x@gmail.com", "JO@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("SRS0=Xy9z=QF=gmail.com=j.smith@relay.test", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("jsmith2@gmail.com", "jo@ours.test"), RELATION_STRANGER);
}

static void test_what_is_not_from_a_person_builds_nothing(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .impersonal = true);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .blocked = true);
	DELIVER(.from = "bob@list.test", .to = "jo@ours.test", .impersonal = true);
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_STRANGER);
	assert_false(ASK(.from = "bob@list.test", .to = "jo@ours.test").received_before);
}

static void test_a_forged_sender_is_unknown(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test");
	flush();
	assert_int_equal(ASK(.from = "ann@acme.test", .to = "jo@ours.test", .auth = AUTH_FAIL).relation, RELATION_UNKNOWN);
	assert_int_equal(ASK(.from = "eve@evil.test", .to = "jo@ours.test", .auth = AUTH_FAIL).relation, RELATION_UNKNOWN);
	DELIVER(.from = "eve@evil.test", .to = "jo@ours.test", .auth = AUTH_FAIL);
	flush();
	assert_false(ASK(.from = "eve@evil.test", .to = "jo@ours.test").received_before);
}

static void test_a_relationship_ends_when_nobody_writes(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .now = now - 729 * DAY);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "bob@other.test", .now = now - 732 * DAY);
	DELIVER(.from = "eve@new.test", .to = "jo@ours.test", .now = now - 92 * DAY);
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("bob@other.test", "jo@ours.test"), RELATION_STRANGER);
	assert_false(ASK(.from = "eve@new.test", .to = "jo@ours.test").received_before);
}

/* --- threads, companions, names --- */

static void test_a_reply_to_us_counts_and_a_mere_re_does_not(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .id = "one@ours.test");
	flush();
	assert_true(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .in_reply_to = " <one@ours.test>\r\n").reply_to_ours);
	assert_true(ASK(.from = "zoe@far.test", .to = "jo@ours.test",
			.references = "<a@x> <one@ours.test>\r\n <b@x>").reply_to_ours);
	assert_false(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .in_reply_to = "<two@ours.test>",
			 .references = "<a@x> <b@x>").reply_to_ours);
	assert_false(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .in_reply_to = "one@ours.test").reply_to_ours);
}

static void test_a_friend_in_cc_is_noticed(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test");
	flush();
	assert_true(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .cc = "ann@acme.test").cc_known);
	assert_false(ASK(.from = "zoe@far.test", .to = "jo@ours.test", .cc = "bob@acme.test").cc_known);
	assert_false(ASK(.from = "zoe@far.test", .to = "kim@ours.test", .cc = "ann@acme.test").cc_known);
}

static void test_the_names_of_correspondents_are_known(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .to_name = "Ann B. Le\xc3\xb3n");
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "bob@free.test");
	flush();
	assert_true(ASK(.from = "invitations@linkedin.com", .to = "jo@ours.test", .person = "Ann Leon").person_known);
	assert_true(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "LEON, Ann via LinkedIn").person_known);
	assert_false(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann").person_known);
	assert_false(ASK(.from = "x@linkedin.com", .to = "kim@ours.test", .person = "Ann Leon").person_known);
	/* A correspondent's own name is learned from their mail, a stranger's is not. */
	DELIVER(.from = "bob@free.test", .name = "Bob Fox", .to = "jo@ours.test");
	DELIVER(.from = "eve@evil.test", .name = "Eve Hill", .to = "jo@ours.test");
	flush();
	assert_true(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Bob Fox").person_known);
	assert_false(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Eve Hill").person_known);
}

/* --- what strangers sent before --- */

static void test_followups_are_told_from_conversations(void **state)
{
	struct memory_answer answer;

	(void)state;
	answer = DELIVER(.from = "eve@sales.test", .to = "jo@ours.test");
	assert_false(answer.received_before || answer.followup);
	flush();
	answer = DELIVER(.from = "eve@sales.test", .to = "jo@ours.test", .now = now + 3 * DAY);
	assert_true(answer.received_before && answer.followup && !answer.answered);
	assert_int_equal(answer.relation, RELATION_STRANGER);
	flush();
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "eve@sales.test", .now = now + 4 * DAY);
	flush();
	answer = ASK(.from = "eve@sales.test", .to = "jo@ours.test", .now = now + 5 * DAY);
	assert_true(answer.received_before && answer.answered && !answer.followup);
	assert_int_equal(answer.relation, RELATION_MUTUAL);
}

static void test_quantity_and_quality_of_a_sender(void **state)
{
	struct memory_answer answer;

	(void)state;
	DELIVER(.from = "eve@sales.test", .to = "a@ours.test b@ours.test");
	DELIVER(.from = "eve@sales.test", .to = "b@ours.test");
	flush();
	DELIVER(.from = "eve@sales.test", .to = "c@ours.test");
	flush();
	answer = ASK(.from = "eve@sales.test", .to = "d@ours.test");
	assert_int_equal(answer.contacted, 4);
	assert_int_equal(answer.answers, 0);
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "a@ours.test").contacted, 3);
	DELIVER(.outbound = true, .from = "b@ours.test", .to = "eve@sales.test");
	flush();
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "d@ours.test").answers, 1);
}

static void test_a_retry_is_the_same_message(void **state)
{
	struct memory_answer answer;

	(void)state;
	for (int i = 0; i < 3; i++) {
		answer = DELIVER(.from = "eve@sales.test", .to = "jo@ours.test", .id = "same@sales.test", .text = pitch,
				 .offence = true, .now = now + i * 600);
		assert_false(answer.received_before || answer.followup);
		assert_int_equal(answer.duplicate, i > 0);
		assert_int_equal(answer.offences, 0);
		assert_int_equal(answer.template_seen, 1);
		/* Another message in between changes nothing about the retries. */
		DELIVER(.from = "eve@sales.test", .to = "jo@ours.test", .id = "other@sales.test", .now = now + i * 600 + 1);
		flush();
	}
	answer = ASK(.from = "eve@sales.test", .to = "jo@ours.test", .id = "third@sales.test");
	assert_true(answer.received_before);
	assert_int_equal(answer.offences, 1);
	/* To somebody else it is counted for the first time. */
	assert_false(ASK(.from = "eve@sales.test", .to = "kim@ours.test", .id = "same@sales.test").duplicate);
}

static void test_offences_add_up_fade_and_are_forgiven(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		DELIVER(.from = i % 2 ? "eve@sales.test" : "max@sales.test", .to = "jo@ours.test", .offence = true);
	DELIVER(.from = "one@free.test", .to = "jo@ours.test", .offence = true);
	flush();
	/* A company's people share their offences, the users of a free-mail domain do not. */
	assert_int_equal(ASK(.from = "new@sales.test", .to = "kim@ours.test").offences, 3);
	assert_int_equal(ASK(.from = "two@free.test", .to = "kim@ours.test").offences, 0);
	assert_int_equal(ASK(.from = "one@free.test", .to = "kim@ours.test").offences, 1);
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "kim@ours.test", .now = now + 31 * DAY).offences, 2);
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "kim@ours.test", .now = now + 61 * DAY).offences, 1);
	assert_int_equal(ASK(.from = "one@free.test", .to = "kim@ours.test", .now = now + 61 * DAY).offences, 0);
	DELIVER(.outbound = true, .from = "kim@ours.test", .to = "eve@sales.test");
	flush();
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "jo@ours.test").offences, 0);
}

/* --- templates --- */

static void test_copies_of_a_template_are_counted(void **state)
{
	struct memory_answer answer;

	(void)state;
	answer = DELIVER(.from = "eve@sales.test", .to = "a@ours.test", .text = pitch);
	assert_true(answer.template_fits);
	assert_int_equal(answer.template_seen, 1);
	flush();
	DELIVER(.from = "eve@sales.test", .to = "b@ours.test", .text = pitch_again);
	flush();
	DELIVER(.from = "max@sales.test", .to = "c@ours.test", .text = pitch);
	flush();
	answer = DELIVER(.from = "zoe@agency.test", .to = "d@ours.test", .text = pitch_again);
	assert_true(answer.template_id != 0);
	assert_int_equal(answer.template_seen, 4);
	assert_int_equal(answer.template_senders, 3);
	assert_int_equal(answer.template_domains, 2);
	flush();
	/* The same recipient again is no fifth. */
	assert_int_equal(ASK(.from = "ray@third.test", .to = "d@ours.test", .text = pitch).template_seen, 4);
	assert_int_equal(ASK(.from = "ray@third.test", .to = "e@ours.test", .text = letter).template_seen, 1);
	/* Out of the window, and then out of the memory. */
	assert_int_equal(ASK(.from = "ray@third.test", .to = "e@ours.test", .text = pitch, .now = now + 15 * DAY).template_seen,
			 1);
}

static void test_templates_are_a_matter_of_strangers(void **state)
{
	(void)state;
	DELIVER(.outbound = true, .from = "a@ours.test", .to = "ann@acme.test");
	flush();
	DELIVER(.from = "ann@acme.test", .to = "a@ours.test", .text = pitch);
	DELIVER(.from = "news@list.test", .to = "b@ours.test", .text = pitch, .impersonal = true);
	DELIVER(.from = "x@forged.test", .to = "b@ours.test", .text = pitch, .auth = AUTH_FAIL);
	flush();
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "c@ours.test", .text = pitch).template_seen, 1);
	assert_false(ASK(.from = "ann@acme.test", .to = "c@ours.test", .text = pitch).template_fits);
	assert_false(ASK(.from = "eve@sales.test", .to = "c@ours.test", .text = "too short to be a template").template_fits);
}

static void sketch_of(const char *text, struct sketch *ret_sketch)
{
	const struct template_text source = {.folded = str_of(text)};

	assert_true(template_sketch(memory_key(memory), &source, ret_sketch));
}

static void test_a_template_can_be_learned_and_forgotten(void **state)
{
	const struct store_operations *operations = memory_store(memory)->operations;
	struct memory_answer answer;
	struct sketch sketch;
	uint64_t id, again;

	(void)state;
	sketch_of(pitch, &sketch);
	assert_int_equal(operations->learn_template(memory_store(memory), &sketch, true, &id), STATUS_OK);
	assert_true(id != 0);
	answer = ASK(.from = "eve@sales.test", .to = "jo@ours.test", .text = pitch_again);
	assert_true(answer.template_learned);
	assert_int_equal(answer.template_id, id);
	assert_int_equal(answer.template_seen, 1);
	assert_false(ASK(.from = "eve@sales.test", .to = "jo@ours.test", .text = letter).template_learned);
	/* Seen once more it is still the same template, and still learned. */
	DELIVER(.from = "eve@sales.test", .to = "jo@ours.test", .text = pitch_again);
	flush();
	assert_true(ASK(.from = "max@other.test", .to = "kim@ours.test", .text = pitch).template_learned);
	assert_int_equal(operations->learn_template(memory_store(memory), &sketch, false, &again), STATUS_OK);
	assert_int_equal(again, id);
	assert_false(ASK(.from = "max@other.test", .to = "kim@ours.test", .text = pitch).template_learned);
	assert_int_equal(operations->mark_template(memory_store(memory), id, true), STATUS_OK);
	assert_true(ASK(.from = "max@other.test", .to = "kim@ours.test", .text = pitch).template_learned);
	assert_int_equal(operations->mark_template(memory_store(memory), id + 1000, true), STATUS_NOT_FOUND);
}

/* --- outbound --- */

static void test_first_contacts_are_counted_by_user_and_day(void **state)
{
	struct memory_answer answer;

	(void)state;
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	flush();
	answer = DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "a@x.test b@x.test ann@acme.test");
	assert_int_equal(answer.first_contacts, 2);
	assert_int_equal(answer.first_contacts_today, 2);
	flush();
	answer = DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "a@x.test c@y.test");
	assert_int_equal(answer.first_contacts, 1);
	assert_int_equal(answer.first_contacts_today, 3);
	flush();
	/* A blocked message contacts nobody. */
	answer = DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "d@y.test", .blocked = true);
	assert_int_equal(answer.first_contacts_today, 4);
	flush();
	assert_int_equal(ASK(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "a@x.test").first_contacts_today, 3);
	assert_int_equal(ASK(.outbound = true, .from = "kim@ours.test", .user = "kim", .to = "z@z.test").first_contacts_today,
			 1);
	assert_int_equal(ASK(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "z@z.test", .now = now + DAY)
				 .first_contacts_today,
			 1);
}

static void test_one_template_to_many_strangers(void **state)
{
	struct memory_answer answer;

	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "old@friend.test");
	flush();
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "a@x.test old@friend.test", .text = pitch);
	DELIVER(.outbound = true, .from = "kim@ours.test", .to = "b@y.test", .text = pitch);
	flush();
	answer = DELIVER(.outbound = true, .from = "jo@ours.test", .to = "c@z.test", .text = pitch_again);
	assert_int_equal(answer.template_seen, 2);
	/* What our users send is no evidence against others. */
	flush();
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "jo@ours.test", .text = pitch).template_seen, 1);
}

static void test_learning_days_are_counted(void **state)
{
	(void)state;
	assert_int_equal(ASK(.from = "a@x.test", .to = "jo@ours.test").outbound_days, 0);
	for (int day = 0; day < 3; day++) {
		DELIVER(.outbound = true, .from = "jo@ours.test", .to = "a@x.test", .now = now + day * DAY);
		DELIVER(.outbound = true, .from = "jo@ours.test", .to = "b@x.test", .now = now + day * DAY);
		flush();
	}
	assert_int_equal(ASK(.from = "a@x.test", .to = "jo@ours.test").outbound_days, 3);
	assert_false(ASK(.from = "a@x.test", .to = "jo@ours.test").bootstrapped);
	assert_true(memory_set_bootstrapped(memory));
	flush();
	assert_true(ASK(.from = "a@x.test", .to = "jo@ours.test").bootstrapped);
	reopen(NULL);
	assert_true(ASK(.from = "a@x.test", .to = "jo@ours.test").bootstrapped);
	assert_int_equal(ASK(.from = "a@x.test", .to = "jo@ours.test").outbound_days, 3);
}

static void test_sent_mail_of_the_past_is_learned_once(void **state)
{
	struct mail mail = {.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .id = "old@ours.test"};
	struct memory_query query;
	bool known;

	(void)state;
	mail.now = now - 30 * DAY;
	query = query_of(&mail);
	assert_int_equal(memory_learn_sent(memory, &query, arena, &known), STATUS_OK);
	assert_false(known);
	/* Queued or written, it is known. */
	assert_int_equal(memory_learn_sent(memory, &query, arena, &known), STATUS_OK);
	assert_true(known);
	flush();
	assert_int_equal(memory_learn_sent(memory, &query, arena, &known), STATUS_OK);
	assert_true(known);
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
	assert_true(ASK(.from = "x@far.test", .to = "jo@ours.test", .in_reply_to = "<old@ours.test>").reply_to_ours);
	assert_int_equal(ASK(.outbound = true, .from = "jo@ours.test", .to = "z@z.test", .now = now - 30 * DAY)
				 .first_contacts_today,
			 1);
}

/* --- the queue --- */

static void test_what_is_queued_is_known(void **state)
{
	struct memory_answer answer;

	(void)state;
	reopen(nothing_is_written);
	DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "ann@acme.test b@free.test", .id = "q@ours.test",
		.to_name = "Ann Lee");
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("bob@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_int_equal(relation("c@free.test", "kim@ours.test"), RELATION_STRANGER);
	assert_true(ASK(.from = "z@far.test", .to = "jo@ours.test", .in_reply_to = "<q@ours.test>").reply_to_ours);
	assert_true(ASK(.from = "z@far.test", .to = "jo@ours.test", .cc = "ann@acme.test").cc_known);
	assert_true(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann Lee").person_known);
	DELIVER(.from = "eve@sales.test", .to = "a@ours.test", .text = pitch, .offence = true, .id = "e1@sales.test");
	DELIVER(.from = "eve@sales.test", .to = "b@ours.test", .text = pitch, .offence = true, .id = "e2@sales.test");
	answer = DELIVER(.from = "eve@sales.test", .to = "c@ours.test", .text = pitch_again, .offence = true,
			 .id = "e3@sales.test");
	assert_int_equal(answer.offences, 2);
	assert_int_equal(answer.contacted, 3);
	assert_int_equal(answer.template_seen, 3);
	assert_true(ASK(.from = "eve@sales.test", .to = "a@ours.test").followup);
	assert_true(ASK(.from = "eve@sales.test", .to = "a@ours.test", .id = "e1@sales.test").duplicate);
	assert_int_equal(ASK(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "n@n.test").first_contacts_today, 3);
}

static void test_nothing_is_counted_twice_while_it_is_written(void **state)
{
	struct memory_answer answer;

	(void)state;
	reopen(nothing_is_written);
	for (int round = 0; round < 3; round++) {
		char to[32];

		snprintf(to, sizeof to, "n%d@new.test", round);
		answer = DELIVER(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = to);
		assert_int_equal(answer.first_contacts_today, round + 1);
		snprintf(to, sizeof to, "r%d@ours.test", round);
		answer = DELIVER(.from = "eve@sales.test", .to = to, .offence = true, .text = pitch);
		assert_int_equal(answer.offences, round);
		assert_int_equal(answer.contacted, round + 1);
		assert_int_equal(answer.template_seen, round + 1);
		if (round)
			flush();
	}
	assert_int_equal(ASK(.from = "eve@sales.test", .to = "r0@ours.test").offences, 3);
	assert_int_equal(ASK(.outbound = true, .from = "jo@ours.test", .user = "jo", .to = "n0@new.test").first_contacts_today,
			 3);
}

static void small_queue(struct memory_settings *settings)
{
	settings->queue_max = 10;
	settings->batch_interval_ms = 3600 * 1000;
}

static void test_a_full_queue_drops_learning_and_says_so(void **state)
{
	struct mail mail = {.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test"};
	bool all = true;

	(void)state;
	reopen(small_queue);
	for (int i = 0; i < 10; i++) {
		struct memory_query query = query_of(&mail);
		struct memory_answer answer;

		assert_int_equal(memory_look_up(memory, &query, arena, &answer), STATUS_OK);
		assert_true(answer.asked);
		all &= memory_learn(memory, &(struct memory_event){.query = &query, .answer = &answer});
	}
	assert_false(all);
	assert_true(memory_counters(memory).dropped > 0);
	assert_true(memory_counters(memory).queued <= 10);
	assert_non_null(strstr(suite_notices(), "queue is full"));
	flush();
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_KNOWN);
}

/* --- the tool's work --- */

static uint64_t key_of(const char *mailbox)
{
	return memory_mailbox_key(memory, str_of(mailbox), arena, NULL);
}

static void test_forgetting_leaves_nothing(void **state)
{
	struct store *store = memory_store(memory);
	struct memory_answer answer;
	uint64_t count;

	(void)state;
	reopen(use_site);
	store = memory_store(memory);
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .to_name = "Ann Lee");
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	DELIVER(.from = "one@free.test", .to = "kim@ours.test", .offence = true, .text = pitch);
	flush();
	assert_int_equal(store->operations->forget(store, key_of("ann@acme.test"), &count), STATUS_OK);
	assert_true(count >= 2);
	assert_int_equal(store->operations->forget(store, key_of("one@free.test"), &count), STATUS_OK);
	assert_true(count >= 3);
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_STRANGER);
	answer = ASK(.from = "one@free.test", .to = "kim@ours.test", .text = pitch);
	assert_false(answer.received_before);
	assert_int_equal(answer.offences, 0);
	assert_int_equal(answer.template_senders, 1);
	/* A mailbox of ours likewise. */
	assert_true(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann Lee").person_known);
	assert_int_equal(store->operations->forget(store, key_of("jo@ours.test"), &count), STATUS_OK);
	assert_false(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann Lee").person_known);
	assert_int_equal(store->operations->forget(store, key_of("jo@ours.test"), &count), STATUS_OK);
	assert_int_equal(count, 0);
}

struct dump {
	struct store_record *records;
	size_t count;
};

static enum status collect(void *context, const struct store_record *record)
{
	struct dump *dump = context;

	dump->records = realloc(dump->records, (dump->count + 1) * sizeof *dump->records);
	assert_non_null(dump->records);
	dump->records[dump->count++] = *record;
	return STATUS_OK;
}

static void check_restored(void)
{
	struct memory_answer answer;

	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_MUTUAL);
	assert_int_equal(relation("bob@acme.test", "kim@ours.test"), RELATION_KNOWN);
	assert_true(ASK(.from = "z@far.test", .to = "jo@ours.test", .in_reply_to = "<dump@ours.test>").reply_to_ours);
	assert_true(ASK(.from = "x@linkedin.com", .to = "jo@ours.test", .person = "Ann Lee").person_known);
	answer = ASK(.from = "eve@sales.test", .to = "d@ours.test", .text = pitch_again);
	assert_int_equal(answer.contacted, 3);
	assert_int_equal(answer.offences, 1);
	assert_int_equal(answer.template_seen, 3);
	assert_true(answer.template_learned);
	assert_true(answer.bootstrapped);
}

static void test_a_dump_restores_everything(void **state)
{
	struct dump dump = {NULL, 0};
	struct store *store = memory_store(memory);
	struct sketch sketch;
	uint64_t id;

	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test", .to_name = "Ann Lee", .id = "dump@ours.test");
	DELIVER(.from = "ann@acme.test", .to = "jo@ours.test");
	DELIVER(.from = "eve@sales.test", .to = "a@ours.test b@ours.test", .text = pitch, .offence = true);
	memory_set_bootstrapped(memory);
	flush();
	sketch_of(pitch, &sketch);
	assert_int_equal(store->operations->learn_template(store, &sketch, true, &id), STATUS_OK);
	check_restored();
	assert_int_equal(store->operations->dump(store, collect, &dump), STATUS_OK);
	/* Into an empty store, twice: the second time changes nothing. */
	memory_close(memory);
	backend->clean_up();
	memory = suite_open(backend, NULL);
	assert_int_equal(relation("ann@acme.test", "jo@ours.test"), RELATION_STRANGER);
	store = memory_store(memory);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(store->operations->restore(store, dump.records, dump.count), STATUS_OK);
		check_restored();
	}
	free(dump.records);
}

static void test_statistics_count(void **state)
{
	struct store *store = memory_store(memory);
	struct store_statistics statistics;
	struct error_list errors = error_list_make();

	(void)state;
	DELIVER(.outbound = true, .from = "jo@ours.test", .to = "ann@acme.test bob@free.test");
	DELIVER(.from = "eve@sales.test", .to = "a@ours.test b@ours.test", .text = pitch, .offence = true);
	flush();
	assert_int_equal(store->operations->statistics(store, &statistics), STATUS_OK);
	assert_int_equal(statistics.pairs, 4);
	assert_int_equal(statistics.known, 2);
	assert_int_equal(statistics.sent, 1);
	assert_int_equal(statistics.offences, 1);
	assert_int_equal(statistics.templates, 1);
	assert_int_equal(statistics.learned, 0);
	assert_true(statistics.bytes > 0);
	assert_int_equal(statistics.outbound_days, 1);
	assert_int_equal(store->operations->verify(store, &errors), STATUS_OK);
	error_list_free(&errors);
}

/* --- many threads --- */

enum { THREADS = 6, ROUNDS = 60 };

static void *work(void *context)
{
	const unsigned int number = (unsigned int)(uintptr_t)context;
	struct arena *mine = arena_create(0);

	for (unsigned int i = 0; i < ROUNDS; i++) {
		char remote[48], local[32], id[48];
		struct str recipient;
		struct memory_query query = {.outbound = i % 2 == 0, .personal = true, .now = now, .recipients = &recipient,
					     .recipient_count = 1, .text = STR(pitch)};
		struct memory_answer answer;

		snprintf(remote, sizeof remote, "p%u@c%u.test", i / 2, number);
		snprintf(local, sizeof local, "u%u@ours.test", number);
		snprintf(id, sizeof id, "%u.%u@thread.test", number, i);
		query.message_id = str_of(id);
		recipient = str_of(query.outbound ? remote : local);
		if (query.outbound)
			query.local = str_of(local);
		else
			query.sender.mailbox = str_of(remote);
		if (memory_look_up(memory, &query, mine, &answer) != STATUS_OK || !answer.asked ||
		    !memory_learn(memory, &(struct memory_event){.query = &query, .answer = &answer}) ||
		    (!query.outbound && answer.relation != RELATION_KNOWN))
			return context;
		arena_reset(mine);
	}
	arena_destroy(mine);
	return NULL;
}

static void test_many_threads_at_once(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)(i + 1)), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	flush();
	assert_int_equal(relation("p0@c1.test", "u1@ours.test"), RELATION_MUTUAL);
	assert_int_equal(memory_counters(memory).dropped, 0);
}

int suite_run(const struct suite_backend *which)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_everybody_begins_as_a_stranger),
		TEST(test_only_our_writing_makes_a_relationship),
		TEST(test_colleagues_and_companies_are_known_too),
		TEST(test_each_recipient_has_a_relation_of_their_own),
		TEST(test_one_mailbox_by_many_spellings),
		TEST(test_what_is_not_from_a_person_builds_nothing),
		TEST(test_a_forged_sender_is_unknown),
		TEST(test_a_relationship_ends_when_nobody_writes),
		TEST(test_a_reply_to_us_counts_and_a_mere_re_does_not),
		TEST(test_a_friend_in_cc_is_noticed),
		TEST(test_the_names_of_correspondents_are_known),
		TEST(test_followups_are_told_from_conversations),
		TEST(test_quantity_and_quality_of_a_sender),
		TEST(test_a_retry_is_the_same_message),
		TEST(test_offences_add_up_fade_and_are_forgiven),
		TEST(test_copies_of_a_template_are_counted),
		TEST(test_templates_are_a_matter_of_strangers),
		TEST(test_a_template_can_be_learned_and_forgotten),
		TEST(test_first_contacts_are_counted_by_user_and_day),
		TEST(test_one_template_to_many_strangers),
		TEST(test_learning_days_are_counted),
		TEST(test_sent_mail_of_the_past_is_learned_once),
		TEST(test_what_is_queued_is_known),
		TEST(test_nothing_is_counted_twice_while_it_is_written),
		TEST(test_a_full_queue_drops_learning_and_says_so),
		TEST(test_forgetting_leaves_nothing),
		TEST(test_a_dump_restores_everything),
		TEST(test_statistics_count),
		TEST(test_many_threads_at_once),
	};
#undef TEST

	backend = which;
	return cmocka_run_group_tests_name(which->name, tests, NULL, NULL);
}
