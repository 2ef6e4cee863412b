/*
 * config_keys - the table of configuration keys, and how each kind of value is read into struct config.
 */
#ifndef COLDSHOULDER_JUDGE_CONFIG_KEYS_H
#define COLDSHOULDER_JUDGE_CONFIG_KEYS_H

#include "base/settings.h"
#include "judge/config.h"

/*
 * Reads every setting of `root` into `config` by the table. Unknown names, wrong kinds and values out of range are
 * added to `errors`, and the default stays. STATUS_NO_MEMORY or STATUS_OK.
 */
enum status config_keys_read(const config_setting_t *root, struct config *config, struct error_list *errors);

#endif
