#include "mail/link.h"

#include "mail/link_scan.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static int make_arena(void **state)
{
	*state = arena_create(0);
	return *state == NULL;
}

static int drop_arena(void **state)
{
	arena_destroy(*state);
	return 0;
}

static struct str list_links(struct arena *arena, const struct link *links, size_t count, const char *text)
{
	struct message message = {.arena = arena, .text = str_of(text), .links = links, .link_count = count};
	struct str list;
	bool cut;

	assert_int_equal(links_list(&message, 500, arena, &list, &cut), STATUS_OK);
	assert_false(cut);
	return list;
}

static void expect_target(void **state, const char *target, const char *expected)
{
	struct link link = {str_of(target), STR("here")};

	assert_string_equal(list_links(*state, &link, 1, "").p, expected);
}

static void expect_text(void **state, const char *text, const char *expected)
{
	assert_string_equal(list_links(*state, NULL, 0, text).p, expected);
}

static void test_normalised(void **state)
{
	expect_target(state, "https://WWW.Example.ORG:443/Path/x?y=1#z", "www.example.org/Path/x");
	expect_target(state, "http://example.org", "example.org");
	expect_target(state, " <http://user:pw@example.org:8080/> ", "example.org:8080/");
	expect_target(state, "https://example.org/%7Epat/%41b%2Fc%20d", "example.org/~pat/Ab%2Fc%20d");
	expect_target(state, "https://exa\nmple.org/a\tb", "example.org/ab");
	expect_target(state, "//example.org/x", "example.org/x");
	expect_target(state, "HTTP:\\\\example.org\\x", "example.org\\x");
	expect_target(state, "https://münchen.example/bier", "xn--mnchen-3ya.example/bier");
	expect_target(state, "https://m%C3%BCnchen.example./", "xn--mnchen-3ya.example/");
	expect_target(state, "https://пример.рф/", "xn--e1afmkfd.xn--p1ai/");
	expect_target(state, "https://[2001:db8::1]/x", "[2001:db8::1]/x");
}

static void test_no_web_link(void **state)
{
	expect_target(state, "mailto:pat@example.org", "");
	expect_target(state, "tel:+44207946", "");
	expect_target(state, "javascript:alert(1)", "");
	expect_target(state, "#top", "");
	expect_target(state, "/relative/path", "");
	expect_target(state, "", "");
	expect_target(state, "http://", "");
}

static void test_redirectors(void **state)
{
	expect_target(state, "https://www.google.com/url?sa=D&q=https://calendar.example/pat&usg=x",
		      "calendar.example/pat");
	expect_target(state, "https://www.google.co.uk/url?url=https%3A%2F%2Fcalendar.example%2Fpat",
		      "calendar.example/pat");
	expect_target(
	    state,
	    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fcalendar.example%2Fpat&amp;data=05",
	    "calendar.example/pat");
	expect_target(state, "https://urldefense.proofpoint.com/v2/url?u=https-3A__calendar.example_pat&d=Dw",
		      "calendar.example/pat");
	expect_target(state, "https://urldefense.com/v3/__https://calendar.example/pat__;!!x", "calendar.example/pat");
	expect_target(state, "https://urldefense.com/v3/__https:/calendar.example/pat__;!!x", "calendar.example/pat");
	expect_target(state, "https://l.facebook.com/l.php?u=https%3A%2F%2Fcalendar.example%2Fpat&h=x",
		      "calendar.example/pat");
	expect_target(state, "https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fcalendar.example&urlhash=x",
		      "calendar.example");
	expect_target(state, "https://click.example/t?u=https%3A%2F%2Fcalendar.example%2Fpat",
		      "click.example/t\ncalendar.example/pat");
	expect_target(state, "https://click.example/t?url=/local", "click.example/t");
	expect_target(
	    state,
	    "https://www.google.com/url?q=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%3A%2F%2Fcalendar.example",
	    "calendar.example");
}

