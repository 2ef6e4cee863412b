#include "suite_mail.h"

int suite_run(const struct suite_backend *which)
{
	backend = which;
	return suite_run_people(which->name) + suite_run_templates(which->name) + suite_run_queue(which->name);
}
