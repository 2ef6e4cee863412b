/*
 * word_list - words, domains or addresses that a rule takes from a file: @list:name in a phrase or pattern.
 */
#ifndef COLDSHOULDER_ENGINE_WORD_LIST_H
#define COLDSHOULDER_ENGINE_WORD_LIST_H

#include "engine/rulebook.h"

enum word_list_use { WORD_LIST_PHRASE, WORD_LIST_PATTERN, WORD_LIST_RAW_PATTERN };

/*
 * Fills in list->words from `file` (relative to the directory of the rule file): one a line; blanks at both ends and
 * lines that are empty or begin with # are left out. Reports to the rulebook's errors.
 */
void word_list_read(struct rulebook *book, struct word_list *list, const char *file);

/*
 * Replaces every @list:name in `text` by a group of the list's words as literal text: of a phrase, of a pattern over
 * folded text, or of a pattern over bytes. The text itself when there is none. STATUS_BAD_INPUT: there is no such list,
 * or it is empty; *ret_name is its name. STATUS_NO_MEMORY.
 */
enum status word_list_expand(const struct rulebook *book, struct str text, enum word_list_use use, struct str *ret_text,
			     struct str *ret_name);

#endif
