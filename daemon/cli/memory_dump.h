/*
 * memory_dump - the text form of an exported memory: one entry a line, keyed hashes in hexadecimal.
 *
 *   coldshoulder-memory 1 FINGERPRINT       the first line; only a memory with the same key can read it
 *   learning BOOTSTRAPPED DAYS
 *   contact REMOTE LOCAL WROTE RECEIVED RECIPIENTS ANSWERS     LOCAL 0: the whole site
 *   sent MESSAGE DAY
 *   person NAME LOCAL DAY
 *   offence OFFENDER COUNT TIME
 *   template LEARNED WORDS SKETCH [RECIPIENT:SENDER:DOMAIN:TIME]...
 *   end COUNT                               the last line: nothing is missing
 *
 * Days count from 1970-01-01, beginning with 1; times are seconds since 1970.
 */
#ifndef COLDSHOULDER_CLI_MEMORY_DUMP_H
#define COLDSHOULDER_CLI_MEMORY_DUMP_H

#include "memory/store.h"

#include <stdio.h>

void memory_dump_write_head(FILE *out, uint64_t fingerprint);
void memory_dump_write(FILE *out, const struct store_record *record);
void memory_dump_write_end(FILE *out, uint64_t count);

/* False when the line is not the head of a dump of this version. */
bool memory_dump_read_head(const char *line, uint64_t *ret_fingerprint);
bool memory_dump_read(const char *line, struct store_record *ret_record);
bool memory_dump_read_end(const char *line, uint64_t *ret_count);

/* Longest line, with its end. */
enum { MEMORY_DUMP_LINE_MAX = 4096 };

#endif
