/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/yaml.h"

#include <search.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/late.h"
#include "base/text.h"
#include "lib/scalar.h"

/* clang-format off */
#define NAMES(X) \
	X(yaml_document_end_event_initialize) X(yaml_document_start_event_initialize) \
	X(yaml_emitter_delete) X(yaml_emitter_emit) X(yaml_emitter_initialize) \
	X(yaml_emitter_set_output) X(yaml_emitter_set_unicode) X(yaml_emitter_set_width) \
	X(yaml_event_delete) X(yaml_get_version_string) X(yaml_mapping_end_event_initialize) \
	X(yaml_mapping_start_event_initialize) X(yaml_parser_delete) X(yaml_parser_initialize) \
	X(yaml_parser_parse) X(yaml_parser_set_input_string) X(yaml_scalar_event_initialize) \
	X(yaml_sequence_end_event_initialize) X(yaml_sequence_start_event_initialize) \
	X(yaml_stream_end_event_initialize) X(yaml_stream_start_event_initialize)
/* clang-format on */

LATE_LIBRARY(NAMES, LIB_YAML)

/* An alias costs what it stands for: so many values at most may come of all of them. */
enum { MAX_ALIASED = 1000000 };

struct anchor {
	const char *name;
	const struct json *value;
};

struct builder {
	struct json_doc *doc;
	struct json *root;
	struct json *stack[JSON_MAX_DEPTH];
	const char *keys[JSON_MAX_DEPTH]; /* the key that waits for its value, per open mapping */
	size_t key_lens[JSON_MAX_DEPTH];
	bool merging[JSON_MAX_DEPTH];	     /* the waiting key is `<<` */
	struct json *merges[JSON_MAX_DEPTH]; /* an array of what is to be merged at the mapping's
						end, or NULL */
	size_t first_marks[JSON_MAX_DEPTH]; /* where the open mapping's own ones begin in `marks` */
	size_t depth;
	yaml_mark_t *marks; /* where the keys of the open mappings stand */
	size_t mark_count;
	void *anchors; /* a tree of tsearch, by name */
	size_t aliased;
	yaml_mark_t mark;
};

static int fail(const struct builder *builder, struct err *err, const char *why)
{
	return err_set(err, ERR_USAGE, "line %zu, column %zu: %s", builder->mark.line + 1,
		       builder->mark.column + 1, why);
}

static int compare_anchors(const void *a, const void *b)
{
	const struct anchor *x = a, *y = b;
	return strcmp(x->name, y->name);
}

/* An anchor that is given again stands for the later value. */
static void remember(struct builder *builder, const yaml_char_t *name, const struct json *value)
{
	if (!name)
		return;
	const char *text = (const char *)name;
	struct anchor *anchor = json_doc_memory(builder->doc, 1, sizeof(*anchor));
	*anchor = (struct anchor){ json_keep(builder->doc, text, strlen(text)), value };
	struct anchor **slot = tsearch(anchor, &builder->anchors, compare_anchors);
	if (slot)
		(*slot)->value = value;
}

static size_t weigh(const struct json *value, size_t limit)
{
	size_t weight = 1;
	if (!json_is_scalar(value))
		for (const struct json *item = value->first; item && weight < limit;
		     item = item->next)
			weight += weigh(item, limit - weight);
	return weight;
}

static void add_copies(struct builder *builder, struct json *mapping, const struct json *from)
{
	for (const struct json *item = from->first; item; item = item->next)
		json_add_member(builder->doc, mapping, item->key, item->key_len,
				json_copy(builder->doc, item));
}

/* The mapping's own members win wherever the merge key stands, then those that were merged first.
 */
static void merge_all(struct builder *builder, struct json *mapping, const struct json *merges)
{
	for (const struct json *item = merges->first; item; item = item->next) {
		if (item->type == JSON_OBJECT)
			add_copies(builder, mapping, item);
		for (const struct json *one = item->type == JSON_ARRAY ? item->first : NULL; one;
		     one = one->next)
			add_copies(builder, mapping, one);
	}
	json_drop_doubles(builder->doc, mapping);
}

