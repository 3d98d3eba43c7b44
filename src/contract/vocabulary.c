/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/vocabulary.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "contract/document.h"
#include "contract/schema.h"
#include "lib/pattern.h"

enum object {
	OBJECT_ANY,
	OBJECT_ROOT,
	OBJECT_PATH,
	OBJECT_OPERATION,
	OBJECT_PARAMETER,
	OBJECT_BODY,
	OBJECT_MEDIA,
	OBJECT_RESPONSE,
	OBJECT_SCHEMA,
	OBJECT_X_OPERATION,
	OBJECT_X_FIELD,
};

enum { V20 = 1, V30 = 2, V31 = 4, V3 = V30 | V31, ALL = V20 | V3 };

enum {
	TEXT = 1 << JSON_STRING,
	NUMBER = 1 << JSON_NUMBER,
	BOOL = 1 << JSON_TRUE | 1 << JSON_FALSE,
	LIST = 1 << JSON_ARRAY,
	OBJECT = 1 << JSON_OBJECT,
	ANY = TEXT | NUMBER | BOOL | LIST | OBJECT | 1 << JSON_NULL,
};

/* Where in the member the objects of the kind `child` are. */
enum shape { ONE, EACH, MAP };

struct word {
	enum object object;
	const char *names; /* between blanks */
	int types, versions;
	enum shape shape;
	enum object child;
	const char *message; /* of what is not supported */
};

#define PLAIN(object, names, types, versions)                                                      \
	{                                                                                          \
		object, names, types, versions, ONE, OBJECT_ANY, NULL                              \
	}
#define PART(object, names, types, versions, shape, child)                                         \
	{                                                                                          \
		object, names, types, versions, shape, child, NULL                                 \
	}
#define LOST(object, names, types, versions, message)                                              \
	{                                                                                          \
		object, names, types, versions, ONE, OBJECT_ANY, message                           \
	}

