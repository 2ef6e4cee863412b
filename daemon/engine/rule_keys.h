/*
 * rule_keys - the keys of the groups in rule files: which there are, of which type, and where their values go.
 */
#ifndef COLDSHOULDER_ENGINE_RULE_KEYS_H
#define COLDSHOULDER_ENGINE_RULE_KEYS_H

#include "engine/rulebook.h"

#include <libconfig.h>

/* Where the values of one group go: one of entry, family, change and list is set. */
struct key_reader {
	struct rulebook *book;
	const char *path;
	struct rule_entry *entry;
	struct family *family;
	struct rule_change *change;
	struct word_list *list;
	const char *list_file; /* `file` of a list */
	bool failed;           /* some value was wrong and has been reported */
};

/* Each reads all keys of its kind of group; reports unknown keys and wrong types. */
void rule_keys_read(struct key_reader *reader, const config_setting_t *group);
void family_keys_read(struct key_reader *reader, const config_setting_t *group);
void change_keys_read(struct key_reader *reader, const config_setting_t *group);
void list_keys_read(struct key_reader *reader, const config_setting_t *group);

#endif