/* Keeps the value of a merge key until the mapping is whole. */
static int add_merge(struct builder *builder, struct json *value, struct err *err)
{
	size_t top = builder->depth - 1;
	if (value->type != JSON_OBJECT && value->type != JSON_ARRAY)
		return fail(builder, err, "a merge key (<<) needs a mapping");
	for (const struct json *item = value->type == JSON_ARRAY ? value->first : NULL; item;
	     item = item->next)
		if (item->type != JSON_OBJECT)
			return fail(builder, err, "a merge key (<<) needs mappings");
	if (!builder->merges[top])
		builder->merges[top] = json_new(builder->doc, JSON_ARRAY);
	json_append(builder->merges[top], value);
	return 0;
}

static int add_value(struct builder *builder, struct json *value, struct err *err)
{
	value->line = (unsigned)builder->mark.line + 1;
	if (builder->depth == 0) {
		if (builder->root)
			return fail(builder, err, "a second document: only one is allowed");
		builder->root = value;
		return 0;
	}
	size_t top = builder->depth - 1;
	struct json *parent = builder->stack[top];
	if (parent->type == JSON_ARRAY) {
		json_append(parent, value);
		return 0;
	}
	if (!builder->keys[top])
		return fail(builder, err, "a key must be a plain text");
	if (builder->merging[top]) {
		builder->keys[top] = NULL;
		return add_merge(builder, value, err);
	}
	json_add_member(builder->doc, parent, builder->keys[top], builder->key_lens[top], value);
	builder->keys[top] = NULL;
	return 0;
}

static int on_key(struct builder *builder, const yaml_event_t *event, struct err *err)
{
	size_t top = builder->depth - 1;
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	builder->merging[top] = plain && strcmp(text, "<<") == 0;
	if (strlen(text) != len)
		return fail(builder, err, "a key holds a NUL");
	if (!builder->merging[top]) {
		builder->marks =
			mem_grow(builder->marks, builder->mark_count, sizeof(*builder->marks));
		builder->marks[builder->mark_count++] = builder->mark;
	}
	struct json *key = json_new_text(builder->doc, JSON_STRING, text, len);
	remember(builder, event->data.scalar.anchor, key);
	builder->keys[top] = key->text;
	builder->key_lens[top] = len;
	return 0;
}

static int check_tag(const struct builder *builder, const yaml_char_t *tag, struct err *err)
{
	static const char *const known[] = { "!", YAML_STR_TAG, YAML_SEQ_TAG, YAML_MAP_TAG, NULL };
	if (!tag || text_is_one_of((const char *)tag, known))
		return 0;
	CLEAN_FREE char *why = buf_format("the tag %s is not supported", (const char *)tag);
	return fail(builder, err, why);
}

static int on_scalar(struct builder *builder, const yaml_event_t *event, struct err *err)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	if (check_tag(builder, event->data.scalar.tag, err) < 0)
		return -1;
	bool wants_key = builder->depth &&
			 builder->stack[builder->depth - 1]->type == JSON_OBJECT &&
			 !builder->keys[builder->depth - 1];
	if (wants_key)
		return on_key(builder, event, err);
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag;
	struct json *value = plain ? scalar_read(builder->doc, text, len)
				   : json_new_text(builder->doc, JSON_STRING, text, len);
	remember(builder, event->data.scalar.anchor, value);
	return add_value(builder, value, err);
}

/* Whether the next value is the one of a merge key. */
static bool awaits_merge(const struct builder *builder)
{
	size_t top = builder->depth - 1;
	return builder->depth && builder->keys[top] && builder->merging[top];
}

static int on_start(struct builder *builder, enum json_type type, const yaml_char_t *anchor,
		    const yaml_char_t *tag, struct err *err)
{
	if (builder->depth == JSON_MAX_DEPTH)
		return fail(builder, err, "nested too deep");
	if (check_tag(builder, tag, err) < 0)
		return -1;
	struct json *value = json_new(builder->doc, type);
	remember(builder, anchor, value);
	/* what a merge key stands before is merged when it is whole: see on_end */
	if (!awaits_merge(builder) && add_value(builder, value, err) < 0)
		return -1;
	builder->stack[builder->depth] = value;
	builder->keys[builder->depth] = NULL;
	builder->merging[builder->depth] = false;
	builder->merges[builder->depth] = NULL;
	builder->first_marks[builder->depth] = builder->mark_count;
	builder->depth++;
	return 0;
}

/* Looks for repeated keys when the mapping is whole: for each key by itself a large one takes too
 * long. */
