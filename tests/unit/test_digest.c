/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "lib/digest.h"

/* The examples of FIPS 180-2. */
static const char *const known[][2] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void at_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		char hex[DIGEST_SIZE];
		digest_sha256(known[i][0], strlen(known[i][0]), hex);
		CHECK_TEXT(hex, known[i][1], known[i][0]);
	}
}

static void in_parts(void **state)
{
	(void)state;
	struct digest *digest = digest_new();
	for (size_t i = 0; i < COUNT(known); i++) {
		char hex[DIGEST_SIZE];
		for (const char *p = known[i][0]; *p; p++)
			digest_add(digest, p, 1);
		digest_end(digest, hex);
		CHECK_TEXT(hex, known[i][1], known[i][0]);
	}
	digest_free(digest);
	digest_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(at_once), cmocka_unit_test(in_parts) };
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
