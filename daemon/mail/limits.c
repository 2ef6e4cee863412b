#include "mail/limits.h"

const struct mail_limits mail_limits_default = {
    .scan_bytes = 1 << 20,
    .headers = 1000,
    .header_bytes = 256 * 1024,
    .mime_depth = 50,
    .mime_parts = 500,
    .decoded_bytes = 2 << 20,
    .html_depth = 200,
    .view_words = 20000,
    .links = 500,
    .time_ms = 2000,
};

const char *mail_limit_name(enum mail_limit limit)
{
	switch (limit) {
	case MAIL_LIMIT_SCAN_BYTES:
		return "scan_bytes";
	case MAIL_LIMIT_HEADERS:
		return "headers";
	case MAIL_LIMIT_HEADER_BYTES:
		return "header_bytes";
	case MAIL_LIMIT_MIME_DEPTH:
		return "mime_depth";
	case MAIL_LIMIT_MIME_PARTS:
		return "mime_parts";
	case MAIL_LIMIT_DECODED_BYTES:
		return "decoded_bytes";
	case MAIL_LIMIT_HTML_DEPTH:
		return "html_depth";
	case MAIL_LIMIT_VIEW_WORDS:
		return "view_words";
	case MAIL_LIMIT_LINKS:
		return "links";
	case MAIL_LIMIT_TIME:
		return "time";
	case MAIL_LIMIT_RECIPIENTS:
		return "recipients";
	case MAIL_LIMIT_MATCH:
		return "match";
	}
	return NULL;
}