static int check_keys(struct builder *builder, struct json *mapping, struct err *err)
{
	const struct json *twice = json_index(builder->doc, mapping);
	if (!twice)
		return 0;
	const yaml_mark_t *mark = builder->marks + builder->first_marks[builder->depth];
	bool seen = false;
	for (const struct json *item = mapping->first; item; item = item->next, mark++) {
		if (strcmp(item->key, twice->key) != 0)
			continue;
		if (seen)
			break;
		seen = true;
	}
	builder->mark = *mark;
	CLEAN_FREE char *why = buf_format("the key \"%s\" stands here twice", twice->key);
	return fail(builder, err, why);
}

static int on_end(struct builder *builder, struct err *err)
{
	struct json *closed = builder->stack[--builder->depth];
	if (closed->type == JSON_OBJECT && check_keys(builder, closed, err) < 0)
		return -1;
	builder->mark_count = builder->first_marks[builder->depth];
	if (builder->merges[builder->depth])
		merge_all(builder, closed, builder->merges[builder->depth]);
	return awaits_merge(builder) ? add_value(builder, closed, err) : 0;
}

static int on_alias(struct builder *builder, const yaml_event_t *event, struct err *err)
{
	const struct anchor wanted = { .name = (const char *)event->data.alias.anchor };
	struct anchor **slot = tfind(&wanted, &builder->anchors, compare_anchors);
	if (!slot)
		return fail(builder, err, "an alias of an anchor that is not there");
	const struct json *target = (*slot)->value;
	for (size_t i = 0; i < builder->depth; i++)
		if (builder->stack[i] == target)
			return fail(builder, err, "an alias inside of what it stands for");
	builder->aliased += weigh(target, MAX_ALIASED + 1);
	if (builder->aliased > MAX_ALIASED)
		return fail(builder, err, "the aliases expand to too much");
	if (builder->depth + json_depth(target) > JSON_MAX_DEPTH)
		return fail(builder, err, "nested too deep");
	return add_value(builder, json_copy(builder->doc, target), err);
}

