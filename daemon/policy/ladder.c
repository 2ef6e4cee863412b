#include "policy/ladder.h"

bool ladder_step_find(struct str name, enum ladder_step *ret_step)
{
	static const char *const names[] = {
	    [LADDER_TAG] = "tag", [LADDER_REJECT] = "reject", [LADDER_DISCONNECT] = "disconnect"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (str_equal(name, str_of(names[i]))) {
			*ret_step = (enum ladder_step)i;
			return true;
		}
	}
	return false;
}

enum ladder_step ladder_step_at(const struct ladder *ladder, unsigned int offences)
{
	return ladder->steps[offences < ladder->count ? offences : ladder->count - 1];
}
