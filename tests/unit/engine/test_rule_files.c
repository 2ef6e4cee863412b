/* Rule files: what they may say, and what is said about mistakes in them. */
#include "base/buf.h"
#include "engine/ruleset.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The usual keys of a rule that looks for "x", but for its id. */
#define TEXT "score = 1; describe = \"d\"; view = \"body\"; phrases = [ \"x\" ];"
#define WHEN "score = 1; describe = \"d\"; when = "

static char directory[64];
static char local[80];
static struct ruleset *ruleset;
static struct buf said;

static int setup(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/rules-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(local, sizeof local, "%s/local", directory);
	return mkdir(local, 0700);
}

static void empty_directory(const char *path)
{
	DIR *entries = opendir(path);
	const struct dirent *entry;

	while (entries && (entry = readdir(entries)))
		unlinkat(dirfd(entries), entry->d_name, 0);
	if (entries)
		closedir(entries);
	rmdir(path);
}

static int teardown(void **state)
{
	(void)state;
	ruleset_destroy(ruleset);
	ruleset = NULL;
	buf_free(&said);
	empty_directory(local);
	empty_directory(directory);
	return 0;
}

static void write_file(const char *where, const char *name, const char *text)
{
	char path[160];
	FILE *stream;

	snprintf(path, sizeof path, "%s/%s", where, name);
	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

/* Loads the shipped directory and the local one; what is said about them stands in `said`, paths cut to the name. */
static enum status load(bool shipped)
{
	const struct ruleset_source sources[] = {{directory, shipped, false}, {local, false, true}};
	const struct ruleset_options options = {.check_examples = true};
	struct error_list errors = error_list_make();
	enum status status;

	ruleset_destroy(ruleset);
	status = ruleset_load(sources, 2, &options, &errors, &ruleset);
	buf_clear(&said);
	for (size_t i = 0; i < errors.errors.count; i++) {
		const struct error *error = error_at(&errors, i);
		const char *name = strrchr(error->where, '/');

		buf_add_format(&said, "%s %s: %s (%s)\n", error->severity == SEVERITY_ERROR ? "E" : "W",
			       name ? name + 1 : error->where, error->what, error->hint);
	}
	error_list_free(&errors);
	assert_int_equal(status == STATUS_OK, ruleset != NULL);
	return status;
}

static void has(const char *expected)
{
	if (!said.p || !strstr(said.p, expected))
		fail_msg("\"%s\" is missing in:\n%s", expected, said.p ? said.p : "");
}

static void lacks(const char *text)
{
	if (said.p && strstr(said.p, text))
		fail_msg("\"%s\" stands in:\n%s", text, said.p);
}

/* One file that must not load, and what is said about it. */
static void refuses(const char *text, const char *expected)
{
	write_file(directory, "a.conf", text);
	assert_int_equal(load(false), STATUS_BAD_INPUT);
	has(expected);
}

/* One file that loads with a warning. */
static void warns(const char *text, const char *expected)
{
	write_file(directory, "a.conf", text);
	if (load(false) != STATUS_OK)
		fail_msg("%s", said.p);
	has(expected);
}

static void test_good_rules_load_in_silence(void **state)
{
	(void)state;
	write_file(
	    directory, "a.conf",
	    "families = ( { name = \"apology\"; cap = 3; }, { name = \"context\"; floor = -2.5; } );\n"
	    "rules = (\n"
	    "{ id = \"APOLOGY\"; family = \"apology\"; lang = \"en\"; score = 2; status = \"stable\"; since = \"1.0\";\n"
	    "  author = \"Lee\"; describe = \"Apologises\"; view = \"opener\"; phrases = ( \"sorry to bother\" );\n"
	    "  patterns = [ \"\\\\bpardon me\\\\b\" ]; hits = [ \"Sorry to bother!\", \"Pardon me\" ];\n"
	    "  misses = [ \"No bother\", \"pardoned\" ]; todo_hits = [ \"no offence\" ]; todo_misses = [ \"sorry to bother her\" ];\n"
	    "  false_positives = \"Everybody.\"; expires = \"2999-12-31\"; direction = \"inbound\"; shadow = false; },\n"
	    "{ id = \"COLD\"; family = \"verdict\"; score = 3.5; class = \"cold\"; describe = \"Cold\"; reply = \"No.\";\n"
	    "  when = \"inbound and APOLOGY and words > 10\";\n"
	    "  cases = ( { given = \"inbound, words = 11\"; rules = [ \"APOLOGY\" ]; expect = true; },\n"
	    "            { given = \"words = 10\"; rules = [ \"APOLOGY\" ]; expect = false; },\n"
	    "            { rules = [ \"APOLOGY\" ]; expect = true; todo = true; } ); }\n"
	    ");\n");
	write_file(directory, "notes.txt", "not a rule file {");
	assert_int_equal(load(true), STATUS_OK);
	assert_string_equal(said.p ? said.p : "", "");
	assert_int_equal(ruleset_rule_count(ruleset), 2);
	assert_non_null(ruleset_find(ruleset, STR("COLD")));
	assert_null(ruleset_find(ruleset, STR("COL")));
	assert_string_equal(ruleset_find(ruleset, STR("APOLOGY"))->author, "Lee");
	assert_true(ruleset_find(ruleset, STR("APOLOGY"))->score == 2.0);
	assert_int_equal(ruleset_find(ruleset, STR("COLD"))->line, 8);
}

static void test_every_error_of_all_files_in_one_run(void **state)
{
	(void)state;
	write_file(directory, "a.conf",
		   "rules = ( { id = \"A\"; describe = \"d\"; view = \"body\"; phrases = [ \"x\" ]; },\n"
		   "{ id = \"B\"; score = 1; view = \"nowhere\"; phrases = [ \"(x\" ]; } );\n");
	write_file(directory, "b.conf", "rules = ( { id = \"C\" score = } );\n");
	write_file(directory, "c.conf", "rules = ( { id = \"D\"; " WHEN "\"UNKNOWN\"; } );\n");
	assert_int_equal(load(false), STATUS_BAD_INPUT);
	has("E a.conf:1: rule A has no score");
	has("E a.conf:2: rule B has no describe");
	has("E a.conf:2: there is no view \"nowhere\"");
	has("rule B, phrase \"(x\": at byte 1: a bracket is not closed");
	has("E b.conf:1: syntax error");
	has("E c.conf:1: rule D, when, at character 1: there is no rule `UNKNOWN'");
}

static void test_syntax_errors_have_hints(void **state)
{
	(void)state;
	refuses("rules = (\n  { id = \"A\"; " TEXT " },\n);\n", "comma");
	refuses("\xef\xbb\xbfrules = ( );\n", "byte order mark");
	refuses("rules = ( { id = \"A\"; " TEXT " }\n{ id = \"B\"; " TEXT " } );\n", "comma");
}

static void test_keys_and_types(void **state)
{
	(void)state;
	refuses("rules = ( { id = \"A\"; " TEXT " phrase = [ \"y\" ]; } );",
		"unknown key `phrase' (did you mean `phrases'?)");
	refuses("rule = ( );", "unknown setting `rule' (did you mean `rules'?)");
	refuses("rules = { id = \"A\"; };", "`rules' is a group; it must be a list of groups");
	refuses("rules = ( \"A\" );", "an item of `rules' is \"A\" (a string), not a group");
	refuses("rules = ( { score = 1; } );", "a rule has no id");
	refuses("rules = ( { id = \"a-b\"; " TEXT " } );", "`a-b' is no rule id");
	refuses("rules = ( { id = 5; " TEXT " } );", "a rule has no id");
	refuses("rules = ( { id = \"A\"; score = \"1\"; describe = \"d\"; view = \"body\"; phrases = [ \"x\" ]; } );",
		"`score' must be a number, not \"1\" (a string)");
	refuses("rules = ( { id = \"A\"; score = 1000; describe = \"d\"; view = \"body\"; phrases = [ \"x\" ]; } );",
		"between -100 and 100");
	refuses("rules = ( { id = \"A\"; score = 1; describe = \"d\"; view = \"body\"; phrases = \"x\"; } );",
		"`phrases' must be a list of strings");
	refuses("rules = ( { id = \"A\"; score = 1; describe = \"d\"; view = \"body\"; phrases = ( \"x\", 5 ); } );",
		"an item must be a string, not 5 (an integer)");
	refuses("rules = ( { id = \"A\"; " TEXT " shadow = 1; } );", "`shadow' must be true or false");
	refuses("rules = ( { id = \"A\"; " TEXT " class = \"clean\"; } );",
		"`class' cannot be \"clean\" (one of: digest cold");
	refuses("rules = ( { id = \"A\"; " TEXT " status = \"new\"; } );", "`status' cannot be \"new\"");
	refuses("rules = ( { id = \"A\"; " TEXT " direction = \"in\"; } );", "`direction' cannot be \"in\"");
	refuses("rules = ( { id = \"A\"; " TEXT " expires = \"soon\"; } );", "is no date");
	refuses("rules = ( { id = \"A\"; " TEXT " lang = \"English\"; } );", "no language code");
	refuses("rules = ( { id = \"A\"; " TEXT " family = \"Big\"; } );", "no family name");
}

static void test_what_a_rule_looks_for(void **state)
{
	(void)state;
	refuses("rules = ( { id = \"A\"; score = 1; describe = \"d\"; } );", "rule A looks for nothing");
	refuses("rules = ( { id = \"A\"; score = 1; describe = \"d\"; phrases = [ \"x\" ]; } );", "rule A has no view");
	refuses("rules = ( { id = \"A\"; score = 1; describe = \"d\"; view = \"body\"; phrases = [ ]; } );",
		"empty list");
	refuses("rules = ( { id = \"A\"; score = 1; describe = \"d\"; view = \"body\"; phrases = [ \"\" ]; } );",
		"the phrase is empty");
	refuses("rules = ( { id = \"A\"; " TEXT " when = \"list\"; } );", "has both `when' and");
	refuses("rules = ( { id = \"A\"; " TEXT " cases = ( { expect = true; } ); } );", "has `cases', which belong");
	refuses("rules = ( { id = \"A\"; " WHEN "\"list\"; hits = [ \"x\" ]; } );", "has `hits', which belongs");
}

static void test_patterns(void **state)
{
	static const char form[] =
	    "rules = ( { id = \"A\"; score = 1; describe = \"d\"; view = \"%s\"; patterns = [ \"%s\" ]; } );";
	char text[256];

	(void)state;
	snprintf(text, sizeof text, form, "body", "a(b");
	refuses(text, "rule A, pattern \"a(b\": at byte 4: missing closing parenthesis");
	snprintf(text, sizeof text, form, "body", "(?<!(one|three) )b");
	refuses(text, "lookbehind of its own");
	snprintf(text, sizeof text, form, "body", "Hello");
	refuses(text, "the upper-case letter \"H\" never occurs in folded text (write \"h\")");
	snprintf(text, sizeof text, form, "body", "a*");
	refuses(text, "matches the empty text");
	snprintf(text, sizeof text, form, "body", "x(a+)+");
	refuses(text, "unbounded repeat");
	snprintf(text, sizeof text, form, "body", "a+b");
	warns(text, "W a.conf:1: rule A, pattern \"a+b\": the pattern starts with an unbounded repeat");
	snprintf(text, sizeof text, form, "raw:X-Mailer", "Hello\\\\xff");
	warns(text, "too few examples");
	lacks("upper-case");
}

static void test_names_and_cycles(void **state)
{
	(void)state;
	refuses("rules = ( { id = \"A\"; " TEXT " },\n { id = \"A\"; " TEXT " } );",
		"E a.conf:2: the id A is taken by");
	refuses("rules = ( { id = \"LONG_NAME\"; " TEXT " }, { id = \"B\"; " WHEN "\"LONG_NAM\"; } );",
		"did you mean LONG_NAME?");
	refuses("rules = ( { id = \"A\"; " WHEN "\"families(nobody) >= 1\"; } );", "there is no family `nobody'");
	refuses("rules = ( { id = \"A\"; " WHEN "\"relation == friend\"; } );", "no value `friend'");
	refuses("rules = ( { id = \"A\"; " WHEN "\"B\"; }, { id = \"B\"; " WHEN "\"not C\"; }, { id = \"C\"; " WHEN
		"\"A\"; } );",
		"cycle in `when': A -> B -> C -> A");
	refuses("rules = ( { id = \"A\"; " WHEN "\"A\"; } );", "cycle in `when': A -> A");
	refuses("rules = ( { id = \"A\"; family = \"f\"; " WHEN "\"families(f) >= 1\"; } );",
		"cycle in `when': A -> A");
	warns("families = ( { name = \"apology\"; } ); rules = ( { id = \"A\"; family = \"apolgy\"; " TEXT " } );",
	      "family apolgy of rule A is not declared and has no cap (did you mean apology?");
	refuses("families = ( { name = \"f\"; cap = -1; } );", "wrong sign");
	refuses("families = ( { name = \"f\"; }, { name = \"f\"; } );", "declared twice");
}

static void test_missing_and_failing_examples(void **state)
{
	(void)state;
	write_file(directory, "a.conf",
		   "rules = ( { id = \"A\"; " TEXT " hits = [ \"x\", \"a x b\" ]; misses = [ \"y\" ]; } );");
	assert_int_equal(load(true), STATUS_BAD_INPUT);
	has("E a.conf:1: rule A has too few examples: 2 positive, 1 negative");
	assert_int_equal(load(false), STATUS_OK);
	has("W a.conf:1: rule A has too few examples");
	refuses("rules = ( { id = \"A\"; " TEXT " hits = [ \"x\",\n \"y\" ]; misses = [ \"an X here\", \"z\" ]; } );",
		"E a.conf:2: rule A: a hit does not fire: \"y\" (folded it reads: \"y\")");
	has("E a.conf:2: rule A: a miss fires and must not: \"an X here\" (it found \"x\")");
	warns("rules = ( { id = \"A\"; " TEXT " todo_hits = [ \"x\" ]; } );", "a known gap is closed");
	refuses("rules = ( { id = \"A\"; " TEXT " }, { id = \"B\"; " WHEN "\"A and words > 3\";\n"
		"cases = ( { given = \"words = 3\"; rules = [ \"A\" ]; expect = true; }, { expect = false; } ); } );",
		"E a.conf:2: rule B: a case does not fire: \"words = 3\" with rules A");
	refuses("rules = ( { id = \"B\"; " WHEN "\"list\"; cases = ( { given = \"liste\"; expect = true; } ); } );",
		"makes no sense at `liste'");
	refuses("rules = ( { id = \"B\"; " WHEN "\"list\"; cases = ( { rules = [ \"X\" ]; expect = true; } ); } );",
		"names the rule `X', which does not exist");
	refuses("rules = ( { id = \"B\"; " WHEN "\"list\"; cases = ( { given = \"list\"; } ); } );",
		"says not what to expect");
	refuses("rules = ( { id = \"B\"; " WHEN "\"list\"; cases = ( { expect = true; give = \"list\"; } ); } );",
		"unknown key `give' in a case");
}

static void test_warnings_for_likely_slips(void **state)
{
	(void)state;
	warns(
	    "rules = ( { id = \"A\"; score = 1; describe = \"one \" \"text\"; view = \"body\"; phrases = [ \"x\"\n\"y\" ]; } );",
	    "W a.conf:2: two strings of a list without a comma between them are read as one");
	warns(
	    "rules = ( { id = \"A\"; score = 1; describe = \"d\"; view = \"body\"; phrases = [ \"worth a chat?\" ]; } );",
	    "the last word is optional, so it changes nothing");
	warns("rules = ( { id = \"A\"; " TEXT " expires = \"2001-01-01\"; } );", "rule A expired on 2001-01-01");
}

static void test_local_changes_of_shipped_rules(void **state)
{
	(void)state;
	write_file(directory, "a.conf",
		   "rules = ( { id = \"AAAA\"; " TEXT " }, { id = \"BBBB\"; " TEXT " }, { id = \"CCCC\"; " TEXT
		   " } );");
	write_file(local, "mine.conf",
		   "changes = ( { id = \"AAAA\"; score = 0.25; }, { id = \"BBBB\"; shadow = true; },\n"
		   "{ id = \"CCCC\"; status = \"shadow\"; }, { id = \"CCCX\"; score = 1; } );");
	assert_int_equal(load(false), STATUS_OK);
	has("W mine.conf:2: a change of rule CCCX, which does not exist (did you mean CCCC?)");
	assert_true(ruleset_find(ruleset, STR("AAAA"))->score == 0.25);
	assert_false(ruleset_find(ruleset, STR("AAAA"))->shadow);
	assert_true(ruleset_find(ruleset, STR("BBBB"))->shadow);
	assert_true(ruleset_find(ruleset, STR("CCCC"))->shadow);
	write_file(local, "mine.conf", "changes = ( { score = 1; }, { id = \"AAAA\"; scor = 1; } );");
	assert_int_equal(load(false), STATUS_BAD_INPUT);
	has("a change has no id");
	has("unknown key `scor'");
}

static void test_lists_from_files(void **state)
{
	(void)state;
	write_file(directory, "words.txt", "# people\nAcme Corp\n\n  Müller & Co. \n");
	write_file(
	    directory, "a.conf",
	    "lists = ( { name = \"firms\"; file = \"words.txt\"; } );\n"
	    "rules = ( { id = \"A\"; score = 1; describe = \"d\"; view = \"body\"; phrases = [ \"from @list:firms here\" ];\n"
	    "patterns = [ \"^@list:firms$\" ];\n"
	    "hits = [ \"Lee from ACME corp here\", \"from Muller & Co. here\", \"Acme Corp\" ];\n"
	    "misses = [ \"from acme here\", \"acme corporation\" ]; } );");
	assert_int_equal(load(true), STATUS_OK);
	refuses("lists = ( { name = \"firms\"; file = \"none.txt\"; } );", "cannot read");
	refuses("lists = ( { name = \"firms\"; } );", "list firms has no file");
	refuses(
	    "rules = ( { id = \"A\"; score = 1; describe = \"d\"; view = \"body\"; phrases = [ \"@list:firms\" ]; } );",
	    "list `firms' does not exist");
}

static void test_directories(void **state)
{
	const struct ruleset_source missing = {"/nonexistent/rules", false, false};
	const struct ruleset_options options = {.check_examples = true};
	struct error_list errors = error_list_make();
	struct ruleset *none;

	(void)state;
	assert_int_equal(ruleset_load(&missing, 1, &options, &errors, &none), STATUS_BAD_INPUT);
	assert_null(none);
	assert_non_null(strstr(error_at(&errors, 0)->what, "there is none"));
	error_list_free(&errors);
	assert_int_equal(load(false), STATUS_OK); /* empty, and the local one optional */
	has("no rule files");
	assert_int_equal(ruleset_rule_count(ruleset), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_good_rules_load_in_silence, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_every_error_of_all_files_in_one_run, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_syntax_errors_have_hints, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_keys_and_types, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_what_a_rule_looks_for, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_patterns, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_names_and_cycles, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_missing_and_failing_examples, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_warnings_for_likely_slips, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_local_changes_of_shipped_rules, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_lists_from_files, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_directories, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
