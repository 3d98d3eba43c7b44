/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/route.h"

#include <string.h>

#include "base/text.h"

void route_done(struct route *route)
{
	for (size_t i = 0; i < route->hole_count; i++)
		free(route->holes[i].value);
	*route = (struct route){ 0 };
}

static bool fill_hole(struct route *route, const char *name, size_t name_len, const char *text,
		      size_t len)
{
	CLEAN_BUF struct buf value = { 0 };
	CLEAN_FREE char *wire = mem_dup_len(name, name_len);
	const struct arg *arg = command_wire_arg(route->command, ARG_PATH, wire);
	if (!arg || !len || route->hole_count == ROUTE_MAX_HOLES ||
	    text_percent_decode(&value, text, len) < 0 || !text_is_utf8(value.data, value.len))
		return false;
	route->holes[route->hole_count++] = (struct route_hole){ arg, buf_take(&value) };
	return true;
}

/* Whether the path fits the template of route->command. A hole ends at a slash, or at what follows
 * it. */
static bool fits(struct route *route, const char *path)
{
	const char *t = route->command->path;
	while (*t && *path) {
		if (*t != '{') {
			if (*t++ != *path++)
				return false;
			continue;
		}
		size_t name_len = strcspn(t + 1, "}");
		const char *name = t + 1;
		t = name + name_len + (name[name_len] == '}');
		char ends[] = { '/', *t, '\0' };
		size_t len = strcspn(path, ends);
		if (!fill_hole(route, name, name_len, path, len))
			return false;
		path += len;
	}
	return *t == '\0' && *path == '\0';
}

bool route_match(struct route *route, const struct command *command, const char *path)
{
	*route = (struct route){ .command = command };
	if (fits(route, path))
		return true;
	route_done(route);
	return false;
}

/* Whether the template `a` is the more literal one where the two part. */
static bool is_closer(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a != '{' && *b == '{';
}

void route_find(struct route *route, const struct command_table *table, const char *method,
		const char *path)
{
	struct route best = { 0 };
	for (size_t i = 0; i < table->count; i++) {
		const struct command *command = table->items[i];
		if (command->action != ACTION_CALL || !command->path)
			continue;
		struct route tried = { .command = command };
		bool right = fits(&tried, path);
		bool same = strcmp(command->method, method) == 0;
		best.other_method = best.other_method || (right && !same);
		if (!right || !same ||
		    (best.command && !is_closer(command->path, best.command->path))) {
			route_done(&tried);
			continue;
		}
		tried.other_method = best.other_method;
		route_done(&best);
		best = tried;
	}
	*route = best;
}

const char *route_value(const struct route *route, const char *wire)
{
	for (size_t i = 0; i < route->hole_count; i++)
		if (strcmp(route->holes[i].arg->wire, wire) == 0)
			return route->holes[i].value;
	return NULL;
}
