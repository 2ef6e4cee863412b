#include "cli/list_check.h"

#include "cli/memory_setup.h"
#include "memory/freemail.h"
#include "policy/list_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { ENTRY_MAX = 512 };

/* The domain of an entry, without a glob or dot in front; empty when it is itself a glob. */
static struct str domain_of(struct str entry)
{
	size_t at = str_find_byte(entry, 0, '@');
	struct str domain = at == STR_NONE ? entry : str_sub(entry, at + 1, entry.n);

	if (str_starts(domain, STR("*.")))
		domain = str_sub(domain, 2, domain.n);
	else if (str_starts(domain, STR(".")))
		domain = str_sub(domain, 1, domain.n);
	return str_find_byte(domain, 0, '*') == STR_NONE && str_find_byte(domain, 0, '?') == STR_NONE ? domain
												      : STR("");
}

static bool is_ours(const struct config *config, struct str domain)
{
	char mailbox[ENTRY_MAX];

	snprintf(mailbox, sizeof mailbox, "x@%.*s", STR_ARGS(domain));
	return direction_is_local(&config->direction, str_of(mailbox));
}

static void warn_of_freemail(const struct list_check *check, struct str domain, struct error_list *errors)
{
	const struct memory_settings *memory = &check->config->memory;
	struct error_list unread = error_list_make();
	struct freemail *freemail = NULL;
	char path[PATH_MAX + 64], where[ENTRY_MAX];
	const char *list = memory_setup_freemail(check->config, path, sizeof path);

	/* A list that cannot be read is told of by those who need it. */
	if (freemail_read(list, memory->freemail_domains, memory->freemail_domain_count, &unread, &freemail) ==
		STATUS_OK &&
	    freemail_contains(freemail, domain)) {
		snprintf(where, sizeof where, "%.*s", STR_ARGS(domain));
		error_add(errors, SEVERITY_WARNING, where, "name single addresses if that is not meant",
			  "anybody can have a mailbox there, and everybody there %s now", check->done);
	}
	freemail_destroy(freemail);
	error_list_free(&unread);
}

bool list_check_entry(const struct list_check *check, const char *entry, struct error_list *errors)
{
	struct str text = str_of(entry), domain = domain_of(text);
	const char *problem = list_sender_problem(text);
	size_t at = str_find_byte(text, 0, '@');
	bool whole = at == STR_NONE || at == 0 || str_starts(text, STR("*@"));

	if (!problem && !whole && domain.n && str_find_byte(domain, 0, '.') == STR_NONE &&
	    str_find_byte(domain, 0, '@') == STR_NONE)
		problem = "has no dot in its domain";
	if (problem) {
		error_add(errors, SEVERITY_ERROR, entry,
			  "name an address (jane@example.org), a domain (example.org) or those under it (.example.org)",
			  "it %s", problem);
		return false;
	}
	if (!check->config || !domain.n)
		return true;
	if (check->block && is_ours(check->config, domain)) {
		error_add(errors, SEVERITY_ERROR, entry,
			  "mail that only claims to come from there is for SPF, DKIM and DMARC to refuse",
			  "it is one of your own (local_domains), and your own mail would be refused");
		return false;
	}
	if (whole)
		warn_of_freemail(check, domain, errors);
	return true;
}

bool list_check_until(const struct list_check *check, const char *text, struct error_list *errors, uint32_t *ret_day)
{
	if (!list_date_read(str_of(text), ret_day)) {
		error_add(errors, SEVERITY_ERROR, "--until", "the last day it counts on",
			  "wants a date such as 2026-12-31");
		return false;
	}
	if (*ret_day >= check->today)
		return true;
	error_add(errors, SEVERITY_ERROR, "--until", "the last day it counts on; today at the earliest",
		  "%s is over: the entry would never count", text);
	return false;
}
