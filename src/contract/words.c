/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/words.h"

#include <string.h>

const char *words_place(const struct arg *arg)
{
	static const char *const names[] = { "client", "path", "query", "header", "body" };
	return names[arg->place];
}

char *words_option(const struct arg *arg)
{
	return arg->flags & ARG_POSITIONAL ? mem_dup(arg_meta(arg)) : buf_format("--%s", arg->name);
}

const char *words_effect(const struct command *command)
{
	return command->effect == EFFECT_READ ? "read" : "change";
}

const char *words_auth(enum auth auth)
{
	static const char *const names[] = { [AUTH_UNSAID] = NULL,
					     [AUTH_NONE] = "none",
					     [AUTH_BASIC] = "basic",
					     [AUTH_BEARER] = "bearer",
					     [AUTH_HEADER] = "header" };
	return names[auth];
}

const char *words_body(const struct command *command)
{
	bool form = command->body_form != BODY_JSON;
	return command->body_required	   ? form ? "required, no JSON" : "required"
	       : command_has_body(command) ? form ? "optional, no JSON" : "optional"
	       : form			   ? "no JSON"
					   : "none";
}

char *words_method(const struct command *command)
{
	char *method = mem_dup(command->method);
	for (char *p = method; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
	return method;
}

struct json *words_texts(struct json_doc *doc, const char *const *texts, size_t count)
{
	struct json *array = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < count; i++)
		json_append(array, json_new_string(doc, texts[i]));
	return array;
}

struct json *words_rules(struct json_doc *doc, const struct command *command)
{
	struct json *array = json_new(doc, JSON_ARRAY);
	for (size_t i = 0; i < command->to_count; i++) {
		const struct transition *to = &command->to[i];
		CLEAN_BUF struct buf text = { 0 };
		buf_add_str(&text, to->status);
		for (size_t w = 0; w < to->when_count; w++) {
			const struct condition *when = &to->when[w];
			bool given = strcmp(when->value, "*") == 0;
			buf_add_format(&text, "%s%s%s%s", w ? " and " : " if ", when->field,
				       given ? " is given" : " is ", given ? "" : when->value);
		}
		json_append(array, json_new_string(doc, buf_str(&text)));
	}
	return array;
}

void words_join(struct buf *out, const struct json *value)
{
	if (value->type == JSON_STRING)
		buf_add(out, value->text, value->len);
	for (const struct json *item = value->type == JSON_ARRAY ? value->first : NULL; item;
	     item = item->next) {
		buf_add_str(out, item == value->first ? "" : ", ");
		buf_add(out, item->text, item->len);
	}
}
