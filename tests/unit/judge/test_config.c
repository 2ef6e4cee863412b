/* coldshoulder.conf: what is right is taken, what is wrong is named with its place and what to do. */
#include "judge/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static enum status load(const char *text, struct error_list *errors, struct config **ret_config)
{
	char path[] = "/tmp/config-test-XXXXXX";
	enum status status;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	status = config_load(path, errors, ret_config);
	unlink(path);
	return status;
}

/* The text must be refused, with an error that holds all of the words. */
static void refuse(const char *text, const char *line, const char *what, const char *hint)
{
	struct error_list errors = error_list_make();
	struct config *config = NULL;
	bool found = false;

	if (load(text, &errors, &config) == STATUS_OK)
		fail_msg("accepted: %s", text);
	for (size_t i = 0; i < errors.errors.count; i++) {
		const struct error *error = error_at(&errors, i);

		found |= strstr(error->where, line) && strstr(error->what, what) && strstr(error->hint, hint);
	}
	if (!found)
		fail_msg("for <%s>: %s | %s | %s", text, error_at(&errors, 0)->where, error_at(&errors, 0)->what,
			 error_at(&errors, 0)->hint);
	error_list_free(&errors);
}

static void test_an_empty_file_gives_the_safe_defaults(void **state)
{
	struct error_list errors = error_list_make();
	struct config *config;

	(void)state;
	assert_int_equal(load("", &errors, &config), STATUS_OK);
	assert_true(config->policies.inbound.at.tag.set && config->policies.inbound.at.tag.at == 5.0);
	assert_false(config->policies.inbound.at.reject.set || config->policies.inbound.at.quarantine.set ||
		     config->policies.inbound.at.discard.set);
	assert_true(config->policies.inbound.classes_off[CLASS_DIGEST]);
	assert_int_equal(config->auth.mode, AUTH_MODE_OFF);
	assert_int_equal(config->socket_mode, 0660);
	assert_int_equal(config->limits.scan_bytes, 1 << 20);
	assert_int_equal(errors.warning_count, 1); /* local_domains is empty */
	config_free(config);
	error_list_free(&errors);
}

static void test_every_kind_of_key_is_read(void **state)
{
	struct error_list errors = error_list_make();
	struct config *config;

	(void)state;
	assert_int_equal(
	    load("local_domains = ( \"example.org\", \".example.org\" );\n"
		 "networks = ( \"192.0.2.0/24\" );\n"
		 "outbound_daemons = [ \"SUBMISSION\" ];\n"
		 "socket_mode = \"666\";\n"
		 "auth_results = \"jobid\"; authserv_ids = ( \"mx.example.org\" );\n"
		 "add_header = \"tagged\"; strip_spam_headers = true;\n"
		 "limits = { max_scan_bytes = \"64K\"; max_headers = 50; time = \"250ms\"; };\n"
		 "inbound = { tag_at = 4; reject_at = 9.5; ignore_classes = ( \"cold\" ); shadow = true; };\n"
		 "outbound = { tag_at = \"off\"; };\n",
		 &errors, &config),
	    STATUS_OK);
	assert_int_equal(config->direction.local_domain_count, 2);
	assert_true(str_equal(config->direction.local_domains[1], STR(".example.org")));
	assert_int_equal(config->direction.network_count, 1);
	assert_true(network_contains(config->direction.networks, 1, STR("192.0.2.9")));
	assert_int_equal(config->direction.outbound_daemon_count, 1);
	assert_int_equal(config->socket_mode, 0666);
	assert_int_equal(config->auth.mode, AUTH_MODE_JOBID);
	assert_int_equal(config->add_header, ADD_HEADER_TAGGED);
	assert_true(config->strip_spam_headers);
	assert_int_equal(config->limits.scan_bytes, 65536);
	assert_int_equal(config->limits.headers, 50);
	assert_int_equal(config->limits.time_ms, 250);
	assert_true(config->policies.inbound.at.tag.at == 4.0 && config->policies.inbound.at.reject.at == 9.5 &&
		    config->policies.inbound.shadow);
	assert_true(config->policies.inbound.classes_off[CLASS_COLD]);
	assert_false(config->policies.inbound.classes_off[CLASS_DIGEST]);
	assert_false(config->policies.outbound.at.tag.set);
	config_free(config);
	error_list_free(&errors);
}

