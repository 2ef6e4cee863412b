/* A configuration file: it is taken, or refused with at least one error that names a place. */
#include "fuzz.h"
#include "judge/config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *__lsan_default_suppressions(void);

/* libconfig 1.5 forgets strings that a syntax error cuts off: a few dozen bytes a failed reload. */
const char *__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error_list errors = error_list_make();
	struct config *config = NULL;
	int fd = memfd_create("coldshoulder.conf", MFD_CLOEXEC);
	char path[64];
	enum status status;

	/* Other files are not the target. */
	if (fd < 0 || memmem(data, size, "include", 7) || write(fd, data, size) != (ssize_t)size) {
		close(fd);
		return 0;
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	status = config_load(path, &errors, &config);
	close(fd);
	fuzz_check((status == STATUS_OK) == (errors.error_count == 0), "refused with an error, or taken without one");
	for (size_t i = 0; i < errors.errors.count; i++)
		fuzz_check(error_at(&errors, i)->what[0] != '\0', "an error says what is wrong");
	error_list_free(&errors);
	config_free(config);
	return 0;
}
