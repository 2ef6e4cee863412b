#include "policy/recipient.h"

bool recipient_is_exempt(struct str mailbox)
{
	size_t at = str_find_byte(mailbox, 0, '@');
	struct str local = str_sub(mailbox, 0, at == STR_NONE ? mailbox.n : at);

	return str_equal_nocase(local, STR("postmaster")) || (at != STR_NONE && str_equal_nocase(local, STR("abuse")));
}