/* Whoever reads a new member of x-bangoctl adds it here. */
static const struct word words[] = {
	PLAIN(OBJECT_ROOT, "openapi swagger", TEXT | NUMBER, ALL),
	PLAIN(OBJECT_ROOT, "info externalDocs", OBJECT, ALL),
	PLAIN(OBJECT_ROOT, "security tags", LIST, ALL),
	PART(OBJECT_ROOT, "paths", OBJECT, ALL, MAP, OBJECT_PATH),
	PLAIN(OBJECT_ROOT, "components", OBJECT, V3),
	PLAIN(OBJECT_ROOT, "servers", LIST, V3),
	PLAIN(OBJECT_ROOT, "jsonSchemaDialect $self", TEXT, V31),
	LOST(OBJECT_ROOT, "webhooks", OBJECT, V31,
	     "webhooks are calls to others: they are left out"),
	PLAIN(OBJECT_ROOT, "host basePath", TEXT, V20),
	PLAIN(OBJECT_ROOT, "schemes consumes produces", LIST, V20),
	PLAIN(OBJECT_ROOT, "definitions parameters responses securityDefinitions", OBJECT, V20),
	PLAIN(OBJECT_PATH, "$ref summary description", TEXT, ALL),
	PART(OBJECT_PATH, "get head options post put patch delete", OBJECT, ALL, ONE,
	     OBJECT_OPERATION),
	PART(OBJECT_PATH, "parameters", LIST, ALL, EACH, OBJECT_PARAMETER),
	LOST(OBJECT_PATH, "trace query additionalOperations", OBJECT, V3,
	     "this method is not supported: it is left out"),
	LOST(OBJECT_PATH, "servers", LIST, V3,
	     "the servers of a path are not used: the base URL of the profile is"),
	PLAIN(OBJECT_OPERATION, "tags security", LIST, ALL),
	PLAIN(OBJECT_OPERATION, "summary description operationId", TEXT, ALL),
	PLAIN(OBJECT_OPERATION, "externalDocs", OBJECT, ALL),
	PLAIN(OBJECT_OPERATION, "deprecated", BOOL, ALL),
	PLAIN(OBJECT_OPERATION, "consumes produces schemes", LIST, V20),
	PART(OBJECT_OPERATION, "parameters", LIST, ALL, EACH, OBJECT_PARAMETER),
	PART(OBJECT_OPERATION, "requestBody", OBJECT, V3, ONE, OBJECT_BODY),
	PART(OBJECT_OPERATION, "responses", OBJECT, ALL, MAP, OBJECT_RESPONSE),
	LOST(OBJECT_OPERATION, "callbacks", OBJECT, V3,
	     "callbacks are calls to others: they are left out"),
	LOST(OBJECT_OPERATION, "servers", LIST, V3,
	     "the servers of an operation are not used: the base URL of the profile is"),
	PART(OBJECT_OPERATION, "x-bangoctl", OBJECT, ALL, ONE, OBJECT_X_OPERATION),
	PLAIN(OBJECT_PARAMETER, "$ref name in description style collectionFormat", TEXT, ALL),
	PLAIN(OBJECT_PARAMETER, "required deprecated allowEmptyValue explode allowReserved", BOOL,
	      ALL),
	PART(OBJECT_PARAMETER, "schema", OBJECT | BOOL, ALL, ONE, OBJECT_SCHEMA),
	PLAIN(OBJECT_PARAMETER, "example", ANY, ALL),
	PLAIN(OBJECT_PARAMETER, "examples", OBJECT | LIST, ALL),
	PLAIN(OBJECT_PARAMETER, "content", OBJECT, V3),
	PART(OBJECT_PARAMETER, "x-bangoctl", OBJECT, ALL, ONE, OBJECT_X_FIELD),
	PLAIN(OBJECT_BODY, "$ref description", TEXT, ALL),
	PLAIN(OBJECT_BODY, "required", BOOL, ALL),
	PART(OBJECT_BODY, "content", OBJECT, ALL, MAP, OBJECT_MEDIA),
	PART(OBJECT_MEDIA, "schema", OBJECT | BOOL, ALL, ONE, OBJECT_SCHEMA),
	PLAIN(OBJECT_MEDIA, "example", ANY, ALL),
	PLAIN(OBJECT_MEDIA, "examples encoding", OBJECT, ALL),
	PLAIN(OBJECT_RESPONSE, "$ref description summary", TEXT, ALL),
	PLAIN(OBJECT_RESPONSE, "headers content", OBJECT, ALL),
	LOST(OBJECT_RESPONSE, "links", OBJECT, V3, "links are not followed"),
	PLAIN(OBJECT_RESPONSE, "schema examples", OBJECT, V20),
	PLAIN(OBJECT_SCHEMA,
	      "$ref title description format pattern $comment $schema $dynamicAnchor", TEXT, ALL),
	PLAIN(OBJECT_SCHEMA, "contentEncoding contentMediaType collectionFormat", TEXT, ALL),
	PLAIN(OBJECT_SCHEMA, "type", TEXT | LIST, ALL),
	PLAIN(OBJECT_SCHEMA, "enum required", LIST, ALL),
	PLAIN(OBJECT_SCHEMA, "const default example", ANY, ALL),
	PLAIN(OBJECT_SCHEMA, "examples", LIST | OBJECT, ALL),
	PLAIN(OBJECT_SCHEMA, "minimum maximum minLength maxLength minItems maxItems minProperties",
	      NUMBER, ALL),
	PLAIN(OBJECT_SCHEMA, "exclusiveMinimum exclusiveMaximum", BOOL, V20 | V30),
	PLAIN(OBJECT_SCHEMA, "exclusiveMinimum exclusiveMaximum", NUMBER, V31),
	PLAIN(OBJECT_SCHEMA, "nullable readOnly writeOnly deprecated $recursiveAnchor", BOOL, ALL),
	PLAIN(OBJECT_SCHEMA, "additionalProperties then else additionalItems contentSchema",
	      OBJECT | BOOL, ALL),
	PLAIN(OBJECT_SCHEMA, "xml externalDocs $defs definitions $vocabulary", OBJECT, ALL),
	PLAIN(OBJECT_SCHEMA, "minContains maxContains", NUMBER, V31),
	PART(OBJECT_SCHEMA, "properties", OBJECT, ALL, MAP, OBJECT_SCHEMA),
	PART(OBJECT_SCHEMA, "items", OBJECT | BOOL, ALL, ONE, OBJECT_SCHEMA),
	PART(OBJECT_SCHEMA, "allOf", LIST, ALL, EACH, OBJECT_SCHEMA),
	PART(OBJECT_SCHEMA, "x-bangoctl", OBJECT, ALL, ONE, OBJECT_X_FIELD),
	LOST(OBJECT_SCHEMA, "oneOf anyOf", LIST, ALL,
	     "several alternatives: the value is taken for JSON"),
	LOST(OBJECT_SCHEMA, "prefixItems", LIST, V31,
	     "items of different kinds: the value is taken for JSON"),
	LOST(OBJECT_SCHEMA, "$dynamicRef $recursiveRef", TEXT, V31,
	     "a dynamic reference is not followed: the value is taken for JSON"),
	LOST(OBJECT_SCHEMA, "$anchor $id", TEXT, V31, "references by this name are not followed"),
	LOST(OBJECT_SCHEMA, "discriminator", TEXT | OBJECT, ALL,
	     "the discriminator is not followed"),
	LOST(OBJECT_SCHEMA, "patternProperties", OBJECT, V31,
	     "these members have no options: --set and --body take them"),
	LOST(OBJECT_SCHEMA,
	     "not if contains propertyNames dependencies dependentSchemas dependentRequired",
	     OBJECT | BOOL, ALL, "this condition is not checked"),
	LOST(OBJECT_SCHEMA, "unevaluatedItems unevaluatedProperties", OBJECT | BOOL, V31,
	     "this condition is not checked"),
	LOST(OBJECT_SCHEMA, "multipleOf maxProperties", NUMBER, ALL,
	     "this condition is not checked"),
	LOST(OBJECT_SCHEMA, "uniqueItems", BOOL, ALL, "this condition is not checked"),
	PLAIN(OBJECT_X_OPERATION, "command danger effect done rows", TEXT, ALL),
	PLAIN(OBJECT_X_OPERATION, "from to columns examples", TEXT | LIST, ALL),
	PLAIN(OBJECT_X_OPERATION, "evidence", OBJECT, ALL),
	PLAIN(OBJECT_X_FIELD, "name default", TEXT, ALL),
	PLAIN(OBJECT_X_FIELD, "choices evidence", OBJECT, ALL),
};

