#include "engine/verdict.h"

static const char *const names[CLASS_COUNT] = {
    [CLASS_CLEAN] = "clean",       [CLASS_DIGEST] = "digest",     [CLASS_COLD] = "cold",
    [CLASS_LINKEDIN] = "linkedin", [CLASS_TEMPLATE] = "template", [CLASS_POLICY] = "policy",
};

const char *mail_class_name(enum mail_class mail_class)
{
	return names[mail_class];
}

bool mail_class_find(struct str name, enum mail_class *ret_class)
{
	for (size_t i = 0; i < CLASS_COUNT; i++)
		if (str_equal(name, str_of(names[i]))) {
			*ret_class = (enum mail_class)i;
			return true;
		}
	return false;
}
