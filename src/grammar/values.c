/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grammar/values.h"

#include <string.h>

#include "base/mem.h"

void values_done(struct values *values)
{
	for (size_t i = 0; i < values->count; i++)
		free(values->items[i].text);
	free(values->items);
	*values = (struct values){ 0 };
}

void words_done(struct words *words)
{
	free(words->items);
	*words = (struct words){ 0 };
}

void words_add(struct words *words, const char *word)
{
	words->items = mem_grow(words->items, words->count, sizeof(*words->items));
	words->items[words->count++] = word;
}

void values_add(struct values *values, const struct arg *arg, const char *text)
{
	values->items = mem_grow(values->items, values->count, sizeof(*values->items));
	values->items[values->count++] = (struct value){ .arg = arg, .text = mem_dup(text) };
}

/* `--wait=false` is as good as nothing; a flag's false is its value. */
static bool switched_off(const struct value *value)
{
	return (value->arg->flags & ARG_OPTIONAL_VALUE) && strcmp(value->text, "false") == 0;
}

const char *values_get(const struct values *values, const char *name)
{
	for (size_t i = values->count; i > 0; i--)
		if (strcmp(values->items[i - 1].arg->name, name) == 0)
			return switched_off(&values->items[i - 1]) ? NULL
								   : values->items[i - 1].text;
	return NULL;
}

bool values_flag(const struct values *values, const char *name)
{
	const char *text = values_get(values, name);
	return text && strcmp(text, "false") != 0;
}

size_t values_times(const struct values *values, const char *name)
{
	size_t times = 0;
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->items[i].arg->name, name) == 0 &&
		    strcmp(values->items[i].text, "false") != 0)
			times++;
	return times;
}
