/*
 * replay - runs a fuzz target over stored inputs and over simple mutations of them, where libFuzzer is not at hand.
 *
 *   fuzz_NAME DIRECTORY...
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { INPUT_MAX = 1 << 20, MUTATIONS = 40 };

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Flips bytes and cuts the end, the same way in every run. The input is copied to its exact size for the sanitizers. */
static void replay(const uint8_t *data, size_t size)
{
	uint32_t state = 0x2545f491;

	for (int i = 0; i <= MUTATIONS; i++) {
		size_t n = i % 4 == 3 && size ? next_random(&state) % size : size;
		uint8_t *copy = malloc(n ? n : 1);

		if (!copy)
			return;
		memcpy(copy, data, n);
		for (int flips = 0; i && flips < 1 + i / 8 && n; flips++)
			copy[next_random(&state) % n] = (uint8_t)next_random(&state);
		LLVMFuzzerTestOneInput(copy, n);
		free(copy);
	}
}

static int replay_directory(const char *path)
{
	static uint8_t input[INPUT_MAX];
	DIR *directory = opendir(path);
	struct dirent *entry;
	int count = 0;

	if (!directory)
		return 0;
	while ((entry = readdir(directory))) {
		char name[4096];
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		file = fopen(name, "rb");
		if (!file)
			continue;
		replay(input, fread(input, 1, sizeof input, file));
		fclose(file);
		count++;
	}
	closedir(directory);
	return count;
}

int main(int argc, char **argv)
{
	int count = 0;

	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		count += replay_directory(argv[i]);
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	printf("%d inputs, %d runs each\n", count, MUTATIONS + 1);
	return count ? 0 : 1;
}
