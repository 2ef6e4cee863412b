/*
 * replay_html - writes the page of a replay: one file with everything in it.
 */
#ifndef COLDSHOULDER_CLI_REPLAY_HTML_H
#define COLDSHOULDER_CLI_REPLAY_HTML_H

#include "cli/replay_summary.h"

enum { REPLAY_HTML_ROWS_MAX = 50000 };

/*
 * Writes `path` anew (0600: it holds addresses and words of mail) and puts it into place at once. Of more than
 * REPLAY_HTML_ROWS_MAX messages those with the highest scores are in it. False with errno.
 */
bool replay_html_write(const char *path, const struct summary *summary, const struct records *records,
		       const struct replay_mail *mail);

#endif
