#include "mail/html_role.h"

struct mark {
	struct str name; /* of a class or an id */
	enum html_container container;
};

static const struct mark marks[] = {
    {STR_INIT("AppleMailSignature"), CONTAINER_FOOTER},
    {STR_INIT("OutlookMessageHeader"), CONTAINER_MARKER},
    {STR_INIT("Signature"), CONTAINER_FOOTER},
    {STR_INIT("divRplyFwdMsg"), CONTAINER_MARKER},
    {STR_INIT("gmail_quote"), CONTAINER_GMAIL},
    {STR_INIT("gmail_quote_container"), CONTAINER_GMAIL},
    {STR_INIT("gmail_signature"), CONTAINER_FOOTER},
    {STR_INIT("mail_quote"), CONTAINER_QUOTE},
    {STR_INIT("moz-cite-prefix"), CONTAINER_QUOTE},
    {STR_INIT("moz-forward-container"), CONTAINER_FORWARD},
    {STR_INIT("moz-signature"), CONTAINER_FOOTER},
    {STR_INIT("ms-outlook-mobile-reference-message"), CONTAINER_QUOTE},
    {STR_INIT("ms-outlook-mobile-signature"), CONTAINER_FOOTER},
    {STR_INIT("protonmail_quote"), CONTAINER_QUOTE},
    {STR_INIT("protonmail_signature_block"), CONTAINER_FOOTER},
    {STR_INIT("reply-intro"), CONTAINER_QUOTE},
    {STR_INIT("tutanota_quote"), CONTAINER_QUOTE},
    {STR_INIT("yahoo_quoted"), CONTAINER_QUOTE},
    {STR_INIT("zmail_extra"), CONTAINER_QUOTE},
};

/* Outlook puts "x_" before the names of what it quotes, once for each time. */
static struct str without_prefix(struct str name)
{
	while (str_starts(name, STR("x_")))
		name = str_sub(name, 2, name.n);
	return name;
}

static enum html_container find_mark(struct str name)
{
	name = without_prefix(name);
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (name.n == marks[i].name.n && str_equal_nocase(name, marks[i].name))
			return marks[i].container;
	return str_starts(name, STR("yahoo_quoted_")) ? CONTAINER_QUOTE : CONTAINER_NONE;
}

enum html_container html_container_find(bool quote, struct str classes, struct str id, struct str type)
{
	enum html_container found = id.n ? find_mark(str_trim(id)) : CONTAINER_NONE;
	struct str rest = classes, name;

	while (classes.n && found == CONTAINER_NONE && str_split(&rest, ' ', &name))
		found = find_mark(str_trim(name));
	if (!quote)
		return found;
	if (found != CONTAINER_NONE || str_equal_nocase(str_trim(type), STR("cite")))
		return CONTAINER_QUOTE;
	return CONTAINER_SOFT_QUOTE;
}