/* Objects that a reference led to, still to be looked at. */
struct walk {
	struct contract *contract;
	int version;
	struct target {
		const struct json *node;
		enum object object;
	} * targets; /* owned */
	size_t count;
};

/* ---- one member ---- */

static const char *next_name(const char *names, size_t *len)
{
	names += *len + (names[*len] == ' ');
	*len = strcspn(names, " ");
	return *len ? names : NULL;
}

static bool is_named(const char *names, const char *name)
{
	size_t len = 0;
	for (const char *p = names; (p = next_name(p, &len));)
		if (strlen(name) == len && memcmp(p, name, len) == 0)
			return true;
	return false;
}

static const struct word *find_word(const struct walk *walk, enum object object, const char *name)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (words[i].object == object && (words[i].versions & walk->version) &&
		    is_named(words[i].names, name))
			return &words[i];
	/* Swagger 2 has no schema between a parameter and its type */
	return object == OBJECT_PARAMETER && walk->version == V20
		       ? find_word(walk, OBJECT_SCHEMA, name)
		       : NULL;
}

/* The member's name that this one is perhaps meant to be, or NULL; the caller frees it. */
static char *nearest(const struct walk *walk, enum object object, const char *name)
{
	char *best = NULL;
	struct text_guess guess = { .word = name };
	for (size_t i = 0; i < COUNT(words); i++) {
		size_t len = 0;
		if (words[i].object != object || !(words[i].versions & walk->version))
			continue;
		for (const char *p = words[i].names; (p = next_name(p, &len));) {
			CLEAN_FREE char *one = mem_dup_len(p, len);
			text_guess_try(&guess, one);
			if (guess.best != one)
				continue;
			free(best);
			best = take(one);
			guess.best = best;
		}
	}
	return best;
}

static void check_unknown(struct walk *walk, enum object object, const struct json *member)
{
	struct text_guess guess = { .word = member->key };
	if (strncasecmp(member->key, "x-", 2) == 0) {
		text_guess_try(&guess, "x-bangoctl");
		if (guess.best)
			document_problem(walk->contract, false, member,
					 "\"%s\" is not read: did you mean x-bangoctl?",
					 member->key);
		return;
	}
	CLEAN_FREE char *near = nearest(walk, object, member->key);
	if (near)
		document_problem(walk->contract, false, member,
				 "\"%s\" is not known here: did you mean %s?", member->key, near);
	else if (object != OBJECT_SCHEMA || walk->version != V31) /* which may have any others */
		document_problem(walk->contract, false, member,
				 "\"%s\" is not known here: it is ignored", member->key);
}

static void add_type(struct buf *out, int types, int mask, const char *name)
{
	if (types & mask)
		buf_add_format(out, "%s%s", out->len ? " or " : "", name);
}

static void wrong_type(struct walk *walk, const struct json *node, const char *name, int types)
{
	CLEAN_BUF struct buf list = { 0 };
	add_type(&list, types, TEXT, "a text");
	add_type(&list, types, NUMBER, "a number");
	add_type(&list, types, BOOL, "true or false");
	add_type(&list, types, LIST, "an array");
	add_type(&list, types, OBJECT, "an object");
	document_problem(walk->contract, false, node, "%s must be %s, not %s", name, buf_str(&list),
			 json_type_name(node->type));
}