static void test_text(void **state)
{
	expect_text(state, "See https://example.org/a, (http://example.com/b_(c)) and <www.example.net>.",
		    "example.org/a\nexample.com/b_(c)\nwww.example.net");
	expect_text(state, "Book at calendar.com/pat or cal.example.", "calendar.com/pat\ncal.example");
	expect_text(state, "詳細はhttps://example.jp/x。またはwww.example.co.jpをご覧ください",
		    "example.jp/x\nwww.example.co.jp");
	expect_text(state, "Write to pat@example.org or first.last@example.org, e.g. today.Tomorrow is 3.50 v1.2", "");
	expect_text(state, "münchen.de and https://例え.example/", "xn--mnchen-3ya.de\nxn--r8jz45g.example/");
	expect_text(state, "http://example.org/x http://example.org/x", "example.org/x");
	expect_text(state, "xhttp://a https:// ftp.example :// ...", "ftp.example");
}

static void test_many(void **state)
{
	struct message message = {.arena = *state, .text = STR("a.com b.com c.com d.com")};
	struct str list;
	bool cut;

	assert_int_equal(links_list(&message, 2, *state, &list, &cut), STATUS_OK);
	assert_string_equal(list.p, "a.com\nb.com");
	assert_true(cut);
}

static void test_organisation(void **state)
{
	(void)state;
	assert_true(str_equal(link_organisation(STR("a.b.example.org:8080")), STR("example.org")));
	assert_true(str_equal(link_organisation(STR("www.example.co.uk")), STR("example.co.uk")));
	assert_true(str_equal(link_organisation(STR("co.uk")), STR("co.uk")));
	assert_true(str_equal(link_organisation(STR("localhost")), STR("localhost")));
}

static bool mismatch(void **state, const char *visible, const char *target)
{
	return link_mismatch(str_of(visible), str_of(target), *state);
}

static void test_mismatch(void **state)
{
	assert_true(mismatch(state, "https://bank.example/login", "https://evil.example.net/login"));
	assert_true(mismatch(state, "www.bank.com", "https://click.tracker.net/x"));
	assert_true(mismatch(state, " bank.com. ", "https://bank.com.tracker.net/"));
	assert_false(mismatch(state, "www.bank.com", "https://click.bank.com/x"));
	assert_false(mismatch(state, "bank.com", "https://www.google.com/url?q=https://bank.com/"));
	assert_false(mismatch(state, "Click here", "https://evil.net/"));
	assert_false(mismatch(state, "Visit bank.com today", "https://evil.net/"));
	assert_false(mismatch(state, "report.pdf", "https://files.net/report.pdf"));
	assert_false(mismatch(state, "pat@bank.com", "mailto:pat@bank.com"));
	assert_false(mismatch(state, "", ""));
}

static void test_examine(void **state)
{
	struct link links[] = {{STR("https://evil.net/"), STR("bank.com")}};
	struct message message = {.arena = *state, .links = links, .link_count = 1};

	links_examine(&message);
	assert_true(message.facts.link_mismatch);
}

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

/* Pieces of URLs in any order end, and give lines of valid form. */
static void test_random_pieces(void **state)
{
	static const char *const pieces[] = {"http://",
					     "https:",
					     "//",
					     "a.com",
					     ".",
					     "@",
					     "/",
					     "?u=",
					     "http%3A%2F%2F",
					     "%",
					     "%4",
					     "&",
					     " ",
					     "(",
					     ")",
					     "__",
					     "ü",
					     "www.",
					     ":80",
					     "#",
					     "\n",
					     "[",
					     "urldefense.com/v3/__",
					     "google.com/url?q="};
	unsigned int seed = 7;

	for (int round = 0; round < 5000; round++) {
		char text[600] = "";
		struct link link = {.visible = STR("a.com")};
		struct str list;

		for (unsigned int i = next_random(&seed) % 20; i > 0; i--)
			strcat(text, pieces[next_random(&seed) % (sizeof pieces / sizeof pieces[0])]);
		link.target = str_of(text);
		list = list_links(*state, &link, 1, text);
		assert_true(str_find(list, 0, STR("\n\n")) == STR_NONE);
		link_mismatch(link.visible, link.target, *state);
		link_mismatch(link.target, link.target, *state);
		arena_reset(*state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_normalised, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_no_web_link, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_redirectors, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_text, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_many, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_organisation, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_mismatch, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_examine, make_arena, drop_arena),
	    cmocka_unit_test_setup_teardown(test_random_pieces, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
