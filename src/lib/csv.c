/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/csv.h"

#include <csv.h>
#include <string.h>

static int needs_quotes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr("\",\r\n", text[i]) || text[i] == '\0')
			return 1;
	return len && (text[0] == ' ' || text[len - 1] == ' ');
}

void csv_add_field(struct buf *out, const char *text, size_t len)
{
	if (!needs_quotes(text, len)) {
		buf_add(out, text, len);
		return;
	}
	buf_reserve(out, 2 * len + 2);
	out->len += csv_write(out->data + out->len, 2 * len + 2, text, len);
	out->data[out->len] = '\0';
}
