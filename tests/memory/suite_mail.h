/*
 * suite_mail - mail for the suite: what comes in and goes out, and what the memory says of it. Private to suite*.c.
 */
#ifndef COLDSHOULDER_TESTS_MEMORY_SUITE_MAIL_H
#define COLDSHOULDER_TESTS_MEMORY_SUITE_MAIL_H

#include "suite.h"

#include "base/arena.h"

enum { DAY = SECONDS_PER_DAY };

/* Of the running test: made by suite_set_up(). */
extern const struct suite_backend *backend;
extern struct memory *memory;
extern struct arena *arena;
extern int64_t now;

int suite_set_up(void **state);
int suite_tear_down(void **state);

#define TEST(function) cmocka_unit_test_setup_teardown(function, suite_set_up, suite_tear_down)

/* One message; what is not given is empty or as usual. */
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

/* The query for a message; each without an id gets one of its own. */
struct memory_query query_of(const struct mail *mail);

/* Asks, learns, and gives what was known before learning. */
struct memory_answer deliver(const struct mail *mail);

/* Asks only. */
struct memory_answer ask(const struct mail *mail);

#define DELIVER(...) deliver(&(struct mail){__VA_ARGS__})
#define ASK(...)     ask(&(struct mail){__VA_ARGS__})

enum relation relation(const char *from, const char *to);

/* Waits until all is written. */
void flush(void);

/* Closes the memory and opens the same store again with other settings. */
void reopen(void (*change)(struct memory_settings *));

/* Changes of settings. */
void nothing_is_written(struct memory_settings *settings);
void use_site(struct memory_settings *settings);
void use_mailbox(struct memory_settings *settings);

/* Two fillings of one template, and another text. */
extern const char pitch[], pitch_again[], letter[];

void sketch_of(const char *text, struct sketch *ret_sketch);

/* The parts of the suite; each gives the number of failures. */
int suite_run_people(const char *name);
int suite_run_templates(const char *name);
int suite_run_queue(const char *name);

#endif