static void test_slips_are_named(void **state)
{
	(void)state;
	refuse("\nlocal_domain = ( \"a.example\" );", ":2", "unknown key \"local_domain\"", "local_domains");
	refuse("inbound = { tagat = 5; };", ":1", "unknown key \"inbound.tagat\"", "inbound.tag_at");
	refuse("local_domains = \"example.org\";", ":1", "wants a list of strings", "");
	refuse("local_domains = 5;", ":1", "this is 5 (an integer)", "");
	refuse("local_domains = ( 5 );", ":1", "item 1 of local_domains is not a string", "double quotes");
	refuse("networks = ( \"192.0.2.1/24\" );", ":1", "is not a network", "host bits");
	refuse("socket = 5;", ":1", "wants a string", "");
	refuse("socket_mode = 0660;", ":1", "octal mode", "");
	refuse("auth_results = \"on\";", ":1", "does not know \"on\"", "\"jobid\"");
	refuse("auth_results = \"jobid\";", "", "authserv_ids is empty", "authserv_ids");
	refuse("inbound = 5;", ":1", "wants a group", "");
	refuse("inbound = { tag_at = \"five\"; };", ":1", "inbound.tag_at wants a number", "");
	refuse("inbound = { tag_at = \"five\"; };", ":1", "this is \"five\" (a string)", "");
	refuse("memory = { keep_received = 5; };", ":1", "memory.keep_received wants", "");
	refuse("memory = { keep_received = true; };", ":1", "this is true (a boolean)", "");
	refuse("socket = 1.5;", ":1", "this is 1.5 (a number)", "");
	refuse("inbound = { tag_at = 0; };", ":1", "wants a number above 0", "");
	refuse("inbound = { reject_at = 3.0; };", "", "inbound.reject_at (3.00) is below", "tag_at");
	refuse("inbound = { tag_at = \"off\"; reject_at = 9.0; };", "", "tag_at is off", "tag_at");
	refuse("inbound = { ignore_classes = ( \"clean\" ); };", ":1", "is not a class", "digest");
	refuse("limits = { max_scan_bytes = \"1 MB\"; };", ":1", "wants a size", "");
	refuse("limits = { max_headers = 0; };", ":1", "whole number above zero", "");
	refuse("limits = { time = 5; };", ":1", "wants a time", "");
	refuse("strip_spam_headers = \"yes\";", ":1", "true or false", "");
	refuse("add_header = ( \"all\" );", ":1", "add_header does not know a list", "\"tagged\"");
	refuse("networks = ( \"192.0.2.0/24\", );", ":1", "syntax error", "comma");
}

static void test_all_errors_come_in_one_run(void **state)
{
	struct error_list errors = error_list_make();
	struct config *config;

	(void)state;
	assert_int_equal(load("socket = 1;\nadd_header = \"x\";\nnonsense = 2;\n", &errors, &config), STATUS_BAD_INPUT);
	assert_int_equal(errors.error_count, 3);
	error_list_free(&errors);
}

static void test_a_missing_file(void **state)
{
	struct error_list errors = error_list_make();
	struct config *config;

	(void)state;
	assert_int_equal(config_load("/nonexistent/coldshoulder.conf", &errors, &config), STATUS_NOT_FOUND);
	assert_int_equal(errors.error_count, 1);
	error_list_free(&errors);
}

static bool is_key(const char *name)
{
	for (size_t i = 0; config_key_at(i); i++)
		if (strcmp(config_key_at(i)->name, name) == 0)
			return true;
	return false;
}

/* Every key is an item of the manual page, and every item is a key. */
static void test_the_manual_page_knows_the_same_keys(void **state)
{
	FILE *page = fopen(SOURCE_DIR "/daemon/man/coldshoulder.conf.5", "r");
	bool documented[100] = {false};
	char line[1000];

	(void)state;
	assert_non_null(page);
	while (fgets(line, sizeof line, page)) {
		if (strncmp(line, ".It Va ", 7) != 0)
			continue;
		for (char *word = strtok(line + 7, " ,\n"); word; word = strtok(NULL, " ,\n")) {
			if (!is_key(word))
				fail_msg("coldshoulder.conf.5 describes %s, which is no key", word);
			for (size_t i = 0; config_key_at(i); i++)
				documented[i] |= strcmp(config_key_at(i)->name, word) == 0;
		}
	}
	fclose(page);
	for (size_t i = 0; config_key_at(i); i++)
		if (!documented[i])
			fail_msg("coldshoulder.conf.5 does not describe %s", config_key_at(i)->name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_an_empty_file_gives_the_safe_defaults),
	    cmocka_unit_test(test_every_kind_of_key_is_read),
	    cmocka_unit_test(test_slips_are_named),
	    cmocka_unit_test(test_all_errors_come_in_one_run),
	    cmocka_unit_test(test_a_missing_file),
	    cmocka_unit_test(test_the_manual_page_knows_the_same_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