static void check_schema_type(struct walk *walk, const struct json *type)
{
	static const char *const names[] = { "string", "number", "integer", "boolean",
					     "array",  "object", "null",    "file" };
	size_t several = 0;
	bool list = type->type == JSON_ARRAY;
	for (const struct json *item = list ? type->first : type; item;
	     item = list ? item->next : NULL) {
		const char *name = json_string(item);
		bool known = false;
		for (size_t i = 0; i < COUNT(names); i++)
			known = known || (name && strcmp(names[i], name) == 0);
		if (!known)
			document_problem(walk->contract, false, item, "\"%s\" is no type",
					 name ? name : json_type_name(item->type));
		several += known && strcmp(name, "null") != 0;
	}
	if (several > 1)
		document_problem(walk->contract, false, type,
				 "several types: the value is taken for JSON");
}

/* What the type of a member does not tell. */
static void check_meaning(struct walk *walk, const struct word *word, const struct json *member)
{
	CLEAN_ERR struct err err = { 0 };
	const char *text = json_string(member);
	if (word->object == OBJECT_SCHEMA && strcmp(member->key, "type") == 0)
		check_schema_type(walk, member);
	else if (word->object == OBJECT_SCHEMA && strcmp(member->key, "pattern") == 0 && text &&
		 pattern_check(text, &err) < 0)
		document_problem(walk->contract, false, member,
				 "the pattern cannot be used, so it is not checked: %s",
				 err.message);
	else if (word->object == OBJECT_X_OPERATION && strcmp(member->key, "effect") == 0 && text &&
		 strcmp(text, "read") != 0 && strcmp(text, "change") != 0)
		document_problem(walk->contract, false, member,
				 "x-bangoctl.effect \"%s\" is neither read nor change", text);
}

/* Alternatives of which only one is not null are no alternatives. */
static bool is_settled(struct walk *walk, const struct json *node, const struct json *member,
		       const struct word *word)
{
	return word->object == OBJECT_SCHEMA && word->types == LIST && word->message &&
	       !json_get(schema_whole(walk->contract, node), member->key);
}

/* ---- objects ---- */

static void check_object(struct walk *walk, const struct json *node, enum object object);

static void check_member(struct walk *walk, const struct json *node, const struct json *member,
			 enum object object)
{
	const struct word *word = find_word(walk, object, member->key);
	if (!word) {
		check_unknown(walk, object, member);
		return;
	}
	if (!(word->types & 1 << member->type)) {
		wrong_type(walk, member, member->key, word->types);
		return;
	}
	if (word->message && member->type != JSON_FALSE && !is_settled(walk, node, member, word))
		document_problem(walk->contract, false, member, "%s", word->message);
	check_meaning(walk, word, member);
	if (word->child == OBJECT_ANY)
		return;
	if (word->shape == ONE)
		check_object(walk, member, word->child);
	for (const struct json *item = word->shape == ONE ? NULL : member->first; item;
	     item = item->next)
		if (word->shape == EACH || strncmp(item->key, "x-", 2) != 0 ||
		    word->child == OBJECT_SCHEMA)
			check_object(walk, item, word->child);
}

/* Puts the target of a reference on the list; tells what stands beside `$ref` and is lost. */
static void check_reference(struct walk *walk, const struct json *node, enum object object)
{
	const struct json *target = document_resolve(walk->contract, node);
	for (const struct json *item = object == OBJECT_SCHEMA ? NULL : node->first; item;
	     item = item->next)
		if (strcmp(item->key, "$ref") != 0 && strcmp(item->key, "summary") != 0 &&
		    strcmp(item->key, "description") != 0 && strncmp(item->key, "x-", 2) != 0)
			document_problem(walk->contract, false, item,
					 "it stands beside a $ref and is ignored");
	if (!document_visit(walk->contract, target))
		return;
	walk->targets = mem_grow(walk->targets, walk->count, sizeof(*walk->targets));
	walk->targets[walk->count++] = (struct target){ target, object };
}

static void check_object(struct walk *walk, const struct json *node, enum object object)
{
	if (object == OBJECT_SCHEMA && (node->type == JSON_TRUE || node->type == JSON_FALSE))
		return;
	if (node->type != JSON_OBJECT) {
		wrong_type(walk, node, "it", OBJECT);
		return;
	}
	bool reference = json_get_string(node, "$ref") != NULL;
	if (reference)
		check_reference(walk, node, object);
	for (const struct json *item = reference && object != OBJECT_SCHEMA ? NULL : node->first;
	     item; item = item->next)
		check_member(walk, node, item, object);
}

void vocabulary_check(struct contract *contract)
{
	struct walk walk = { .contract = contract,
			     .version = contract->version == 20	  ? V20
					: contract->version == 30 ? V30
								  : V31 };
	if (!json_is(contract->root, JSON_OBJECT))
		return;
	check_object(&walk, contract->root, OBJECT_ROOT);
	for (size_t i = 0; i < walk.count; i++)
		check_object(&walk, walk.targets[i].node, walk.targets[i].object);
	free(walk.targets);
}
