/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a target over the files of a folder, with any compiler. */
#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "fuzz.h"

static void replay(const char *path)
{
	FILE *file = fopen(path, "rb");

	must(file);
	fseek(file, 0, SEEK_END);
	size_t size = (size_t)ftell(file);
	rewind(file);
	/* exactly as large as the input, so that a sanitizer or valgrind sees a byte read too far
	 */
	uint8_t *data = malloc(size ? size : 1);
	must(data && fread(data, 1, size, file) == size);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

int main(int argc, char **argv)
{
	struct dirent **names;
	int count = argc == 2 ? scandir(argv[1], &names, NULL, alphasort) : -1;
	int replayed = 0;

	if (count < 0) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.') {
			char path[PATH_MAX];
			snprintf(path, sizeof path, "%s/%s", argv[1], names[i]->d_name);
			/* so that the log of a crash ends with the input's name */
			fprintf(stderr, "%s\n", path);
			replay(path);
			replayed++;
		}
		free(names[i]);
	}
	free(names);
	printf("%d inputs\n", replayed);
	return replayed ? 0 : 1;
}