static int on_event(struct builder *builder, const yaml_event_t *event, struct err *err)
{
	builder->mark = event->start_mark;
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(builder, event, err);
	case YAML_ALIAS_EVENT:
		return on_alias(builder, event, err);
	case YAML_MAPPING_START_EVENT:
		return on_start(builder, JSON_OBJECT, event->data.mapping_start.anchor,
				event->data.mapping_start.tag, err);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(builder, JSON_ARRAY, event->data.sequence_start.anchor,
				event->data.sequence_start.tag, err);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return on_end(builder, err);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

static int syntax_error(const yaml_parser_t *parser, struct err *err)
{
	const char *why = parser->problem ? parser->problem : "not YAML";
	return err_set(err, ERR_USAGE, "line %zu, column %zu: not YAML: %s",
		       parser->problem_mark.line + 1, parser->problem_mark.column + 1, why);
}

int yaml_read(struct json_doc *doc, const char *text, size_t len, struct json **root,
	      struct err *err)
{
	struct builder builder = { .doc = doc };
	yaml_parser_t parser;
	open_library();
	lib.yaml_parser_initialize(&parser);
	lib.yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	int result = 0;
	for (bool more = true; more && result == 0;) {
		yaml_event_t event;
		if (!lib.yaml_parser_parse(&parser, &event)) {
			result = syntax_error(&parser, err);
			break;
		}
		more = event.type != YAML_STREAM_END_EVENT;
		result = on_event(&builder, &event, err);
		lib.yaml_event_delete(&event);
	}
	lib.yaml_parser_delete(&parser);
	while (builder.anchors)
		tdelete(*(void **)builder.anchors, &builder.anchors, compare_anchors);
	free(builder.marks);
	if (result == 0 && !builder.root)
		return err_set(err, ERR_USAGE, "line 1, column 1: the document is empty");
	if (result == 0)
		*root = builder.root;
	return result;
}

/* ---- writing ---- */

/* Takes whole characters of the emitter, which has put each text with such a mark in double quotes.
 */
static int append(void *out, unsigned char *bytes, size_t len)
{
	const char *p = (const char *)bytes, *end = p + len;
	while (p < end) {
		const char *mark = memchr(p, 0xE2, (size_t)(end - p));
		size_t plain = mark ? (size_t)(mark - p) : (size_t)(end - p);
		bool escaped = mark && scalar_is_mark(mark, (size_t)(end - mark));
		buf_add(out, p, plain + (mark && !escaped));
		if (escaped)
			buf_add_format(out, "\\u20%02X",
				       (unsigned)((mark[1] & 3) << 6 | (mark[2] & 0x3F)));
		p += plain + (escaped ? 3 : mark != NULL);
	}
	return 1;
}

/* Texts are checked before, so all that could fail is memory. */
static void emit(yaml_emitter_t *emitter, yaml_event_t *event, int made)
{
	if (!made || !lib.yaml_emitter_emit(emitter, event))
		abort();
}

static yaml_scalar_style_t text_style(const char *text, size_t len, bool may_be_block)
{
	if (scalar_needs_escapes(text, len))
		return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	if (!memchr(text, '\n', len))
		return scalar_is_plain_text(text, len) ? YAML_PLAIN_SCALAR_STYLE
						       : YAML_SINGLE_QUOTED_SCALAR_STYLE;
	/* what a block would need an indicator for is better quoted */
	bool block = may_be_block && *text != '\n' && *text != ' ' &&
		     !(text[len - 1] == '\n' && text[len - 2] == '\n');
	return block ? YAML_LITERAL_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

static void emit_scalar(yaml_emitter_t *emitter, const char *text, size_t len,
			yaml_scalar_style_t style)
{
	yaml_event_t event;
	int made = lib.yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
						    (int)len, 1, 1, style);
	emit(emitter, &event, made);
}

static void emit_text(yaml_emitter_t *emitter, const char *text, size_t len, bool may_be_block)
{
	CLEAN_BUF struct buf clean = { 0 };
	if (!text_is_utf8(text, len)) {
		text_escape(&clean, text, len, true);
		text = buf_str(&clean);
		len = clean.len;
	}
	emit_scalar(emitter, text, len, text_style(text, len, may_be_block));
}

static void emit_value(yaml_emitter_t *emitter, const struct json *value, size_t depth);

static void emit_children(yaml_emitter_t *emitter, const struct json *value, size_t depth)
{
	yaml_event_t event;
	bool object = value->type == JSON_OBJECT;
	emit(emitter, &event,
	     object ? lib.yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
							      YAML_BLOCK_MAPPING_STYLE)
		    : lib.yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
							       YAML_BLOCK_SEQUENCE_STYLE));
	for (const struct json *item = value->first; item; item = item->next) {
		if (object)
			emit_text(emitter, item->key, item->key_len, false);
		emit_value(emitter, item, depth + 1);
	}
	emit(emitter, &event,
	     object ? lib.yaml_mapping_end_event_initialize(&event)
		    : lib.yaml_sequence_end_event_initialize(&event));
}

static void emit_value(yaml_emitter_t *emitter, const struct json *value, size_t depth)
{
	switch (value->type) {
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
		emit_scalar(emitter, json_type_name(value->type),
			    strlen(json_type_name(value->type)), YAML_PLAIN_SCALAR_STYLE);
		return;
	case JSON_NUMBER:
		emit_scalar(emitter, value->text, value->len, YAML_PLAIN_SCALAR_STYLE);
		return;
	case JSON_STRING:
		emit_text(emitter, value->text, value->len, depth > 0);
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		emit_children(emitter, value, depth);
		return;
	}
}

void yaml_write(struct buf *out, const struct json *value)
{
	yaml_emitter_t emitter;
	yaml_event_t event;
	open_library();
	if (!lib.yaml_emitter_initialize(&emitter))
		abort();
	lib.yaml_emitter_set_output(&emitter, append, out);
	lib.yaml_emitter_set_unicode(&emitter, 1);
	lib.yaml_emitter_set_width(&emitter, -1);
	emit(&emitter, &event, lib.yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
	emit(&emitter, &event,
	     lib.yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
	emit_value(&emitter, value, 0);
	emit(&emitter, &event, lib.yaml_document_end_event_initialize(&event, 1));
	emit(&emitter, &event, lib.yaml_stream_end_event_initialize(&event));
	lib.yaml_emitter_delete(&emitter);
}

const char *yaml_library(void)
{
	static char version[32];
	open_library();
	snprintf(version, sizeof(version), "libyaml %s", lib.yaml_get_version_string());
	return version;
}
