/*
 * rule_commas - finds missing commas between the strings of an array, which libconfig takes for one long string.
 */
#ifndef COLDSHOULDER_ENGINE_RULE_COMMAS_H
#define COLDSHOULDER_ENGINE_RULE_COMMAS_H

#include "base/error.h"

/* Warns for every string in [ ] that follows another without a comma. A file that cannot be read is passed over. */
void rule_commas_check(const char *path, struct error_list *errors);

#endif
