/*
 * decode - what reading a message costs beside the libraries alone: CPU time per message, as ratios in one run.
 *
 *   decode DIRECTORY [ROUNDS]
 *
 * Three ways over the same messages, in turn, ROUNDS times (default 7): GMime's parser and decoder alone; the same with
 * libxml2's SAX parser over HTML parts; message_parse() with all text views. Prints medians in microseconds a message.
 */
#include "mail/view.h"
#include "mail_tree.h"

#include <gmime/gmime.h>
#include <libxml/HTMLparser.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WAYS = 3, ROUNDS_MAX = 99 };

static void characters(void *context, const xmlChar *text, int n)
{
	(void)text;
	*(size_t *)context += (size_t)n;
}

static void parse_html(const char *html, size_t n)
{
	htmlSAXHandler sax = {.characters = characters};
	size_t total = 0;
	htmlParserCtxtPtr parser = htmlCreatePushParserCtxt(&sax, &total, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);

	htmlParseChunk(parser, html, (int)n, 0);
	htmlParseChunk(parser, html, 0, 1);
	htmlFreeParserCtxt(parser);
}

struct library_run {
	bool html;
};

static void decode_part(GMimeObject *parent, GMimeObject *part, gpointer data)
{
	const struct library_run *run = data;
	GMimeContentType *type = g_mime_object_get_content_type(part);
	GMimeStream *out;
	GByteArray *bytes;

	(void)parent;
	if (!GMIME_IS_PART(part) || !g_mime_content_type_is_type(type, "text", "*"))
		return;
	out = g_mime_stream_mem_new();
	g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), out);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
	if (run->html && g_mime_content_type_is_type(type, "text", "html"))
		parse_html((const char *)bytes->data, bytes->len);
	g_object_unref(out);
}

static void read_by_libraries(struct str raw, bool html)
{
	struct library_run run = {html};
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.p, raw.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	if (message) {
		g_mime_message_foreach(message, decode_part, &run);
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

static void read_by_us(struct str raw, struct arena *arena)
{
	struct message message;
	struct views *views;

	if (message_parse(raw, &mail_limits_default, arena, &message) == STATUS_OK &&
	    (views = views_create(&message, &mail_limits_default))) {
		for (int kind = 0; kind < VIEW_HEADER; kind++)
			views_get(views, (enum view_kind)kind, STR(""));
	}
	arena_reset(arena);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double run_way(const struct mail_tree *tree, int way, struct arena *arena)
{
	double start = cpu_seconds();

	for (size_t i = 0; i < tree->count; i++) {
		if (way == 2)
			read_by_us(tree->mails[i], arena);
		else
			read_by_libraries(tree->mails[i], way == 1);
	}
	return (cpu_seconds() - start) / (double)tree->count * 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[2]) : 7;
	double micros[WAYS][ROUNDS_MAX];
	struct mail_tree tree = {0};
	struct arena *arena = arena_create(256 * 1024);

	if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: decode DIRECTORY [ROUNDS up to %d]\n", ROUNDS_MAX);
		return 2;
	}
	message_library_init();
	mail_tree_read(&tree, argv[1]);
	if (!tree.count) {
		fprintf(stderr, "decode: no messages below %s\n", argv[1]);
		return 2;
	}
	for (int way = 0; way < WAYS; way++)
		run_way(&tree, way, arena);
	for (int round = 0; round < rounds; round++)
		for (int way = 0; way < WAYS; way++)
			micros[way][round] = run_way(&tree, way, arena);
	for (int way = 0; way < WAYS; way++)
		qsort(micros[way], (size_t)rounds, sizeof *micros[way], by_value);
	printf("%zu messages, median of %d rounds, microseconds CPU a message (min to max)\n", tree.count, rounds);
	for (int way = 0; way < WAYS; way++) {
		static const char *const names[WAYS] = {"GMime parse and decode", "the same with libxml2 SAX",
							"message and views"};

		printf("%-28s %8.1f  (%.1f to %.1f)  %.2f x GMime, %.2f x GMime + libxml2\n", names[way],
		       micros[way][rounds / 2], micros[way][0], micros[way][rounds - 1],
		       micros[way][rounds / 2] / micros[0][rounds / 2],
		       micros[way][rounds / 2] / micros[1][rounds / 2]);
	}
	mail_tree_free(&tree);
	arena_destroy(arena);
	return 0;
}
