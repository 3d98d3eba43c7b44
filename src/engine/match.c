/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/match.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static bool same_character(char a, char b, bool any_case)
{
	return a == b || (any_case && tolower((unsigned char)a) == tolower((unsigned char)b));
}

/* Whether the path is the template with its holes filled; `hole` receives the last one's text.
 * `loose`: but for letter case and a slash at the end. */
static bool fits_template(const char *template, const char *path, size_t len, bool loose,
			  struct buf *hole)
{
	const char *p = path, *end = path + len;
	for (const char *t = template; *t;) {
		if (*t == '{') {
			size_t segment = 0;
			while (p + segment < end && p[segment] != '/')
				segment++;
			if (!segment)
				return false;
			buf_clear(hole);
			buf_add(hole, p, segment);
			p += segment;
			t += strcspn(t, "}") + 1;
		} else if (p < end && same_character(*p, *t, loose)) {
			p++;
			t++;
		} else {
			return loose && p == end && strcmp(t, "/") == 0;
		}
	}
	return p == end || (loose && p + 1 == end && *p == '/');
}

/* Whether some proxy on the way could make another path of this one. */
static bool is_ambiguous(const char *path, size_t len)
{
	static const char *const signs[] = { "%2f", "%5c", "%2e", "%3b", "/.", "//", "\\", ";" };
	CLEAN_FREE char *low = mem_dup_len(path, len);
	/* %63 is a c to every server */
	for (const char *p = low; (p = strchr(p, '%')); p++) {
		CLEAN_BUF struct buf plain = { 0 };
		if (text_percent_decode(&plain, p, strlen(p) < 3 ? strlen(p) : 3) < 0 ||
		    isalnum((unsigned char)plain.data[0]) || strchr("-._~", plain.data[0]))
			return true;
	}
	for (char *p = low; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
	for (size_t i = 0; i < COUNT(signs); i++)
		if (strstr(low, signs[i]))
			return true;
	return false;
}

/* The most literal operation wins: /entitlement/report before /entitlement/{id}. */
static void find_exact(const struct contract *contract, const char *method, const char *path,
		       struct match *match)
{
	size_t len = strcspn(path, "?"), best = (size_t)-1;
	for (size_t i = 0; i < contract->command_count; i++) {
		const struct command *command = &contract->commands[i];
		CLEAN_BUF struct buf hole = { 0 };
		if (strcmp(command->method, method) != 0 ||
		    !fits_template(command->path, path, len, false, &hole) || hole.len >= best)
			continue;
		best = hole.len;
		match->command = command_whole(command);
		match->effect = command->effect;
		match->danger = command->danger;
		free(match->target);
		match->target = NULL;
		CLEAN_BUF struct buf plain = { 0 };
		if (hole.len && text_percent_decode(&plain, hole.data, hole.len) == 0)
			match->target = mem_dup(buf_str(&plain));
	}
}

static void make_graver(struct match *match, enum effect effect, enum danger danger)
{
	if (effect == EFFECT_CHANGE)
		match->effect = EFFECT_CHANGE;
	if (danger > match->danger)
		match->danger = danger;
}

void match_path(const struct contract *contract, const char *method, const char *path,
		struct match *match)
{
	size_t len = strcspn(path, "?");
	bool ambiguous = is_ambiguous(path, len);
	if (!ambiguous)
		find_exact(contract, method, path, match);
	for (size_t i = 0; i < contract->command_count; i++) {
		const struct command *command = &contract->commands[i];
		CLEAN_BUF struct buf hole = { 0 };
		if (strcmp(command->method, method) != 0)
			continue;
		if (ambiguous || (!fits_template(command->path, path, len, false, &hole) &&
				  fits_template(command->path, path, len, true, &hole)))
			make_graver(match, command->effect, command->danger);
	}
	if (match->command || strcmp(method, "HEAD") != 0)
		return;
	/* many servers run the GET, and only leave the body out */
	struct match get = { .effect = EFFECT_READ, .danger = DANGER_NONE };
	match_path(contract, "GET", path, &get);
	make_graver(match, get.effect, get.danger);
	free(get.target);
}
