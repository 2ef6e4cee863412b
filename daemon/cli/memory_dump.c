#include "cli/memory_dump.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void memory_dump_write_head(FILE *out, uint64_t fingerprint)
{
	fprintf(out, "coldshoulder-memory 1 %016" PRIx64 "\n", fingerprint);
}

void memory_dump_write_end(FILE *out, uint64_t count)
{
	fprintf(out, "end %" PRIu64 "\n", count);
}

static void write_template(FILE *out, const struct store_record *record)
{
	fprintf(out, "template %d %u ", record->flag, record->sketch.words);
	for (size_t i = 0; i < SKETCH_VALUES; i++)
		fprintf(out, "%02x", record->sketch.value[i]);
	for (size_t i = 0; i < record->sightings.count; i++) {
		const struct sighting *item = &record->sightings.items[i];

		fprintf(out, " %08x:%08x:%08x:%u", item->recipient, item->sender, item->domain, item->at);
	}
	fputc('\n', out);
}

void memory_dump_write(FILE *out, const struct store_record *record)
{
	switch (record->kind) {
	case RECORD_CONTACT:
		fprintf(out, "contact %016" PRIx64 " %016" PRIx64 " %u %u %u %u\n", record->a, record->b,
			record->contact.wrote, record->contact.received, record->contact.recipients,
			record->contact.answers);
		break;
	case RECORD_SENT:
		fprintf(out, "sent %016" PRIx64 " %u\n", record->a, record->day);
		break;
	case RECORD_PERSON:
		fprintf(out, "person %016" PRIx64 " %016" PRIx64 " %u\n", record->a, record->b, record->day);
		break;
	case RECORD_OFFENCE:
		fprintf(out, "offence %016" PRIx64 " %u %" PRId64 "\n", record->a, record->count, record->at);
		break;
	case RECORD_TEMPLATE:
		write_template(out, record);
		break;
	case RECORD_LEARNING:
		fprintf(out, "learning %d %u\n", record->flag, record->day);
		break;
	}
}

bool memory_dump_read_head(const char *line, uint64_t *ret_fingerprint)
{
	return sscanf(line, "coldshoulder-memory 1 %16" SCNx64, ret_fingerprint) == 1;
}

bool memory_dump_read_end(const char *line, uint64_t *ret_count)
{
	return sscanf(line, "end %" SCNu64, ret_count) == 1;
}

static bool read_sketch(const char *hex, struct sketch *sketch)
{
	for (size_t i = 0; i < SKETCH_VALUES; i++) {
		unsigned int value;

		if (sscanf(hex + 2 * i, "%2x", &value) != 1)
			return false;
		sketch->value[i] = (unsigned char)value;
	}
	return true;
}

static bool read_template(const char *line, struct store_record *record)
{
	char hex[2 * SKETCH_VALUES + 1];
	unsigned int learned, words;
	int at = 0, n;
	struct sighting item;

	if (sscanf(line, "template %u %u %252[0-9a-f]%n", &learned, &words, hex, &at) != 3 ||
	    strlen(hex) != 2 * SKETCH_VALUES || words > UINT8_MAX || !read_sketch(hex, &record->sketch))
		return false;
	record->kind = RECORD_TEMPLATE;
	record->flag = learned != 0;
	record->sketch.words = (unsigned char)words;
	while (sscanf(line + at, " %8x:%8x:%8x:%u%n", &item.recipient, &item.sender, &item.domain, &item.at, &n) == 4) {
		sightings_add(&record->sightings, &item);
		at += n;
	}
	return line[at] == '\n' || line[at] == '\0';
}

bool memory_dump_read(const char *line, struct store_record *ret)
{
	unsigned int flag;

	*ret = (struct store_record){.kind = RECORD_CONTACT};
	if (sscanf(line, "contact %16" SCNx64 " %16" SCNx64 " %u %u %u %u", &ret->a, &ret->b, &ret->contact.wrote,
		   &ret->contact.received, &ret->contact.recipients, &ret->contact.answers) == 6)
		return true;
	ret->kind = RECORD_SENT;
	if (sscanf(line, "sent %16" SCNx64 " %u", &ret->a, &ret->day) == 2)
		return true;
	ret->kind = RECORD_PERSON;
	if (sscanf(line, "person %16" SCNx64 " %16" SCNx64 " %u", &ret->a, &ret->b, &ret->day) == 3)
		return true;
	ret->kind = RECORD_OFFENCE;
	if (sscanf(line, "offence %16" SCNx64 " %u %" SCNd64, &ret->a, &ret->count, &ret->at) == 3)
		return true;
	ret->kind = RECORD_LEARNING;
	if (sscanf(line, "learning %u %u", &flag, &ret->day) == 2) {
		ret->flag = flag != 0;
		return true;
	}
	return read_template(line, ret);
}
