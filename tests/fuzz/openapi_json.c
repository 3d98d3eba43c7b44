/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An OpenAPI document in JSON. */
#include "fuzz.h"
#include "openapi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	openapi_check((const char *)data, size, true);
	return 0;
}
