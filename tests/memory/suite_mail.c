#include "suite_mail.h"

#include "base/clock.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RECIPIENTS_MAX = 100, FLUSH_MS = 20000 };

const struct suite_backend *backend;
struct memory *memory;
struct arena *arena;
int64_t now;
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

struct memory_query query_of(const struct mail *mail)
{
	struct str *recipients = arena_calloc(arena, RECIPIENTS_MAX, sizeof *recipients);
	struct address *others = arena_calloc(arena, 2, sizeof *others);
	struct memory_query query = {.outbound = mail->outbound, .recipients = recipients, .others = others};
	char *id = arena_alloc(arena, 64);

	snprintf(id, 64, "%u@suite.test", ++message_number);
	query.recipient_count = mail->to ? split(mail->to, recipients) : 0;
	query.now = mail->now ? mail->now : now;
	if (mail->outbound && mail->to_name)
		others[query.other_count++] =
		    (struct address){.mailbox = recipients[0], .display = str_of(mail->to_name)};
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

struct memory_answer deliver(const struct mail *mail)
{
	struct memory_query query = query_of(mail);
	struct memory_answer answer;
	struct memory_event event = {&query, &answer, mail->blocked, mail->offence};

	assert_int_equal(memory_look_up(memory, &query, arena, &answer), STATUS_OK);
	assert_true(answer.asked);
	assert_true(memory_learn(memory, &event));
	return answer;
}

struct memory_answer ask(const struct mail *mail)
{
	struct memory_query query = query_of(mail);
	struct memory_answer answer;

	assert_int_equal(memory_look_up(memory, &query, arena, &answer), STATUS_OK);
	assert_true(answer.asked);
	return answer;
}

void flush(void)
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

enum relation relation(const char *from, const char *to)
{
	return ASK(.from = from, .to = to).relation;
}

int suite_set_up(void **state)
{
	(void)state;
	suite_notices_clear();
	arena = arena_create(0);
	/* Noon: a test that adds hours stays within the day. */
	now = clock_wall_seconds() / DAY * DAY + DAY / 2;
	memory = suite_open(backend, NULL);
	return arena ? 0 : -1;
}

int suite_tear_down(void **state)
{
	(void)state;
	memory_close(memory);
	arena_destroy(arena);
	arena = NULL;
	backend->clean_up();
	return 0;
}

void reopen(void (*change)(struct memory_settings *))
{
	memory_close(memory);
	memory = suite_open(backend, change);
}

void nothing_is_written(struct memory_settings *settings)
{
	settings->batch_interval_ms = 3600 * 1000;
}

const char pitch[] =
    "hi mary, i'm sorry to bother you on a busy day, but i came across your company and was impressed by what your team "
    "has built so far. we help firms like yours to win twenty new customers a month without any cold calls. would you be "
    "open to a quick call on thursday so that i can show you how it works? best wishes from all of us";
const char pitch_again[] =
    "hello peter, i'm sorry to bother you on a busy day, but i came across your firm and was really impressed by what your "
    "team has built so far. we help companies like yours to win thirty new customers a month without any cold calls. would "
    "you be open to a quick chat on monday so that i can show you how it works? best wishes from all of us";
const char letter[] =
    "thank you for the minutes of last week's meeting. i have two remarks: the budget for the roof repairs was agreed at the "
    "spring assembly already, and the caretaker asked us to move the recycling bins behind the garages before winter. could "
    "you add both and send the final version to the other owners? i shall bring the keys on saturday";

void use_site(struct memory_settings *settings)
{
	settings->scope = RELATION_SCOPE_SITE;
}

void use_mailbox(struct memory_settings *settings)
{
	settings->scope = RELATION_SCOPE_MAILBOX;
}

void sketch_of(const char *text, struct sketch *ret_sketch)
{
	const struct template_text source = {.folded = str_of(text)};

	assert_true(template_sketch(memory_key(memory), &source, ret_sketch));
}
